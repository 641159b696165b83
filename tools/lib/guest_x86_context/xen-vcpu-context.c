// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A command to look at the registers of Xen's vCPUs, and to set them.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest_x86_context.h"

#define EXIT_USAGE	2

struct options {
	bool json;
	bool pause;
};

/* What a subcommand works on. */
struct job {
	const struct options *options;
	uint32_t domid;
	uint32_t vcpu;
	struct vm_vcpu_value *values;
	const struct vm_vcpu_name **names;
	size_t nr;
};

static const char usage_text[] =
	"usage: xen-vcpu-context [-jp] list [domain [vcpu]]\n"
	"       xen-vcpu-context [-jp] get domain vcpu name ...\n"
	"       xen-vcpu-context [-p] set domain vcpu name=value ...\n";

static int usage(void)
{
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}

static const char *reason(int err)
{
	switch (err) {
	case EBUSY:
		return "the domain is running; pause it, or use -p";
	case ESRCH:
		return "there is no such domain";
	case ENOENT:
		return "the domain has no such vCPU";
	case ENODATA:
		return "the vCPU is offline";
	case EINVAL:
		return "Xen does not take the value as it is";
	case ENODEV:
		return "there is no /dev/xen/privcmd";
	case EPROTONOSUPPORT:
	case EPROTO:
		return "this version of Xen is unknown";
	default:
		return strerror(err);
	}
}

static int complain_about(const struct job *job, const char *what)
{
	warnx("domain %u, vCPU %u: cannot %s: %s", job->domid, job->vcpu, what,
	      reason(errno));
	return EXIT_FAILURE;
}

static int parse_number(const char *text, unsigned long long most,
			unsigned long long *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 0);
	if (errno || end == text || *end || strchr(text, '-') ||
	    *number > most) {
		warnx("'%s' is not a number up to %#llx", text, most);
		return -1;
	}
	return 0;
}

static int parse_vcpu(struct job *job, char **args)
{
	unsigned long long domid, vcpu;

	if (parse_number(args[0], UINT32_MAX, &domid) ||
	    parse_number(args[1], UINT32_MAX, &vcpu))
		return -1;
	job->domid = domid;
	job->vcpu = vcpu;
	return 0;
}

/* "rax", or with @value "rax=17". */
static int parse_value(struct job *job, size_t i, char *text, bool value)
{
	struct vm_vcpu_value *v = &job->values[i];
	unsigned long long number = 0;
	char *equals = value ? strchr(text, '=') : NULL;

	if (value && !equals) {
		warnx("'%s' is not like rax=17", text);
		return -1;
	}
	if (value) {
		if (parse_number(equals + 1, UINT64_MAX, &number))
			return -1;
		*equals = '\0';
	}
	job->names[i] = vm_vcpu_name_find(text);
	if (!job->names[i]) {
		warnx("there is no register '%s'", text);
		return -1;
	}
	*v = (struct vm_vcpu_value){
		.is_field = job->names[i]->is_field,
		.id = job->names[i]->id,
		.value = number,
	};
	return 0;
}

static int job_alloc(struct job *job, size_t nr)
{
	job->nr = nr;
	job->values = calloc(nr, sizeof(*job->values));
	job->names = calloc(nr, sizeof(*job->names));
	return job->values && job->names ? 0 : -1;
}

/*
 * Call @fn, with the domain paused if that was asked for. No signal is to leave
 * it so.
 */
static int run(vm_vcpu_t *v, struct job *job, int (*fn)(vm_vcpu_t *, void *))
{
	sigset_t all;

	if (!job->options->pause)
		return fn(v, job);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	return vm_vcpu_while_paused(v, fn, job);
}

static int do_get(vm_vcpu_t *v, void *arg)
{
	struct job *job = arg;

	return vm_vcpu_get_values(v, job->values, job->nr);
}

static int do_set(vm_vcpu_t *v, void *arg)
{
	struct job *job = arg;

	return vm_vcpu_set_values(v, job->values, job->nr);
}

static void print_value(const struct job *job, size_t i)
{
	const struct vm_vcpu_name *name = job->names[i];
	unsigned long long value = job->values[i].value;

	/* As text: many a reader of JSON has 53 bits for a number. */
	if (job->options->json)
		printf("%s\n    \"%s\": \"0x%0*llx\"", i ? "," : "", name->name,
		       name->bits / 4, value);
	else
		printf("%-20s 0x%0*llx\n", name->name, name->bits / 4, value);
}

static void print_values(const struct job *job, const struct vm_vcpu_info *info)
{
	size_t i;

	if (job->options->json)
		printf("{\n  \"domain\": %u,\n  \"vcpu\": %u,\n  \"type\": \"%s\",\n"
		       "  \"values\": {", job->domid, job->vcpu,
		       info->hvm ? "hvm" : "pv");
	for (i = 0; i < job->nr; i++)
		print_value(job, i);
	if (job->options->json)
		puts("\n  }\n}");
}

/* Everything that Xen keeps for this kind of domain. */
static int all_names(vm_vcpu_t *v, struct job *job)
{
	const struct vm_vcpu_name *name;
	size_t i, nr = 0;

	while (vm_vcpu_name_at(nr))
		nr++;
	if (job_alloc(job, nr))
		return -1;
	job->nr = 0;
	for (i = 0; i < nr; i++) {
		name = vm_vcpu_name_at(i);
		if (vm_vcpu_access(v, name->is_field, name->id) <= 0)
			continue;
		job->names[job->nr] = name;
		job->values[job->nr].is_field = name->is_field;
		job->values[job->nr].id = name->id;
		job->nr++;
	}
	return 0;
}

