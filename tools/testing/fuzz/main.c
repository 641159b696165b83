// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first process of the machine: loads the modules, runs the programs that
 * the runner has given, and then, for as long as it was told, others that it
 * makes of those that reached what no other did.
 *
 * What it has to say are lines that begin with "fuzz:"; the runner reads them.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../kunit/leaks.h"
#include "machine.h"

#define FAULTS		"/sys/kernel/debug"
#define MAX_CORPUS	8192
#define TOLD_EACH	10

/* Shared with the worker, and with those that come after it. */
static struct {
	__u64 random;
	/* The first are those of the runner, which are run before all else. */
	unsigned int nr_given, at;
	int replaying;
	unsigned int nr;
	time_t end, told;
	char names[MAX_CORPUS][48];
	struct prog progs[MAX_CORPUS];
} *corpus;

static long number(const char *name)
{
	const char *text = getenv(name);

	return text ? atol(text) : 0;
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		printf("fuzz: cannot write to %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void load_module(const char *name, const char *args)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/%s.ko", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || syscall(SYS_finit_module, fd, args, 0))
		printf("fuzz: no module %s: %s\n", name, strerror(errno));
	close(fd);
}

/* Where the kernel has what it does not export. */
static void find_kallsyms(char *args, size_t size)
{
	char line[256], name[128];
	unsigned long address;
	FILE *f = fopen("/proc/kallsyms", "r");

	args[0] = '\0';
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx %*c %127s", &address, name) == 2 &&
		    !strcmp(name, "kallsyms_lookup_name"))
			snprintf(args, size, "kallsyms=0x%lx", address);
	}
	if (f)
		fclose(f);
}

static void boot(void)
{
	static const char * const modules[] = {
		"xen-hypercall", "xen-evtchn", "xen-privcmd", "xen-gntdev", "xen-gntalloc",
	};
	const char *host = getenv("host");
	char args[64];
	unsigned int i;

	mkdir("/dev", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	if (!freopen("/dev/kmsg", "w", stdout))
		perror("fuzz: /dev/kmsg");
	setvbuf(stdout, NULL, _IOLBF, 0);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("debugfs", FAULTS, "debugfs", 0, NULL);
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	if (!host || mount("none", "/host", "hostfs", 0, host))
		printf("fuzz: no directory of the host\n");
	if (number("leaks")) {
		set(FAULTS "/kmemleak", "scan=off");
		set(FAULTS "/kmemleak", "clear");
	}
	set(FAULTS "/failslab/ignore-gfp-wait", "N");
	set(FAULTS "/failslab/verbose", "0");
	set(FAULTS "/fail_page_alloc/ignore-gfp-wait", "N");
	set(FAULTS "/fail_page_alloc/ignore-gfp-highmem", "N");
	set(FAULTS "/fail_page_alloc/min-order", "0");
	set(FAULTS "/fail_page_alloc/verbose", "0");
	set(FAULTS "/fail_usercopy/verbose", "0");
	find_kallsyms(args, sizeof(args));
	load_module("xen-fake", args);
	load_module("xen-fuzz", "");
	for (i = 0; i < sizeof(modules) / sizeof(*modules); i++)
		load_module(modules[i], "");
	/* What takes long is the same as a little of it. */
	set("/sys/module/xen_gntdev/parameters/limit", "128");
	set("/sys/module/xen_gntalloc/parameters/limit", "48");
}

static void tell_left(const struct fuzz_census *left)
{
	static const char * const names[] = {
		"ports", "irqs", "handlers", "references", "unpopulated", "foreign",
		"mapped", "grants", "handles", "granted pages", "dma", "exporters",
	};
	const __u64 *count = (const __u64 *)left;
	char line[256] = "";
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (count[i])
			snprintf(line + strlen(line), sizeof(line) - strlen(line),
				 " %s %llu", names[i], count[i]);
	}
	printf("fuzz: fault: something is left:%s\n", line);
}

static void run(const struct prog *p)
{
	struct fuzz_census left;

	if (run_program(p, &left))
		return;
	tell_left(&left);
	run_fault();
}

static __u64 hash(const char *text)
{
	__u64 h = 0xcbf29ce484222325;

	while (*text)
		h = (h ^ (unsigned char)*text++) * 0x100000001b3;
	return h;
}

