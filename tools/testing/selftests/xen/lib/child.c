// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that a test starts.
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"

#define CHILD_LIFE_S	60

static void on_fault(int sig)
{
	_exit(CHILD_FAULT + sig);
}

pid_t child_start(int (*fn)(void *arg), void *arg)
{
	pid_t parent = getpid();
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid)
		return pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	alarm(CHILD_LIFE_S);
	signal(SIGSEGV, on_fault);
	signal(SIGBUS, on_fault);
	signal(SIGILL, on_fault);
	_exit(fn(arg));
}

int child_wait(pid_t pid, unsigned int ms)
{
	uint64_t end = now_us() + ms * 1000ULL;
	int status;
	pid_t ret;

	for (;;) {
		ret = waitpid(pid, &status, WNOHANG);
		if (ret < 0)
			return -errno;
		if (ret && WIFSIGNALED(status))
			return CHILD_SIGNAL + WTERMSIG(status);
		if (ret)
			return WEXITSTATUS(status);
		if (now_us() > end)
			break;
		sleep_ms(1);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -ETIMEDOUT;
}

int child_run(int (*fn)(void *arg), void *arg)
{
	pid_t pid = child_start(fn, arg);

	return pid < 0 ? pid : child_wait(pid, SOON_MS);
}

bool child_says(const uint32_t *word)
{
	uint64_t end = now_us() + SOON_MS * 1000ULL;

	while (!__atomic_load_n(word, __ATOMIC_ACQUIRE)) {
		if (now_us() > end)
			return false;
		sleep_ms(5);
	}
	return true;
}
