# SPDX-License-Identifier: GPL-2.0-only
"""Figures of the benchmark: from the log of a boot, from a file, to a file."""

import collections
import csv
import fileinput
import os
import re
import subprocess

LINE = re.compile(r'\| bench,(stock|ours|floor),([\w-]+),(\d+),(\d+),(\d+)')
LINUX = re.compile(r'@rig step dom0 (PVH?), Linux (\S+),')
XEN = re.compile(r'\(XEN\) Xen version \S+ \(Debian (\S+)\)')
LICENCE = '# SPDX-License-Identifier: GPL-2.0-only'
COLUMNS = ['operation', 'size', 'others', 'stock', 'ours', 'floor']


class Error(Exception):
    """Something that a person has to put right, in one sentence."""


class Figure(collections.namedtuple('Figure', 'stock ours floor spread')):
    """Instructions of an operation, None where there are none."""

    @property
    def ratio(self):
        return self.ours / self.stock if self.ours and self.stock else None

    @property
    def over_floor(self):
        return self.ours / self.floor if self.ours and self.floor else None


class Figures:
    """{(operation, size, others): Figure} and what they were measured on."""

    def __init__(self, versions, figures):
        self.versions = versions
        self.figures = figures

    def __getitem__(self, key):
        return self.figures[key]

    def get(self, *key):
        return self.figures.get(key)

    def items(self):
        return self.figures.items()


def said(*command):
    """The first number with dots that a program says about itself."""
    try:
        out = subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding='utf-8').stdout
    except (OSError, subprocess.CalledProcessError) as e:
        raise Error(f'{command[0]} does not say its version') from e
    return re.search(r'\d+(\.\d+)+', out).group()


def compiler(module):
    """That of our modules: their instructions are counted."""
    try:
        with open(module, 'rb') as f:
            found = re.search(rb'GCC: \([^)]*\) ([\d.]+)', f.read())
    except OSError:
        found = None
    return found.group(1).decode() if found else 'unknown'


def best(runs, kind, key):
    """The highest of the runs: the dearest one, or of rates the fastest."""
    values = runs[kind]
    if not values:
        return None
    # An operation that one of them broke off at is not comparable.
    if kind != 'floor' and len(values) != runs['rounds'][kind]:
        raise Error(f'{key[0]} {key[1]} {key[2]} has not run {runs["rounds"][kind]} times '
                    f'with {kind} modules')
    return max(values)


def read_logs(*paths):
    """Of one or more boots with BENCH."""
    runs, versions = collections.OrderedDict(), {}
    for line in fileinput.input(paths, openhook=fileinput.hook_encoded('utf-8', 'replace')):
        match = LINE.search(line)
        if match:
            key = match[2], int(match[3]), int(match[4])
            runs.setdefault(key, {'stock': [], 'ours': [], 'floor': []})
            runs[key][match[1]].append(int(match[5]))
        elif LINUX.search(line):
            versions['dom0'], versions['Linux'] = LINUX.search(line).groups()
        elif XEN.search(line):
            versions['Xen'] = XEN.search(line).group(1)
    null = runs.get(('null-syscall', 1, 0))
    if not null or len(versions) != 3:
        raise Error(f'{paths[0]} has no figures, or does not say of what')
    rounds = {kind: len(null[kind]) for kind in ('stock', 'ours')}
    figures = collections.OrderedDict()
    for key, each in runs.items():
        each['rounds'] = rounds
        values = [best(each, kind, key) for kind in ('stock', 'ours', 'floor')]
        spread = max((max(r) - min(r)) / min(r) if r and min(r) else 0
                     for r in (each['stock'], each['ours']))
        figures[key] = Figure(*values, spread)
    versions['QEMU'] = said('qemu-system-x86_64', '--version')
    versions['gcc'] = compiler(os.path.join('build', versions['Linux'], 'xen-evtchn.ko'))
    return Figures(versions, figures)


def versions_text(versions):
    return (f'Linux {versions["Linux"]} as {versions["dom0"]} dom0, Xen {versions["Xen"]}, '
            f'QEMU {versions["QEMU"]}, gcc {versions["gcc"]}')


def write_csv(path, figures):
    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
    with open(path, 'w', newline='', encoding='utf-8') as out:
        out.write(LICENCE + '\n')
        out.write('# ' + ' '.join(f'{k}={v}' for k, v in figures.versions.items()) + '\n')
        writer = csv.writer(out, lineterminator='\n')
        writer.writerow(COLUMNS)
        for key, f in figures.items():
            writer.writerow([*key, *('' if v is None else v for v in f[:3])])


def read_csv(path):
    try:
        with open(path, newline='', encoding='utf-8') as f:
            _, head, *lines = f.read().splitlines()
    except (OSError, ValueError) as e:
        raise Error(f'{path} cannot be read') from e
    versions = dict(word.split('=', 1) for word in head.lstrip('# ').split())
    figures = collections.OrderedDict()
    for row in csv.DictReader(lines):
        values = (int(row[c]) if row[c] else None for c in COLUMNS[3:])
        figures[row['operation'], int(row['size']), int(row['others'])] = Figure(*values, 0)
    return Figures(versions, figures)
