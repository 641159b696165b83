# SPDX-License-Identifier: GPL-2.0-only
"""TAP: what a line of it says, and lines of our own."""

import collections
import re

# word: SKIP, XFAIL or XPASS, if one of them comes after the "#"; reason: the rest.
Result = collections.namedtuple('Result', 'failed name word reason')

# With a number or a dash, so that not every "ok" is one.
RESULT = re.compile(r'(not )?ok(?= -| \d)(?: \d+)?(?: -)?(?= |$)(?: +([^#]*?))?\s*'
                    r'(?:#\s*(?:((?i:SKIP|XFAIL|XPASS))\b\s*)?(.*?)\s*)?$')
PLAN = re.compile(r'1\.\.(\d+)\b')


def result(line):
    """Of a test, or None."""
    m = RESULT.match(line)
    return m and Result(bool(m[1]), m[2] or '', (m[3] or '').upper(), m[4] or '')


def planned(line):
    """How many tests there are, or None."""
    m = PLAN.match(line)
    return m and int(m[1])


class Writer:
    """One line for each finding, and the plan at the end."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def line(self, okay, text, details=()):
        self.count += 1
        self.failed += not okay
        print(f'{"ok" if okay else "not ok"} {self.count} - {text}')
        for detail in details:
            print('# ' + detail)

    def end(self):
        print(f'1..{self.count}')
