#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the program that runs all tests: what may be wrong with a part."""

import json
import os
import shlex
import signal
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, 'lib'))
from programs import load

runner = load(os.path.join(HERE, 'test'))


class Case(unittest.TestCase):
    def setUp(self):
        temp = tempfile.TemporaryDirectory()
        self.addCleanup(temp.cleanup)
        self.addCleanup(setattr, runner, 'LOGS', runner.LOGS)
        runner.LOGS = temp.name

    def part(self, script, kind=runner.Tap, name='part', limit=60):
        part = kind(name, 'sh', '-c', script)
        part.limit = limit
        return part

    def told(self, *parts, jobs=1):
        """The reports of these parts, in the order in which they came."""
        reports = []
        runner.run(parts, jobs, lambda part: reports.append('\n'.join(part.report())))
        return reports

    def counts(self, part):
        return part.passed, part.failed, part.skipped


class Taps(Case):
    def check(self, script, counts, failure, **more):
        part = self.part(script, **more)
        report, = self.told(part)
        self.assertEqual(self.counts(part), counts)
        self.assertEqual(part.failure, failure)
        self.assertEqual('FAILED' in report, bool(failure))
        return report

    def test_healthy(self):
        report = self.check('echo ok 1 - a; echo "# some: 7 tests, 0.25 s"; echo ok 2 b; echo 1..2',
                            (2, 0, 0), '')
        self.assertIn('== part: 2 passed, 0 failed, 0 skipped', report)
        self.assertIn('some 0.25 s', report)

    def test_skips_have_their_reason(self):
        report = self.check('echo "ok 1 - a # SKIP no moon"; echo ok 2; '
                            'echo "ok 3 - c # SKIP no moon"; echo 1..3', (1, 0, 2), '')
        self.assertIn('skipped, no moon: a, c', report)

    def test_not_all_of_many_skips_are_named(self):
        report = self.check('for i in $(seq 23); do echo "ok $i - t$i # SKIP no moon"; done; '
                            'echo ok 24; echo 1..24', (1, 0, 23), '')
        self.assertIn('skipped, no moon: t1, ', report)
        self.assertIn('t20, 3 more', report)
        self.assertNotIn('t21', report)

    def test_failure_is_shown_with_what_it_says(self):
        report = self.check('echo ok 1 - a; echo not ok 2 - b; echo "# why"; echo ok 3 - c; '
                            'echo "# else"; echo 1..3; exit 1', (2, 1, 0), '1 failed')
        self.assertIn('   not ok 2 - b\n   # why\n', report)
        self.assertNotIn('# else', report)

    def test_too_few(self):
        self.check('echo ok 1; echo 1..2', (1, 1, 0), 'planned 2, did 1')

    def test_no_plan(self):
        self.check('echo ok 1', (1, 1, 0), 'planned 0, did 1')

    def test_nothing_at_all(self):
        self.check('echo 1..0', (0, 1, 0), 'nothing was tested')

    def test_everything_skipped(self):
        self.check('echo "ok 1 # SKIP no moon"; echo 1..1', (0, 1, 1), 'nothing was tested')

    def test_exit_status(self):
        self.check('echo ok 1; echo 1..1; exit 3', (1, 1, 0), 'exit status 3')

    def test_killed(self):
        self.check('echo ok 1; echo 1..1; kill -9 $$', (1, 1, 0), 'killed by signal 9')

    def test_too_slow(self):
        part = self.part('echo ok 1; echo 1..1; sleep 60', limit=1)
        self.told(part)
        self.assertEqual(part.failure, 'not finished after 1 s')

    def test_cannot_run_here(self):
        report = self.check('echo no such thing; exit 77', (0, 0, 1), '')
        self.assertIn('skipped, no such thing', report)


class Boots(Case):
    def boot(self, status=0, shown='', **said):
        summary = dict(ok=True, passed=2, failed=0, skipped=0, differs=0, failures=[],
                       programs={'evtchn': 7}, tests=[])
        summary.update(said)
        part = runner.Boot('6.12', 'pv')
        part.command = ('sh', '-c', f"echo '{json.dumps(summary)}' >{part.summary}; "
                        f"printf '%s\\n' {shlex.quote(shown)}; exit {status}")
        report, = self.told(part)
        return part, report

    def test_healthy(self):
        part, report = self.boot()
        self.assertEqual(self.counts(part), (2, 0, 0))
        self.assertIn('evtchn 7 s', report)
        self.assertEqual(part.failure, '')

    def test_skips_have_their_reason(self):
        part, report = self.boot(tests=[dict(program='a', test='b', result='skipped',
                                             reason='no moon')])
        self.assertEqual(self.counts(part), (2, 0, 1))
        self.assertIn('skipped, no moon: b', report)

    def test_races_of_the_kernel_alone(self):
        part, report = self.boot(foreign_races={'data-race in a / b': 2, 'data-race in c+1': 1})
        self.assertEqual(self.counts(part), (2, 0, 0))
        self.assertIn('0 skipped, 3 races of the kernel alone', report)

    def test_failed_test(self):
        part, _ = self.boot(status=1, ok=False, failed=3, failures=['3 tests failed'])
        self.assertEqual((self.counts(part), part.failure), ((2, 3, 0), '3 tests failed'))

    def test_failed_test_says_why(self):
        shown = ['  ok    a.x', '  FAIL  a.b', '          # why', '  ok    a.y', '  FAIL  a.c']
        _, report = self.boot(status=1, ok=False, failed=2, failures=['2 tests failed'],
                              shown='\n'.join(shown + ['...'] * 20))
        self.assertIn('  FAIL  a.b\n             # why\n     FAIL  a.c\n   ...', report)
        self.assertNotIn('a.y', report)

    def test_complaint_without_a_failed_test(self):
        part, _ = self.boot(status=1, ok=False, failures=['WARNING: at x'])
        self.assertEqual((self.counts(part), part.failure), ((2, 1, 0), 'WARNING: at x'))

    def test_summary_of_an_earlier_run(self):
        self.boot()
        part = runner.Boot('6.12', 'pv')
        part.command = ('true',)
        self.told(part)
        self.assertEqual((part.failed, part.failure), (1, 'it did not run'))


