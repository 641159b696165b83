// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs in a guest, holds what "save" in dom0 tells it through xenstore while the
 * guest is saved and restored, and says what each call answers then; see
 * lib/xl.c. No verdict here.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#include <libxenvchan.h>

#include "clock.h"
#include "evtchn_ops.h"
#include "fmap.h"
#include "holding.h"
#include "obey.h"

#define FILES_MAX	8
#define LOG_ALL		3

static char more[OBEY_TEXT];

/* ---- event channels: the words are the number of a file, and of a port */

static int file[FILES_MAX];

static int do_open(unsigned int f)
{
	file[f] = ev_open(O_RDWR | O_NONBLOCK);
	return file[f] < 0 ? file[f] : 0;
}

static int do_close(unsigned int f)
{
	return close(file[f]) ? -errno : 0;
}

static uint32_t virq_number;

static int do_virq(unsigned int f)
{
	return ev_bind_free_virq(file[f], &virq_number);
}

/* Without waiting: a port, or -EAGAIN. */
static int do_read(unsigned int f)
{
	uint32_t port = 0;
	ssize_t ret = ev_read(file[f], &port, sizeof(port));

	return ret < 0 ? ret : (int)port;
}

/* The same, and unmask it. */
static int do_take(unsigned int f)
{
	int port = do_read(f);

	return port < 0 ? port : ev_unmask(file[f], port) ?: port;
}

/* A thread that sleeps until there is something to be read. */
static struct {
	pthread_t thread;
	int fd;
	int result;
} sleeper;

static void *sleep_in_read(void *arg)
{
	uint32_t port = 0;
	ssize_t ret = ev_read(sleeper.fd, &port, sizeof(port));

	__atomic_store_n(&sleeper.result, ret < 0 ? ret : (int)port,
			 __ATOMIC_RELEASE);
	return arg;
}

static int do_sleep(unsigned int f)
{
	sleeper.fd = file[f];
	sleeper.result = -EINPROGRESS;
	if (fcntl(sleeper.fd, F_SETFL, O_RDWR))
		return -errno;
	return -pthread_create(&sleeper.thread, NULL, sleep_in_read, NULL);
}

/* What it got, if it got something within a while. */
static int do_slept(unsigned int ms)
{
	uint64_t end = now_us() + ms * 1000ULL;
	int result;

	do {
		result = __atomic_load_n(&sleeper.result, __ATOMIC_ACQUIRE);
		if (result != -EINPROGRESS) {
			pthread_join(sleeper.thread, NULL);
			break;
		}
		sleep_ms(10);
	} while (now_us() < end);
	return result;
}

static int do_ports(const char *verb, const char *words)
{
	unsigned int f = 0, port = 0;

	if (sscanf(words, "%u %u", &f, &port) < 1)
		return -EINVAL;
	if (!strcmp(verb, "slept"))
		return do_slept(f);
	if (f >= FILES_MAX)
		return -EINVAL;
	if (!strcmp(verb, "open"))
		return do_open(f);
	if (!strcmp(verb, "close"))
		return do_close(f);
	if (!strcmp(verb, "unbound"))
		return ev_bind_unbound(file[f], DOM_HERE);
	if (!strcmp(verb, "interdomain"))
		return ev_bind_interdomain(file[f], DOM_HERE, port);
	if (!strcmp(verb, "virq"))
		return do_virq(f);
	if (!strcmp(verb, "virq-number"))
		return virq_number;
	if (!strcmp(verb, "rebind"))
		return ev_bind_virq(file[f], port);
	if (!strcmp(verb, "notify"))
		return ev_notify(file[f], port);
	if (!strcmp(verb, "unbind"))
		return ev_unbind(file[f], port);
	if (!strcmp(verb, "write"))
		return ev_unmask(file[f], port);
	if (!strcmp(verb, "read"))
		return do_read(f);
	if (!strcmp(verb, "take"))
		return do_take(f);
	if (!strcmp(verb, "poll"))
		return ev_wait(file[f], 0);
	if (!strcmp(verb, "wait"))
		return ev_wait(file[f], SOON_MS);
	if (!strcmp(verb, "reset"))
		return ev_reset(file[f]);
	if (!strcmp(verb, "sleep"))
		return do_sleep(f);
	return -ENOSYS;
}

/* ---- a vchan */

static struct libxenvchan *vchan;

static int error(int ret)
{
	return ret < 0 ? -(errno ?: EIO) : ret;
}

/* Words: a path of xenstore. */
static int vchan_serve(const char *path)
{
	vchan = libxenvchan_server_init(NULL, DOM_HERE, path, 4096, 4096);
	return vchan ? 0 : -errno;
}

