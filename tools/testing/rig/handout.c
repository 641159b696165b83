// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives a file to who started QEMU: copies standard input to the memory of an
 * ivshmem device, which is a file outside. The console would mix it with what
 * Xen says, and a disk or a serial line needs a driver; this needs sysfs alone.
 */
#include <err.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the device: "QEMU Inter-VM shared memory". */
#define IVSHMEM		"0x1af4\n0x1110\n"

static void read_attribute(const char *device, const char *name, char *to,
			   size_t size)
{
	char path[256];
	size_t len = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", device, name);
	f = fopen(path, "r");
	if (f) {
		len = fread(to, 1, size - 1, f);
		fclose(f);
	}
	to[len] = '\0';
}

static int is_ivshmem(const char *device)
{
	char id[64];

	read_attribute(device, "vendor", id, sizeof(id) / 2);
	read_attribute(device, "device", id + strlen(id), sizeof(id) / 2);
	return !strcmp(id, IVSHMEM);
}

/* Its memory may be switched off: no driver has asked for it. */
static int open_memory(const char *device)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/enable", device);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "1", 1) != 1)
		err(1, "%s", path);
	close(fd);
	snprintf(path, sizeof(path), "%s/resource2", device);
	fd = open(path, O_RDWR);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void copy_input(char *to, size_t size)
{
	size_t done = 0;
	ssize_t got;

	while ((got = read(STDIN_FILENO, to + done, size - done)) > 0)
		done += got;
	if (got < 0)
		err(1, "reading");
	if (done == size)
		errx(1, "more than the %zu bytes that there is room for", size);
	printf("%zu bytes\n", done);
}

int main(void)
{
	glob_t devices;
	size_t i;

	if (glob("/sys/bus/pci/devices/*", 0, NULL, &devices))
		errx(1, "there are no devices");
	for (i = 0; i < devices.gl_pathc; i++) {
		struct stat st;
		void *memory;
		int fd;

		if (!is_ivshmem(devices.gl_pathv[i]))
			continue;
		fd = open_memory(devices.gl_pathv[i]);
		if (fstat(fd, &st))
			err(1, "its size");
		memory = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (memory == MAP_FAILED)
			err(1, "mmap");
		copy_input(memory, st.st_size);
		return 0;
	}
	errx(1, "QEMU shares no memory");
}
