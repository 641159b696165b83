/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that are run through the shell, for what they do and say.
 */
#ifndef XT_COMMAND_H
#define XT_COMMAND_H

#include <stdbool.h>

/* The exit status of the line, -errno if there is none. */
int command(const char *format, ...);

/* What the last one said, on either stream, cut off after 256 KiB. */
const char *command_said(void);

/* Repeat it until it succeeds, for so long. */
bool command_within(unsigned int ms, const char *format, ...);

/* The number that follows @what in what the last one said, or -1. */
long long command_number(const char *what);

#endif
