// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running programs. A worker runs one after the other, in its two threads, and
 * cleans up after each: to make a process for each takes User-mode Linux longer
 * than the program. The first process watches over the worker, which it replaces
 * when it does not get on or dies.
 *
 * The threads of the worker have the priority at which the module lets them take
 * turns; the first process has a higher one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"

#define PRIORITY	50
#define PRIORITY_FIRST	60

/* A program, and how long it may take to die. */
#define DEADLINE_MS	1500
#define DEATH_MS	10000
/* Calls that block are interrupted as often. */
#define TICK_MS		20

#define MAX_FORKS	3
#define MAX_CALLS_BEHIND	40

int fuzz_fd;
struct stats *stats;
struct fuzz_shared *shared;

static const struct prog *prog;
/* The first descriptor that is a program's. */
static int first_fd;
static pthread_t second;
/* Programs that the second thread is to run its part of, and has. */
static __u32 asked, answered;
/* What the first thread has come to. */
static unsigned int progress;
static __thread unsigned int at;
static pid_t forked[MAX_FORKS];

static void set_priority(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, SCHED_FIFO, &param)) {
		perror("fuzz: priority");
		exit(1);
	}
}

static void futex_wait(__u32 *word, __u32 value)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value)
		syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_set(__u32 *word, __u32 value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void nothing(int number)
{
}

static void tick(int number)
{
	if (asked != answered)
		pthread_kill(second, SIGUSR1);
}

void run_init(void)
{
	struct sigaction interrupted = { .sa_handler = nothing };
	struct sigaction ticks = { .sa_handler = tick };
	sigset_t child;

	fuzz_fd = open("/dev/fuzz", O_RDWR);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fuzz_fd, 0);
	stats = mmap(NULL, sizeof(*stats), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	if (fuzz_fd < 0 || shared == MAP_FAILED || stats == MAP_FAILED) {
		perror("fuzz: device");
		exit(1);
	}
	memory_init();
	sigaction(SIGUSR1, &interrupted, NULL);
	sigaction(SIGALRM, &ticks, NULL);
	signal(SIGIO, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	set_priority(PRIORITY_FIRST);
}

/*
 * What is no device's is no business of ours; and see memory_fill() for those
 * that use a mapping as memory, or have it without page tables, after fork().
 */
static int can_fail(const struct call *c)
{
	op_fn *fn = ops[c->op].fn;

	return c->fault && strpbrk(ops[c->op].kinds, "ephdavbxM") && fn != mem_write &&
	       machine.forks <= MAX_FORKS;
}

/* A signal whose frame cannot be written is the end of a process. */
static void hold_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(how, &set, NULL);
}

static void begin_fault(unsigned int nth)
{
	hold_signals(SIG_BLOCK);
	arm_fault(nth);
}

static void end_fault(void)
{
	disarm_fault();
	hold_signals(SIG_UNBLOCK);
}

static void do_call(const struct call *c)
{
	long ret;

	machine.failing[c->thread] = can_fail(c);
	__atomic_store_n(&machine.calling[c->thread], 1, __ATOMIC_RELEASE);
	if (machine.failing[c->thread])
		begin_fault(c->fault);
	ret = ops[c->op].fn(c->arg, c->thread);
	if (machine.failing[c->thread])
		end_fault();
	__atomic_store_n(&machine.calling[c->thread], 0, __ATOMIC_RELEASE);
	stats->calls++;
	stats->by_op[c->op]++;
	if (ret >= 0) {
		stats->okay++;
		stats->okay_by_op[c->op]++;
	}
}

/* The second does not begin what comes later than what the first is at. */
static void wait_for_first(unsigned int call)
{
	unsigned int tries;

	for (tries = 0; tries < MAX_CALLS_BEHIND; tries++) {
		if (__atomic_load_n(&progress, __ATOMIC_ACQUIRE) >= call)
			return;
		if (tries < MAX_CALLS_BEHIND / 2)
			sched_yield();
		else
			usleep(500);
	}
}

static void run_rest(int thread)
{
	for (; at < prog->nr; at++) {
		if (!thread)
			__atomic_store_n(&progress, at, __ATOMIC_RELEASE);
		if (prog->calls[at].thread != thread)
			continue;
		if (thread)
			wait_for_first(at);
		do_call(&prog->calls[at]);
	}
	if (!thread)
		__atomic_store_n(&progress, MAX_CALLS, __ATOMIC_RELEASE);
}

static void *second_thread(void *unused)
{
	open_faults();
	for (;;) {
		futex_set(&answered, asked);
		futex_wait(&asked, answered);
		at = 0;
		run_rest(1);
	}
	return NULL;
}

static void touch_all(void)
{
	unsigned int i;

	for (i = 0; i < NR_KEPT; i++) {
		if (machine.maps[i].addr && !touch(machine.maps[i].addr, 0))
			touch(machine.maps[i].addr, 1);
	}
}

static void forked_child(__u32 mode, int thread)
{
	machine.forks = MAX_FORKS + 1;
	/* Those of before are the parent's. */
	open_faults();
	switch (mode % 4) {
	case 1:
		touch_all();
		break;
	case 2:
		at++;
		progress = MAX_CALLS;
		run_rest(thread);
		break;
	case 3:
		usleep(2000);
		touch_all();
		break;
	}
	_exit(0);
}

/* It has one thread, and is at the same place of the program. */
long do_fork(__u32 mode, int thread)
{
	pid_t pid;

	if (machine.forks >= MAX_FORKS)
		return -1;
	pid = fork();
	if (!pid)
		forked_child(mode, thread);
	if (pid > 0)
		forked[machine.forks++] = pid;
	return pid;
}

static void reap_forked(void)
{
	while (machine.forks) {
		pid_t pid = forked[--machine.forks];

		/* Most have ended long ago. */
		if (waitpid(pid, NULL, WNOHANG) == pid)
			continue;
		usleep(1000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static void worker_init(void)
{
	struct itimerval ticks = {
		.it_interval.tv_usec = TICK_MS * 1000, .it_value.tv_usec = TICK_MS * 1000,
	};

	set_priority(PRIORITY);
	memory_fill();
	asked = 1;
	answered = 0;
	open_faults();
	observe_init();
	if (pthread_create(&second, NULL, second_thread, NULL)) {
		perror("fuzz: thread");
		_exit(1);
	}
	futex_wait(&answered, 0);
	first_fd = dup(fuzz_fd);
	setitimer(ITIMER_REAL, &ticks, NULL);
}

static int is_nothing(const struct fuzz_census *left)
{
	static const struct fuzz_census none;

	return !memcmp(left, &none, sizeof(none));
}

int run_program(const struct prog *p, struct fuzz_census *left)
{
	struct fuzz_begin begin = { .world = p->world, .seed = p->seed, .rate = p->rate };
	unsigned int i, two = 0;

	prog = p;
	progress = 0;
	at = 0;
	machine_init(p->world);
	for (i = 0; i < p->nr; i++)
		two |= p->calls[i].thread;
	prog_print(p, shared->text, sizeof(shared->text));
	ioctl(fuzz_fd, FUZZ_BEGIN, &begin);
	if (two)
		futex_set(&asked, asked + 1);
	run_rest(0);
	if (two)
		futex_wait(&answered, asked - 1);
	reap_forked();
	for (i = 0; i < NR_DRIVERS; i++) {
		if (machine.traced & 1 << i)
			trace_set(i, 0);
	}
	memory_clear();
	syscall(SYS_close_range, first_fd, ~0u, 0);
	ioctl(fuzz_fd, FUZZ_END, left);
	stats->programs++;
	return is_nothing(left);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until a process ends. Returns 0 if none does in that time, and -1 if there is none. */
static pid_t wait_for(long ms)
{
	struct timespec rest = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	sigset_t set;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	pid = waitpid(-1, NULL, WNOHANG);
	if (pid)
		return pid;
	sigtimedwait(&set, NULL, &rest);
	return waitpid(-1, NULL, WNOHANG);
}

void run_fault(void)
{
	ioctl(fuzz_fd, FUZZ_FAULT);
	_exit(1);
}

/* The worker, and whatever it has left. */
static void kill_all(void)
{
	long end = now_ms() + DEATH_MS;

	kill(-1, SIGKILL);
	while (wait_for(100) >= 0) {
		if (now_ms() > end) {
			printf("fuzz: fault: a process does not die\n");
			run_fault();
		}
	}
}

/* Until it has ended, or run no program for too long. */
static int watch(pid_t worker)
{
	unsigned long long programs = stats->programs;
	long since = now_ms();
	pid_t pid;

	for (;;) {
		pid = wait_for(100);
		if (pid == worker || pid < 0)
			return stats->done;
		if (stats->programs != programs) {
			programs = stats->programs;
			since = now_ms();
		} else if (now_ms() - since > DEADLINE_MS) {
			stats->killed++;
			return 0;
		}
	}
}

void run_worker(void (*work)(void), void (*died)(const struct fuzz_census *left))
{
	struct fuzz_census left;
	pid_t pid;

	while (!stats->done) {
		pid = fork();
		if (pid < 0) {
			perror("fuzz: fork");
			run_fault();
		}
		if (!pid) {
			worker_init();
			work();
			_exit(0);
		}
		if (watch(pid))
			break;
		kill_all();
		ioctl(fuzz_fd, FUZZ_END, &left);
		died(is_nothing(&left) ? NULL : &left);
	}
}
