// SPDX-License-Identifier: GPL-2.0-only
/*
 * A console on the first serial port, for a kernel that has none there: those of
 * the rig that find faults speak through Xen.
 */
#include <linux/console.h>
#include <linux/io.h>
#include <linux/module.h>

#define PORT		0x3f8
#define STATUS		(PORT + 5)
#define STATUS_EMPTY	0x20

static void put(char c)
{
	while (!(inb(STATUS) & STATUS_EMPTY))
		cpu_relax();
	outb(c, PORT);
}

static void console_put(struct console *con, const char *text, unsigned int len)
{
	while (len--)
		put(*text++);
}

/* All that was said before it came is said again. */
static struct console serial = {
	.name	= "kunit",
	.write	= console_put,
	.flags	= CON_PRINTBUFFER | CON_ENABLED,
	.index	= -1,
};

static int __init console_init_module(void)
{
	register_console(&serial);
	return 0;
}

module_init(console_init_module);

MODULE_DESCRIPTION("A serial console for unit tests");
MODULE_LICENSE("GPL");