class Unittests(Case):
    def check(self, body, counts):
        path = os.path.join(runner.LOGS, 'tests.py')
        with open(path, 'w', encoding='utf-8') as source:
            source.write('import sys, unittest\nclass T(unittest.TestCase):\n'
                         '    def test_a(self):\n        print("...")\n'
                         f'    def test_b(self):\n        {body}\nunittest.main()\n')
        part = runner.Unittest('tests', path)
        self.told(part)
        self.assertEqual(self.counts(part), counts)
        return part

    def test_healthy(self):
        self.check('pass', (2, 0, 0))

    def test_failure(self):
        self.check('self.fail()', (1, 1, 0))

    def test_skip(self):
        part = self.check('self.skipTest("no moon")', (1, 0, 1))
        self.assertEqual(part.skips, {'no moon': ['test_b']})

    def test_less_than_the_source_has(self):
        part = self.check('pass\n    test_b = None', (1, 1, 0))
        self.assertEqual(part.failure, 'planned 2, did 1')


class Order(Case):
    OKAY = 'echo ok 1; echo 1..1'

    def test_two_at_once(self):
        fifo = os.path.join(runner.LOGS, 'fifo')
        os.mkfifo(fifo)
        # Either waits for the other.
        first = self.part(f'echo x >{fifo}; {self.OKAY}', name='first')
        second = self.part(f'read x <{fifo}; {self.OKAY}', name='second')
        self.told(first, second, jobs=2)
        self.assertEqual((first.failure, second.failure), ('', ''))

    def test_no_more_than_asked_for(self):
        here = os.path.join(runner.LOGS, 'here')
        script = f'mkdir {here} && sleep 0.2 && rmdir {here} && {self.OKAY}'
        parts = [self.part(script, name=str(i)) for i in range(3)]
        self.assertEqual([r.split(':')[0] for r in self.told(*parts)], ['== 0', '== 1', '== 2'])
        self.assertEqual([p.failure for p in parts], ['', '', ''])

    def waits(self, name):
        """A part that tells when it can be stopped, and when it was."""
        base = os.path.join(runner.LOGS, name)
        # timeout(1) passes no signal on before it has learnt whom it has started,
        # which may be later than that is at work.
        return self.part(f'trap "sleep 1; echo >{base}.stopped; exit" TERM; '
                         f'sleep 1; echo >{base}.ready; sleep 60 & wait', name=name)

    def is_there(self, name):
        return os.path.exists(os.path.join(runner.LOGS, name))

    def test_given_up(self):
        ready = os.path.join(runner.LOGS, 'a.ready')
        ends = self.part(f'while ! test -e {ready}; do sleep 0.1; done; {self.OKAY}')

        def give_up(part):
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            runner.run([self.waits('a'), ends], 2, give_up)
        self.assertTrue(self.is_there('a.stopped'))

    def test_told_twice_to_stop(self):
        for number in runner.SIGNALS:
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        runner.end_by_signals()

        def tell_twice():
            while not (self.is_there('a.ready') and self.is_there('b.ready')):
                time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.3)
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=tell_twice).start()
        with self.assertRaises(SystemExit):
            runner.run([self.waits('a'), self.waits('b')], 2, lambda part: None)
        self.assertTrue(self.is_there('a.stopped') and self.is_there('b.stopped'))


class Environment(Case):
    def test_what_make_was_told_is_not_for_the_parts(self):
        os.environ['MAKEFLAGS'] = 'W=1'
        self.addCleanup(os.environ.pop, 'MAKEFLAGS')
        part = self.part('test -z "$MAKEFLAGS" && test $YES = 1 && echo ok 1 && echo 1..1')
        self.told(part)
        self.assertEqual(part.failure, '')


if __name__ == '__main__':
    unittest.main()
