/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grants as dma-bufs and back, for kernels that have dma-bufs at all.
 */
#ifndef XEN_GNTDEV_DMABUF_H
#define XEN_GNTDEV_DMABUF_H

struct gntdev_file;
struct xen_ioctl_call;

#ifdef CONFIG_DMA_SHARED_BUFFER

/* dmabuf_exp.c */
long gntdev_dmabuf_exp_from_refs(struct xen_ioctl_call *call);
long gntdev_dmabuf_exp_wait_released(struct xen_ioctl_call *call);
void gntdev_dmabuf_exp_forget(struct gntdev_file *gf);

/* dmabuf_imp.c */
long gntdev_dmabuf_imp_to_refs(struct xen_ioctl_call *call);
long gntdev_dmabuf_imp_release(struct xen_ioctl_call *call);
void gntdev_dmabuf_imp_release_all(struct gntdev_file *gf);
unsigned int gntdev_dmabuf_imp_pending(void);
int gntdev_dmabuf_imp_init(void);
void gntdev_dmabuf_imp_exit(void);

#else

static inline void gntdev_dmabuf_exp_forget(struct gntdev_file *gf)
{
}

static inline void gntdev_dmabuf_imp_release_all(struct gntdev_file *gf)
{
}

static inline unsigned int gntdev_dmabuf_imp_pending(void)
{
	return 0;
}

static inline int gntdev_dmabuf_imp_init(void)
{
	return 0;
}

static inline void gntdev_dmabuf_imp_exit(void)
{
}

#endif

#endif
