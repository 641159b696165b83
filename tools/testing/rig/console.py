# SPDX-License-Identifier: GPL-2.0-only
"""Reads the console line by line: who says something, and is it a complaint?"""

import collections
import re

import complaints
import kcsan
from complaints import STAMP

# The kernel's own order: the text may begin in the middle of a line that Xen
# or an unfinished line of the kernel began.
RIG = re.compile(r'(?:^|[\] ])@rig (\w[\w-]*) ?(.*)$')

# How many lines after the first complaint go to the terminal.
CONTEXT = 30


class Console:
    """Tells of what dom0's tests and its init say by test_line() and rig()."""

    def __init__(self, modules, show):
        self.modules = modules
        self.show = show
        self.line_number = 0
        self.fatal = None        # the run is over: do not wait for its end
        self.complaints = []     # (line number, text), in order
        self.races = kcsan.Reader(), kcsan.Reader()   # on the console, in the log
        self.our_races = collections.Counter()
        self.foreign_races = collections.Counter()    # that our modules have no part in
        self.seen = set()
        self.context = 0
        self.program = None      # that runs
        self.test = None
        self.tail = ''
        self.cut = ''

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
            self.rig(m.group(1), m.group(2).strip())
        elif text.startswith('| ') and text is not line:
            self.test_line(text[2:])
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

    def ended(self):
        """What has begun ends here."""
        if self.cut:
            self._dom0(self.cut)
        for races in self.races:
            for report in races.end():
                self._race(report)