static void save_text(const char *directory, const char *text)
{
	size_t len = strlen(text);
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/host/%s/%016llx", directory,
		 (unsigned long long)hash(text));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		printf("fuzz: cannot write %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void save(const struct prog *p)
{
	static char text[FUZZ_TEXT];

	prog_print(p, text, sizeof(text));
	save_text("out", text);
}

static void keep(const struct prog *p)
{
	if (corpus->nr < MAX_CORPUS)
		corpus->progs[corpus->nr++] = *p;
}

/* Does it still reach all of these? */
static int reaches(const struct prog *p, const __u16 *edges, unsigned int nr)
{
	unsigned int i;

	run(p);
	for (i = 0; i < nr; i++) {
		if (shared->edges[edges[i]] != shared->generation)
			return 0;
	}
	return 1;
}

/* Less calls, one thread, and no faults, if that does it. */
static void shrink(struct prog *p)
{
	static __u16 edges[FUZZ_NEW];
	unsigned int nr = shared->nr_new;
	struct prog less;
	int i;

	memcpy(edges, shared->new, sizeof(edges));
	/* What does not come again is an accident of timing. */
	if (!reaches(p, edges, nr))
		return;
	for (i = p->nr - 1; i >= 0 && p->nr > 1; i--) {
		less = *p;
		less.nr--;
		memmove(&less.calls[i], &less.calls[i + 1],
			(less.nr - i) * sizeof(*less.calls));
		if (reaches(&less, edges, nr))
			*p = less;
	}
	less = *p;
	for (i = 0; i < (int)less.nr; i++) {
		less.calls[i].thread = 0;
		less.calls[i].fault = 0;
	}
	less.rate = 0;
	if (reaches(&less, edges, nr))
		*p = less;
}

static char *read_file(const char *path)
{
	static char text[FUZZ_TEXT];
	int fd = open(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (len < 0)
		return NULL;
	text[len] = '\0';
	return text;
}

/* What the runner gave, in the order of its names. */
static void read_given(void)
{
	struct dirent **list;
	char path[300], *text;
	int nr = scandir("/host/in", &list, NULL, alphasort), i, wrong;

	for (i = 0; i < nr && corpus->nr < MAX_CORPUS; i++) {
		const char *name = list[i]->d_name;

		if (*name == '.')
			continue;
		snprintf(path, sizeof(path), "/host/in/%s", name);
		text = read_file(path);
		wrong = text ? prog_parse(&corpus->progs[corpus->nr], text) : -1;
		if (wrong) {
			printf("fuzz: not ok - %s: line %d is wrong\n", name, wrong);
			continue;
		}
		snprintf(corpus->names[corpus->nr++], sizeof(*corpus->names), "%.47s", name);
	}
	corpus->nr_given = corpus->nr;
}

static void replay(void)
{
	struct prog p = corpus->progs[corpus->at];
	const char *name = corpus->names[corpus->at++];
	unsigned int reached = 0;
	long n;

	corpus->replaying = 1;
	printf("fuzz: at %s\n", name);
	for (n = number("repeat"); n > 0; n--) {
		run(&p);
		reached += shared->nr_new;
		p.seed++;
	}
	printf("fuzz: ok - %s new %u\n", name, reached);
	corpus->replaying = 0;
}

static void tell_progress(const char *what)
{
	printf("fuzz: %s programs %llu calls %llu okay %llu killed %llu corpus %u pcs %u\n",
	       what, stats->programs, stats->calls, stats->okay, stats->killed, corpus->nr,
	       shared->nr_pcs);
}

static void make(struct prog *p)
{
	unsigned int nr = corpus->nr;

	if (!nr || !gen_random(5)) {
		gen_new(p);
		return;
	}
	/* The newest are the least known. */
	if (nr > 64 && gen_random(2))
		*p = corpus->progs[nr - 1 - gen_random(64)];
	else
		*p = corpus->progs[gen_random(nr)];
	gen_mutate(p, &corpus->progs[gen_random(nr)]);
}

static void fuzz(void)
{
	struct prog p;

	make(&p);
	run(&p);
	if (shared->nr_new) {
		shrink(&p);
		save(&p);
		keep(&p);
	}
	if (time(NULL) - corpus->told >= TOLD_EACH) {
		corpus->told = time(NULL);
		tell_progress("progress");
	}
}

static void work(void)
{
	while (corpus->at < corpus->nr_given)
		replay();
	while (time(NULL) < corpus->end)
		fuzz();
	stats->done = 1;
}

/* In the middle of a program. If it was a given one, it was run all the same. */
static void died(const struct fuzz_census *left)
{
	save_text("killed", shared->text);
	if (left) {
		tell_left(left);
		run_fault();
	}
	if (corpus->replaying)
		printf("fuzz: ok - %s new 0\n", corpus->names[corpus->at - 1]);
	corpus->replaying = 0;
}

/* Offsets in the modules, to be looked up by the runner. */
static void save_coverage(void)
{
	static const char * const modules[] = {
		"xen_hypercall", "xen_evtchn", "xen_privcmd", "xen_gntdev", "xen_gntalloc",
	};
	FILE *f = fopen("/host/coverage", "w");
	char path[96], *text;
	unsigned int i;

	if (!f)
		return;
	for (i = 0; i < sizeof(modules) / sizeof(*modules); i++) {
		snprintf(path, sizeof(path), "/sys/module/%s/sections/.text", modules[i]);
		text = read_file(path);
		fprintf(f, "module %s %s", modules[i], text ? text : "0\n");
	}
	for (i = 0; i < FUZZ_PCS; i++) {
		if (shared->pcs[i])
			fprintf(f, "pc %llx\n", shared->pcs[i]);
	}
	for (i = 0; i < nr_ops; i++)
		fprintf(f, "op %s %llu %llu\n", ops[i].name, stats->by_op[i],
			stats->okay_by_op[i]);
	fclose(f);
}

int main(void)
{
	boot();
	corpus = mmap(NULL, sizeof(*corpus), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (corpus == MAP_FAILED)
		perror("fuzz: memory");
	gen_seed(&corpus->random, number("seed"));
	read_given();
	corpus->end = time(NULL) + number("seconds");
	run_init();
	printf("fuzz: begin\n");
	run_worker(work, died);
	tell_progress("done");
	save_coverage();
	if (number("leaks")) {
		/* What RCU has yet to free, kmemleak cannot see there. */
		sleep(1);
		printf("fuzz: leaks %d\n", tell_leaks());
	}
	printf("fuzz: end\n");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
