#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of boot.py's judge, on consoles written down here. No QEMU."""

import contextlib
import io
import json
import os
import re
import stat
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import boot  # noqa: E402  # pylint: disable=wrong-import-position
import kcsan  # noqa: E402  # pylint: disable=wrong-import-position

XEN = """\
(XEN) Xen version 4.17.7 (Debian) debug=n
(XEN) *** Building a PV Dom0 ***
[    2.592333] Grant table initialized
[    2.785189] acpi PNP0A03:00: fail to add MMCONFIG information, can't access extended
"""

OURS = """\
[    4.1] @rig step dom0 PV, Linux 6.12.117+deb12-amd64, Xen 4.17.7
[    4.2] @rig mode PV
[    4.2] @rig step loading the ours modules
[    4.3] @rig module xen-hypercall version=0.1 taint=OE
[    4.4] @rig module xen-privcmd version=0.1 taint=OE
[    4.5] @rig module xen-evtchn version=0.1 taint=OE
[    4.5] @rig module xen-gntdev version=0.1 taint=OE
[    4.5] @rig module xen-gntalloc version=0.1 taint=OE
[    4.6] @rig module xenfs version=none taint=
"""

STOCK = re.sub('version=0.1 taint=OE', 'version=none taint=',
               OURS.replace('ours', 'stock')).replace('@rig module xen-hypercall', '@rig x')

RUN = """\
[    5.1] @rig begin evtchn
[    5.2] | TAP version 13
[    5.2] | 1..3
[    5.2] | # Starting 3 tests from 1 test cases.
[    5.2] | #  RUN           evtchn.bind__works ...
[    5.2] | #            OK  evtchn.bind__works
[    5.2] | ok 1 evtchn.bind__works
[    5.3] | #  RUN           evtchn.notify__bad_port ...
[    5.3] | #            OK  evtchn.notify__bad_port
[    5.3] | ok 2 evtchn.notify__bad_port
[    5.4] | #  RUN           evtchn.pv.notify__twice ...
[    5.4] | #      SKIP      needs a guest
[    5.4] | #            OK  evtchn.pv.notify__twice
[    5.4] | ok 3 evtchn.pv.notify__twice # SKIP needs a guest
[    5.4] | # PASSED: 3 / 3 tests passed.
[    5.5] @rig end evtchn rc=0 secs=2
"""

END = """\
[    6.1] @rig taint 12288
[    6.1] @rig step unloading the modules
[    6.2] @rig taint 12288
[    6.2] @rig dmesg-begin
[    6.3] @rig dmesg [    2.592333] Grant table initialized
[    6.3] @rig dmesg-end
[    6.4] @rig done
[    6.5] reboot: Power down
(XEN) Entering ACPI S5 state.
"""

GOOD = XEN + OURS + RUN + END
PLAN = [('evtchn', 'evtchn.bind__works'), ('evtchn', 'evtchn.notify__bad_port'),
        ('evtchn', 'evtchn.pv.notify__twice')]
NOTIFY = '[    5.3] | ok 2 evtchn.notify__bad_port\n'


def failed(console, name='evtchn.notify__bad_port'):
    """The console with one test failing."""
    console = re.sub(rf'\| ok (\d+) {re.escape(name)}$',
                     rf'| # evtchn.c:77:Expected -1 (-1) == rc (0)\n[  5.3] | not ok \1 {name}',
                     console, flags=re.M)
    return console.replace('@rig end evtchn rc=0', '@rig end evtchn rc=1')


def judge(console, ended=None, **kw):
    kw.setdefault('programs', ['evtchn'])
    kw.setdefault('plan', PLAN)
    kw.setdefault('kernel', '6.12')
    shown = []
    j = boot.Judge(show=shown.append, **kw)
    for line in console.splitlines():
        j.feed(line)
    v = j.finish(ended)
    v.shown = shown
    return v


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


