// SPDX-License-Identifier: GPL-2.0-only
/* Programs that look at the hypervisor and at a guest. */

TEST_F_TIMEOUT(client, xentop__counts_what_the_guest_uses, CLIENT_TIMEOUT)
{
	long long before;

	ASSERT_COMMAND(0,
		       "xentop -b -i 1 | awk '$1 == \"%s\" { print \"used\", $3 }'",
		       self->name);
	before = command_number("used");
	ASSERT_LE(0, before);
	/* Work that takes a second of its processor at the least. */
	ASSERT_GUEST(0,
		     "t=$(cut -d. -f1 /proc/uptime); while [ $(cut -d. -f1 /proc/uptime) -lt $((t + 4)) ]; do :; done");
	EXPECT_COMMAND(0,
		       "xentop -b -i 1 | awk '$1 == \"%s\" { print \"used\", $3 }'",
		       self->name);
	EXPECT_LT(before, command_number("used"));
}

TEST_F(dom0, xenpm__counts_the_time_of_idleness)
{
	long long before;

	ASSERT_COMMAND(0, "xenpm get-cpuidle-states 0");
	before = command_number("idle time(ms)");
	ASSERT_LT(0, before);
	EXPECT_COMMAND(0, "sleep 2; xenpm get-cpuidle-states 0");
	EXPECT_LT(before, command_number("idle time(ms)"));
	/* Of dom0, through the kernel, and of the machine. */
	EXPECT_COMMAND(0, "xenpm get-cpu-topology");
	EXPECT_COMMAND(0,
		       "xenpm set-max-cstate 0 && xenpm get-cpuidle-states 0 | grep 'Max possible C-state: C0'");
	EXPECT_COMMAND(0, "xenpm set-max-cstate unlimited");
}

/* The console's and xenstore's, of which either side knows the other's port. */
TEST_F_TIMEOUT(client, lsevtchn__has_both_ends, CLIENT_TIMEOUT)
{
	long long theirs;

	ASSERT_COMMAND(0,
		       "xenstore-read /local/domain/%u/console/port | sed 's/^/port /'",
		       self->domid);
	theirs = command_number("port");
	ASSERT_LT(0, theirs);
	ASSERT_COMMAND(0,
		       "lsevtchn %u | grep -E '^ *%lld:.*Interdomain.*Remote Domain 0, Port'",
		       self->domid, theirs);
	EXPECT_COMMAND(0,
		       "lsevtchn 0 | grep -E '^ *%lld:.*Interdomain.*Remote Domain %u, Port %lld'",
		       command_number("Remote Domain 0, Port"), self->domid, theirs);
}

/* The first frame of the guest of which the program says so. */
static long frame_of(struct client_fixture *self, const char *what)
{
	const char *mfn;

	command("xen-mfndump dump-p2m %u | grep -m 1 '%s'", self->domid, what);
	mfn = strstr(command_said(), "mfn=");
	return mfn ? strtol(mfn + 4, NULL, 16) : -1;
}

TEST_F_TIMEOUT(client, xen_mfndump__shows_every_frame, CLIENT_TIMEOUT)
{
	long top, bottom;

	if (strcmp(variant->type, "pv"))
		SKIP(return, "it is for PV guests");
	ASSERT_COMMAND(0,
		       "xl list %s | awk 'NR == 2 { print \"pages\", $3 * 256 }'",
		       self->name);
	EXPECT_COMMAND(0,
		       "test $(xen-mfndump dump-p2m %u | grep -c 'pfn=.*mfn=') -ge %lld",
		       self->domid, command_number("pages") - 64);
	/* A table is equal to itself, and unlike one of another level. */
	top = frame_of(self, "pinned L4");
	bottom = frame_of(self, "pinned L1");
	ASSERT_LT(0, top);
	ASSERT_LT(0, bottom);
	EXPECT_COMMAND(0,
		       "xen-mfndump memcmp-mfns %u %lx %u %lx | grep ' = 0$'",
		       self->domid, top, self->domid, top);
	EXPECT_COMMAND(0,
		       "xen-mfndump memcmp-mfns %u %lx %u %lx | grep -E ' = -?[1-9]'",
		       self->domid, top, self->domid, bottom);
	EXPECT_COMMAND(0, "test $(xen-mfndump dump-ptes %u %lx | grep -c pte) = 512",
		       self->domid, top);
}

TEST_F_TIMEOUT(client, xenctx__shows_registers_that_move, CLIENT_TIMEOUT)
{
	ASSERT_COMMAND(0,
		       "xl pause %s && xenctx %u 0 | grep -E '^rsp: [0-9a-f]{16}'",
		       self->name, self->domid);
	EXPECT_COMMAND(0,
		       "a=$(xenctx %u 0 | grep ^r); test \"$a\" = \"$(xenctx %u 0 | grep ^r)\"",
		       self->domid, self->domid);
	EXPECT_COMMAND(0, "xl unpause %s", self->name);
	EXPECT_EQ(0, guest_sh(self, "true"));
}

