// SPDX-License-Identifier: GPL-2.0-only
/* The end of a guest: the last tests, so that the others can share one. */

TEST_F_TIMEOUT(client, xl_destroy__leaves_nothing, CLIENT_TIMEOUT)
{
	ASSERT_COMMAND(0, "xl destroy %s", self->name);
	EXPECT_TRUE(xl_gone(&self->guest));
	EXPECT_NE(0, command("xl domid %s", self->name));
	EXPECT_NE(0, command("xenstore-exists /local/domain/%u", self->domid));
	EXPECT_COMMAND(0,
		       "! xenstore-ls /local/domain/0/backend | grep -w 'domain/%u'",
		       self->domid);
}
