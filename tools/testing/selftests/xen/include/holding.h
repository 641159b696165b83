/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages that a guest shares with dom0, and pages of dom0 that it has mapped; for
 * the programs that obey dom0.
 */
#ifndef XT_HOLDING_H
#define XT_HOLDING_H

/*
 * Do one of these, where X is "mapped" or "shared":
 *
 *	map REFERENCE...	map pages of dom0
 *	share COUNT		allocate pages for dom0; @more has their references
 *	write-X SEED		write a pattern
 *	check-X SEED		how many pages do not have it
 *	check-neighbour		has a page beside the mapped ones not what it had?
 *	zeros-X			how many pages are not zeros
 *	notify-X PORT OFFSET	ring a port of dom0 and clear a byte, at the end
 *	release-X		unmap the pages, and close the file
 *	free-X			the same, with the ioctl between
 *
 * Returns 0 or a number, or -errno; -ENOSYS when it is none of them.
 */
int holding_command(const char *verb, char *words, char *more);

#endif
