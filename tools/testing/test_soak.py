#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of what is read from the console of a soak."""

import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, 'lib'))
from programs import load

soak = load(os.path.join(HERE, 'soak'))

STAMP = '  120.878 [  115.802403] '
BOOT = '@rig step dom0 PV, Linux 6.12.1-amd64, Xen 4.17.7'
MODULES = ('@rig module xen-gntdev version=0.1.0 taint=OE', '@rig module xenfs version=none taint=')
ROUNDS = ('| # soak: round 1, pv', '| # soak: round 2, pvh', '| # soak: round 3, pv')
FIGURES = ('| # soak: domains: 2 after 2 rounds, 2 after 3, may be 0 more',
           '| # soak: slab objects: 4000 after 2 rounds, 4100 after 3, may be 500 more')
END = ('| ok 1 soak.guests__leave_nothing', '@rig end soak rc=0 secs=3661')


class Logs(unittest.TestCase):
    def read(self, *lines):
        with tempfile.NamedTemporaryFile('w', encoding='utf-8') as log:
            log.writelines(STAMP + line + '\r\n' for line in lines)
            log.flush()
            return soak.Soak(log.name)

    def whole(self, modules=MODULES, end=END):
        return self.read(BOOT, *modules, *ROUNDS, *FIGURES, *end)

    def test_figures(self):
        run = self.whole()
        self.assertTrue(run.passed)
        self.assertEqual(run.seconds, 3661)
        text = '\n'.join(run.document())
        for row in ('| dom0 | PV, Linux 6.12.1-amd64, Xen 4.17.7 |', '| modules | 0.1.0 |',
                    '| guests | 2 PV and 1 PVH |', '| time | 61 min 1 s |',
                    '| | after 2 rounds | after 3 rounds | may be more by |',
                    '| domains | 2 | 2 | – |', '| slab objects | 4000 | 4100 | 500 |'):
            self.assertIn(row + '\n', text + '\n')

    def test_stock_modules(self):
        run = self.whole(modules=('@rig module xen-gntdev version=none taint=',))
        self.assertIn('| modules | the stock ones |', run.document())

    def test_failure(self):
        self.assertFalse(self.whole(end=('| not ok 1 soak.guests__leave_nothing',)).passed)

    def test_no_verdict(self):
        self.assertFalse(self.whole(end=()).passed)

    def test_no_figures(self):
        with self.assertRaises(soak.Error):
            self.read(BOOT, *MODULES, *ROUNDS, *END)


if __name__ == '__main__':
    unittest.main()
