#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Boots Xen and a dom0 in QEMU, shows what the tests in it do, and judges.

The whole console goes to the log; the terminal gets one line per step and per
test. Whatever a healthy run does not contain is a failure: a complaint of the
kernel or of Xen, a silent or an endless run, a test without a result or with
two. The last line says how it went, the exit status too.

    boot.py --kernel-dir D --xen-dir D --initramfs F --log FILE [options]
    boot.py --make-plan DIR            print the plan for the programs in DIR
"""

import argparse
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
sys.dont_write_bytecode = True
from judge import Judge
from plan import make_plan, read_differences, select_tests
from programs import Error
from qemu import qemu_command
import watch


def parse_args(argv):
    a = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--make-plan', metavar='DIR', help='print the plan of the programs and exit')
    a.add_argument('--kernel-dir', metavar='DIR', help='what "fetch kernel" printed')
    a.add_argument('--xen-dir', metavar='DIR', help='what "fetch xen" printed')
    a.add_argument('--initramfs', metavar='FILE')
    a.add_argument('--disk', metavar='FILE', help='an image that dom0 has as /dev/sda')
    a.add_argument('--log', metavar='FILE', help='gets the whole console')
    a.add_argument('--timestamps', action='store_true', help="with the host's time in the log")
    a.add_argument('--arch', choices=('amd64', 'arm64'), default='amd64')
    a.add_argument('--mode', choices=('pv', 'pvh', 'hvm', 'bare'), default='pv',
                   help='kind of dom0, or no Xen at all')
    a.add_argument('--modules', choices=('ours', 'stock'), default='ours')
    a.add_argument('--tests', default='', metavar='A,B', help='programs; default: all of the plan')
    a.add_argument('--filter', default='', metavar='GLOB,..',
                   help='only the tests of the plan whose name matches')
    a.add_argument('--plan', metavar='FILE', help='every test that has to have a result')
    a.add_argument('--differences', metavar='FILE', help='what the stock modules do otherwise')
    a.add_argument('--shell', action='store_true', help='a shell in place of the tests')
    a.add_argument('--timeout', type=int, default=900, metavar='SECS', help='for the whole run')
    a.add_argument('--silence', type=int, default=120, metavar='SECS',
                   help='without any output')
    a.add_argument('--program-timeout', type=int, default=0, metavar='SECS',
                   help='for one test program')
    a.add_argument('--mem', type=int, default=1024, metavar='MB')
    a.add_argument('--dom0-mem', type=int, default=512, metavar='MB')
    a.add_argument('--smp', type=int, default=1, metavar='N')
    a.add_argument('--icount', action='store_true', help='deterministic time, three times slower')
    a.add_argument('--kick', action='store_true', help='wake Xen, for guests that use SVM')
    a.add_argument('--xen-arg', action='append', default=[], metavar='ARG')
    a.add_argument('--dom0-arg', action='append', default=[], metavar='ARG')
    a.add_argument('--counts', metavar='FILE',
                   help='gets what a kernel with gcov counted: a tar.gz, and zeroes behind it')
    a.add_argument('--summary', metavar='FILE', help='gets the result as JSON')
    a.add_argument('--qemu', help=argparse.SUPPRESS)
    args = a.parse_args(argv)
    if not args.make_plan:
        for name in ('kernel_dir', 'xen_dir', 'initramfs', 'log'):
            if not getattr(args, name):
                a.error(f'--{name.replace("_", "-")} is missing')
        if args.icount and args.smp != 1:
            a.error('--icount needs --smp 1')
        args.kick = args.kick or (args.arch, args.mode) == ('amd64', 'pvh')
    return args


def boot(args, programs, plan, filters, kver):
    """What is to be thought of it, and how many seconds it took."""
    differences = []
    if args.shell:
        programs, plan = [], None
    elif args.differences and args.modules == 'stock':
        differences = read_differences(args.differences)
    command = qemu_command(args, programs, filters)
    judge = Judge(programs=programs, plan=plan, modules=args.modules, differences=differences,
                  kernel='.'.join(kver.split('.')[:2]), mode=args.mode, shell=args.shell,
                  show=lambda text: print(text, flush=True), icount=args.icount)
    os.makedirs(os.path.dirname(os.path.abspath(args.log)), exist_ok=True)
    if args.counts:
        with open(args.counts, 'wb') as counts:
            counts.truncate(4 << 20)
    # A person at a shell may think for longer than that.
    person = args.shell and sys.stdin.isatty()
    timeout, silence = (0, 0) if person else (args.timeout, args.silence)
    start = time.monotonic()
    with open(args.log, 'wb') as log:
        why = watch.run(command, judge, log, timeout, silence, shell=args.shell,
                        stamps=args.timestamps, kick=args.kick and not person)
    return judge.finish(why), round(time.monotonic() - start, 1)


def report(args, verdict, seconds, kver):
    print()
    for line in verdict.table():
        print(line)
    for reason in verdict.reasons:
        print(f'failure: {reason}')
    if verdict.foreign_races():
        print(f'no failure: {verdict.foreign_races()}')
    if args.summary:
        with open(args.summary, 'w', encoding='utf-8') as f:
            json.dump(verdict.summary(kernel=kver, mode=args.mode, modules=args.modules,
                                      seconds=seconds, log=args.log), f, indent=1)
            f.write('\n')
    if not args.shell:
        print(f'{seconds:.0f} s in QEMU; {verdict.counts()}')
    print(f'log: {args.log}')
    if not args.shell or not verdict.ok:
        print(verdict.last_line())


def main(argv=None):
    args = parse_args(argv)
    try:
        if args.make_plan:
            for program, test in make_plan(args.make_plan):
                print(program, test)
            return 0
        tests = select_tests(args)
        with open(os.path.join(args.kernel_dir, 'kver'), encoding='utf-8') as f:
            kver = f.read().strip()
        verdict, seconds = boot(args, *tests, kver)
    except (Error, OSError, subprocess.SubprocessError) as e:
        print(f'FAIL: {e}')
        return 2
    report(args, verdict, seconds, kver)
    return 0 if verdict.ok else 1


if __name__ == '__main__':
    sys.exit(main())
