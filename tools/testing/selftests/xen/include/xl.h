/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that Debian's xl makes, in which "domu-grant" does what it is told
 * through xenstore.
 *
 * Only for programs that are linked with libxenctrl.
 */
#ifndef XT_XL_H
#define XT_XL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xenctrl.h>
#include <xenstore.h>

/* Seconds until a guest is up, and until it has done something. */
#define XL_BOOT_S	420
#define XL_ANSWER_S	120

/* An answer, as long as one of xenstore can be. */
#define XL_TEXT		4096

struct xl_guest {
	xc_interface *xc;
	struct xs_handle *xs;
	const char *type;
	const char *name;
	uint32_t domid;
	unsigned int commands;
	char answer[XL_TEXT];
};

/* Are there guests to be made here? */
bool xl_possible(void);

/* Make one of /guest/TYPE.cfg, and wait until it can be told: 0 or -errno. */
int xl_create(struct xl_guest *g, const char *type);

/*
 * The same in steps: open, make one under another name, in which "domu-@what"
 * obeys, with more of xl's configuration as words of the shell.
 */
int xl_open(struct xl_guest *g, const char *type, const char *name);
int xl_create_as(struct xl_guest *g, const char *what, const char *config);

/* Or find the one of that name, which may have been made long ago. */
int xl_find(struct xl_guest *g);

/* Tell it something; it does it, and its answer begins with the result. */
int xl_start(struct xl_guest *g, const char *format, ...);
int xl_answer(struct xl_guest *g);
int xl_answer_within(struct xl_guest *g, unsigned int ms);

/* Both at once. */
int xl_do(struct xl_guest *g, const char *format, ...);

/* Destroy it now, without asking it; did it go within a while? */
int xl_destroy(struct xl_guest *g);
bool xl_gone(struct xl_guest *g);

/* End of use; xl_close() leaves the guest alone. */
void xl_free(struct xl_guest *g);
void xl_close(struct xl_guest *g);

#endif
