// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of a file: its references in the order of their numbers.
 *
 * A tree of the blocks that they were made in, so it is as deep as there were
 * calls, putting references in cannot fail and taking them out frees nothing.
 * A reference can be found while it is marked, and the block is in the tree
 * while one of its references can. Numbers grow for as long as the file is
 * open, and references go in any order. The newest block, on the longest way
 * down from the root and the most likely to be wanted, is known without a
 * descent. All of it needs the lock of the file.
 */
#include <linux/lockdep.h>
#include <linux/nospec.h>
#include <linux/rbtree.h>

#include "gntalloc/gntalloc.h"

/* NULL for no node. */
static struct gntalloc_block *block_at(const struct rb_node *node)
{
	return rb_entry_safe(node, struct gntalloc_block, node);
}

static bool comes_before(struct rb_node *a, const struct rb_node *b)
{
	return block_at(a)->first < block_at(b)->first;
}

static int compare_number(const void *key, const struct rb_node *node)
{
	const struct gntalloc_block *block = block_at(node);
	u64 number = *(const u64 *)key;

	if (number < block->first)
		return -1;
	return number - block->first >= block->count;
}

/* All references of the block. */
void gntalloc_index_add(struct gntalloc_file *gf, struct gntalloc_block *block)
{
	struct gntalloc_block *newest = gf->newest;
	u32 i;

	lockdep_assert_held(&gf->lock);

	for (i = 0; i < block->count; i++)
		block->ref[i].indexed = true;
	block->nr_indexed = block->count;
	WRITE_ONCE(gf->nr_refs, gf->nr_refs + block->count);
	/* Numbers are given out before the lock is taken: rarely, not in order. */
	if (newest && block->first < newest->first) {
		rb_add(&block->node, &gf->index, comes_before);
		return;
	}
	rb_link_node(&block->node, newest ? &newest->node : NULL,
		     newest ? &newest->node.rb_right : &gf->index.rb_node);
	rb_insert_color(&block->node, &gf->index);
	gf->newest = block;
}

void gntalloc_index_del(struct gntalloc_file *gf, struct gntalloc_ref *ref)
{
	struct gntalloc_block *block = gntalloc_block_of(ref);

	lockdep_assert_held(&gf->lock);

	ref->indexed = false;
	WRITE_ONCE(gf->nr_refs, gf->nr_refs - 1);
	if (--block->nr_indexed)
		return;
	if (block == gf->newest)
		gf->newest = block_at(rb_prev(&block->node));
	rb_erase(&block->node, &gf->index);
}

/* The reference with the next number, or NULL if it is not there. */
struct gntalloc_ref *gntalloc_index_next(struct gntalloc_ref *ref)
{
	struct gntalloc_block *block = gntalloc_block_of(ref);
	struct gntalloc_block *next;

	if (ref->slot + 1 < block->count) {
		ref++;
	} else {
		next = block_at(rb_next(&block->node));
		if (!next || next->first != block->first + block->count)
			return NULL;
		ref = next->ref;
	}
	return ref->indexed ? ref : NULL;
}

static struct gntalloc_ref *find_one(struct gntalloc_file *gf, u64 number)
{
	struct gntalloc_block *block = gf->newest;
	struct gntalloc_ref *ref;

	if (block && number < block->first)
		block = block_at(rb_find(&number, &gf->index, compare_number));
	if (!block || number - block->first >= block->count)
		return NULL;
	/* A processor that guesses does not look beyond the block either. */
	ref = &block->ref[array_index_nospec(number - block->first,
					     block->count)];
	return ref->indexed ? ref : NULL;
}

/*
 * The first of @count references with consecutive numbers, or NULL if one of
 * them is not there. A @count beyond reason ends at the first that is missing.
 */
struct gntalloc_ref *gntalloc_index_find(struct gntalloc_file *gf, u64 number,
					 unsigned long count)
{
	struct gntalloc_ref *first, *ref;

	lockdep_assert_held(&gf->lock);

	first = find_one(gf, number);
	for (ref = first; ref && --count; )
		ref = gntalloc_index_next(ref);
	return ref ? first : NULL;
}
