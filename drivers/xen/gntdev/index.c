// SPDX-License-Identifier: GPL-2.0-only
/*
 * The offset space of an open file.
 *
 * A tree of maps in the order of their offset, in which each node knows the
 * hole below it, and the largest hole of its subtree. So the lowest hole that is
 * large enough is found on the way down, and a file whose first map is alone
 * has it at 0. Nothing here allocates: the node is part of the map. Offsets are
 * 64-bit numbers of pages; each map has memory behind every page of its range,
 * so that their sum cannot overflow.
 *
 * A map is *reserved* first, which takes its range, and *published* once its
 * offset has reached the caller. Nobody finds it in between.
 */
#include <linux/lockdep.h>
#include <linux/rbtree_augmented.h>

#include "gntdev/gntdev.h"

static inline u64 own_gap(struct gntdev_map *map)
{
	return map->gap;
}

RB_DECLARE_CALLBACKS_MAX(static, gap_callbacks, struct gntdev_map, node, u64,
			 max_gap, own_gap)

static struct gntdev_map *map_at(struct rb_node *node)
{
	return rb_entry_safe(node, struct gntdev_map, node);
}

static bool has_gap(struct rb_node *node, u64 count)
{
	return node && map_at(node)->max_gap >= count;
}

/* The map above the lowest hole of @count pages; NULL: above all maps. */
static struct gntdev_map *lowest_gap(struct rb_root *root, u64 count)
{
	struct rb_node *node = root->rb_node;

	if (!has_gap(node, count))
		return NULL;
	while (has_gap(node->rb_left, count) || map_at(node)->gap < count) {
		if (has_gap(node->rb_left, count))
			node = node->rb_left;
		else
			node = node->rb_right;
	}
	return map_at(node);
}

static void link_map(struct rb_root *root, struct gntdev_map *map,
		     struct rb_node *parent, struct rb_node **link)
{
	map->gap = 0;
	map->max_gap = 0;
	rb_link_node(&map->node, parent, link);
	rb_insert_augmented(&map->node, root, &gap_callbacks);
}

/* Put it at the bottom of the hole below @above. */
static void insert_below(struct rb_root *root, struct gntdev_map *map,
			 struct gntdev_map *above)
{
	struct rb_node *parent = &above->node;
	struct rb_node **link = &parent->rb_left;

	map->index = above->index - above->gap;
	above->gap -= map->count;
	gap_callbacks.propagate(&above->node, NULL);
	while (*link) {
		parent = *link;
		link = &parent->rb_right;
	}
	link_map(root, map, parent, link);
}

static void insert_last(struct rb_root *root, struct gntdev_map *map)
{
	struct rb_node *parent = rb_last(root);
	struct gntdev_map *last = map_at(parent);

	map->index = last ? last->index + last->count : 0;
	link_map(root, map, parent, parent ? &parent->rb_right : &root->rb_node);
}

/* Find a place for the map. Takes no reference. */
void gntdev_index_reserve(struct gntdev_file *gf, struct gntdev_map *map)
{
	struct gntdev_map *above;

	spin_lock(&gf->lock);
	above = lowest_gap(&gf->maps, map->count);
	if (above)
		insert_below(&gf->maps, map, above);
	else
		insert_last(&gf->maps, map);
	map->indexed = true;
	WRITE_ONCE(gf->nr_maps, gf->nr_maps + 1);
	WRITE_ONCE(gf->nr_grants, gf->nr_grants + map->count);
	spin_unlock(&gf->lock);
}

void gntdev_index_publish(struct gntdev_file *gf, struct gntdev_map *map)
{
	spin_lock(&gf->lock);
	map->published = true;
	spin_unlock(&gf->lock);
}

static void remove_locked(struct gntdev_file *gf, struct gntdev_map *map)
{
	struct gntdev_map *above = map_at(rb_next(&map->node));

	lockdep_assert_held(&gf->lock);
	rb_erase_augmented(&map->node, &gf->maps, &gap_callbacks);
	if (above) {
		above->gap += map->gap + map->count;
		gap_callbacks.propagate(&above->node, NULL);
	}
	map->indexed = false;
	WRITE_ONCE(gf->nr_maps, gf->nr_maps - 1);
	WRITE_ONCE(gf->nr_grants, gf->nr_grants - map->count);
}

/* Returns false when somebody else has taken it out. Drops no reference. */
bool gntdev_index_remove(struct gntdev_file *gf, struct gntdev_map *map)
{
	bool mine;

	spin_lock(&gf->lock);
	mine = map->indexed;
	if (mine)
		remove_locked(gf, map);
	spin_unlock(&gf->lock);
	return mine;
}

/* The map that the page @index belongs to, or NULL. */
static struct gntdev_map *find_locked(struct gntdev_file *gf, u64 index)
{
	struct rb_node *node = gf->maps.rb_node;
	struct gntdev_map *map;

	lockdep_assert_held(&gf->lock);
	while (node) {
		map = map_at(node);
		if (index < map->index)
			node = node->rb_left;
		else if (index - map->index >= map->count)
			node = node->rb_right;
		else
			return map->published ? map : NULL;
	}
	return NULL;
}

/* The same, with a reference. */
struct gntdev_map *gntdev_index_find(struct gntdev_file *gf, u64 index)
{
	struct gntdev_map *map;

	spin_lock(&gf->lock);
	map = find_locked(gf, index);
	if (map)
		refcount_inc(&map->users);
	spin_unlock(&gf->lock);
	return map;
}

/*
 * The map of exactly this range, with a reference and the one chance that it
 * has to be mapped.
 */
struct gntdev_map *gntdev_index_claim(struct gntdev_file *gf, u64 index,
				      unsigned long count)
{
	struct gntdev_map *map;

	spin_lock(&gf->lock);
	map = find_locked(gf, index);
	if (map && map->index == index && map->count == count && !map->used) {
		map->used = true;
		refcount_inc(&map->users);
	} else {
		map = NULL;
	}
	spin_unlock(&gf->lock);
	return map;
}

/* For the end of the file: take out any map, with the file's reference. */
struct gntdev_map *gntdev_index_pop(struct gntdev_file *gf)
{
	struct gntdev_map *map;

	spin_lock(&gf->lock);
	map = map_at(gf->maps.rb_node);
	if (map)
		remove_locked(gf, map);
	spin_unlock(&gf->lock);
	return map;
}
