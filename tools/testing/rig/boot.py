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
import collections
import ctypes
import fnmatch
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import complaints
import kcsan
import tap
from complaints import STAMP

# The kernel's own order: the text may begin in the middle of a line that Xen
# or an unfinished line of the kernel began.
RIG = re.compile(r'(?:^|[\] ])@rig (\w[\w-]*) ?(.*)$')

TAINT_LETTERS = 'PFSRMBUDAWCIOELKXTN'
# An out-of-tree and an unsigned module: that is what ours are.
TAINT_ALLOWED = 1 << 12 | 1 << 13

# With the question about the cursor that busybox's line editor asks.
PROMPT = re.compile(rb'# (?:\x1b\[6n)?$')

# QEMU's SVM (7.2, until the middle of 2025) changes the pending interrupts of a
# processor without the lock: once in some thousand VM exits the timer's gets
# lost, Xen then sleeps for ever with the interrupt pending. Any other interrupt
# ends that: a character on the serial line, which nobody reads in dom0, or a key.
# The key is for Xen 4.20, which gives up the interrupts of a serial line that keeps
# it busy for more than 4 ms. PV does not use SVM, but a guest of a PV dom0 may.
KICK = 2

# How many lines after the first complaint go to the terminal.
CONTEXT = 30

OUR_MODULES = ('xen-hypercall', 'xen-privcmd', 'xen-evtchn', 'xen-gntdev',
               'xen-gntalloc')


class Difference(collections.namedtuple('Difference',
                                        'program test kernels kind reason line')):
    """A test that the stock modules do not pass, and why."""

    def applies(self, kernel, mode, icount=False):
        here = ('*', kernel, mode) + (('icount',) if icount else ())
        for item in self.kernels.split(','):
            if all(p in here for p in item.strip().split('/')):
                return True
        return False


class Error(Exception):
    """Something that a person has to put right, in one sentence."""


def read_plan(path):
    """[(program, test)] of a plan file: one "program test" per line."""
    plan = []
    with open(path, encoding='utf-8') as f:
        for number, line in enumerate(f, 1):
            line = line.split('#', 1)[0].split()
            if not line:
                continue
            if len(line) != 2:
                raise Error(f'{path}:{number}: not "program test"')
            plan.append((line[0], line[1]))
    twice = [k for k, n in collections.Counter(plan).items() if n > 1]
    if twice:
        raise Error(f'{path}: listed twice: {" ".join(twice[0])}')
    return plan


def read_differences(path):
    """The entries of a differences file:
    program test | kernels | kind | reason"""
    entries = []
    with open(path, encoding='utf-8') as f:
        for number, line in enumerate(f, 1):
            line = line.strip()
            if not line or line.startswith('#'):
                continue
            fields = [x.strip() for x in line.split('|', 3)]
            where = f'{path}:{number}'
            if len(fields) != 4:
                raise Error(f'{where}: not "program test | kernels | kind | reason"')
            names = fields[0].split()
            if len(names) != 2:
                raise Error(f'{where}: "{fields[0]}" is not "program test"')
            if fields[2] not in ('differs', 'skip'):
                raise Error(f'{where}: kind is "{fields[2]}", not "differs" or "skip"')
            if not fields[3]:
                raise Error(f'{where}: no reason given')
            entries.append(Difference(*names, *fields[1:], number))
    return entries


def parse_test_list(text):
    """Names of the tests in what "-l" of kselftest_harness.h prints.

    It is a table of fixed columns, which long names push to the right. Variants
    and tests of a fixture stand side by side without belonging together: each
    variant runs each test.
    """
    tests = []
    fixture, variants, names = None, [], []

    def finish():
        for v in variants or ['']:
            for n in names:
                tests.append('.'.join(x for x in (fixture, v, n) if x))

    def field(line, width):
        if line[:width].strip() == '':
            return '', line[width + 1:]
        word = line.split(' ', 1)[0]
        return word, line[max(width, len(word)) + 1:]

    for line in text.splitlines():
        if line.startswith('# FIXTURE') or not line.strip():
            continue
        if line.startswith('-----'):
            finish()
            fixture, variants, names = None, [], []
            continue
        head, rest = field(line, 20)
        variant, rest = field(rest, 25)
        if head:
            fixture = head
        if variant:
            variants.append(variant)
        if rest.strip():
            names.append(rest.strip())
    finish()
    return tests


