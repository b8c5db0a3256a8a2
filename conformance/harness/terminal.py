"""A machine's console on our terminal where the hypervisor shares its line: what the guest says is shown as it comes,
what the hypervisor says goes to a file. Keys go to the guest untouched, Ctrl-C too; Ctrl-A x ends the machine.

SPDX-License-Identifier: BSD-2-Clause
"""
import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
import termios
import time
import tty

MARK = b"(XEN) "
HELD = 0.1     # seconds that the beginning of a mark is held back
LINGER = 0.5   # seconds for the reason, once nothing more will come
END_SECONDS = 5  # for a process to go that has closed its console
ESCAPE, END = b"\x01", b"x"


class Parting:
    """Bytes of the console as they come, without the hypervisor's lines."""

    def __init__(self, log, mark=MARK):
        self.log, self.mark, self.held, self.in_log = log, mark, b"", False

    def feed(self, data):
        """What to show."""
        shown, data = b"", self.held + data
        self.held = b""
        while data:
            if self.in_log:
                line, end, data = data.partition(b"\n")
                self.log.write(line + end)
                self.in_log = not end
                continue
            text, mark, data = data.partition(self.mark)
            shown += text
            if mark:
                self.log.write(mark)
                self.in_log = True
            else:
                shown, self.held = _without_beginning(shown, self.mark)
        self.log.flush()
        return shown

    def rest(self):
        """It was no mark."""
        shown, self.held = self.held, b""
        return shown


def _without_beginning(data, mark):
    """(DATA, the end of it that may begin the MARK, or the end of a line)"""
    if data.endswith(b"\r"):
        return data[:-1], data[-1:]
    for size in range(len(mark) - 1, 0, -1):
        if data.endswith(mark[:size]):
            return data[:-size], data[-size:]
    return data, b""


def join(command, log, limit, dead, mark=MARK):
    """Run COMMAND with our terminal as its console; true when it ended well. LOG: a path. LIMIT: seconds, or None.
    DEAD: what the hypervisor says when nothing more will come. MARK: what its lines begin with."""
    with open(log, "w+b") as file, _raw(), subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True) as process:
        before = signal.signal(signal.SIGTERM, lambda *_args: process.kill())
        try:
            good = _relay(process, Parting(file, mark), limit, dead)
            if good:
                process.wait(timeout=END_SECONDS)
        finally:
            if process.poll() is None:
                process.kill()
            signal.signal(signal.SIGTERM, before)
        return good and process.wait() == 0


@contextlib.contextmanager
def _raw():
    """Keys as they are typed, none of them meant for us."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def _relay(process, parting, limit, dead):
    """False when it was ended by us: by a key, because its time is up, or because nothing more would come."""
    started, heard, last, keys = time.monotonic(), time.monotonic(), b"", b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        with contextlib.suppress(PermissionError):  # a file is no source of keys to wait for
            selector.register(0, selectors.EVENT_READ)
        while limit is None or time.monotonic() - started < limit:
            ready = [key.fd for key, _events in selector.select(HELD)]
            if 0 in ready:
                keys = os.read(0, 4096)
                if last + keys[:1] == ESCAPE + END or ESCAPE + END in keys:
                    return False
                last = keys[-1:]
                if not keys:
                    selector.unregister(0)
                _type(process, keys)
            if process.stdout.fileno() in ready:
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    return True
                _show(parting.feed(data))
                heard = time.monotonic()
            elif time.monotonic() - heard > HELD:
                _show(parting.rest())
                if time.monotonic() - heard > LINGER and dead and _says(parting.log, dead):
                    return False
    return False


def _type(process, keys):
    with contextlib.suppress(BrokenPipeError):  # it has ended: reading will show it
        process.stdin.write(keys)
        process.stdin.flush()


def _says(log, pattern):
    log.seek(0)
    return re.search(pattern, log.read().decode("utf-8", "replace"))


def _show(data):
    """Lines end as our terminal wants them, whatever the guest's console does about it."""
    data = re.sub(rb"\r?\n\r?", b"\r\n" if sys.stdin.isatty() else b"\n", data)
    while data:
        data = data[os.write(1, data):]