static int vchan_connect(const char *path)
{
	vchan = libxenvchan_client_init(NULL, DOM_HERE, path);
	return vchan ? 0 : -errno;
}

/* Is there something to be waited for no longer? */
static int vchan_poll(void)
{
	struct pollfd pfd = {
		.fd = libxenvchan_fd_for_select(vchan),
		.events = POLLIN,
	};

	return poll(&pfd, 1, SOON_MS) < 0 ? -errno : pfd.revents;
}

/* How much there is. */
static int vchan_take(void)
{
	char in[64];

	return error(libxenvchan_read(vchan, in, sizeof(in)));
}

static int vchan_end(void)
{
	libxenvchan_close(vchan);
	vchan = NULL;
	return 0;
}

static int do_vchan(const char *verb, const char *words)
{
	errno = 0;
	if (!strcmp(verb, "serve"))
		return vchan_serve(words);
	if (!strcmp(verb, "connect"))
		return vchan_connect(words);
	if (!vchan)
		return -EBADF;
	if (!strcmp(verb, "write"))
		return error(libxenvchan_write(vchan, words, strlen(words)));
	if (!strcmp(verb, "read"))
		return vchan_take();
	if (!strcmp(verb, "poll"))
		return vchan_poll();
	if (!strcmp(verb, "wait"))
		return error(libxenvchan_wait(vchan));
	if (!strcmp(verb, "close"))
		return vchan_end();
	return -ENOSYS;
}

/* ---- the kernel's own devices, and what it says */

/* Words: a seed. A page of it, on the disk behind the cache. */
static int do_disk(const char *verb, unsigned int seed)
{
	static _Alignas(PG) char page[PG];
	int fd = open("/dev/xvda", O_RDWR | O_DIRECT);
	ssize_t ret;

	if (fd < 0)
		return -errno;
	if (!strcmp(verb, "disk-write")) {
		pattern_write(page, 1, seed);
		ret = pwrite(fd, page, PG, 0);
	} else {
		ret = pread(fd, page, PG, 0);
	}
	ret = ret < 0 ? -errno : ret != PG ? -EIO : 0;
	close(fd);
	return ret ?: (int)pattern_wrong(page, 1, seed);
}

/*
 * How often the kernel has complained; the answer has the first words of it, and
 * the console more.
 */
static int do_complaints(void)
{
	static const char *const words[] = {
		"WARNING:", "BUG:", "kernel BUG", "Oops", "Call Trace:",
		"general protection", "nobody cared", "bad page",
	};
	static char text[1 << 20];
	const char *first = NULL, *at;
	unsigned int i;
	int nr = 0, len;

	len = klogctl(LOG_ALL, text, sizeof(text) - 1);
	if (len < 0)
		return -errno;
	text[len] = 0;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		for (at = text; (at = strstr(at, words[i])); at++) {
			first = first && first < at ? first : at;
			nr++;
		}
	}
	if (first) {
		sprintf(more, " %.*s", (int)strcspn(first, "\n"), first);
		printf("%.6000s\n", first);
	}
	return nr;
}

static int do_one(const char *verb, char *words)
{
	int ret;

	if (!strcmp(verb, "complaints"))
		return do_complaints();
	if (!strcmp(verb, "say"))
		return printf("guest: %s\n", words) < 0 ? -errno : 0;
	if (!strncmp(verb, "disk-", 5))
		return do_disk(verb, atoi(words));
	if (!strncmp(verb, "vchan-", 6))
		return do_vchan(verb + 6, words);
	ret = holding_command(verb, words, more);
	return ret == -ENOSYS ? do_ports(verb, words) : ret;
}

/* Words: commands with semicolons between. The answer has the result of each. */
static int do_each(char *words)
{
	char results[OBEY_TEXT], verb[32], *one, *save;
	int len = 0, skip;

	results[0] = 0;
	for (one = strtok_r(words, ";", &save); one;
	     one = strtok_r(NULL, ";", &save)) {
		skip = 0;
		if (sscanf(one, "%31s %n", verb, &skip) != 1)
			return -EINVAL;
		len += sprintf(results + len, " %d", do_one(verb, one + skip));
	}
	memcpy(more, results, len + 1);
	return 0;
}

static int do_command(const char *verb, char *words)
{
	if (!strcmp(verb, "hello"))
		return 0;
	if (!strcmp(verb, "die"))
		kill(getpid(), SIGKILL);
	if (!strcmp(verb, "each"))
		return do_each(words);
	return do_one(verb, words);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	return obey(do_command, more);
}
