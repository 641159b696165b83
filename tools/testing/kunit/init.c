// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only process of the machine that the unit tests run in. It loads the
 * modules in the order of /modules, lets them go again, looks for what they left
 * behind, and switches the machine off. The suites run while their module is
 * being loaded, in this process.
 *
 * Its own findings are lines that begin with "kunit:"; the runner reads them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FAULTS		"/sys/kernel/debug"

static void check(int ok, const char *format, ...)
{
	va_list args;

	printf("kunit: %s - ", ok ? "ok" : "not ok");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		printf("kunit: cannot write to %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* fail_nth is to count what can sleep, too, and to keep quiet about it. */
static void arm_faults(void)
{
	set(FAULTS "/failslab/ignore-gfp-wait", "N");
	set(FAULTS "/failslab/verbose", "0");
	set(FAULTS "/fail_page_alloc/ignore-gfp-wait", "N");
	set(FAULTS "/fail_page_alloc/ignore-gfp-highmem", "N");
	set(FAULTS "/fail_page_alloc/min-order", "0");
	set(FAULTS "/fail_page_alloc/verbose", "0");
	set(FAULTS "/fail_usercopy/verbose", "0");
}

static int load(const char *name, const char *args)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), "/%s.ko", name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return errno;
	ret = syscall(SYS_finit_module, fd, args, 0) ? errno : 0;
	close(fd);
	return ret;
}

static int unload(const char *name)
{
	char with_underscores[64];
	char *c;

	snprintf(with_underscores, sizeof(with_underscores), "%s", name);
	for (c = with_underscores; *c; c++) {
		if (*c == '-')
			*c = '_';
	}
	return syscall(SYS_delete_module, with_underscores, O_NONBLOCK) ?
	       errno : 0;
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

/* Twice: an object that the first pass finds may be on its way. */
static int leaks(void)
{
	char buffer[4096];
	int fd, n, found = 0;

	set(FAULTS "/kmemleak", "scan");
	set(FAULTS "/kmemleak", "scan");
	fd = open(FAULTS "/kmemleak", O_RDONLY);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		found = 1;
		fwrite(buffer, 1, n, stdout);
	}
	close(fd);
	return found;
}

static void print_taint(void)
{
	char buffer[32] = "";
	int fd = open("/sys/module/xen_fake/parameters/taint", O_RDONLY);

	if (fd >= 0 && read(fd, buffer, sizeof(buffer) - 1) > 0)
		printf("kunit: taint %s", buffer);
	close(fd);
}

int main(void)
{
	static const char * const modules[] = {
		"xen-hypercall", "xen-evtchn", "xen-privcmd", "xen-kunit", NULL
	};
	char args[64];
	int i, err;

	setvbuf(stdout, NULL, _IOLBF, 0);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("debugfs", FAULTS, "debugfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	arm_faults();
	/* What the kernel itself has lost is not our business. */
	set(FAULTS "/kmemleak", "scan");
	set(FAULTS "/kmemleak", "clear");
	printf("kunit: begin\n");

	find_kallsyms(args, sizeof(args));
	err = load("xen-fake", args);
	if (err)
		check(0, "xen-fake does not load: %s", strerror(err));
	for (i = 0; modules[i]; i++) {
		err = load(modules[i], "");
		check(!err, "%s loads (%d)", modules[i], err);
	}
	while (i-- > 0) {
		err = unload(modules[i]);
		check(!err, "%s unloads (%d)", modules[i], err);
	}
	check(!leaks(), "no memory is lost");
	print_taint();
	unload("xen-fake");
	printf("kunit: end\n");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