class Races(unittest.TestCase):
    """What KCSAN says, between two results."""

    LINE = '=' * 66

    def report(self, name, *stacks, stamp='[    5.3] '):
        """Each stack: how the access is, and its frames."""
        lines = [self.LINE, f'BUG: KCSAN: data-race in {name}', '']
        for access, *frames in stacks:
            lines += [f'{access} to 0xffff888003a5c0f4 of 4 bytes by task 77 on cpu 1:']
            lines += [f' {frame}' for frame in frames] + ['']
        lines += ['value changed: 0x00000001 -> 0x00000002', '',
                  'Reported by Kernel Concurrency Sanitizer on:',
                  'CPU: 1 UID: 0 PID: 77 Comm: evtchn Tainted: G O 6.12.0 #1', self.LINE]
        return ''.join(f'{stamp}{line}\n' for line in lines)

    OURS = ('evtchn_read [xen_evtchn] / push [xen_evtchn]',
            ('write', 'push+0x1/0x2 [xen_evtchn]', 'handle_irq+0x1/0x2'),
            ('read (marked)', 'evtchn_read+0x1/0x2 [xen_evtchn]', 'vfs_read+0x1/0x2'))
    DEEPER = ('rb_erase / rb_insert',
              ('read-write', 'rb_erase+0x1/0x2', 'take_out+0x1/0x2 [xen_gntdev]'),
              ('race at unknown origin, with write', 'rb_insert+0x1/0x2', 'mmap+0x1/0x2'))
    FOREIGN = ('tick_do / tick_stop', ('write', 'tick_do+0x1/0x2'), ('read', 'tick_stop+0x1/0x2'))

    def test_of_ours(self):
        for report in self.OURS, self.DEEPER:
            v = judge(GOOD.replace(NOTIFY, self.report(*report) + NOTIFY))
            self.assertIn(f'BUG: KCSAN: data-race in {report[0]} during evtchn '
                          'evtchn.notify__bad_port', v.last_line())
            self.assertIsNone(v.judge.fatal)
            self.assertEqual(v.failed, 0)
            for _, *frames in report[1:]:
                for frame in frames:
                    self.assertIn(f'          [    5.3]  {frame}', v.shown)

    def test_of_the_kernel_alone(self):
        v = judge(GOOD.replace(NOTIFY, self.report(*self.FOREIGN) +
                               self.report(*self.FOREIGN, stamp='[    5.4] ') + NOTIFY))
        self.assertEqual(v.reasons, [])
        self.assertEqual(v.foreign_races(), '2 races that our modules have no part in: '
                                            'data-race in tick_do / tick_stop (2)')
        self.assertEqual(v.summary()['foreign_races'], {'data-race in tick_do / tick_stop': 2})

    def test_each_is_told(self):
        v = judge(GOOD.replace(NOTIFY, self.report(*self.OURS) + self.report(*self.DEEPER) + NOTIFY))
        self.assertEqual(v.reasons[1], '2 races: data-race in evtchn_read [xen_evtchn] / push '
                         '[xen_evtchn] (1), data-race in rb_erase / rb_insert (1)')
        self.assertEqual(v.foreign_races(), '')

    def test_of_the_stock_modules(self):
        v = judge((XEN + STOCK + RUN + END).replace('12288', '0').replace(
            NOTIFY, self.report(*self.OURS) + NOTIFY), modules='stock')
        self.assertTrue(v.ok, v.reasons)
        self.assertIn('evtchn_read', v.foreign_races())

    def test_console_and_log_count_once(self):
        for report, failures, foreign in (self.OURS, 1, 0), (self.FOREIGN, 0, 1):
            text = self.report(*report)
            logged = text.replace('[    5.3] ', '[    6.2] @rig dmesg [    5.3] ')
            console = GOOD.replace('[    6.3] @rig dmesg-end', logged + '[    6.3] @rig dmesg-end')
            for console in console, console.replace(NOTIFY, text + NOTIFY):
                v = judge(console)
                self.assertEqual(len(v.reasons), failures)
                self.assertEqual(sum(v.judge.foreign_races.values()), foreign)

    def test_others_speak_meanwhile(self):
        text = self.report(*self.OURS).splitlines(keepends=True)
        v = judge(GOOD.replace(NOTIFY, ''.join(text[:5]) + NOTIFY + ''.join(text[5:])))
        self.assertEqual((v.passed, v.skipped), (2, 1))
        self.assertIn('evtchn_read', v.last_line())
        v = judge(GOOD.replace(NOTIFY, ''.join(text[:5]) + '[    5.3] WARNING: CPU: 0\n' +
                               ''.join(text[5:]) + NOTIFY))
        self.assertEqual(len(v.judge.complaints), 2)

    def test_never_ends(self):
        cut = GOOD[:GOOD.index(NOTIFY)]
        text = self.report(*self.OURS).splitlines(keepends=True)
        v = judge(cut + ''.join(text[:-1]), ended='nothing on the console for 120 s, stopped')
        self.assertIn('evtchn_read', v.last_line())
        v = judge(GOOD.replace(NOTIFY, ''.join(text[:-1]) + self.report(*self.FOREIGN) + NOTIFY))
        self.assertIn('evtchn_read', v.last_line())
        self.assertIn('tick_do', v.foreign_races())
        many = ''.join(f'[    5.3] say {i}\n' for i in range(kcsan.LONGEST))
        v = judge(GOOD.replace(NOTIFY, ''.join(text[:-1]) + many + NOTIFY))
        self.assertEqual((v.passed, len(v.judge.complaints)), (2, 1))

    def test_whose_it_is(self):
        """The access itself, or who has called the function that makes it."""
        r, = kcsan.reports(self.report('get / put', ('write', 'put+0x1/0x2 [xen_fake]',
                                                     'unmap+0x1/0x2 [xen_gntdev]'),
                                       ('read', 'get+0x1/0x2', 'f+0x1/0x2')).splitlines())
        self.assertEqual(r.modules(), ['xen_fake', None])
        self.assertFalse(r.ours())
        self.assertTrue(r.ours(('xen_fake',)))
        for frames, ours in (
                (('f [xen_gntdev]',), True), (('f', 'g [xen_gntdev]'), True),
                (('f', 'g', 'h [xen_gntdev]'), False), (('f [xenfs]',), False),
                (('__rb_insert_augmented', 'f', 'g [xen_gntdev]'), True),
                (('xas_load', 'xa_load', 'f', 'g [xen_gntdev]'), True),
                (('xas_load', 'xa_load', 'f', 'g', 'h [xen_gntdev]'), False),
                (('finder', 'f', 'g [xen_gntdev]'), False)):
            stack = [re.sub(r'^(\w+)', r'\1+0x1/0x2', frame) for frame in frames]
            r, = kcsan.reports(self.report('x / y', ('read', *stack), ('write', 'y+0x1/0x2'))
                               .splitlines())
            self.assertEqual(r.ours(), ours, frames)

    def test_who_is_interrupted_is_not_asked(self):
        for entry in ('exc_xen_hypervisor_callback', 'asm_sysvec_apic_timer_interrupt',
                      'exc_page_fault', 'asm_common_interrupt', 'do_softirq'):
            for front, ours in ((), False), (('push+0x1/0x2 [xen_evtchn]',), True):
                r, = kcsan.reports(self.report(
                    'f / g', ('read', 'f+0x1/0x2', *front, f'{entry}+0x1/0x2',
                              'map+0x1/0x2 [xen_gntdev]'), ('write', 'g+0x1/0x2')).splitlines())
                self.assertEqual(r.ours(), ours, entry)

    def test_it_was_not_watching(self):
        v = judge(GOOD.replace('[    6.2] @rig taint', '[ 6.1] @rig fail KCSAN has watched nothing\n'
                               '[    6.2] @rig taint'))
        self.assertEqual(v.last_line(), 'FAIL: KCSAN has watched nothing')


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
        return [boot.Difference('evtchn', test, kernels, kind, 'fixed by us', 7)]

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


