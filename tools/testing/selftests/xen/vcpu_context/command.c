// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command xen-vcpu-context.
 */

#define COMMAND		"xen-vcpu-context"

#define JSON_VCPU	"  { \"domain\": %u, \"vcpu\": %u, \"type\": \"%s\", \"width\": 64, \"state\": \"paused\" }"

struct output {
	int status;
	char text[16384];
};

/* What it prints on either stream, and its exit status. */
static int __printf(2, 3) command(struct output *out, const char *format, ...)
{
	char line[512] = COMMAND " ";
	va_list args;
	size_t nr;
	FILE *f;

	va_start(args, format);
	vsnprintf(line + strlen(line), sizeof(line) - 32, format, args);
	va_end(args);
	strcat(line, " 2>&1");
	f = popen(line, "re");
	if (!f)
		return -1;
	nr = fread(out->text, 1, sizeof(out->text) - 1, f);
	out->text[nr] = '\0';
	out->status = pclose(f);
	out->status = WIFEXITED(out->status) ? WEXITSTATUS(out->status) : -1;
	return out->status;
}

static bool command_lacks(void)
{
	return system("command -v " COMMAND " >/dev/null 2>&1") &&
	       !env_is_declared();
}

TEST_F(vcpu_context, command__sets_and_gets)
{
	struct output out;
	uint64_t value;

	if (command_lacks())
		SKIP(return, "there is no " COMMAND);
	EXPECT_EQ(0, command(&out, "set %u 0 rax=17 EBX=0x1234 rsp=010 r15=0xffffffffffffffff",
			     self->domid));
	EXPECT_STREQ("", out.text);
	ASSERT_EQ(0, vm_get_thread_context_reg(self->v, VCPU_CONTEXT_RAX,
					       &value));
	EXPECT_EQ(17u, value);
	EXPECT_EQ(0x1234u, get_by_name(self->v, "rbx"));
	EXPECT_EQ(8u, get_by_name(self->v, "rsp"));

	EXPECT_EQ(0, command(&out, "get %u 0 rax ebx R15 cs_selector",
			     self->domid));
	EXPECT_EQ(0, strncmp("rax                  0x0000000000000011\n"
			     "rbx                  0x0000000000001234\n"
			     "r15                  0xffffffffffffffff\n"
			     "cs_selector          0x", out.text, 143));
	EXPECT_EQ(0, command(&out, "-j get %u 0 rax rbx", self->domid));
	EXPECT_EQ(0, strncmp("{\n  \"domain\": ", out.text, 14));
	EXPECT_NE(NULL, strstr(out.text, variant->hvm ? "\"type\": \"hvm\""
						      : "\"type\": \"pv\""));
	EXPECT_NE(NULL, strstr(out.text,
			       "  \"values\": {\n"
			       "    \"rax\": \"0x0000000000000011\",\n"
			       "    \"rbx\": \"0x0000000000001234\"\n"
			       "  }\n}\n"));
}

/* Every line is one of what the library tells, and nothing is missing. */
TEST_F(vcpu_context, command__lists_everything)
{
	struct state s;
	struct output out;
	char line[64];
	char *at;
	size_t i;

	if (command_lacks())
		SKIP(return, "there is no " COMMAND);
	ASSERT_EQ(0, state_get(self->v, &s));
	ASSERT_EQ(0, command(&out, "list %u 0", self->domid));
	at = out.text;
	for (i = 0; i < s.nr; i++) {
		const struct vm_vcpu_name *name = vm_vcpu_name_find(s.name[i]);

		snprintf(line, sizeof(line), "%-20s 0x%0*llx\n", s.name[i],
			 name->bits / 4, (unsigned long long)s.value[i].value);
		ASSERT_EQ(0, strncmp(line, at, strlen(line)))
			TH_LOG("%s", line);
		at += strlen(line);
	}
	EXPECT_STREQ("", at);
	ASSERT_EQ(0, command(&out, "--json list %u 0", self->domid));
	for (i = 0; i < s.nr; i++) {
		snprintf(line, sizeof(line), "    \"%s\": \"0x", s.name[i]);
		EXPECT_NE(NULL, strstr(out.text, line))
			TH_LOG("%s", s.name[i]);
	}
}

