// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of a file: its references in the order of their numbers.
 *
 * A tree whose nodes are in the references, so putting one in cannot fail and
 * taking one out frees nothing. Numbers grow for as long as the file is open,
 * and references go in any order. The newest reference, on the longest way down
 * from the root and the most likely to be wanted, is known without a descent.
 * All of it needs the lock of the file.
 */
#include <linux/lockdep.h>
#include <linux/rbtree.h>

#include "gntalloc/gntalloc.h"

/* NULL for no node. */
static struct gntalloc_ref *ref_of(const struct rb_node *node)
{
	return rb_entry_safe(node, struct gntalloc_ref, node);
}

static bool comes_before(struct rb_node *a, const struct rb_node *b)
{
	return ref_of(a)->number < ref_of(b)->number;
}

static int compare_number(const void *key, const struct rb_node *node)
{
	u64 number = *(const u64 *)key;

	if (number == ref_of(node)->number)
		return 0;
	return number < ref_of(node)->number ? -1 : 1;
}

void gntalloc_index_add(struct gntalloc_file *gf, struct gntalloc_ref *ref)
{
	struct gntalloc_ref *newest = gf->newest;

	lockdep_assert_held(&gf->lock);

	WRITE_ONCE(gf->nr_refs, gf->nr_refs + 1);
	/* Numbers are given out before the lock is taken: rarely, not in order. */
	if (newest && ref->number < newest->number) {
		rb_add(&ref->node, &gf->index, comes_before);
		return;
	}
	rb_link_node(&ref->node, newest ? &newest->node : NULL,
		     newest ? &newest->node.rb_right : &gf->index.rb_node);
	rb_insert_color(&ref->node, &gf->index);
	gf->newest = ref;
}

void gntalloc_index_del(struct gntalloc_file *gf, struct gntalloc_ref *ref)
{
	lockdep_assert_held(&gf->lock);

	if (ref == gf->newest)
		gf->newest = ref_of(rb_prev(&ref->node));
	rb_erase(&ref->node, &gf->index);
	WRITE_ONCE(gf->nr_refs, gf->nr_refs - 1);
}

/* The reference behind one that is in the index, or NULL. */
struct gntalloc_ref *gntalloc_index_next(struct gntalloc_ref *ref)
{
	return ref_of(rb_next(&ref->node));
}

/*
 * The first of @count references with consecutive numbers, or NULL if one of
 * them is not there. A @count beyond reason ends at the first that is missing.
 */
struct gntalloc_ref *gntalloc_index_find(struct gntalloc_file *gf, u64 number,
					 unsigned long count)
{
	struct gntalloc_ref *first = gf->newest;
	struct gntalloc_ref *ref;

	lockdep_assert_held(&gf->lock);

	if (!first || number > first->number)
		return NULL;
	if (number < first->number)
		first = ref_of(rb_find(&number, &gf->index, compare_number));
	if (!first)
		return NULL;
	for (ref = first; --count; number++) {
		ref = gntalloc_index_next(ref);
		if (!ref || ref->number != number + 1)
			return NULL;
	}
	return first;
}
