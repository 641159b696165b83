/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XEN_FUZZ_H
#define XEN_FUZZ_H

#include <linux/types.h>

#include "fuzz/abi.h"

extern struct fuzz_shared *fuzz_shared;

/* coverage.c */
/* What the compiler calls. */
void __sanitizer_cov_trace_pc(void);
void fuzz_coverage_begin(const struct fuzz_begin *begin);
void fuzz_coverage_end(void);
void fuzz_turns_pause(bool pause);

/* events.c */
void fuzz_world_init(void);
void fuzz_world_renew(enum fuzz_world world);
void fuzz_world_settle(struct fuzz_census *census);
long fuzz_event(const struct fuzz_event *event);

/* exporter.c */
long fuzz_exporter(const u32 *arg);
unsigned long fuzz_exporters(void);

#endif
