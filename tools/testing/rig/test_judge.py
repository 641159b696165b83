#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the judge, on consoles written down. No QEMU."""

import json
import re
import unittest

from examples import END, GOOD, NOTIFY, OURS, PLAN, RUN, STOCK, XEN, failed, judge
from plan import Difference


class Healthy(unittest.TestCase):
    def test_good(self):
        v = judge(GOOD)
        self.assertEqual(v.reasons, [])
        self.assertEqual(v.last_line(), '2 passed, 0 failed, 1 skipped')
        self.assertIn('  skip  evtchn.pv.notify__twice  (needs a guest)', v.shown)
        self.assertIn('  ok    evtchn.bind__works', v.shown)

    def test_carriage_returns(self):
        self.assertTrue(judge(GOOD.replace('\n', '\r\n')).ok)

    def test_echo_of_the_kick(self):
        self.assertTrue(judge(re.sub(r'^\[', '^@^@[', GOOD, flags=re.M)).ok)

    def test_caller_ids(self):
        self.assertTrue(judge(re.sub(r'^(\[[^]]*\])', r'\1[   T123]', GOOD, flags=re.M)).ok)

    def test_xen_cuts_in(self):
        for cut in '[    5', '[    5.3] ', '[    5.3] |', '[    5.3] | #  R', '[    5.3] | ok':
            at = GOOD.index(cut, GOOD.index('@rig begin')) + len(cut)
            for xen in '(XEN) d0v0 something\n', '(XEN) one(XEN) two\n(XEN) three\n':
                v = judge(GOOD[:at] + xen + GOOD[at:])
                self.assertTrue(v.ok, (cut, v.reasons))
                self.assertEqual(v.last_line(), '2 passed, 0 failed, 1 skipped')

    def test_xen_cuts_in_and_that_is_the_end(self):
        cut = GOOD[:GOOD.index('[    5.3] | #            OK')]
        v = judge(cut + '[    5.4] Kernel panic - not syncing: x(XEN) bye\n')
        self.assertIn('Kernel panic', v.last_line())

    def test_rig_line_behind_something_unfinished(self):
        self.assertTrue(judge(GOOD.replace('[    5.1] @rig begin',
                                           '[    5.0] half a line [    5.1] @rig begin')).ok)

    def test_tests_may_talk_of_trouble(self):
        v = judge(GOOD.replace(NOTIFY, '[  5.3] | # WARNING: BUG: Oops KASAN (XEN\n' + NOTIFY))
        self.assertTrue(v.ok, v.reasons)

    def test_stock(self):
        v = judge((XEN + STOCK + RUN + END).replace('12288', '0'), modules='stock')
        self.assertTrue(v.ok, v.reasons)

    def test_table(self):
        v = judge(failed(GOOD))
        self.assertEqual(v.table()[2:], [
            'evtchn (2 s)',
            '  bind   |     1 |      1 |      0 |       0 | ok',
            '  notify |     2 |      0 |      1 |       1 | FAIL'])

    def test_summary_is_json(self):
        s = json.loads(json.dumps(judge(failed(GOOD)).summary(seconds=1)))
        self.assertEqual((s['passed'], s['failed'], s['ok'], s['seconds']), (1, 1, False, 1))

    def test_program_without_plan_of_ours(self):
        console = GOOD.replace('[    6.1] @rig taint', '[ 5.9] @rig begin x.sh\n[ 5.9] | 1..1\n'
                               '[ 5.9] | ok 1 x.y__z\n[ 5.9] @rig end x.sh rc=0 secs=0\n'
                               '[ 6.1] @rig taint', 1)
        self.assertTrue(judge(console, programs=['evtchn', 'x.sh']).ok)


