# SPDX-License-Identifier: GPL-2.0-only
"""What the rig can be told."""

import argparse
import re

USUAL = ('6.1', '6.12', '7.2')
DEBUG = ('lockdep', 'kasan', 'kcsan')


def parser():
    a = argparse.ArgumentParser(
        prog='run', description='Builds everything, boots it on Xen in QEMU and judges.',
        epilog='"make run" takes the same as variables: KERNEL=6.1 MODE=pvh TESTS="a b" FULL=1; '
        'ORACLE=stock is --stock, and GUESTS=save is --save.')
    a.add_argument('--kernel', choices=USUAL + DEBUG, default='6.12',
                   help="dom0's kernel [6.12]; lockdep, kasan, kcsan: one of Linux 6.12 that "
                   'finds faults')
    a.add_argument('--arch', choices=('amd64', 'arm64'), default='amd64',
                   help='arm64: with Linux 6.1 or 6.12, and Xen 4.17 [amd64]')
    a.add_argument('--mode', choices=('pv', 'pvh', 'bare'),
                   help="dom0's kind [pv; with kasan always pvh]; bare: a kernel without Xen")
    a.add_argument('--xen', choices=('4.17', '4.20', 'paging'), default='4.17',
                   help='hypervisor [4.17]; paging: 4.17 with memory paging and 32-bit PV, built '
                   "from Debian's source")
    a.add_argument('--stock', action='store_const', dest='modules', const='stock', default='ours',
                   help="the kernel's own drivers in place of ours")
    guests = a.add_mutually_exclusive_group()
    for name, text in (
            ('guests', "the programs that make guests, with Debian's toolstack"),
            ('save', 'the one that saves and restores them; Linux 6.1 or 6.12'),
            ('clients', "the programs that run Debian's other programs, on guests")):
        guests.add_argument('--' + name, action='store_const', dest='guests', const=name,
                            default='', help=text)
    a.add_argument('--bpftrace', action='store_true',
                   help="the scripts of tools/bpftrace, with Debian's bpftrace")
    a.add_argument('--xenstored', choices=('oxenstored',), help='the one in OCaml')
    a.add_argument('--tests', metavar='"A B"', default='', help='only these programs')
    a.add_argument('--filter', metavar='"GLOB .."', default='',
                   help='only the tests whose name matches: "evtchn.notify__*"')
    a.add_argument('--full', action='store_true', help='all rounds of the tests that count them')
    a.add_argument('--bench', metavar='WHAT',
                   help='measure before the tests. 1: stock and our modules; short: ours alone, and '
                   'less; threads: what two do together, with --smp 2; memory, or any other of '
                   'bench.c: that part alone')
    a.add_argument('--icount', action='store_true',
                   help='time counts instructions: tests of costs compare them')
    a.add_argument('--coverage', action='store_true',
                   help='count lines and branches: build/coverage/KERNEL-MODE.counts; with lockdep '
                   'or kasan')
    a.add_argument('--minutes', type=int, metavar='N',
                   help='the program stress works for so long, or soak, not for some seconds')
    a.add_argument('--shell', action='store_true', help='a shell in dom0 in place of the tests')
    a.add_argument('--smp', type=int, metavar='N',
                   help='processors [1, which is the fastest; with kcsan 2]')
    a.add_argument('--timeout', type=int, metavar='SECONDS',
                   help='for the whole boot [900; 1800 with guests or --icount, 3600 with --full or '
                   '--bench, 7200 with --full and --clients]')
    a.add_argument('--selftests', metavar='DIR',
                   help='test programs that are built already, for that Xen')
    a.add_argument('--name', metavar='NAME', help='of the files that it leaves in build/logs')
    a.add_argument('--build-only', choices=('modules', 'selftests'), help='and boot nothing')
    a.add_argument('--yes', action='store_true', help='install missing packages without asking')
    return a


def check(args, error):
    """What argparse cannot see."""
    if args.arch != 'amd64' and (args.kernel not in ('6.1', '6.12') or args.xen != '4.17' or
                                 args.mode != 'hvm' or args.guests or args.bench):
        error('--arch arm64 takes Linux 6.1 or 6.12 and Xen 4.17, and makes no guests')
    if args.kernel == 'kasan' and args.mode != 'pvh':
        error('a kernel with KASAN runs as PVH dom0 only')
    if args.bench and (args.modules != 'ours' or args.mode == 'bare'):
        error('--bench takes both kinds of modules, and Xen')
    if args.bench and not re.match('1$|[a-z]', args.bench):
        error(f'--bench takes 1, short or a part of the benchmark, not "{args.bench}"')
    if args.coverage and (args.kernel not in ('lockdep', 'kasan') or args.modules != 'ours'):
        error('only our modules on lockdep or kasan count')
    if args.guests in ('save', 'clients') and args.kernel not in ('6.1', '6.12'):
        error(f'--{args.guests} takes Linux 6.1 or 6.12')
    if args.guests == 'clients' and args.xen == '4.20':
        error('--clients takes Xen 4.17')


def name_of(args):
    parts = [args.kernel, '' if args.arch == 'amd64' else args.arch, args.mode, args.modules,
             '' if args.xen == '4.17' else args.xen, args.guests, args.xenstored,
             'icount' if args.icount else '', 'bench' if args.bench else '',
             'coverage' if args.coverage else '', 'bpftrace' if args.bpftrace else '',
             '' if args.smp == 1 else 'smp']
    return '-'.join(p for p in parts if p)


def parse(argv=None):
    p = parser()
    args = p.parse_args(argv)
    # On Arm there is one kind, which the kernel calls by this name.
    args.mode = args.mode or {'arm64': 'hvm'}.get(args.arch) or \
        ('pvh' if args.kernel == 'kasan' else 'pv')
    # One processor has few races.
    args.smp = args.smp or (2 if args.kernel == 'kcsan' else 1)
    check(args, p.error)
    args.debug = args.kernel in DEBUG
    args.xen_version = '4.20' if args.xen == '4.20' else '4.17'
    args.name = args.name or name_of(args)
    return args
