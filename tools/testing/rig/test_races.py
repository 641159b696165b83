#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of what becomes of KCSAN's reports. No QEMU."""

import re
import unittest

from examples import END, GOOD, NOTIFY, RUN, STOCK, XEN, judge
import kcsan


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


if __name__ == '__main__':
    unittest.main()