class Files(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.dir.name, name)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def test_plan(self):
        path = self.write('plan', '# comment\nevtchn a.b__c\n\nprivcmd a.b__c # more\n')
        self.assertEqual(boot.read_plan(path), [('evtchn', 'a.b__c'), ('privcmd', 'a.b__c')])
        with self.assertRaisesRegex(boot.Error, 'plan:1: not'):
            boot.read_plan(self.write('plan', 'evtchn\n'))
        with self.assertRaisesRegex(boot.Error, 'listed twice'):
            boot.read_plan(self.write('plan', 'a b\na b\n'))

    def test_differences(self):
        path = self.write('d', '# c\n\nevtchn a.b__c | 6.1, 6.12 | differs | because | of this\n')
        d, = boot.read_differences(path)
        self.assertEqual((d.program, d.test, d.kind, d.reason, d.line),
                         ('evtchn', 'a.b__c', 'differs', 'because | of this', 3))
        self.assertTrue(d.applies('6.12', 'pv'))
        self.assertFalse(d.applies('6.18', 'pv'))
        for bad in ('a b | * | differs', 'a | * | differs | x', 'a b | * | fails | x',
                    'a b | * | differs | '):
            with self.assertRaises(boot.Error):
                boot.read_differences(self.write('d', bad + '\n'))

    def test_list_of_the_harness(self):
        # As test_harness_list_tests() of 6.12 prints it.
        text = (
            '# FIXTURE            VARIANT                   TEST\n'
            'global                                         \n'
            + '-' * 80 + '\n'
            'evtchn                                         bind__works\n'
            '                                               notify__bad_port\n'
            + '-' * 80 + '\n'
            'a_fixture_with_a_long_name one                       x__y\n'
            '                     a_variant_with_a_name_of_over_25 x__z\n'
            '                     three                     \n')
        self.assertEqual(boot.parse_test_list(text), [
            'evtchn.bind__works', 'evtchn.notify__bad_port',
            'a_fixture_with_a_long_name.one.x__y', 'a_fixture_with_a_long_name.one.x__z',
            'a_fixture_with_a_long_name.a_variant_with_a_name_of_over_25.x__y',
            'a_fixture_with_a_long_name.a_variant_with_a_name_of_over_25.x__z',
            'a_fixture_with_a_long_name.three.x__y', 'a_fixture_with_a_long_name.three.x__z'])

    def test_group(self):
        self.assertEqual(boot.group_of('evtchn.pv.notify__twice__over'), 'notify')
        self.assertEqual(boot.group_of('evtchn.plain'), 'plain')

    def arguments(self, *more):
        self.write('kver', '6.12.117+deb12-amd64\n')
        return ['--kernel-dir', self.dir.name, '--xen-dir', 'x', '--initramfs', 'a,b',
                '--log', os.path.join(self.dir.name, 'log'), *more]

    def test_disk(self):
        args = boot.parse_args(self.arguments())
        self.assertNotIn('-drive', boot.qemu_command(args, ['evtchn'], []))
        args = boot.parse_args(self.arguments('--disk', 'a,b'))
        c = boot.qemu_command(args, ['evtchn'], [])
        self.assertEqual(c[c.index('-drive') + 1], 'file=a,,b,format=raw,if=ide,snapshot=on')

    def test_command(self):
        args = boot.parse_args(self.arguments('--mode', 'pvh', '--icount'))
        c = boot.qemu_command(args, ['evtchn', 'privcmd'], [])
        initrd = c[c.index('-initrd') + 1]
        self.assertIn('rig.tests=evtchn,,privcmd', initrd)
        self.assertTrue(initrd.endswith(',a,,b'))
        self.assertIn('dom0=pvh', c[c.index('-append') + 1])
        self.assertIn('amd-iommu', c)
        self.assertIn('norandmaps', initrd)
        self.assertIn('rig.icount=1', initrd)
        self.assertEqual(c[c.index('-icount') + 1], 'shift=0,sleep=off')
        self.assertEqual(c[c.index('-rtc') + 1], 'base=2026-01-01,clock=vm')
        self.assertEqual(c[c.index('-seed') + 1], '1')
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit):
            boot.parse_args(self.arguments('--icount', '--smp', '2'))
        args = boot.parse_args(self.arguments())
        c = boot.qemu_command(args, ['evtchn'], [])
        self.assertNotIn('-icount', c)
        self.assertNotIn('icount', c[c.index('-initrd') + 1])
        self.assertNotIn('-object', c)
        self.assertNotIn('rig.counts', c[c.index('-initrd') + 1])
        with self.assertRaisesRegex(boot.Error, 'too long'):
            boot.qemu_command(args, ['evtchn'], ['x' * 1000])
        args = boot.parse_args(self.arguments('--mode', 'pvh', '--counts', 'there'))
        c = boot.qemu_command(args, ['evtchn'], ['x' * 1000])
        self.assertIn('mem-path=there', c[c.index('-object') + 1])
        self.assertIn('rig.counts=1', c[c.index('-initrd') + 1])
        with self.assertRaisesRegex(boot.Error, 'too long'):
            boot.qemu_command(args, ['evtchn'], ['x' * 3000])

    def test_filter(self):
        plan = self.write('plan', ''.join(f'{p} {t}\n' for p, t in PLAN) + 'privcmd a.b__c\n')
        args = boot.parse_args(self.arguments('--plan', plan, '--filter', '*notify__*'))
        self.assertEqual(boot.select_tests(args), (['evtchn'], PLAN[1:], ['*notify__*']))
        args = boot.parse_args(self.arguments('--plan', plan, '--filter', 'nothing'))
        with self.assertRaisesRegex(boot.Error, 'no test matches'):
            boot.select_tests(args)

    # A shell script in QEMU's place, to test what watches over it.
    def main(self, script, *more):
        qemu = self.write('qemu', '#!/bin/sh\n' + script, 0o755)
        plan = self.write('plan', ''.join(f'{p} {t}\n' for p, t in PLAN))
        out = io.StringIO()
        start = time.monotonic()
        with contextlib.redirect_stdout(out):
            status = boot.main(self.arguments('--qemu', qemu, '--plan', plan, *more))
        self.assertLess(time.monotonic() - start, 10)
        return status, out.getvalue().splitlines()

    def test_main_good(self):
        console = self.write('console', GOOD)
        summary = os.path.join(self.dir.name, 'summary')
        status, out = self.main(f'cat {console}\n', '--summary', summary)
        self.assertEqual((status, out[-1]), (0, '2 passed, 0 failed, 1 skipped'), out)
        self.assertTrue(out[-2].startswith('log: '))
        with open(summary, encoding='utf-8') as f:
            self.assertTrue(json.load(f)['ok'])
        with open(os.path.join(self.dir.name, 'log'), encoding='utf-8') as f:
            self.assertEqual(f.read(), GOOD)

    def test_main_silence_kills_the_whole_group(self):
        pid = os.path.join(self.dir.name, 'pid')
        status, out = self.main(f'echo hello; sleep 60 & echo $! >{pid}; wait\n', '--silence', '1')
        self.assertEqual(status, 1)
        self.assertIn('nothing on the console for 1 s', out[-1])
        with open(pid, encoding='utf-8') as f:
            child = int(f.read())
        for _ in range(50):
            try:
                with open(f'/proc/{child}/stat', encoding='utf-8') as f:
                    if f.read().rsplit(')', 1)[1].split()[0] == 'Z':
                        break
            except (FileNotFoundError, ProcessLookupError):
                break
            time.sleep(0.1)
        else:
            self.fail('the child survived')

    def test_main_kicks_a_silent_pvh(self):
        console = self.write('console', GOOD.replace('mode PV', 'mode PVH'))
        script = f'echo hello; head -c 1 >/dev/null; cat {console}\n'
        status, out = self.main(script, '--mode', 'pvh', '--silence', '6')
        self.assertEqual(status, 0, out)
        status, out = self.main(script, '--silence', '3')
        self.assertEqual(status, 1, out)

    def test_main_kicks_by_a_key_too(self):
        console = self.write('console', GOOD.replace('mode PV', 'mode PVH'))
        key = os.path.join(self.dir.name, 'key')
        script = ('echo hello\n'
                  'for a; do case $a in *,fd=*) fd=${a##*=} ;; esac; done\n'
                  f'head -n 1 <&"$fd" >{key}; cat {console}\n')
        status, out = self.main(script, '--mode', 'pvh', '--silence', '6')
        self.assertEqual(status, 0, out)
        with open(key, encoding='utf-8') as f:
            self.assertEqual(f.read(), 'sendkey shift\n')

    def test_main_timeout(self):
        status, out = self.main('while :; do echo x; sleep 0.2; done\n', '--timeout', '1')
        self.assertEqual(status, 1)
        self.assertIn('not finished after 1 s', out[-1])

    def test_main_qemu_fails(self):
        status, out = self.main('echo "qemu: no such option"; exit 1\n')
        self.assertEqual(status, 1)
        self.assertIn('QEMU ended early with status 1 (qemu: no such option)', out[-1])

    def test_main_no_qemu(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = boot.main(self.arguments('--qemu', '/nonexistent', '--tests', 'a'))
        self.assertEqual(status, 2)
        self.assertIn('FAIL: ', out.getvalue())

    def test_main_nothing_to_run(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.assertEqual(boot.main(self.arguments()), 2)
        self.assertIn('nothing to run', out.getvalue())

    def test_make_plan(self):
        self.write('list', '#!/bin/sh\nprintf "%-20s %-25s %s\\n" ev "" bind__x >&2; exit 4\n', 0o755)
        self.write('x.sh', '#!/bin/sh\n', 0o755)
        self.write('readme', '')
        os.chmod(os.path.join(self.dir.name, 'readme'), stat.S_IRUSR)
        self.assertEqual(boot.make_plan(self.dir.name), [('list', 'ev.bind__x')])


if __name__ == '__main__':
    unittest.main()
