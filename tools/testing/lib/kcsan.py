# SPDX-License-Identifier: GPL-2.0-only
"""What KCSAN says of races, taken out of the log of a kernel.

A report begins with its name and ends with a line of "=". Other processors may
say something meanwhile; KCSAN itself has a lock, so that no two reports mix.

    [   12.3] BUG: KCSAN: data-race in evtchn_read [xen_evtchn] / f [xen_evtchn]
    [   12.3]
    [   12.3] write (marked) to 0xffff888012345678 of 4 bytes by task 77 on cpu 1:
    [   12.3]  f+0x12/0x34 [xen_evtchn]
    [   12.3]  ...
    [   12.3]
    [   12.3] read to 0xffff888012345678 of 4 bytes by interrupt on cpu 0:
    [   12.3]  evtchn_read+0x12/0x34 [xen_evtchn]
    [   12.3]  ...
    [   12.3] ==================================================================
"""

import re

BEGIN = re.compile(r'\bBUG: KCSAN: (.*\S)')
END = re.compile(r'={40}')
# More than a stack of 64 functions, twice.
LONGEST = 160

ACCESS = re.compile(r'\b(?:reads?|writes?|read-write|assert no \w+)\b.* to 0x[0-9a-f]+ of \d+ bytes by ')
FRAME = re.compile(r'\s([\w.]+)\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[(\w+)\])?\s*$')

# Whom an interrupt or a fault interrupts is behind these in its stack, and has
# no part in it.
ENTRY = re.compile(r'(?:asm_)?(?:exc|sysvec)_|(?:asm_)?common_interrupt$|xen_pv_evtchn_do_upcall$|'
                   r'(?:__)?do_softirq$')

# Which work on what they are given.
HELPER = re.compile(r'_*(?:rb|list|xa|xas|refcount|find|bitmap)_|_*mem(?:cpy|set|move|cmp)$|'
                    r'_*copy_(?:to|from)_user$')

OUR_MODULES = ('xen_hypercall', 'xen_privcmd', 'xen_evtchn', 'xen_gntdev', 'xen_gntalloc')


class Report:
    """One of them: its name, its lines, and who did what."""

    def __init__(self, name, line):
        self.name = name
        self.lines = [line]
        self.stacks = []    # of each access [(function, module or None)], innermost first
        self.entered = False

    def add(self, line):
        self.lines.append(line)
        if ACCESS.search(line):
            self.stacks.append([])
            self.entered = False
        frame = FRAME.search(line)
        if frame and self.stacks:
            self.entered = self.entered or bool(ENTRY.match(frame.group(1)))
            if not self.entered:
                self.stacks[-1].append(frame.groups())

    def modules(self):
        """Where each access is made: in which module, or by a function that a module
        has called. What is deeper in the kernel works on data of the kernel's."""
        found = []
        for stack in self.stacks:
            frames = list(stack)
            while frames and HELPER.match(frames[0][0]):
                frames.pop(0)
            found.append(next((module for _, module in frames[:2] if module), None))
        return found

    def ours(self, modules=OUR_MODULES):
        return any(m in modules for m in self.modules()) or \
            any(f'[{m}]' in self.name for m in modules)


class Reader:
    """feed() it lines, and it returns the reports that they complete."""

    def __init__(self):
        self.report = None

    def feed(self, line):
        begin = BEGIN.search(line)
        if begin:
            ended = self.end()
            self.report = Report(begin.group(1), line)
            return ended
        if not self.report:
            return []
        if END.search(line) or len(self.report.lines) > LONGEST:
            return self.end()
        self.report.add(line)
        return []

    def end(self):
        """The log is over, or the report."""
        ended = [self.report] if self.report else []
        self.report = None
        return ended


def reports(lines):
    """All of a log."""
    reader = Reader()
    found = [report for line in lines for report in reader.feed(line)]
    return found + reader.end()
