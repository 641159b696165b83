# SPDX-License-Identifier: GPL-2.0-only
"""What the programs of the tests have in common: where they are, how they read
and start each other, and boots of the rig, which leave files in LOGS."""

import datetime
import importlib.machinery
import importlib.util
import os
import re
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
RIG = os.path.join(TOP, 'tools', 'testing', 'rig', 'run')
LOGS = os.path.join(TOP, 'build', 'logs')

# What a log says of the dom0: its kind, and the versions of Linux and of Xen.
DOM0 = re.compile(r'@rig step dom0 (\w+), Linux (\S+), Xen (\S+)')


class Error(Exception):
    """Something that a person has to put right, in one sentence."""


def load(path):
    """A program, as a module."""
    name = os.path.basename(path)
    loader = importlib.machinery.SourceFileLoader(name, path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def environment(**more):
    """What is said to the make that is under way is not for those below it."""
    env = {k: v for k, v in os.environ.items()
           if k not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'KVER', 'KDIR', 'O',
                        'ARCH', 'CROSS_COMPILE')}
    return dict(env, **more)


def boot(name, *arguments):
    """Runs the rig; returns its exit status, and what NAME.log and NAME.json begin with."""
    base = os.path.join(LOGS, name)
    for kind in ('.json', '.log'):
        if os.path.exists(base + kind):
            os.remove(base + kind)
    status = subprocess.run([RIG, '--name', name, *arguments], cwd=TOP, check=False).returncode
    return status, base


def day_of(path):
    return datetime.datetime.fromtimestamp(os.path.getmtime(path), datetime.timezone.utc).date()