/* get, and list of one vCPU, for which @job has no names yet. */
static int show(struct job *job)
{
	struct vm_vcpu_info info;
	vm_vcpu_t *v;
	int ret;

	v = vm_vcpu_open(job->domid, job->vcpu);
	if (!v)
		return complain_about(job, "open");
	if ((!job->nr && all_names(v, job)) || vm_vcpu_info(v, &info) ||
	    run(v, job, do_get)) {
		ret = complain_about(job, "get");
	} else {
		print_values(job, &info);
		ret = EXIT_SUCCESS;
	}
	vm_vcpu_close(v);
	return ret;
}

static int set(struct job *job)
{
	int ret = EXIT_SUCCESS;
	vm_vcpu_t *v;

	v = vm_vcpu_open(job->domid, job->vcpu);
	if (!v)
		return complain_about(job, "open");
	if (run(v, job, do_set))
		ret = complain_about(job, "set");
	vm_vcpu_close(v);
	return ret;
}

static const char *state_of(const struct vm_vcpu_info *info)
{
	if (!info->online)
		return "offline";
	if (info->shutdown)
		return "shutdown";
	if (info->paused)
		return "paused";
	return info->blocked ? "blocked" : "running";
}

/* One line for each name: where it can be used. */
static int list_names(const struct options *options)
{
	const struct vm_vcpu_name *name;
	size_t i;

	if (options->json)
		putchar('[');
	else
		printf("%-20s %4s  %s\n", "NAME", "BITS", "ENCODING");
	for (i = 0; (name = vm_vcpu_name_at(i)); i++) {
		if (options->json)
			printf("%s\n  { \"name\": \"%s\", \"bits\": %u, ",
			       i ? "," : "", name->name, name->bits);
		else
			printf("%-20s %4u  ", name->name, name->bits);
		if (options->json && name->is_field)
			printf("\"encoding\": \"0x%04x\" }", name->id);
		else if (options->json)
			printf("\"encoding\": null }");
		else if (name->is_field)
			printf("0x%04x\n", name->id);
		else
			puts("-");
	}
	if (options->json)
		puts("\n]");
	return EXIT_SUCCESS;
}

static void print_vcpu(const struct job *job, const struct vm_vcpu_info *info)
{
	const char *type = info->hvm ? "hvm" : "pv";

	if (!job->options->json) {
		printf("%6u %4u  %-4s %5u  %s\n", job->domid, job->vcpu, type,
		       info->width, state_of(info));
		return;
	}
	printf("%s\n  { \"domain\": %u, \"vcpu\": %u, ",
	       job->vcpu ? "," : "", job->domid, job->vcpu);
	printf("\"type\": \"%s\", \"width\": %u, \"state\": \"%s\" }", type,
	       info->width, state_of(info));
}

static int list_vcpus(struct job *job)
{
	struct vm_vcpu_info info = { .vcpus = 1 };
	vm_vcpu_t *v;

	for (job->vcpu = 0; job->vcpu < info.vcpus; job->vcpu++) {
		v = vm_vcpu_open(job->domid, job->vcpu);
		if (!v || vm_vcpu_info(v, &info)) {
			complain_about(job, "open");
			if (v)
				vm_vcpu_close(v);
			return EXIT_FAILURE;
		}
		if (!job->vcpu)
			printf("%s", job->options->json ? "[" :
			       "DOMAIN VCPU  TYPE WIDTH  STATE\n");
		print_vcpu(job, &info);
		vm_vcpu_close(v);
	}
	if (job->options->json)
		puts("\n]");
	return EXIT_SUCCESS;
}

static int list(struct job *job, char **args, int nr)
{
	unsigned long long domid;

	switch (nr) {
	case 0:
		return list_names(job->options);
	case 1:
		if (parse_number(args[0], UINT32_MAX, &domid))
			return EXIT_USAGE;
		job->domid = domid;
		return list_vcpus(job);
	case 2:
		return parse_vcpu(job, args) ? EXIT_USAGE : show(job);
	default:
		return usage();
	}
}

static int get_or_set(struct job *job, char **args, int nr, bool setting)
{
	int i;

	if (nr < 3)
		return usage();
	if (parse_vcpu(job, args))
		return EXIT_USAGE;
	if (job_alloc(job, nr - 2))
		err(EXIT_FAILURE, NULL);
	for (i = 2; i < nr; i++) {
		if (parse_value(job, i - 2, args[i], setting))
			return EXIT_USAGE;
	}
	return setting ? set(job) : show(job);
}

static int subcommand(struct job *job, char **args, int nr)
{
	if (!strcmp(args[0], "list"))
		return list(job, args + 1, nr - 1);
	if (!strcmp(args[0], "get"))
		return get_or_set(job, args + 1, nr - 1, false);
	if (!strcmp(args[0], "set"))
		return get_or_set(job, args + 1, nr - 1, true);
	return usage();
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "pause", no_argument, NULL, 'p' },
		{}
	};
	struct options options = {};
	struct job job = { .options = &options };
	int c, ret;

	while ((c = getopt_long(argc, argv, "+hjp", long_options, NULL)) >= 0) {
		switch (c) {
		case 'h':
			fputs(usage_text, stdout);
			return EXIT_SUCCESS;
		case 'j':
			options.json = true;
			break;
		case 'p':
			options.pause = true;
			break;
		default:
			return usage();
		}
	}
	if (optind == argc)
		return usage();
	ret = subcommand(&job, argv + optind, argc - optind);
	free(job.values);
	free(job.names);
	if (fflush(stdout) || ferror(stdout))
		err(EXIT_FAILURE, "cannot write");
	return ret;
}
