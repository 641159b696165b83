# SPDX-License-Identifier: GPL-2.0-only
"""Says what to think of a console when it has ended."""

import collections
import re

import tap
from console import Console
from verdict import Verdict, counted

TAINT_LETTERS = 'PFSRMBUDAWCIOELKXTN'
# An out-of-tree and an unsigned module: that is what ours are.
TAINT_ALLOWED = 1 << 12 | 1 << 13

OUR_MODULES = ('xen-hypercall', 'xen-privcmd', 'xen-evtchn', 'xen-gntdev',
               'xen-gntalloc')


def taint_text(value):
    return ''.join(c for i, c in enumerate(TAINT_LETTERS) if value >> i & 1) or 'none'


class Judge(Console):
    """Knows nothing of QEMU: feed() it lines, ask finish()."""

    def __init__(self, programs=(), plan=None, modules='ours', differences=(),
                 kernel='', mode='pv', shell=False, show=lambda text: None, icount=False):
        super().__init__(modules, show)
        self.programs = list(programs)
        self.plan = [p for p in plan or () if not programs or p[0] in self.programs]
        self.mode = mode
        self.shell = shell
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

        self.done = False
        self.userland = False
        self.at_shell = False
        self.failures = []       # but complaints, in order
        self.results = collections.OrderedDict()   # (program, test) -> [status, reason]
        self.seconds = collections.OrderedDict()
        self.comments = []
        self.begun = set()
        self.announced = {}
        self.counted = collections.Counter()
        self.not_ok = collections.Counter()
        self.module_taint = {}
        self.taints = 0

    def rig(self, word, rest):
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

    def test_line(self, text):
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

    def finish(self, ended):
        """ended: why the console ended, None if QEMU went away by itself."""
        reasons = []
        self.ended()
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
