#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the files that a boot reads, and of what watches over it. No QEMU."""

import contextlib
import io
import json
import os
import stat
import tempfile
import time
import unittest

from examples import GOOD, PLAN
import boot
import options
import plan
from programs import load
from qemu import qemu_command
from verdict import group_of


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
        self.assertEqual(plan.read_plan(path), [('evtchn', 'a.b__c'), ('privcmd', 'a.b__c')])
        with self.assertRaisesRegex(plan.Error, 'plan:1: not'):
            plan.read_plan(self.write('plan', 'evtchn\n'))
        with self.assertRaisesRegex(plan.Error, 'listed twice'):
            plan.read_plan(self.write('plan', 'a b\na b\n'))

    def test_differences(self):
        path = self.write('d', '# c\n\nevtchn a.b__c | 6.1, 6.12 | differs | because | of this\n')
        d, = plan.read_differences(path)
        self.assertEqual((d.program, d.test, d.kind, d.reason, d.line),
                         ('evtchn', 'a.b__c', 'differs', 'because | of this', 3))
        self.assertTrue(d.applies('6.12', 'pv'))
        self.assertFalse(d.applies('6.18', 'pv'))
        for bad in ('a b | * | differs', 'a | * | differs | x', 'a b | * | fails | x',
                    'a b | * | differs | '):
            with self.assertRaises(plan.Error):
                plan.read_differences(self.write('d', bad + '\n'))

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
        self.assertEqual(plan.parse_test_list(text), [
            'evtchn.bind__works', 'evtchn.notify__bad_port',
            'a_fixture_with_a_long_name.one.x__y', 'a_fixture_with_a_long_name.one.x__z',
            'a_fixture_with_a_long_name.a_variant_with_a_name_of_over_25.x__y',
            'a_fixture_with_a_long_name.a_variant_with_a_name_of_over_25.x__z',
            'a_fixture_with_a_long_name.three.x__y', 'a_fixture_with_a_long_name.three.x__z'])

    def test_group(self):
        self.assertEqual(group_of('evtchn.pv.notify__twice__over'), 'notify')
        self.assertEqual(group_of('evtchn.plain'), 'plain')

    def arguments(self, *more):
        self.write('kver', '6.12.117+deb12-amd64\n')
        return ['--kernel-dir', self.dir.name, '--xen-dir', 'x', '--initramfs', 'a,b',
                '--log', os.path.join(self.dir.name, 'log'), *more]

    def test_disk(self):
        args = boot.parse_args(self.arguments())
        self.assertNotIn('-drive', qemu_command(args, ['evtchn'], []))
        args = boot.parse_args(self.arguments('--disk', 'a,b'))
        c = qemu_command(args, ['evtchn'], [])
        self.assertEqual(c[c.index('-drive') + 1], 'file=a,,b,format=raw,if=ide,snapshot=on')

    def test_command(self):
        args = boot.parse_args(self.arguments('--mode', 'pvh', '--icount'))
        c = qemu_command(args, ['evtchn', 'privcmd'], [])
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
        c = qemu_command(args, ['evtchn'], [])
        self.assertNotIn('-icount', c)
        self.assertNotIn('icount', c[c.index('-initrd') + 1])
        self.assertNotIn('-object', c)
        self.assertNotIn('rig.counts', c[c.index('-initrd') + 1])
        with self.assertRaisesRegex(plan.Error, 'too long'):
            qemu_command(args, ['evtchn'], ['x' * 1000])
        args = boot.parse_args(self.arguments('--mode', 'pvh', '--counts', 'there'))
        c = qemu_command(args, ['evtchn'], ['x' * 1000])
        self.assertIn('mem-path=there', c[c.index('-object') + 1])
        self.assertIn('rig.counts=1', c[c.index('-initrd') + 1])
        with self.assertRaisesRegex(plan.Error, 'too long'):
            qemu_command(args, ['evtchn'], ['x' * 3000])

    def test_arm64(self):
        self.write('vmlinuz', 16 * '.' + '\0\0\x40\x02' + 44 * '\0')
        args = boot.parse_args(self.arguments('--arch', 'arm64', '--mode', 'hvm'))
        self.assertFalse(args.kick)
        c = qemu_command(args, ['evtchn', 'privcmd'], [])
        self.assertEqual(c[0], 'qemu-system-aarch64')
        kernel, initrd = [x for x in c if x.startswith('guest-loader')]
        self.assertIn('rig.tests=evtchn,,privcmd', kernel)
        # The kernel says that it takes 36 MiB.
        self.assertEqual(initrd, 'guest-loader,addr=0x4c400000,initrd=a,,b')

    def test_filter(self):
        path = self.write('plan', ''.join(f'{p} {t}\n' for p, t in PLAN) + 'privcmd a.b__c\n')
        args = boot.parse_args(self.arguments('--plan', path, '--filter', '*notify__*'))
        self.assertEqual(plan.select_tests(args), (['evtchn'], PLAN[1:], ['*notify__*']))
        args = boot.parse_args(self.arguments('--plan', path, '--filter', 'nothing'))
        with self.assertRaisesRegex(plan.Error, 'no test matches'):
            plan.select_tests(args)

    # A shell script in QEMU's place, to test what watches over it.
    def main(self, script, *more):
        qemu = self.write('qemu', '#!/bin/sh\n' + script, 0o755)
        path = self.write('plan', ''.join(f'{p} {t}\n' for p, t in PLAN))
        out = io.StringIO()
        start = time.monotonic()
        with contextlib.redirect_stdout(out):
            status = boot.main(self.arguments('--qemu', qemu, '--plan', path, *more))
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
        self.assertEqual(plan.make_plan(self.dir.name), [('list', 'ev.bind__x')])


class Run(unittest.TestCase):
    """What "run" makes of its arguments."""

    def test_names(self):
        for said, name in (('', '6.12-pv-ours'), ('--kernel kasan', 'kasan-pvh-ours'),
                           ('--kernel kcsan --stock', 'kcsan-pv-stock-smp'),
                           ('--xen 4.20 --save --icount', '6.12-pv-ours-4.20-save-icount')):
            self.assertEqual(options.parse(said.split()).name, name)

    def test_what_cannot_be(self):
        for said in ('--kernel kasan --mode pv', '--bench 1 --stock', '--bench 2', '--coverage',
                     '--clients --xen 4.20', '--save --kernel 7.2', '--save --guests', '--kernel 5'):
            with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit):
                options.parse(said.split())

    def test_programs(self):
        run = load(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'run'))
        with tempfile.TemporaryDirectory() as there:
            for name in ('bare', 'bpftrace', 'evtchn', 'guests', 'libraries-vchan', 'save', 'soak'):
                with open(os.path.join(there, name), 'w', encoding='utf-8') as f:
                    os.fchmod(f.fileno(), 0o755)
            for said, programs in (
                    ('', 'evtchn'), ('--bpftrace', 'bpftrace evtchn'), ('--mode bare', 'bare'),
                    ('--guests', 'guests libraries-vchan'), ('--guests --mode pvh', 'guests'),
                    ('--save', 'save'), ('--tests soak,evtchn', 'soak evtchn'),
                    ('--clients', None), ('--tests evtchn,other', None)):
                rig = run.Rig(options.parse(said.split()))
                rig.selftests = there
                if programs:
                    self.assertEqual(rig.programs(), programs.split(), said)
                else:
                    with self.assertRaises(plan.Error):
                        rig.programs()


if __name__ == '__main__':
    unittest.main()