class Complaints(unittest.TestCase):
    def check(self, line, fatal, console=GOOD):
        """The line makes a good console bad, and is the reason given."""
        v = judge(console.replace(NOTIFY, line + '\n' + NOTIFY))
        self.assertFalse(v.ok, line)
        text = line.strip()
        self.assertIn(text, v.last_line())
        self.assertIn('during evtchn evtchn.notify__bad_port', v.last_line())
        self.assertEqual(bool(v.judge.fatal), fatal, line)

    def test_kernel(self):
        for text, fatal in (
                ('Kernel panic - not syncing: sysrq', True),
                ('BUG: unable to handle page fault for address: 0', True),
                ('kernel BUG at mm/slub.c:1!', True),
                ('Oops: 0000 [#1] PREEMPT SMP', True),
                ('general protection fault, probably for non-canonical', True),
                ('WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2', False),
                ('Call Trace:', False),
                ('UBSAN: shift-out-of-bounds in a.c', False),
                ('BUG kmalloc-64 (Not tainted): Poison overwritten', False),
                ('WARNING: suspicious RCU usage', False),
                ('DEBUG_LOCKS_WARN_ON(x), inconsistent lock state', False),
                ('unreferenced object 0xffff (size 8):', False),
                ('INFO: task evtchn:12 blocked for more than 120 seconds.', False),
                ('rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:', False)):
            with self.subTest(text):
                self.check('[    5.3] ' + text, fatal)

    def test_xen(self):
        for text, fatal in (
                ('(XEN) Xen BUG at mm.c:12', True),
                ('(XEN) Panic on CPU 0:', True),
                ('(XEN) FATAL TRAP: vector = 13', True),
                ('(XEN) *** DOUBLE FAULT ***', True),
                ("(XEN) Assertion 'x' failed at mm.c:12", True),
                ('(XEN) Hardware Dom0 crashed: rebooting machine in 5 seconds.', True),
                ('(XEN) Xen WARN at mm.c:12', False)):
            with self.subTest(text):
                self.check(text, fatal)

    def test_in_the_middle_of_a_line(self):
        v = judge(GOOD.replace(NOTIFY, '[    5.3] | ok 2(XEN) Panic on CPU 0:\n' + NOTIFY))
        self.assertIn('Panic on CPU 0', v.last_line())

    def test_before_userland(self):
        v = judge(GOOD.replace('[    2.5', '[    2.4] WARNING: CPU: 0 PID: 0 at x.c:1\n[    2.5', 1))
        self.assertIn('WARNING: CPU: 0', v.last_line())

    def test_only_in_the_log(self):
        v = judge(GOOD.replace('@rig dmesg-end', '@rig dmesg [    5.3] WARNING: CPU: 0\n'
                               '[ 6.3] @rig dmesg-end'))
        self.assertIn('WARNING: CPU: 0', v.last_line())

    def test_console_and_log_count_once(self):
        v = judge(GOOD.replace(NOTIFY, '[    5.3] WARNING: CPU: 0\n' + NOTIFY).replace(
            '@rig dmesg-end', '@rig dmesg [    5.3] WARNING: CPU: 0\n[ 6.3] @rig dmesg-end'))
        self.assertEqual(len(v.judge.complaints), 1)

    def test_backtrace_is_shown(self):
        v = judge(GOOD.replace(NOTIFY, '[    5.3] WARNING: CPU: 0\n[    5.3] RIP: f+1\n' + NOTIFY))
        self.assertIn('          [    5.3] RIP: f+1', v.shown)

    def test_worst_comes_first(self):
        v = judge(XEN + OURS + '[  5.0] WARNING: at x\n[  5.1] Kernel panic - not syncing: y\n')
        self.assertIn('Kernel panic', v.last_line())

    def test_taint(self):
        for value, letter in (('12800', 'W'), ('128', 'D')):
            v = judge(GOOD.replace('taint 12288', f'taint {value}', 1))
            self.assertIn(f'tainted: {int(value) | 12288} ', v.last_line())
            self.assertIn(letter, v.last_line().rsplit('(', 1)[1])

    def test_stock_has_no_taint_at_all(self):
        self.assertIn('tainted', judge(XEN + STOCK + RUN + END, modules='stock').last_line())


class Endings(unittest.TestCase):
    def test_silence_names_the_test(self):
        cut = GOOD[:GOOD.index('[    5.3] | #            OK')]
        v = judge(cut, ended='nothing on the console for 120 s, stopped')
        self.assertEqual(v.last_line(), 'FAIL: nothing on the console for 120 s, stopped '
                                        'while evtchn evtchn.notify__bad_port ran')
        self.assertEqual((v.passed, v.failed), (1, 2))

    def test_early_end(self):
        self.assertIn('QEMU ended early', judge(GOOD[:GOOD.index('[    6.2]')]).last_line())

    def test_no_userland(self):
        self.assertIn('never reached userland', judge(XEN).last_line())
        self.assertIn('Building', judge('(XEN) *** Building a PV Dom0 ***\n').last_line())

    def test_fail_of_init(self):
        v = judge(GOOD.replace('[    6.2] @rig taint', '[ 6.1] @rig fail rmmod xen-evtchn failed\n'
                               '[    6.2] @rig taint'))
        self.assertEqual(v.last_line(), 'FAIL: rmmod xen-evtchn failed')

    def test_other_mode(self):
        self.assertIn('this is PV, not PVH', judge(GOOD, mode='pvh').last_line())

    def test_other_modules(self):
        v = judge(GOOD.replace('xen-evtchn version=0.1 taint=OE', 'xen-evtchn version= taint='))
        self.assertIn('the loaded xen-evtchn is not ours', v.last_line())
        v = judge(GOOD.replace('12288', '0'), modules='stock')
        self.assertIn('is not the stock one', v.last_line())


