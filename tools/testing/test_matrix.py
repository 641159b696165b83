#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the matrix: what it makes of what the rig leaves. No QEMU."""

import json
import os
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, 'lib'))
from programs import load

matrix = load(os.path.join(HERE, 'matrix'))

CELL = matrix.Cell('6.12', '4.20', 'pv', 'ours')
GOOD = dict(ok=True, passed=2, failed=0, skipped=1, differs=0, seconds=12.3, failures=[],
            tests=[dict(program='a', test='a.b__c', result='passed', reason=''),
                   dict(program='a', test='a.b__d', result='passed', reason=''),
                   dict(program='a', test='a.b__e', result='skipped', reason='no such Xen')])
VERSIONS = dict(kernel_version='6.12.1-1', xen_version='4.20.4-1', qemu_version='7.2.1',
                log='x.log', date='2026-01-02', commit='abc')


def known(cell=CELL, status=0, summary=None, last='', **more):
    return dict(cell._asdict(), **matrix.judge(status, summary, last), **VERSIONS, **more)


class Judging(unittest.TestCase):
    def test_good(self):
        r = matrix.judge(0, GOOD, 'x')
        self.assertTrue(r['ok'])
        self.assertEqual((r['ran'], r['passed'], r['failed'], r['skipped']), (2, 2, 0, 1))
        self.assertEqual(r['skips'], {'no such Xen': 1})

    def test_no_summary(self):
        r = matrix.judge(0, None, 'run: KERNEL is 6.1')
        self.assertFalse(r['ok'])
        self.assertEqual(r['failures'], ['it did not run: run: KERNEL is 6.1'])

    def test_nothing_tested(self):
        r = matrix.judge(0, dict(GOOD, passed=0), 'x')
        self.assertFalse(r['ok'])
        self.assertIn('nothing was tested', r['failures'])

    def test_failures_are_kept(self):
        r = matrix.judge(1, dict(GOOD, ok=False, failed=1, failures=['1 of 3 tests failed']), 'x')
        self.assertFalse(r['ok'])
        self.assertEqual(r['failures'], ['1 of 3 tests failed'])
        self.assertEqual(r['ran'], 3)

    def test_status_counts_without_a_failure(self):
        self.assertEqual(matrix.judge(124, GOOD, 'killed')['failures'], ['exit status 124: killed'])
        self.assertFalse(matrix.judge(0, dict(GOOD, ok=False), 'x')['ok'])

    def test_known_differences_have_run(self):
        r = matrix.judge(0, dict(GOOD, differs=5), 'x')
        self.assertTrue(r['ok'])
        self.assertEqual(r['ran'], 7)


class Choosing(unittest.TestCase):
    def choose(self, **env):
        with mock.patch.dict(os.environ, env, clear=True):
            return matrix.choose()

    def test_all(self):
        self.assertEqual(self.choose(), matrix.all_cells())
        self.assertEqual(len(matrix.all_cells()), 36)
        self.assertEqual(len(set(matrix.all_cells())), 36)

    def test_one(self):
        self.assertEqual(self.choose(KERNEL='6.12', XEN='4.20', MODE='pv', ORACLE='ours'), [CELL])

    def test_some(self):
        cells = self.choose(KERNEL='6.1 7.2', XEN='4.17', MODE='pvh,guests')
        self.assertEqual({c[:3] for c in cells},
                         {(k, '4.17', m) for k in ('6.1', '7.2') for m in ('pvh', 'guests')})

    def test_unknown(self):
        for env in dict(KERNEL='6.13'), dict(XEN='paging'), dict(MODE='bare'), dict(ORACLE='x'):
            with self.assertRaises(matrix.Error):
                self.choose(**env)

    def test_logs_do_not_collide(self):
        logs = [matrix.log_of(c) for c in matrix.all_cells()]
        self.assertEqual(len(set(logs)), len(logs))

    def test_what_the_rig_is_told(self):
        self.assertEqual(' '.join(matrix.arguments(CELL)), '--kernel 6.12 --xen 4.20 --mode pv '
                         '--timeout 3600 --name matrix-6.12-4.20-pv-ours --yes')
        said = ' '.join(matrix.arguments(matrix.Cell('6.1', '4.17', 'guests', 'stock')))
        self.assertIn('--mode pv --guests --stock', said)


class Tables(unittest.TestCase):
    def test_every_cell_has_a_line(self):
        lines = matrix.table({CELL: known(summary=GOOD)})
        self.assertEqual(len(lines), 38)
        mine = [line for line in lines if line.startswith(matrix.name_of(CELL))]
        self.assertEqual(len(mine), 1)
        self.assertEqual([w.strip() for w in mine[0].split('|')][1:],
                         ['2', '0', '1', '0', '12', 'ok'])
        self.assertEqual(sum(line.endswith('| never ran') for line in lines), 35)

    def test_a_failure_is_told(self):
        line = matrix.table({CELL: known(last='no disk')})
        self.assertTrue(any(x.endswith('FAIL: it did not run: no disk') for x in line))

    def test_known_comes_back(self):
        with tempfile.TemporaryDirectory() as d, \
                mock.patch.object(matrix, 'KNOWN', os.path.join(d, 'known')):
            self.assertEqual(matrix.read_known(), {})
            matrix.write_known({CELL: known(summary=GOOD)})
            self.assertEqual(matrix.read_known(),
                             {CELL: json.loads(json.dumps(known(summary=GOOD)))})


class Documents(unittest.TestCase):
    TEXT = f'a\n{matrix.BEGIN}\nold\n{matrix.END}\nz\n'

    def test_only_between_the_marks(self):
        stock = CELL._replace(modules='stock')
        text = matrix.document(self.TEXT, {
            CELL: known(summary=GOOD), stock: known(stock, summary=dict(GOOD, differs=4))})
        self.assertTrue(text.startswith('a\n' + matrix.BEGIN) and text.endswith(matrix.END + '\nz\n'))
        self.assertNotIn('old', text)
        self.assertIn('| 6.12 | 4.20 | PV dom0 | 2 passed, 1 skipped (12 s) | '
                      '2 passed, 4 differ, 1 skipped (12 s) | 2026-01-02 |', text)
        self.assertIn('| 6.1 | 4.17 | PVH dom0 | not run | not run |  |', text)
        self.assertIn('- Linux 6.12: 6.12.1-1\n- Xen 4.20: 4.20.4-1\n- QEMU: 7.2.1\n', text)
        self.assertIn('| no such Xen | PV dom0 | 1 |', text)
        self.assertEqual(matrix.document(text, {CELL: known(summary=GOOD)}).count(matrix.BEGIN), 1)

    def test_a_failure_stands_out(self):
        text = matrix.document(self.TEXT, {CELL: known(last='x')})
        self.assertIn('| **1 failed**, 0 passed (0 s) |', text)

    def test_without_marks_or_knowledge(self):
        with self.assertRaises(matrix.Error):
            matrix.document('no marks', {CELL: known(summary=GOOD)})
        with self.assertRaises(matrix.Error):
            matrix.document(self.TEXT, {})


if __name__ == '__main__':
    unittest.main()
