/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dispatch of ioctls by a table, for all devices. xen-hypercall.ko has the code
 * and the tracepoints.
 */
#ifndef XEN_LIB_IOCTL_H
#define XEN_LIB_IOCTL_H

#include <linux/build_bug.h>
#include <linux/compiler_types.h>
#include <linux/ioctl.h>
#include <linux/types.h>

/* What the argument of any ioctl has at most, in bytes. */
#define XEN_IOCTL_ARG_MAX	64

/**
 * struct xen_ioctl_call - one call, as its handler sees it
 * @file: the private data of the open file
 * @arg: the argument, copied, in the layout of a 64-bit caller
 * @uarg: where the caller has it, for results and for what follows it
 * @compat: comes from a 32-bit caller, whose arrays have the layout of such
 */
struct xen_ioctl_call {
	void *file;
	void *arg;
	void __user *uarg;
	bool compat;
};

/**
 * struct xen_ioctl - one command
 * @cmd: its number; the place in the table is _IOC_NR() of it
 * @size: bytes of the argument that are copied before the handler is called
 * @compat_cmd: its number for a 32-bit caller, or 0: the same
 * @compat_size: bytes of the argument that are copied for a 32-bit caller
 * @expand: bring the argument from the layout of a 32-bit caller to that of a
 *	64-bit caller, in place; NULL: the fields are where they are anyway
 * @check: may the file do that at all? Asked before the argument is read, as
 *	its errno comes before -EFAULT; NULL: yes
 * @handler: does it; returns what the ioctl returns
 */
struct xen_ioctl {
	unsigned int cmd;
	unsigned int size;
	unsigned int compat_cmd;
	unsigned int compat_size;
	void (*expand)(void *arg);
	int (*check)(void *file);
	long (*handler)(struct xen_ioctl_call *call);
};

/* A place in the table; behind the handler there may be other fields. */
#define XEN_IOCTL(_cmd, _type, _handler, ...) \
	[_IOC_NR(_cmd)] = { \
		.cmd = (_cmd), \
		.size = sizeof(_type) + \
			BUILD_BUG_ON_ZERO(sizeof(_type) > XEN_IOCTL_ARG_MAX || \
					  sizeof(_type) % 2), \
		.handler = (_handler), \
		__VA_ARGS__ \
	}

/**
 * struct xen_ioctls - all commands of a device
 * @device: its name, for the tracepoints
 * @table: the commands, by _IOC_NR()
 * @nr: length of the table
 * @unknown: the errno for a command that is not there
 */
struct xen_ioctls {
	const char *device;
	const struct xen_ioctl *table;
	unsigned int nr;
	int unknown;
};

/**
 * xen_ioctl() - dispatch an ioctl.
 * @ioctls: the commands of the device
 * @file: the private data of the open file
 * @cmd: the command
 * @arg: the address of its argument
 *
 * Return: what the handler returned; -EFAULT if the argument cannot be read;
 * the errno of the device for an unknown command.
 */
long xen_ioctl(const struct xen_ioctls *ioctls, void *file, unsigned int cmd,
	       unsigned long arg);

/**
 * xen_compat_ioctl() - dispatch an ioctl of a 32-bit caller.
 * @ioctls: the commands of the device
 * @file: the private data of the open file
 * @cmd: the command, with the size that the argument has there
 * @arg: the address of its argument
 *
 * Return: as xen_ioctl().
 */
long xen_compat_ioctl(const struct xen_ioctls *ioctls, void *file,
		      unsigned int cmd, unsigned long arg);

#endif
