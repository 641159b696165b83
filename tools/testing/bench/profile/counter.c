// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin for QEMU that counts how often each instruction runs, whoever's it
 * is, between two marks of the profiled program (mark.h).
 *
 * usage: qemu-system-x86_64 -plugin counter.so,out=FILE ...
 *
 * FILE gets, for each operation in turn, a line "op TOTAL" and then "ADDRESS
 * COUNT" for every instruction of the round that had the fewest. Until the
 * first mark has run, only marks are looked for, and the machine is as fast as
 * without.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"
#include "plugin.h"

#define PUBLIC __attribute__((visibility("default")))

PUBLIC int qemu_plugin_version = 1;

/* Open addressing; a machine runs through some 100,000 addresses. */
#define SLOTS	1048576u

struct slot {
	uint64_t address;
	uint64_t count;
	/* In the best round so far. */
	uint64_t best;
};

static struct slot slots[SLOTS];
static uint64_t total, best_total;
static plugin_id self;
static bool armed, counting;
static FILE *out;

static struct slot *slot_at(const struct qemu_plugin_insn *insn)
{
	const uint64_t address = qemu_plugin_insn_vaddr(insn);
	uint32_t i = address * 0x9e3779b97f4a7c15ull >> 44;

	while (slots[i].address && slots[i].address != address)
		i = (i + 1) % SLOTS;
	slots[i].address = address;
	return &slots[i];
}

static void count(unsigned int cpu, void *data)
{
	struct slot *slot = data;

	if (!counting)
		return;
	slot->count++;
	total++;
}

static void begin_round(void)
{
	struct slot *s;

	for (s = slots; s < slots + SLOTS; s++)
		s->count = 0;
	total = 0;
}

static void end_round(void)
{
	struct slot *s;

	if (best_total && total >= best_total)
		return;
	best_total = total;
	for (s = slots; s < slots + SLOTS; s++)
		s->best = s->count;
}

static void write_down(void)
{
	struct slot *s;

	fprintf(out, "op %" PRIu64 "\n", best_total);
	for (s = slots; s < slots + SLOTS; s++) {
		if (s->best)
			fprintf(out, "%" PRIx64 " %" PRIu64 "\n", s->address, s->best);
		s->best = 0;
	}
	fflush(out);
	best_total = 0;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb);

/* All that has been translated is forgotten, and comes by anew. */
static void again(plugin_id id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
}

static void mark(unsigned int cpu, void *data)
{
	if (!armed) {
		armed = true;
		qemu_plugin_reset(self, again);
		return;
	}
	switch ((uintptr_t)data) {
	case MARK_BEGIN:
		begin_round();
		counting = true;
		break;
	case MARK_END:
		counting = false;
		end_round();
		break;
	case MARK_DONE:
		write_down();
		break;
	}
}

/* Which mark an instruction is, or 0. */
static uint32_t mark_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t nopl[] = { 0x0f, 0x1f, 0x80 };
	const uint8_t *code = qemu_plugin_insn_data(insn);
	uint32_t number;

	if (qemu_plugin_insn_size(insn) != 7 || memcmp(code, nopl, sizeof(nopl)))
		return 0;
	memcpy(&number, code + sizeof(nopl), sizeof(number));
	number -= MARK_NOP;
	return number <= MARK_DONE ? number : 0;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	struct qemu_plugin_insn *insn;
	uint32_t which;
	size_t i;

	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		which = mark_of(insn);
		if (which)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, 0,
							       (void *)(uintptr_t)which);
		else if (armed)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, count, 0,
							       slot_at(insn));
	}
}

PUBLIC int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	self = id;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "counter: out=FILE is wanted\n");
		return -1;
	}
	out = fopen(argv[0] + 4, "w");
	if (!out) {
		perror(argv[0] + 4);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