TEST_F_TIMEOUT(vcpu_context, command__lists_vcpus, 60)
{
	const char *type = variant->hvm ? "hvm" : "pv";
	struct output out;
	char text[256];

	if (command_lacks())
		SKIP(return, "there is no " COMMAND);
	EXPECT_EQ(0, command(&out, "list %u", self->domid));
	snprintf(text, sizeof(text),
		 "DOMAIN VCPU  TYPE WIDTH  STATE\n"
		 "%6u    0  %-4s    64  paused\n"
		 "%6u    1  %-4s    64  paused\n",
		 self->domid, type, self->domid, type);
	EXPECT_STREQ(text, out.text);
	EXPECT_EQ(0, command(&out, "-j list %u", self->domid));
	snprintf(text, sizeof(text), "[\n" JSON_VCPU ",\n" JSON_VCPU "\n]\n",
		 self->domid, 0, type, self->domid, 1, type);
	EXPECT_STREQ(text, out.text);
	ASSERT_EQ(0, guest_run(self));
	EXPECT_EQ(0, command(&out, "list %u", self->domid));
	EXPECT_NE(NULL, strstr(out.text, "  running\n"));
	EXPECT_EQ(0, command(&out, "list"));
	EXPECT_NE(NULL, strstr(out.text, "\nrip                    64  0x681e\n"));
	EXPECT_EQ(0, command(&out, "-j list"));
	EXPECT_NE(NULL, strstr(out.text, "\"rax\", \"bits\": 64, \"encoding\": null }"));
}

TEST_F_TIMEOUT(vcpu_context, command__pauses, 60)
{
	struct output out;

	if (command_lacks())
		SKIP(return, "there is no " COMMAND);
	ASSERT_EQ(0, guest_run(self));
	EXPECT_EQ(1, command(&out, "get %u 0 rip", self->domid));
	EXPECT_NE(NULL, strstr(out.text, "the domain is running"));
	EXPECT_EQ(1, command(&out, "set %u 0 rbx=1", self->domid));
	EXPECT_EQ(0, command(&out, "-p get %u 0 rip", self->domid));
	EXPECT_EQ(0, command(&out, "--pause set %u 0 rbx=99", self->domid));
	EXPECT_TRUE(guest_counts(self));
	ASSERT_EQ(0, guest_pause(self));
	EXPECT_EQ(99u, get_by_name(self->v, "rbx"));
}

TEST_F(vcpu_context, command__errors)
{
	struct output out;

	if (command_lacks())
		SKIP(return, "there is no " COMMAND);
	EXPECT_EQ(2, command(&out, "%s", ""));
	EXPECT_EQ(2, command(&out, "-x list"));
	EXPECT_EQ(2, command(&out, "put 1 2 rax=1"));
	EXPECT_EQ(2, command(&out, "get %u", self->domid));
	EXPECT_EQ(2, command(&out, "get %u 0", self->domid));
	EXPECT_EQ(2, command(&out, "get %u 0 rox", self->domid));
	EXPECT_NE(NULL, strstr(out.text, "no register 'rox'"));
	EXPECT_EQ(2, command(&out, "set %u 0 rax", self->domid));
	EXPECT_EQ(2, command(&out, "set %u 0 rax=", self->domid));
	EXPECT_EQ(2, command(&out, "set %u 0 rax=1z", self->domid));
	EXPECT_EQ(2, command(&out, "set %u 0 rax=-1", self->domid));
	EXPECT_EQ(2, command(&out, "set %u 0 rax=0x10000000000000000",
			     self->domid));
	EXPECT_EQ(2, command(&out, "get x 0 rax"));
	EXPECT_EQ(2, command(&out, "list 1 2 3"));
	EXPECT_EQ(1, command(&out, "get %u 0 rax", DOM_NONE));
	EXPECT_NE(NULL, strstr(out.text, "no such domain"));
	EXPECT_EQ(1, command(&out, "get %u 7 rax", self->domid));
	EXPECT_NE(NULL, strstr(out.text, "no such vCPU"));
	EXPECT_EQ(1, command(&out, "get %u 0 interruptability", self->domid));
	EXPECT_EQ(1, command(&out, "set %u 0 rbx=1 rip=0x8000000000000000",
			     self->domid));
	EXPECT_EQ(1, command(&out, "list %u >/dev/full", self->domid));
	EXPECT_EQ(0, command(&out, "-h"));
	EXPECT_EQ(0, strncmp("usage: ", out.text, 7));
	EXPECT_TRUE(unchanged(self, NULL));
}
