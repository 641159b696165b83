# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel or Xen says of itself when something is wrong.

The boot counts as well: Debian's kernels come up as dom0, PV and PVH, and
User-mode Linux does, without any of these.
"""

import re

import kcsan

# "[    5.123456] text", with the caller's id in a second pair of brackets on
# some configurations.
STAMP = re.compile(r'^(?:<\d+>)?\[ *(\d+\.\d+)\](?:\[[^\]]*\])? ?')

# What follows proves nothing.
FATAL = re.compile(r'Kernel panic|\bBUG:|kernel BUG at|\bOops\b|general protection|double fault')
FAULT = re.compile(FATAL.pattern + r'|\bBUG |KASAN|UBSAN|WARNING:|unreferenced object|ODEBUG:|'
                   r'INFO: task .* blocked|rcu: INFO|self-detected stall|detected stalls|'
                   r'possible recursive locking|circular locking|inconsistent lock state|'
                   r'suspicious RCU usage|refcount_t: |list_(?:add|del) corruption|'
                   r'Bad page|bad pte')
TRACE = re.compile(r'Call Trace:')

XEN_WARNS = re.compile(r'Xen WARN at', re.I)
XEN = re.compile(XEN_WARNS.pattern + r'|Xen BUG at|Panic on CPU|FATAL TRAP|FATAL PAGE FAULT|'
                 r'double fault|Assertion .* failed|domain_crash|'
                 r'Dom(?:ain)? ?0 (?:crashed|has crashed)|watchdog.*(?:stuck|timeout)', re.I)


def of_kernel(line, traces=True):
    """Races are for kcsan.py. Where allocations are made to fail, the kernel
    shows a trace for some of them, which is no fault then."""
    return bool((FAULT.search(line) or traces and TRACE.search(line)) and
                not kcsan.BEGIN.search(line))