def make_plan(directory):
    """[(program, test)] of every program in the directory that has a list."""
    plan = []
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        if not os.path.isfile(path) or not os.access(path, os.X_OK) or name.endswith('.sh'):
            continue
        p = subprocess.run([path, '-l'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, timeout=30, check=False,
                           encoding='utf-8', errors='replace')
        tests = parse_test_list(p.stderr)
        if not tests:
            raise Error(f'{path} -l lists no tests')
        plan += [(name, t) for t in tests]
    return plan


def group_of(test):
    """The ioctl that a test is about: fixture.variant.IOCTL__behaviour"""
    return test.rsplit('.', 1)[-1].split('__', 1)[0]


def taint_text(value):
    return ''.join(c for i, c in enumerate(TAINT_LETTERS) if value >> i & 1) or 'none'


def counted(counter):
    return ', '.join(f'{name} ({count})' for name, count in counter.most_common())


class Judge:
    """Reads the console line by line, and says at the end what to think of it.

    Knows nothing of QEMU: feed() it lines, ask finish().
    """

    def __init__(self, programs=(), plan=None, modules='ours', differences=(),
                 kernel='', mode='pv', shell=False, show=lambda text: None, icount=False):
        self.programs = list(programs)
        self.plan = [p for p in plan or () if not programs or p[0] in self.programs]
        self.modules = modules
        self.mode = mode
        self.shell = shell
        self.show = show
        self.differences = {}
        self.stale = []
        if modules == 'stock':
            planned = set(self.plan)
            known = {p for p, _ in self.plan}
            for d in differences:
                if not d.applies(kernel, mode, icount):
                    continue
                if plan is not None and d.program in known and (d.program, d.test) not in planned:
                    self.stale.append(
                        f'stale entry in the differences, line {d.line}: '
                        f'{d.program} has no test {d.test}')
                self.differences[(d.program, d.test)] = d

        self.line_number = 0
        self.fatal = None        # the run is over: do not wait for its end
        self.done = False
        self.userland = False
        self.at_shell = False
        self.complaints = []     # (line number, text), in order
        self.races = kcsan.Reader(), kcsan.Reader()   # on the console, in the log
        self.our_races = collections.Counter()
        self.foreign_races = collections.Counter()    # that our modules have no part in
        self.seen = set()
        self.context = 0
        self.failures = []       # everything else, in order
        self.results = collections.OrderedDict()   # (program, test) -> [status, reason]
        self.extra = []
        self.seconds = collections.OrderedDict()
        self.program = None
        self.test = None
        self.comments = []
        self.begun = set()
        self.announced = {}
        self.counted = collections.Counter()
        self.not_ok = collections.Counter()
        self.module_taint = {}
        self.taints = 0
        self.tail = ''
        self.cut = ''

    # ---- reading

    def feed(self, line):
        self.line_number += 1
        # The echo of KICK, from before init has closed hvc0.
        line = re.sub(r'^(\^@)+', '', line.rstrip('\r\n'))
        if line.strip():
            self.tail = line.strip()
        # Xen may cut in anywhere; the rest of what it has cut comes after it.
        start, *xen = re.split(r'(?=\(XEN\) )', line)
        if not xen:
            line, self.cut = self.cut + line, ''
            self._dom0(line)
        self.cut += start if xen else ''
        for part in xen:
            self._xen(part)

    def _show_context(self, line):
        """The lines after the first complaint: the backtrace is among them."""
        if self.context and line.strip():
            self.show(f'          {line.strip()}')
            self.context -= 1

    def _xen(self, text):
        self._show_context(text)
        if complaints.XEN.search(text):
            self._complain(text, fatal=not complaints.XEN_WARNS.search(text))

    def _dom0(self, line):
        text = STAMP.sub('', line, count=1)
        m = RIG.search(line)
        if m:
            if m.group(1) == 'dmesg':
                self._kernel(m.group(2), from_log=True)
                return
            # Something unfinished of the kernel's may stand in front of it.
            front = STAMP.sub('', line[:m.start()], count=1)
            if front.strip(' ]'):
                self._kernel(front)
            self._rig(m.group(1), m.group(2).strip())
        elif text.startswith('| ') and text is not line:
            self._test_line(text[2:])
        else:
            self._kernel(line)

    def _kernel(self, line, from_log=False):
        if not from_log:
            self._show_context(line)
        for report in self.races[from_log].feed(line):
            self._race(report)
        if complaints.of_kernel(line):
            # The log repeats what the console has shown.
            self._complain(line, complaints.FATAL.search(line) and not from_log)

    def _new(self, line):
        """Not heard before: the log repeats what the console has shown."""
        text = STAMP.sub('', line, count=1)
        key = line[:len(line) - len(text)].strip(), text.strip()
        new = key not in self.seen
        self.seen.add(key)
        return new

    def _race(self, report):
        """The kernel has races of its own, which are not for us to mend."""
        if not self._new(report.lines[0]):
            return
        if self.modules != 'ours' or not report.ours():
            self.foreign_races[report.name] += 1
            return
        self.our_races[report.name] += 1
        self.complaints.append((self.line_number, report.lines[0].strip() + self._where()))
        self.show(f'  !!    {report.lines[0].strip()}')
        for line in report.lines[1:]:
            if line.strip():
                self.show(f'          {line.strip()}')

    def _where(self):
        return f' during {self.program} {self.test or ""}'.rstrip() if self.program else ''

    def _complain(self, line, fatal):
        if not self._new(line):
            return
        self.complaints.append((self.line_number, line.strip() + self._where()))
        if len(self.complaints) == 1:
            self.context = CONTEXT
        if not self.context or len(self.complaints) == 1:
            self.show(f'  !!    {line.strip()}')
        if fatal and not self.fatal:
            self.fatal = line.strip()

    def _rig(self, word, rest):
        self.userland = True
        if word == 'step':
            self.show(rest)
        elif word == 'begin':
            self.program = rest
            self.test = None
            self.comments = []
            if rest in self.begun:
                self.failures.append(f'{rest} ran twice')
            self.begun.add(rest)
        elif word == 'end':
            self._end(rest)
        elif word == 'fail':
            self.failures.append(rest)
            self.show(f'  FAIL  {rest}')
        elif word == 'module':
            fields = rest.split()
            taint = ''.join(f[6:] for f in fields[1:] if f.startswith('taint='))
            self.module_taint[fields[0]] = taint
        elif word == 'mode':
            if rest.lower() != self.mode:
                self.failures.append(f'this is {rest}, not {self.mode.upper()}')
        elif word == 'taint':
            value = int(rest) if rest.isdigit() else -1
            self.taints |= value if value > 0 else 0
            if value < 0:
                self.failures.append(f'taint is "{rest}"')
        elif word == 'shell':
            self.at_shell = True
        elif word == 'done':
            self.done = True

    def _end(self, rest):
        fields = rest.split()
        name = fields[0] if fields else ''
        values = dict(f.split('=', 1) for f in fields[1:] if '=' in f)
        try:
            rc = int(values.get('rc', ''))
        except ValueError:
            rc = -1
        if name != self.program:
            self.failures.append(f'end of {name}, which had not begun')
        # As the program sees it: a known difference is a failed test to it.
        failed = self.not_ok[name]
        if rc not in (0, 1) or (rc and not failed):
            how = f'killed by signal {rc - 128}' if rc > 128 else f'exit status {rc}'
            self.failures.append(f'{name}: {how}' + ('' if failed else ' without a failed test'))
        if rc == 0 and failed:
            self.failures.append(f'{name}: exit status 0 in spite of failed tests')
        count = self.announced.get(name)
        if count is None:
            self.failures.append(f'{name} printed no test plan (1..N)')
        elif count != self.counted[name]:
            self.failures.append(
                f'{name} announced {count} tests and gave {self.counted[name]} results')
        try:
            self.seconds[name] = int(values.get('secs', ''))
        except ValueError:
            pass
        self.program = self.test = None

    def _test_line(self, text):
        if self.program is None:
            return
        result = tap.result(text)
        if result:
            self._result(*result)
            return
        planned = tap.planned(text)
        if planned is not None:
            self.announced[self.program] = planned
            return
        if text.startswith('Bail out!'):
            self.failures.append(f'{self.program}: {text}')
            return
        m = re.match(r'#\s+RUN\s+(\S+)', text)
        if m:
            self.test = m.group(1)
            self.comments = []
        elif not re.match(r'#\s+(OK|FAIL)\s|TAP version|# (Starting|Totals|PASSED|FAILED)', text):
            self.comments.append(text)

    def _result(self, failed, name, word, reason):
        program = self.program
        self.counted[program] += 1
        self.not_ok[program] += failed
        if not name:
            self.failures.append(f'{program}: a result without the name of a test')
            return
        if failed:
            status = 'failed'
        elif word == 'SKIP':
            status = 'skipped'
        elif word == 'XPASS':
            status, reason = 'failed', 'passed, but is expected to fail'
        else:
            status = 'passed'

        key = (program, name)
        if key in self.results:
            self.failures.append(f'{program} {name} has more than one result')
            return
        if self.announced_in_plan(program) and key not in set(self.plan):
            self.extra.append(key)
            self.failures.append(f'{program} {name} ran, but is not in the plan')

        d = self.differences.get(key)
        if d and d.kind == 'differs':
            if status == 'failed':
                status, reason = 'differs', d.reason
            elif status == 'passed':
                status = 'failed'
                reason = f'stale entry in the differences, line {d.line}: the test passes'
        elif d and d.kind == 'skip' and status != 'skipped':
            status = 'failed'
            reason = f'is not to run on the stock modules ({d.reason}), but did'
        self.results[key] = [status, reason]

        label = {'passed': 'ok  ', 'failed': 'FAIL', 'skipped': 'skip', 'differs': 'diff'}[status]
        self.show(f'  {label}  {name}' + (f'  ({reason})' if reason else ''))
        if status == 'failed':
            for c in self.comments[:20]:
                self.show(f'          {c}')
        self.test = None
        self.comments = []

    def announced_in_plan(self, program):
        return any(p == program for p, _ in self.plan)

    # ---- judging

    def finish(self, ended):
        """ended: why the console ended, None if QEMU went away by itself."""
        reasons = []
        if self.cut:
            self._dom0(self.cut)
        for races in self.races:
            for report in races.end():
                self._race(report)
        if self.complaints:
            number, text = self.complaints[0]
            if self.fatal and self.fatal not in text:
                number, text = next(c for c in self.complaints if self.fatal in c[1])
            reasons.append(f'{text} (line {number} of the log)')
        if len(self.our_races) > 1:
            reasons.append(f'{len(self.our_races)} races: {counted(self.our_races)}')
        now = f' while {self.program} {self.test or ""}'.rstrip() + ' ran' if self.program else ''
        if ended and not self.fatal:
            reasons.append(ended + now)
        elif not self.done and not self.fatal:
            reasons.append('QEMU ended early' + now if self.userland else
                           f'dom0 never reached userland; the last line was: {self.tail}')

        if self.taints & ~TAINT_ALLOWED or (self.modules == 'stock' and self.taints):
            reasons.append(f'the kernel is tainted: {self.taints} ({taint_text(self.taints)})')
        if self.done:
            self._check_modules(reasons)

        reasons += self.failures + self.stale
        if not self.shell:
            for p in self.programs:
                if p not in self.begun:
                    reasons.append(f'{p} did not run')
        missing = [k for k in self.plan if k not in self.results]
        for k in missing:
            self.results[k] = ['failed', 'no result']

        bad = [k for k, v in self.results.items() if v[0] == 'failed']
        if bad:
            shown = ', '.join(f'{p} {t}' + (' (no result)' if (p, t) in missing else '')
                              for p, t in bad[:3])
            more = f' and {len(bad) - 3} more' if len(bad) > 3 else ''
            reasons.append(f'{len(bad)} of {len(self.results)} tests failed: {shown}{more}')
        return Verdict(self, reasons)

    def _check_modules(self, reasons):
        if self.mode == 'bare':
            return
        if self.modules == 'ours':
            for m in OUR_MODULES:
                if 'O' not in self.module_taint.get(m, ''):
                    reasons.append(f'the loaded {m} is not ours')
        else:
            for m, taint in self.module_taint.items():
                if 'O' in taint:
                    reasons.append(f'the loaded {m} is not the stock one')


class Verdict:
    def __init__(self, judge, reasons):
        self.judge = judge
        self.reasons = reasons
        counts = collections.Counter(v[0] for v in judge.results.values())
        self.passed = counts['passed']
        self.failed = counts['failed']
        self.skipped = counts['skipped']
        self.differs = counts['differs']

    @property
    def ok(self):
        return not self.reasons

    def counts(self):
        text = f'{self.passed} passed, {self.failed} failed, {self.skipped} skipped'
        if self.differs:
            text += f', {self.differs} known to differ'
        return text

    def table(self):
        rows = collections.OrderedDict()
        order = {p: i for i, p in enumerate(self.judge.programs)}
        keys = sorted(self.judge.results, key=lambda k: order.get(k[0], len(order)))
        for program, test in keys:
            row = rows.setdefault((program, group_of(test)), collections.Counter())
            row[self.judge.results[(program, test)][0]] += 1
        if not rows:
            return []
        lines = []
        width = max(len(g) + 2 for _, g in rows)
        width = max(width, len('ioctl'), *(len(p) for p, _ in rows))
        head = f'{"ioctl":<{width}} | cases | passed | failed | skipped | result'
        lines += [head, '-' * width + '-|-------|--------|--------|---------|-------']
        last = None
        for (program, group), c in rows.items():
            if program != last:
                secs = self.judge.seconds.get(program)
                lines.append(f'{program}' + (f' ({secs} s)' if secs is not None else ''))
                last = program
            result = 'FAIL' if c['failed'] else 'ok'
            if c['differs']:
                result += f', {c["differs"]} differ'
            elif result == 'ok' and c['skipped'] == sum(c.values()):
                result = 'skipped'
            lines.append(f'{"  " + group:<{width}} | {sum(c.values()):>5} | {c["passed"]:>6} | '
                         f'{c["failed"]:>6} | {c["skipped"]:>7} | {result}')
        return lines

    def foreign_races(self):
        """In one line, those of the kernel alone."""
        races = self.judge.foreign_races
        if not races:
            return ''
        return f'{sum(races.values())} races that our modules have no part in: ' + \
            counted(races)

    def last_line(self):
        if self.ok:
            return self.counts()
        return f'FAIL: {self.reasons[0]}'

    def summary(self, **more):
        return dict(
            ok=self.ok, passed=self.passed, failed=self.failed, skipped=self.skipped,
            differs=self.differs, failures=self.reasons, last_line=self.last_line(),
            programs=dict(self.judge.seconds), foreign_races=dict(self.judge.foreign_races),
            tests=[dict(program=p, test=t, result=v[0], reason=v[1])
                   for (p, t), v in self.judge.results.items()],
            **more)


def qemu_command(args, tests, filters):
    """The command line. Where it is odd, it has to be:

    - Xen is the "kernel" and dom0's kernel and initramfs are multiboot modules,
      separated by a comma; a comma inside one is doubled.
    - qemu64 with SVM and nested paging, not "max": SMAP kills dom0 early, and
      XSAVE corrupts vector registers under emulation.
    """
    xen = ['console=com1', 'com1=115200,8n1', 'loglvl=all', 'guest_loglvl=all',
           # Xen drops what does not fit in here; a burst of dom0 easily does not.
           'serial_tx_buffer=512k',
           f'dom0_mem={args.dom0_mem}M', f'dom0_max_vcpus={args.smp}']
    dom0 = ['console=hvc0',
            # Warnings and worse on the console, and our own lines, unlimited.
            'loglevel=5', 'printk.devkmsg=on', 'printk.time=1', 'log_buf_len=2M',
            # What runs after an oops proves nothing.
            'oops=panic', 'panic=-1',
            f'rig.modules={args.modules}']
    if args.mode == 'pvh':
        xen.append('dom0=pvh')
    if tests:
        dom0.append('rig.tests=' + ','.join(tests))
    if filters:
        dom0.append('rig.filter=' + ','.join(filters))
    if args.program_timeout:
        dom0.append(f'rig.timeout={args.program_timeout}')
    if args.shell:
        dom0.append('rig.shell=1')
    if args.icount:
        dom0 += ['norandmaps', 'rig.icount=1']
    if args.counts:
        dom0.append('rig.counts=1')
    if args.mode == 'bare':
        dom0[0] = 'console=ttyS0,115200'
        dom0.append('rig.bare=1')
    dom0 += args.dom0_arg
    xen += args.xen_arg
    line = ' '.join(dom0)
    # Xen cuts off what a PV domain has no room for.
    if len(line) > (1023 if args.mode == 'pv' else 2000):
        raise Error('the command line of dom0 would be too long: fewer tests in the filter, please')

    command = [args.qemu, '-accel', 'tcg', '-cpu', 'qemu64,+svm,+npt',
               '-m', str(args.mem), '-smp', str(args.smp)]
    if args.mode == 'pvh':
        command += ['-M', 'q35', '-device', 'amd-iommu']
    if args.icount:
        command += ['-icount', 'shift=0,sleep=off', '-rtc', 'base=2026-01-01,clock=vm',
                    '-seed', '1']
    if args.counts:
        command += ['-object', f'memory-backend-file,id=counts,size=4M,share=on,mem-path={args.counts}',
                    '-device', 'ivshmem-plain,memdev=counts']
    command += ['-display', 'none', '-monitor', 'none', '-no-reboot', '-net', 'none']
    # In a shell ^C belongs to dom0.
    command += (['-chardev', 'stdio,id=con,signal=off', '-serial', 'chardev:con'] if args.shell
                else ['-serial', 'stdio'])
    if args.disk:
        command += ['-drive', 'file=' + args.disk.replace(',', ',,') + ',format=raw,if=ide,snapshot=on']
    kernel = os.path.join(args.kernel_dir, 'vmlinuz')
    if args.mode == 'bare':
        return command + ['-kernel', kernel, '-append', line, '-initrd', args.initramfs]
    command += ['-kernel', os.path.join(args.xen_dir, 'xen'), '-append', ' '.join(xen),
                '-initrd', f'{kernel} {line}'.replace(',', ',,') + ',' +
                args.initramfs.replace(',', ',,')]
    return command


def die_with_parent():
    """QEMU must not outlive this program, however that is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)   # PR_SET_PDEATHSIG


def give_kick(process, monitor):
    try:
        process.stdin.write(b'\0')
        process.stdin.flush()
        monitor.send(b'sendkey shift\n')
        # What it says does not matter, but must not pile up.
        monitor.recv(65536)
    except (BrokenPipeError, ConnectionResetError, BlockingIOError):
        pass


def run(command, judge, log, timeout, silence, shell=False, stamps=False, grace=5,
        kick=False):
    """Starts QEMU and feeds the judge until QEMU ends or is ended. Returns why
    it was ended, None if it went by itself or had said it was done."""
    terminal = termios.tcgetattr(0) if shell and sys.stdin.isatty() else None
    # On a terminal the shell needs to stay in its session, to read from it.
    script = sys.stdin.buffer.readlines() + [b'exit\n'] if shell and not terminal else []
    monitor, qemus_end = socket.socketpair()
    monitor.setblocking(False)
    if kick:
        command = command + ['-chardev', f'socket,id=kick,fd={qemus_end.fileno()}',
                             '-mon', 'chardev=kick']
    try:
        p = subprocess.Popen(command, stdin=None if terminal else subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             pass_fds=[qemus_end.fileno()],
                             start_new_session=not terminal, preexec_fn=die_with_parent)
    except OSError:
        monitor.close()
        raise
    finally:
        qemus_end.close()

    def kill():
        try:
            if terminal:
                p.kill()
            else:
                os.killpg(p.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def stopped(number, _frame):
        kill()
        sys.exit(128 + number)

    for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(s, stopped)

    start = last = kicked = time.monotonic()
    over = None         # when to stop waiting although nobody asked to
    why = None
    pending = b''
    fd = p.stdout.fileno()
    try:
        while True:
            now = time.monotonic()
            if timeout and now - start >= timeout:
                why = f'not finished after {timeout} s, stopped'
                break
            if silence and now - last >= silence:
                why = f'nothing on the console for {silence} s, stopped'
                break
            if over and now >= over:
                if judge.done:
                    judge.show('(dom0 did not power off; stopped)')
                break
            if not select.select([fd], [], [], 0.5)[0]:
                if kick and not judge.at_shell and now - max(last, kicked) >= KICK:
                    kicked = now
                    give_kick(p, monitor)
                continue
            data = os.read(fd, 65536)
            if not data:
                break
            last = time.monotonic()
            # From here on the console is the person's.
            if judge.at_shell:
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
            pending += data
            *lines, pending = pending.split(b'\n')
            # A line at a time: Xen keeps 128 bytes of input and drops the rest.
            if judge.at_shell and script and PROMPT.search(pending):
                try:
                    p.stdin.write(script.pop(0))
                    p.stdin.flush()
                except BrokenPipeError:
                    pass    # QEMU has gone; the next read says so
            for line in lines:
                if stamps:
                    log.write(b'%9.3f ' % (last - start))
                log.write(line.replace(b'\r', b'') + b'\n')
                judge.feed(line.decode('utf-8', 'replace'))
            log.flush()
            if (judge.fatal or judge.done) and not over:
                # Let it say the rest; a healthy dom0 powers off meanwhile.
                over = time.monotonic() + (grace if judge.fatal else 4 * grace)
        if pending:
            log.write(pending + b'\n')
            judge.feed(pending.decode('utf-8', 'replace'))
    finally:
        kill()
        p.wait()
        p.stdout.close()
        monitor.close()
        if p.stdin:
            p.stdin.close()
        if terminal:
            termios.tcsetattr(0, termios.TCSADRAIN, terminal)
    if why is None and not judge.done and not judge.fatal and p.returncode > 0:
        why = f'QEMU ended early with status {p.returncode} ({judge.tail})'
    return why


def split(text):
    return [x for x in (text or '').split(',') if x]


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
    a.add_argument('--mode', choices=('pv', 'pvh', 'bare'), default='pv',
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
    a.add_argument('--qemu', default='qemu-system-x86_64', help=argparse.SUPPRESS)
    args = a.parse_args(argv)
    if not args.make_plan:
        for name in ('kernel_dir', 'xen_dir', 'initramfs', 'log'):
            if not getattr(args, name):
                a.error(f'--{name.replace("_", "-")} is missing')
        if args.icount and args.smp != 1:
            a.error('--icount needs --smp 1')
        args.kick = args.kick or args.mode == 'pvh'
    return args


def select_tests(args):
    """(programs, plan or None, patterns that init has to match)"""
    programs = split(args.tests)
    plan = read_plan(args.plan) if args.plan else None
    if plan is not None:
        planned = list(dict.fromkeys(p for p, _ in plan))
        programs = programs or planned
        plan = [k for k in plan if k[0] in programs]
    patterns = split(args.filter)
    if patterns:
        if plan is None:
            raise Error('--filter needs --plan')
        plan = [k for k in plan if any(fnmatch.fnmatchcase(k[1], g) for g in patterns)]
        if not plan:
            raise Error(f'no test matches {args.filter}')
        with_tests = {p for p, _ in plan}
        programs = [p for p in programs if p in with_tests]
    if not programs and not args.shell:
        raise Error('nothing to run: neither --tests nor --plan')
    return programs, plan, patterns


def main(argv=None):
    args = parse_args(argv)
    try:
        if args.make_plan:
            for program, test in make_plan(args.make_plan):
                print(program, test)
            return 0
        programs, plan, filters = select_tests(args)
        differences = []
        if args.differences and args.modules == 'stock':
            differences = read_differences(args.differences)
        with open(os.path.join(args.kernel_dir, 'kver'), encoding='utf-8') as f:
            kver = f.read().strip()
        command = qemu_command(args, [] if args.shell else programs, filters)

        def show(text):
            print(text, flush=True)

        judge = Judge(programs=[] if args.shell else programs,
                      plan=None if args.shell else plan, modules=args.modules,
                      differences=[] if args.shell else differences,
                      kernel='.'.join(kver.split('.')[:2]), mode=args.mode,
                      shell=args.shell, show=show, icount=args.icount)
        os.makedirs(os.path.dirname(os.path.abspath(args.log)), exist_ok=True)
        if args.counts:
            with open(args.counts, 'wb') as counts:
                counts.truncate(4 << 20)
        start = time.monotonic()
        with open(args.log, 'wb') as log:
            # A person at a shell may think for longer than that.
            person = args.shell and sys.stdin.isatty()
            why = run(command, judge, log, 0 if person else args.timeout,
                      0 if person else args.silence, args.shell, args.timestamps,
                      kick=args.kick and not person)
        seconds = round(time.monotonic() - start, 1)
    except (Error, OSError, subprocess.SubprocessError) as e:
        print(f'FAIL: {e}')
        return 2

    verdict = judge.finish(why)
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
    return 0 if verdict.ok else 1


if __name__ == '__main__':
    sys.exit(main())