TEST_F_TIMEOUT(client, xen_hvmctx__shows_the_saved_state, CLIENT_TIMEOUT)
{
	if (!strcmp(variant->type, "pv")) {
		EXPECT_NE(0, command("xen-hvmctx %u", self->domid));
		return;
	}
	EXPECT_COMMAND(0,
		       "xen-hvmctx %u | grep -A 20 CPU | grep -E 'rip +0x[0-9a-f]+'",
		       self->domid);
}

TEST_F_TIMEOUT(client, xen_diag__tells_the_grant_table, CLIENT_TIMEOUT)
{
	EXPECT_COMMAND(0,
		       "xen-diag gnttab_query_size %u | grep 'domid=%u: nr_frames=[1-9]'",
		       self->domid, self->domid);
}

TEST_F_TIMEOUT(client, xentrace__sees_the_guest_run, CLIENT_TIMEOUT)
{
	EXPECT_COMMAND(0,
		       "cd /tmp; (sleep 1; exec xenstore-ls >/dev/null) & xentrace -D -e 0x0002f000 -T 3 /tmp/trace && test -s /tmp/trace");
	EXPECT_COMMAND(0,
		       "xenalyze --summary /tmp/trace 2>/dev/null >/tmp/summary; grep 'Domain %u ' /tmp/summary && grep 'Domain 0 ' /tmp/summary",
		       self->domid);
	EXPECT_COMMAND(0, "rm /tmp/trace /tmp/summary");
}

TEST_F_TIMEOUT(dom0, test_resource__passes, CLIENT_TIMEOUT)
{
	EXPECT_COMMAND(0, "test-resource");
	/* It says so, and goes on: nothing was left out. */
	EXPECT_TRUE(strstr(command_said(), "Test x86 PVH"));
	EXPECT_FALSE(strstr(command_said(), "ail"));
}

TEST_F_TIMEOUT(dom0, test_xenstore__passes, CLIENT_TIMEOUT)
{
	EXPECT_COMMAND(0, "test-xenstore -i 20");
	EXPECT_TRUE(strstr(command_said(), "ta err"));
}

/* Of a PVH domain that it makes; it names each step, the last one, too. */
TEST_F_TIMEOUT(dom0, test_paging_mempool__passes, CLIENT_TIMEOUT)
{
	EXPECT_COMMAND(0, "test-paging-mempool");
	EXPECT_TRUE(strstr(command_said(), "Test set continuation"))
		TH_LOG("%s", command_said());
	EXPECT_FALSE(strstr(command_said(), "ail:"));
}

TEST_F(dom0, test_cpu_policy__passes)
{
	EXPECT_COMMAND(0, "test-cpu-policy | grep 'Done: all ok'");
}

TEST_F(dom0, xen_detect__tells_the_domain)
{
	EXPECT_COMMAND(0, "xen-detect | grep 'on Xen V4'");
}

TEST_F(dom0, xen_livepatch__has_none)
{
	EXPECT_COMMAND(0, "xen-livepatch list | grep 'Nothing to list'");
}

TEST_F(dom0, xenhypfs__reads_what_the_kernel_knows)
{
	EXPECT_COMMAND(0,
		       "test \"$(xenhypfs cat /buildinfo/version/major)\" = $(cat /sys/hypervisor/version/major)");
	EXPECT_COMMAND(0,
		       "xenhypfs tree | grep gnttab_max_frames || xenhypfs tree | grep params");
}

/* What Debian leaves out of the hypervisor: its own answer arrives. */
TEST_F(dom0, xenlockprof__is_not_in_this_hypervisor)
{
	EXPECT_NE(0, command("xenlockprof"));
	EXPECT_TRUE(strstr(command_said(), "38 (Function not implemented)"));
}

TEST_F(dom0, xenperf__is_not_in_this_hypervisor)
{
	EXPECT_NE(0, command("xenperf"));
	EXPECT_TRUE(strstr(command_said(), "38 (Function not implemented)"));
}

TEST_F(dom0, xencov__is_not_in_this_hypervisor)
{
	EXPECT_NE(0, command("xencov read >/dev/null"));
	EXPECT_TRUE(strstr(command_said(), "Operation not supported"));
}

/*
 * The status is 1 when an image is loaded: Xen's word, not the kernel's. One for
 * a reboot is not loaded: when Xen has to swap a page that it was given for one
 * that is another's destination, kimage_alloc_page() notes frame 0 in its place,
 * and Xen crashes when it frees that.
 */
TEST_F(dom0, kexec__loads_a_crash_kernel_into_xen)
{
	if (!env_is_pv())
		SKIP(return, "Xen lets a PV dom0 alone load an image");
	EXPECT_EQ(0, command("kexec -S"));
	ASSERT_COMMAND(0,
		       "kexec -p --command-line=console=hvc0 --initrd=/guest/initrd /guest/vmlinuz");
	EXPECT_EQ(1, command("kexec -S"));
	EXPECT_COMMAND(0, "kexec -p -u");
	EXPECT_EQ(0, command("kexec -S"));
}
