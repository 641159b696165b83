# SPDX-License-Identifier: GPL-2.0-only
"""Starts QEMU, and ends it when it has said enough, or nothing for too long."""

import ctypes
import os
import re
import select
import signal
import socket
import subprocess
import sys
import termios
import time

# With the question about the cursor that busybox's line editor asks.
PROMPT = re.compile(rb'# (?:\x1b\[6n)?$')

# QEMU's SVM (7.2, until the middle of 2025) changes the pending interrupts of a
# processor without the lock: once in some thousand VM exits the timer's gets
# lost, Xen then sleeps for ever with the interrupt pending. Any other interrupt
# ends that: a character on the serial line, which nobody reads in dom0, or a key.
# The key is for Xen 4.20, which gives up the interrupts of a serial line that keeps
# it busy for more than 4 ms. PV does not use SVM, but a guest of a PV dom0 may.
KICK = 2

# What a machine that has said enough may take to end.
GRACE = 5


def die_with_parent():
    """QEMU must not outlive this program, however that is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)   # PR_SET_PDEATHSIG


class Machine:
    """QEMU, and what is read from it and told to it."""

    def __init__(self, command, judge, log, shell=False, stamps=False, kick=False):
        self.judge = judge
        self.log = log
        self.stamps = stamps
        self.kick = kick
        self.pending = b''
        self.terminal = termios.tcgetattr(0) if shell and sys.stdin.isatty() else None
        # On a terminal the shell needs to stay in its session, to read from it.
        self.script = sys.stdin.buffer.readlines() + [b'exit\n'] \
            if shell and not self.terminal else []
        self.monitor, qemus_end = socket.socketpair()
        self.monitor.setblocking(False)
        if kick:
            command = command + ['-chardev', f'socket,id=kick,fd={qemus_end.fileno()}',
                                 '-mon', 'chardev=kick']
        try:
            self.process = subprocess.Popen(
                command, stdin=None if self.terminal else subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                pass_fds=[qemus_end.fileno()], start_new_session=not self.terminal,
                preexec_fn=die_with_parent)
        except OSError:
            self.monitor.close()
            raise
        finally:
            qemus_end.close()
        for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(s, self.stopped)
        self.start = self.last = self.kicked = time.monotonic()

    def kill(self):
        try:
            if self.terminal:
                self.process.kill()
            else:
                os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def stopped(self, number, _frame):
        self.kill()
        sys.exit(128 + number)

    def close(self):
        self.kill()
        self.process.wait()
        self.process.stdout.close()
        self.monitor.close()
        if self.process.stdin:
            self.process.stdin.close()
        if self.terminal:
            termios.tcsetattr(0, termios.TCSADRAIN, self.terminal)

    def type(self, text):
        try:
            self.process.stdin.write(text)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass    # QEMU has gone; the next read says so

    def give_kick(self):
        now = time.monotonic()
        if not self.kick or self.judge.at_shell or now - max(self.last, self.kicked) < KICK:
            return
        self.kicked = now
        self.type(b'\0')
        try:
            self.monitor.send(b'sendkey shift\n')
            # What it says does not matter, but must not pile up.
            self.monitor.recv(65536)
        except (BrokenPipeError, ConnectionResetError, BlockingIOError):
            pass

    def tell(self, line):
        if self.stamps:
            self.log.write(b'%9.3f ' % (self.last - self.start))
        self.log.write(line.replace(b'\r', b'') + b'\n')
        self.judge.feed(line.decode('utf-8', 'replace'))

    def read(self):
        """Reads what there is, or waits for a moment; False at the end."""
        fd = self.process.stdout.fileno()
        if not select.select([fd], [], [], 0.5)[0]:
            self.give_kick()
            return True
        data = os.read(fd, 65536)
        if not data:
            return False
        self.last = time.monotonic()
        # From here on the console is the person's.
        if self.judge.at_shell:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        *lines, self.pending = (self.pending + data).split(b'\n')
        # A line at a time: Xen keeps 128 bytes of input and drops the rest.
        if self.judge.at_shell and self.script and PROMPT.search(self.pending):
            self.type(self.script.pop(0))
        for line in lines:
            self.tell(line)
        self.log.flush()
        return True

    def watch(self, timeout, silence):
        """Until QEMU ends or has to be ended; returns why that is."""
        judge, over = self.judge, None      # when to wait no longer
        while True:
            now = time.monotonic()
            if timeout and now - self.start >= timeout:
                return f'not finished after {timeout} s, stopped'
            if silence and now - self.last >= silence:
                return f'nothing on the console for {silence} s, stopped'
            if over and now >= over:
                if judge.done:
                    judge.show('(dom0 did not power off; stopped)')
                return None
            if not self.read():
                return None
            if (judge.fatal or judge.done) and not over:
                # Let it say the rest; a healthy dom0 powers off meanwhile.
                over = time.monotonic() + (GRACE if judge.fatal else 4 * GRACE)


def run(command, judge, log, timeout, silence, **how):
    """Feeds the judge until QEMU ends or is ended. Returns why it was ended,
    None if it went by itself or had said it was done."""
    machine = Machine(command, judge, log, **how)
    try:
        why = machine.watch(timeout, silence)
        if machine.pending:
            machine.tell(machine.pending)
    finally:
        machine.close()
    status = machine.process.returncode
    if why is None and not judge.done and not judge.fatal and status > 0:
        why = f'QEMU ended early with status {status} ({judge.tail})'
    return why
