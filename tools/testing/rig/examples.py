# SPDX-License-Identifier: GPL-2.0-only
"""Consoles written down here, for the tests of what judges them."""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'lib')]
sys.dont_write_bytecode = True
from judge import Judge

XEN = """\
(XEN) Xen version 4.17.7 (Debian) debug=n
(XEN) *** Building a PV Dom0 ***
[    2.592333] Grant table initialized
[    2.785189] acpi PNP0A03:00: fail to add MMCONFIG information, can't access extended
"""

OURS = """\
[    4.1] @rig step dom0 PV, Linux 6.12.117+deb12-amd64, Xen 4.17.7
[    4.2] @rig mode PV
[    4.2] @rig step loading the ours modules
[    4.3] @rig module xen-hypercall version=0.1 taint=OE
[    4.4] @rig module xen-privcmd version=0.1 taint=OE
[    4.5] @rig module xen-evtchn version=0.1 taint=OE
[    4.5] @rig module xen-gntdev version=0.1 taint=OE
[    4.5] @rig module xen-gntalloc version=0.1 taint=OE
[    4.6] @rig module xenfs version=none taint=
"""

STOCK = re.sub('version=0.1 taint=OE', 'version=none taint=',
               OURS.replace('ours', 'stock')).replace('@rig module xen-hypercall', '@rig x')

RUN = """\
[    5.1] @rig begin evtchn
[    5.2] | TAP version 13
[    5.2] | 1..3
[    5.2] | # Starting 3 tests from 1 test cases.
[    5.2] | #  RUN           evtchn.bind__works ...
[    5.2] | #            OK  evtchn.bind__works
[    5.2] | ok 1 evtchn.bind__works
[    5.3] | #  RUN           evtchn.notify__bad_port ...
[    5.3] | #            OK  evtchn.notify__bad_port
[    5.3] | ok 2 evtchn.notify__bad_port
[    5.4] | #  RUN           evtchn.pv.notify__twice ...
[    5.4] | #      SKIP      needs a guest
[    5.4] | #            OK  evtchn.pv.notify__twice
[    5.4] | ok 3 evtchn.pv.notify__twice # SKIP needs a guest
[    5.4] | # PASSED: 3 / 3 tests passed.
[    5.5] @rig end evtchn rc=0 secs=2
"""

END = """\
[    6.1] @rig taint 12288
[    6.1] @rig step unloading the modules
[    6.2] @rig taint 12288
[    6.2] @rig dmesg-begin
[    6.3] @rig dmesg [    2.592333] Grant table initialized
[    6.3] @rig dmesg-end
[    6.4] @rig done
[    6.5] reboot: Power down
(XEN) Entering ACPI S5 state.
"""

GOOD = XEN + OURS + RUN + END
PLAN = [('evtchn', 'evtchn.bind__works'), ('evtchn', 'evtchn.notify__bad_port'),
        ('evtchn', 'evtchn.pv.notify__twice')]
NOTIFY = '[    5.3] | ok 2 evtchn.notify__bad_port\n'


def failed(console, name='evtchn.notify__bad_port'):
    """The console with one test failing."""
    console = re.sub(rf'\| ok (\d+) {re.escape(name)}$',
                     rf'| # evtchn.c:77:Expected -1 (-1) == rc (0)\n[  5.3] | not ok \1 {name}',
                     console, flags=re.M)
    return console.replace('@rig end evtchn rc=0', '@rig end evtchn rc=1')


def judge(console, ended=None, **kw):
    kw.setdefault('programs', ['evtchn'])
    kw.setdefault('plan', PLAN)
    kw.setdefault('kernel', '6.12')
    shown = []
    j = Judge(show=shown.append, **kw)
    for line in console.splitlines():
        j.feed(line)
    v = j.finish(ended)
    v.shown = shown
    return v
