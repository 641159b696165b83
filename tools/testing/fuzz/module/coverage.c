// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the drivers reach, and when their threads take turns.
 *
 * The drivers, and nothing else, are compiled with a call to the function below
 * in each basic block, as for KCOV. KCOV itself counts what one thread does in
 * its own system calls; this counts interrupts and workers, too, and asks
 * nothing of the kernel's configuration.
 *
 * Whoever runs the drivers is SCHED_FIFO with the same priority, so that nobody
 * is preempted by another, in the fake Xen least of all, which knows nothing of
 * threads. The only places to switch are those at which one sleeps, and the
 * blocks of the drivers: at some of them, chosen by a seed, the thread that runs
 * goes behind the others. So a program and a seed give the same order of
 * things again.
 */
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/rt.h>
#include <linux/sched/task.h>
#include <uapi/linux/sched/types.h>

#include "fuzz/module/fuzz.h"

#define PRIORITY	50

/* Of who has let the others go first. */
#define PRIORITY_BEHIND	(PRIORITY - 1)

static bool counting, paused;
static u32 random, mask;
/* Who let the others go first, and still has the lower priority. */
static struct task_struct *behind;

static void set_priority(struct task_struct *task, int priority)
{
	struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = SCHED_FIFO,
		.sched_priority = priority,
	};

	sched_setattr_nocheck(task, &attr);
}

static void bring_back(void)
{
	struct task_struct *task = behind;

	behind = NULL;
	if (!task)
		return;
	set_priority(task, PRIORITY);
	put_task_struct(task);
}

/*
 * As if preempted: it may be in a section of RCU, where one cannot yield, or on
 * its way to sleep. Whoever does it next brings this one back before; and so does
 * it itself, when the others sleep.
 */
static void fall_behind(void)
{
	behind = get_task_struct(current);
	set_priority(current, PRIORITY_BEHIND);
	if (behind == current)
		bring_back();
}

static void take_turns(void)
{
	if (!preemptible())
		return;
	/* A worker. From here on it stays in order. */
	if (!rt_task(current))
		set_priority(current, PRIORITY);
	if (!mask || paused || current->rt_priority != PRIORITY)
		return;
	random = random * 1664525 + 1013904223;
	if (random >> 8 & mask)
		return;
	fuzz_shared->switches++;
	bring_back();
	fall_behind();
}

static void count_pc(unsigned long pc)
{
	struct fuzz_shared *s = fuzz_shared;
	u32 i;

	for (i = hash_long(pc, 15); s->pcs[i]; i = (i + 1) % FUZZ_PCS) {
		if (s->pcs[i] == pc)
			return;
	}
	if (s->nr_pcs < FUZZ_PCS / 2) {
		s->pcs[i] = pc;
		s->nr_pcs++;
	}
}

static void count(unsigned long pc)
{
	/* A handler's blocks do not follow those that it interrupted. */
	static unsigned long before[2];
	struct fuzz_shared *s = fuzz_shared;
	u32 edge = hash_long(pc ^ before[in_task()], 16);

	before[in_task()] = pc << 1;
	if (s->edges[edge] == s->generation)
		return;
	if (!s->edges[edge]) {
		count_pc(pc);
		if (s->nr_new < FUZZ_NEW)
			s->new[s->nr_new++] = edge;
	}
	s->edges[edge] = s->generation;
}

void __sanitizer_cov_trace_pc(void)
{
	if (!READ_ONCE(counting))
		return;
	count((unsigned long)__builtin_return_address(0));
	if (in_task())
		take_turns();
}
EXPORT_SYMBOL_GPL(__sanitizer_cov_trace_pc);

void fuzz_coverage_begin(const struct fuzz_begin *begin)
{
	fuzz_shared->generation++;
	fuzz_shared->nr_new = 0;
	fuzz_shared->switches = 0;
	random = begin->seed;
	mask = begin->rate < 16 ? (1 << begin->rate) - 1 : 0;
	WRITE_ONCE(counting, true);
}

void fuzz_coverage_end(void)
{
	WRITE_ONCE(counting, false);
	mask = 0;
	bring_back();
}

void fuzz_turns_pause(bool pause)
{
	paused = pause;
}