class Results(unittest.TestCase):
    def bad(self, console, text, **kw):
        v = judge(console, **kw)
        self.assertFalse(v.ok)
        self.assertTrue(any(text in r for r in v.reasons), v.reasons)
        return v

    def test_failed_test(self):
        v = self.bad(failed(GOOD), '1 of 3 tests failed: evtchn evtchn.notify__bad_port')
        self.assertIn('          # evtchn.c:77:Expected -1 (-1) == rc (0)', v.shown)

    def test_missing(self):
        v = self.bad(GOOD.replace(NOTIFY, ''), 'evtchn.notify__bad_port (no result)')
        self.assertEqual(v.failed, 1)

    def test_twice(self):
        self.bad(GOOD.replace(NOTIFY, NOTIFY * 2), 'more than one result')

    def test_not_in_plan(self):
        self.bad(GOOD, 'is not in the plan', plan=PLAN[:2])

    def test_wrong_count(self):
        self.bad(GOOD.replace('1..3', '1..4'), 'announced 4 tests and gave 3')

    def test_no_count(self):
        self.bad(GOOD.replace('| 1..3', '| nothing'), 'no test plan')

    def test_did_not_run(self):
        self.bad(GOOD, 'privcmd did not run', programs=['evtchn', 'privcmd'])

    def test_crashed(self):
        v = self.bad(GOOD.replace('rc=0', 'rc=139'), 'evtchn: killed by signal 11')
        self.assertIn('signal 11', v.last_line())

    def test_exit_status(self):
        self.bad(GOOD.replace('rc=0', 'rc=4'), 'exit status 4')

    def test_bail_out(self):
        self.bad(GOOD.replace(NOTIFY, '[ 5.3] | Bail out! no device\n' + NOTIFY), 'Bail out!')

    def test_unexpected_pass(self):
        self.bad(GOOD.replace(NOTIFY, NOTIFY.rstrip() + ' # XPASS unknown\n'), '1 of 3 tests failed')

    def test_skip_without_a_name(self):
        self.bad(GOOD.replace(NOTIFY, '[ 5.3] | ok 2 # SKIP all of it\n'), 'without the name')


class Differences(unittest.TestCase):
    CONSOLE = (XEN + STOCK + RUN + END).replace('12288', '0')

    def entry(self, test='evtchn.notify__bad_port', kernels='*', kind='differs'):
        return [Difference('evtchn', test, kernels, kind, 'fixed by us', 7)]

    def test_differs(self):
        v = judge(failed(self.CONSOLE), modules='stock', differences=self.entry())
        self.assertTrue(v.ok, v.reasons)
        self.assertEqual(v.last_line(), '1 passed, 0 failed, 1 skipped, 1 known to differ')
        self.assertIn('  diff  evtchn.notify__bad_port  (fixed by us)', v.shown)
        self.assertIn('| ok, 1 differ', v.table()[-1])

    def test_unlisted(self):
        v = judge(failed(self.CONSOLE), modules='stock',
                  differences=self.entry('evtchn.bind__works'))
        self.assertEqual(v.failed, 2)

    def test_stale_because_it_passes(self):
        v = judge(self.CONSOLE, modules='stock', differences=self.entry())
        self.assertFalse(v.ok)
        self.assertTrue(any('stale entry' in s for s in v.shown))

    def test_stale_because_it_is_gone(self):
        v = judge(self.CONSOLE, modules='stock', differences=self.entry('evtchn.gone__x'))
        self.assertIn('has no test evtchn.gone__x', v.last_line())

    def test_other_kernel(self):
        v = judge(failed(self.CONSOLE), modules='stock', differences=self.entry(kernels='6.1'))
        self.assertFalse(v.ok)
        v = judge(failed(self.CONSOLE), modules='stock', differences=self.entry(kernels='6.1,6.12'))
        self.assertTrue(v.ok)

    def test_mode(self):
        for kernels, ok in (('pv', True), ('pvh', False), ('6.12/pv', True), ('6.1/pv', False)):
            v = judge(failed(self.CONSOLE), modules='stock', differences=self.entry(kernels=kernels))
            self.assertEqual(v.ok, ok, kernels)

    def test_icount(self):
        for kernels, icount, ok in (('icount', True, True), ('icount', False, False),
                                    ('6.12/icount', True, True), ('6.1/icount', True, False)):
            v = judge(failed(self.CONSOLE), modules='stock', icount=icount,
                      differences=self.entry(kernels=kernels))
            self.assertEqual(v.ok, ok, (kernels, icount))

    def test_skip_must_skip(self):
        v = judge(self.CONSOLE, modules='stock', differences=self.entry(kind='skip'))
        self.assertFalse(v.ok)
        v = judge(self.CONSOLE, modules='stock',
                  differences=self.entry('evtchn.pv.notify__twice', kind='skip'))
        self.assertTrue(v.ok, v.reasons)

    def test_do_not_apply_to_ours(self):
        self.assertFalse(judge(failed(GOOD), differences=self.entry()).ok)


if __name__ == '__main__':
    unittest.main()
