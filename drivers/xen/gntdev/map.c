// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps: how they come and go, and the ioctls on them that do not ask Xen.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/gntdev.h>
#include <xen/grant_table.h>
#include <xen/xen.h>

#include "gntdev/dma_alloc.h"
#include "gntdev/gntdev.h"

static unsigned int limit = 65536;
module_param(limit, uint, 0644);
MODULE_PARM_DESC(limit, "Maximum number of grants of one map");

unsigned int gntdev_limit(void)
{
	return READ_ONCE(limit);
}

/* May a list have so many grants? */
int gntdev_check_count(u32 count)
{
	unsigned int max = gntdev_limit();

	if (!count)
		return -EINVAL;
	if (count <= max)
		return 0;
	pr_notice_ratelimited("%u grants in one map for %s[%d] are more than the parameter limit=%u\n",
			      count, current->comm, current->pid, max);
	return gntdev_refuse(GNTDEV_R_LIMIT, -EINVAL, count);
}

static struct gntdev_map *map_alloc(u32 count)
{
	const size_t ops = gntdev_batch(count) * sizeof(union gntdev_op);
	const size_t grants = size_mul(count, sizeof(struct gntdev_grant));
	struct gntdev_map *map;
	const size_t head = struct_size(map, pages, count);

	map = kvmalloc(size_add(head, size_add(ops, grants)),
		       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!map)
		return NULL;
	memset(map, 0, sizeof(*map));
	map->count = count;
	map->ops = (void *)map + head;
	map->grants = (void *)map->ops + ops;
	return map;
}

static int alloc_pages_for(struct gntdev_map *map, struct device *dev,
			   u32 dma_flags)
{
	if (!dma_flags)
		return gnttab_alloc_pages(map->count, map->pages);
	map->dma = gntdev_dma_alloc(dev, dma_flags, map->count, map->pages);
	return PTR_ERR_OR_ZERO(map->dma);
}

/*
 * A map of @count pages with one user, the caller. The slots are for the caller
 * to fill in. With @dma_flags, GNTDEV_DMA_FLAG_*, the pages are of a kind that
 * @dev likes: -EOPNOTSUPP where there is no such service.
 */
struct gntdev_map *gntdev_map_new(u32 count, struct device *dev, u32 dma_flags)
{
	struct gntdev_map *map;
	int err;

	map = map_alloc(count);
	if (!map)
		return ERR_PTR(-ENOMEM);
	err = alloc_pages_for(map, dev, dma_flags);
	if (err) {
		kvfree(map);
		/* It may be about something that is the kernel's own. */
		return ERR_PTR(err == -EOPNOTSUPP ? err : -ENOMEM);
	}
	refcount_set(&map->users, 1);
	atomic_set(&map->vmas, 0);
	mutex_init(&map->lock);
	INIT_LIST_HEAD(&map->pending);
	map->generation = xen_resume_generation();
	return map;
}

/* What Xen did not let go of is lost, rather than given to somebody else. */
static u32 drop_lost_pages(struct gntdev_map *map)
{
	u32 i, kept = 0;

	for (i = 0; i < map->count; i++) {
		if (map->grants[i].handle == INVALID_GRANT_HANDLE)
			map->pages[kept++] = map->pages[i];
	}
	return kept;
}

static void map_free(struct gntdev_map *map)
{
	u32 nr = map->count;

	if (map->live)
		nr = drop_lost_pages(map);
	if (map->dma && nr == map->count)
		gntdev_dma_free(map->dma);
	else if (!map->dma && nr)
		gnttab_free_pages(nr, map->pages);
	mutex_destroy(&map->lock);
	kvfree(map);
}

/* May sleep. */
void gntdev_map_put(struct gntdev_map *map)
{
	if (!refcount_dec_and_test(&map->users))
		return;
	xen_unmap_notify_send(&map->notify);
	map_free(map);
}

static int copy_grants(struct gntdev_map *map,
		       const struct ioctl_gntdev_grant_ref __user *uref)
{
	struct ioctl_gntdev_grant_ref *ref = (void *)map->ops;
	const u32 room = gntdev_batch(map->count) * sizeof(*map->ops) / sizeof(*ref);
	u32 i, k, nr;

	for (i = 0; i < map->count; i += nr) {
		nr = min(room, map->count - i);
		if (copy_from_user(ref, uref + i, nr * sizeof(*ref)))
			return -EFAULT;
		for (k = 0; k < nr; k++)
			gntdev_grant_init(&map->grants[i + k], ref[k].domid,
					  ref[k].ref);
	}
	return 0;
}

long gntdev_map_grant_ref(struct xen_ioctl_call *call)
{
	const struct ioctl_gntdev_map_grant_ref *arg = call->arg;
	struct ioctl_gntdev_map_grant_ref __user *u = call->uarg;
	struct gntdev_file *gf = call->file;
	struct gntdev_map *map;
	int err;

	err = gntdev_check_count(arg->count);
	if (err)
		return err;
	map = gntdev_map_new(arg->count, NULL, 0);
	if (IS_ERR(map))
		return PTR_ERR(map);
	err = copy_grants(map, u->refs);
	if (err)
		goto err_map;

	gntdev_index_reserve(gf, map);
	if (put_user(map->index << PAGE_SHIFT, &u->index)) {
		err = -EFAULT;
		goto err_index;
	}
	gntdev_index_publish(gf, map);
	return 0;

err_index:
	gntdev_index_remove(gf, map);
err_map:
	gntdev_map_put(map);
	return err;
}

long gntdev_unmap_grant_ref(struct xen_ioctl_call *call)
{
	const struct ioctl_gntdev_unmap_grant_ref *arg = call->arg;
	struct gntdev_file *gf = call->file;
	struct gntdev_map *map;
	bool mine;

	map = gntdev_index_find(gf, arg->index >> PAGE_SHIFT);
	if (!map)
		return -ENOENT;
	/* Whoever takes it out drops the file's reference, too. */
	mine = map->index == arg->index >> PAGE_SHIFT &&
	       (!arg->count || map->count == arg->count) &&
	       gntdev_index_remove(gf, map);
	if (mine)
		gntdev_map_put(map);
	gntdev_map_put(map);
	return mine ? 0 : -ENOENT;
}

/* Put @notify in the place of what the map has, and that into @notify. */
static int swap_notify(struct gntdev_map *map, struct xen_unmap_notify *notify)
{
	int err = 0;

	mutex_lock(&map->lock);
	if (map->readonly && xen_unmap_notify_clears(notify))
		err = -EINVAL;
	else
		swap(map->notify, *notify);
	mutex_unlock(&map->lock);
	return err;
}

long gntdev_set_unmap_notify(struct xen_ioctl_call *call)
{
	const struct ioctl_gntdev_unmap_notify *arg = call->arg;
	struct gntdev_file *gf = call->file;
	struct xen_unmap_notify notify;
	struct gntdev_map *map;
	int err;

	/*
	 * The reference comes before the old one goes: they may be for the same
	 * port, which would be closed in between.
	 */
	err = xen_unmap_notify_init(&notify, 0, arg->action,
				    arg->event_channel_port);
	if (err)
		return err;
	map = gntdev_index_find(gf, arg->index >> PAGE_SHIFT);
	if (map) {
		notify.offset = arg->index - (map->index << PAGE_SHIFT);
		err = swap_notify(map, &notify);
		gntdev_map_put(map);
	} else {
		err = -ENOENT;
	}
	xen_unmap_notify_drop(&notify);
	return err;
}
