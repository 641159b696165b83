#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the report: what it makes of figures. No QEMU."""

import contextlib
import io
import os
import sys
import tempfile
import unittest
import xml.dom.minidom
from unittest import mock

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'lib')]
from programs import load

report = load(os.path.join(HERE, 'report'))
figures, plot, targets = report.figures, report.plot, report.targets

VERSIONS = {'dom0': 'PV', 'Linux': '6.12.1-amd64', 'Xen': '4.17.7-1', 'QEMU': '7.2.1',
            'gcc': '12.2.0'}
HEAD = '''    0.520 (XEN) Xen version 4.17.7 (Debian 4.17.7-1) (somebody) debug=n
   22.923 [    4.871704] @rig step dom0 PV, Linux 6.12.1-amd64, Xen 4.17.7
'''


def known(**more):
    """One operation, 1,000 instructions of ours."""
    figure = dict(stock=2000, ours=1000, floor=900, spread=0)
    figure.update(more)
    return figures.Figures(dict(VERSIONS), {('op', 1, 0): figures.Figure(**figure)})


class Log(unittest.TestCase):

    def read(self, *lines):
        with tempfile.NamedTemporaryFile('w', suffix='.log') as log:
            log.write(HEAD)
            log.writelines(f'   30.1 [    5.1] | bench,{line}\n' for line in lines)
            log.flush()
            with mock.patch.object(figures, 'said', return_value='7.2.1'), \
                    mock.patch.object(figures, 'compiler', return_value='12.2.0'):
                return figures.read_logs(log.name)

    def test_the_dearer_of_two_counts(self):
        lines = [f'{kind},{op},1,0,{value}' for op in ('null-syscall', 'op')
                 for kind, value in (('stock', 200), ('ours', 100), ('floor', 50), ('ours', 110),
                                     ('floor', 60), ('stock', 220))]
        found = self.read(*lines)
        self.assertEqual(found['op', 1, 0][:3], (220, 110, 60))
        self.assertAlmostEqual(found['op', 1, 0].spread, 0.1)
        self.assertEqual(found.versions, VERSIONS)

    def test_the_higher_rate_counts(self):
        found = self.read(*(f'{kind},null-syscall,1,0,{v}' for kind in ('stock', 'ours')
                            for v in (100, 110)))
        self.assertEqual(found['null-syscall', 1, 0][:3], (110, 110, None))

    def test_what_broke_off_is_told(self):
        with self.assertRaisesRegex(figures.Error, 'op 1 0 has not run 2 times with ours'):
            self.read('ours,null-syscall,1,0,1', 'ours,op,1,0,5', 'ours,null-syscall,1,0,1')

    def test_what_stock_lacks_is_left_out(self):
        found = self.read('ours,null-syscall,1,0,1', 'stock,null-syscall,1,0,1', 'ours,op,1,0,5')
        self.assertIsNone(found['op', 1, 0].stock)
        self.assertIsNone(found['op', 1, 0].ratio)

    def test_a_log_without_figures(self):
        with self.assertRaisesRegex(figures.Error, 'no figures'):
            self.read()


class Check(unittest.TestCase):

    def check(self, now, before):
        out = io.StringIO()
        with tempfile.TemporaryDirectory() as directory, contextlib.redirect_stdout(out):
            paths = []
            for name, found in (('now', now), ('before', before)):
                paths.append(os.path.join(directory, name))
                figures.write_csv(paths[-1], found)
            status = report.check(*paths)
        return status, out.getvalue()

    def test_the_same_is_good(self):
        self.assertEqual(self.check(known(), known()),
                         (0, 'ok 1 - op of 1 with 0 others: 1,000, was 1,000 (+0.0%)\n1..1\n'))

    def test_three_percent_more_are_good(self):
        self.assertEqual(self.check(known(ours=1030), known())[0], 0)

    def test_more_than_that_is_not(self):
        status, out = self.check(known(ours=1031), known())
        self.assertEqual(status, 1)
        self.assertIn('not ok 1 - op of 1 with 0 others: 1,031, was 1,000 (+3.1%)', out)

    def test_what_takes_too_long_is_left_out(self):
        long = known(ours=report.LONGEST + 1)
        self.assertEqual(self.check(long, long)[1], '1..0\n')

    def test_what_is_missing_is_not_good(self):
        now = figures.Figures(dict(VERSIONS), {})
        status, out = self.check(now, known())
        self.assertEqual(status, 1)
        self.assertIn('not ok 1 - op of 1 with 0 others: was not measured', out)

    def test_elsewhere_the_share_of_the_floor_counts(self):
        # Twice as dear all over.
        now = known(ours=2100, floor=1800)
        now.versions['Linux'] = '6.1.1-amd64'
        status, out = self.check(now, known())
        self.assertEqual(status, 0)
        self.assertIn('# This is Linux 6.1.1-amd64', out)
        now = known(ours=1101)
        now.versions['Xen'] = '4.20'
        self.assertEqual(self.check(now, known())[0], 1)

    def test_nothing_compared_is_not_good(self):
        now = known(floor=None)
        now.versions['QEMU'] = '8'
        self.assertEqual(self.check(now, known(floor=None)), (1, mock.ANY))


class Targets(unittest.TestCase):

    def runs(self, **more):
        return {run: figures.Figures(dict(VERSIONS), {
            ('privcmd-hypercall', 1, 0): known(**more)['op', 1, 0],
            ('notify-one-file', 1, 0): figures.Figure(100, 100, None, 0),
            ('notify-one-file', 2, 0): figures.Figure(90, 190, None, 0)})
                for run in ('pv', 'pvh', 'threads')}

    def verdict(self, what, runs):
        return [(value, met) for name, _, value, met in targets.judge(runs) if what in name][0]

    def test_upper_limit(self):
        self.assertEqual(self.verdict('null hypercall', self.runs()), (0.5, True))
        self.assertEqual(self.verdict('null hypercall', self.runs(ours=1900)), (0.95, False))

    def test_lower_limit(self):
        self.assertEqual(self.verdict('two threads', self.runs()), (1.9, True))

    def test_what_is_not_measured_is_not_met(self):
        self.assertEqual(self.verdict('gntalloc of one', self.runs()), (None, False))

    def test_above_stock_and_floor(self):
        self.assertEqual(targets.slower(known()), [])
        self.assertEqual(len(targets.slower(known(ours=2030))), 1)
        self.assertEqual(targets.beyond_floor(known()), [])
        self.assertEqual(len(targets.beyond_floor(known(ours=1100))), 1)


class Page(unittest.TestCase):

    def test_chart_is_xml(self):
        svg = plot.chart('a', 'b', 'c', ['1', '2'], {'stock': [10, 2000], 'ours': [5, None],
                                                     'floor': [None, None]})
        root = xml.dom.minidom.parseString(svg).documentElement
        self.assertEqual(len(root.getElementsByTagName('polyline')), 2)
        self.assertEqual(len(root.getElementsByTagName('circle')), 3)

    def test_only_what_is_between_the_marks_changes(self):
        text = f'a\n{report.BEGIN}\nold\n{report.END}\nb\n'
        self.assertEqual(report.between_marks(text, ['new']),
                         f'a\n{report.BEGIN}\nnew\n{report.END}\nb\n')
        with self.assertRaises(figures.Error):
            report.between_marks('a\n', ['new'])


if __name__ == '__main__':
    unittest.main()
