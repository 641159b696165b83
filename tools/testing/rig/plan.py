# SPDX-License-Identifier: GPL-2.0-only
"""Which tests are to run, and what the stock modules do otherwise."""

import collections
import fnmatch
import os
import subprocess

from programs import Error


class Difference(collections.namedtuple('Difference',
                                        'program test kernels kind reason line')):
    """A test that the stock modules do not pass, and why."""

    def applies(self, kernel, mode, icount=False):
        here = ('*', kernel, mode) + (('icount',) if icount else ())
        for item in self.kernels.split(','):
            if all(p in here for p in item.strip().split('/')):
                return True
        return False


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


def make_plan(directory, emulator=''):
    """[(program, test)] of every program in the directory that has a list."""
    plan = []
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        if name.endswith('.sh') or not os.path.isfile(path) or not os.access(path, os.X_OK):
            continue
        p = subprocess.run([*emulator.split(), path, '-l'], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                           timeout=30, check=False, encoding='utf-8', errors='replace')
        tests = parse_test_list(p.stderr)
        if not tests:
            raise Error(f'{path} -l lists no tests')
        plan += [(name, t) for t in tests]
    return plan


def split(text):
    return [x for x in (text or '').split(',') if x]


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
