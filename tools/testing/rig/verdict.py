# SPDX-License-Identifier: GPL-2.0-only
"""What comes out of a run: tables, a last line, and a file for others."""

import collections


def group_of(test):
    """The ioctl that a test is about: fixture.variant.IOCTL__behaviour"""
    return test.rsplit('.', 1)[-1].split('__', 1)[0]


def counted(counter):
    return ', '.join(f'{name} ({count})' for name, count in counter.most_common())


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
