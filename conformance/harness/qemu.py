"""One QEMU run: start it, collect its console, type on it, and end it by its own pid when its time is up.
Knows nothing of platforms (image.py) and nothing of what the console says (tap.py).

SPDX-License-Identifier: BSD-2-Clause
"""
import codecs
import os
import random
import re
import selectors
import signal
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import openbios

# Set by main.py on Ctrl-C: every run ends its QEMU and returns.
STOP = threading.Event()
# Set by `--pauses`: each QEMU stands still for moments, as on a host that has too much to do.
PAUSES = threading.Event()
RUNS, STANDS, SLOWER = (0, 0.2), (0.05, 0.25), 5  # seconds, from and to; so many times the budget, not to measure it

GRACE = 5.0  # seconds for what should happen at once: powering off, an answer of the monitor
TYPED_AT_ONCE, TYPING_PAUSE = 100, 0.2  # bytes, seconds
ESCAPES = re.compile(r"\x1b(\[[0-9;?=]*[A-Za-z]|[()][A-Z0-9]|[=>78cDEHM])|[\x00\x07\x08]")
AGAIN_MOST = 5
SWITCHED_OFF = "(sun4v) end"  # said by a machine that has no way to be switched off
VGA_TEXT, COLUMNS, ROWS = 0xB8000, 80, 25


class Run:
    """What came out of one run."""

    def __init__(self):
        self.text = ""        # console, escape sequences taken out
        self.log = []         # the hypervisor's lines, each with the number of console lines that came before it
        self.errors = ""      # what QEMU itself complained about
        self.status = None    # exit status; None when we ended it
        self.end = ""         # exited | timeout | silent | dead | lingered | stopped | firmware
        self.seconds = 0.0
        self.again = 0        # times that firmware hung, see openbios.py, and the machine was started again

    @property
    def lines(self):
        return self.text.split("\n")


class Sieve:
    """Parts the hypervisor's lines (of firmware of ours, its own) from the guest's where both come by one line. They have a
    mark, and may begin behind an unfinished line of the guest's, which then goes on behind them."""
    MARK = re.compile(r"\((?:XEN|VMI|sun4v)\) ")

    def __init__(self):
        self.unfinished = ""

    def line(self, raw):
        """(the guest's line or None, the hypervisor's or None), now that RAW has ended."""
        mark = self.MARK.search(raw)
        if mark:
            self.unfinished += raw[:mark.start()]
            return None, raw[mark.start():]
        self.unfinished += raw
        line, self.unfinished = self.unfinished, ""
        return line, None

    def rest(self, raw):
        """What the guest has of a line that has not ended, RAW being what came."""
        return self.unfinished + self.MARK.split(raw)[0]


class Script:
    """Expect and send: wait for each pattern in turn, then type the answer. A pattern may match an unfinished line."""

    def __init__(self, pairs=()):
        self.pairs, self.seen = list(pairs), 0

    def answers(self, text):
        while self.pairs:
            match = re.compile(self.pairs[0][0]).search(text, self.seen)
            if not match:
                return
            self.seen = match.end()
            yield self.pairs.pop(0)[1]


@dataclass
class End:
    """How the console tells that the guest is done, see run()."""
    silence: float
    silence_from: str
    busy: float
    last_line: object
    grace: float
    dead: str


def run(command, timeout, *, silence=None, silence_from="", busy=None, script=Script(), last_line=None, grace=GRACE, dead="",
        on_line=None, on_ask=None, screen=False):
    """Run COMMAND (a QEMU without -serial and -monitor options of its own) for at most TIMEOUT seconds.

    silence: so many seconds without a character end the run, after a line that silence_from, a pattern, is found in:
    firmware that is silent takes the longer the busier the host is.
    busy: the same, in seconds that QEMU has worked in: what others take from it does not count, nor does an idle guest.
    script: a Script, or whatever else has answers(text): what to type now that the console says that.
    last_line(line) -> true: the guest is done; it has `grace` seconds to power off.
    dead: pattern after which waiting is pointless.
    on_ask(line) -> ("type", text) or ("monitor", command) or None: what the guest asks of its surroundings.
    screen: there is no serial line; read the VGA text screen once the machine has stopped.
    """
    end, again = End(silence, silence_from, busy, last_line, grace, dead), 0
    while True:
        done = _run(command, timeout, script, end, on_line, on_ask, screen)
        if done.end != "firmware" or again == AGAIN_MOST:
            done.again += again
            return done
        again += 1


def _run(command, timeout, script, end, on_line, on_ask, screen):
    with tempfile.TemporaryDirectory(prefix="pv-") as scratch:
        path = os.path.join(scratch, "monitor")
        extra = ["-monitor", f"unix:{path},server=on,wait=off"]
        extra += ["-no-shutdown"] if screen else ["-serial", "stdio"]
        session = Session(command + extra, path, timeout)
        try:
            if screen:
                session.watch_screen(os.path.join(scratch, "screen"))
            else:
                session.watch(script, end, on_line, on_ask)
        finally:
            session.finish()
        return session.run


class Session:
    """The process behind one Run."""

    def __init__(self, command, monitor_path, timeout):
        self.run, self.monitor_path = Run(), monitor_path
        self.awake = True     # silence counts
        self.started = time.monotonic()
        self.deadline = self.started + timeout * (SLOWER if PAUSES.is_set() else 1)
        self.errors = tempfile.TemporaryFile()
        # A session of its own: Ctrl-C on our terminal reaches us, and we end the run. If we are killed, so is QEMU.
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, start_new_session=True)
        if PAUSES.is_set():
            threading.Thread(target=self._stand_still, daemon=True).start()

    def _stand_still(self):
        while self.process.poll() is None:
            time.sleep(random.uniform(*RUNS))
            self.process.send_signal(signal.SIGSTOP)
            time.sleep(random.uniform(*STANDS))
            self.process.send_signal(signal.SIGCONT)

    def watch(self, script, end, on_line, on_ask):
        pending, sieve, heard, worked, looked = "", Sieve(), time.monotonic(), 0.0, False
        self.awake = not end.silence_from
        decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may come in two pieces
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while self._time_left():
                if not selector.select(0.2):
                    if not looked and time.monotonic() - heard > openbios.SILENCE:
                        looked = True
                        self._past_firmware()
                    silent = end.silence and time.monotonic() - heard > end.silence
                    if self.awake and not self.run.end and (silent or end.busy and self._worked() - worked > end.busy):
                        self.run.end, self.deadline = "silent", 0
                    continue
                heard, worked, looked = time.monotonic(), self._worked() if end.busy else 0.0, False
                data = os.read(self.process.stdout.fileno(), 65536)
                if not data:
                    self._await_exit()
                    return
                *lines, pending = (pending + decoder.decode(data).replace("\r", "")).split("\n")
                for raw in lines:
                    self._raw(ESCAPES.sub("", raw), sieve, end, on_line, on_ask)
                    if self.run.end == "exited":
                        return
                for answer in script.answers(self.run.text + sieve.rest(ESCAPES.sub("", pending))):
                    self._type(answer)
        self.run.text += sieve.rest(ESCAPES.sub("", pending))

    def _past_firmware(self):
        """If it is firmware that hangs, by no fault of the kernel's, the machine starts again."""
        if not openbios.is_speaking(self.run.text):
            return
        try:
            if not openbios.stands(self.monitor("info registers")):
                return
        except OSError:
            return  # its monitor is as silent
        if "-no-reboot" in self.process.args:
            self.run.end, self.deadline = "firmware", 0
        else:
            self.run.again += 1
            self.monitor("system_reset")

    def _worked(self):
        """Seconds of processor time, of all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _raw(self, raw, sieve, end, on_line, on_ask):
        if end.dead and re.search(end.dead, raw):
            self._end("dead", 0.5)  # the reason may follow
        line, logged = sieve.line(raw)
        if logged is not None:
            self.run.log.append((self.run.text.count("\n"), logged))
            if logged == SWITCHED_OFF:
                self.run.end, self.run.status = "exited", 0
        else:
            self._line(line, end, on_line, on_ask)

    def _line(self, line, end, on_line, on_ask):
        self.run.text += line + "\n"
        self.awake = self.awake or bool(re.search(end.silence_from, line))
        if on_line:
            on_line(line)
        kind, text = (on_ask and on_ask(line)) or (None, None)
        if kind == "type":
            self._type(text)
        elif kind == "monitor":
            self.monitor(text)
        if end.last_line and end.last_line(line):
            self._end("lingered", end.grace)

    def _end(self, how, grace):
        """It is over, in `grace` seconds at most; a guest that goes on saying so gets no more time."""
        self.run.end, self.deadline = how, min(self.deadline, time.monotonic() + grace)

    def _time_left(self):
        if STOP.is_set():
            self.run.end = "stopped"
            return False
        if time.monotonic() < self.deadline:
            return True
        self.run.end = self.run.end or "timeout"
        return False

    def _await_exit(self):
        """The console is closed: the process is ending, or will be ended."""
        try:
            self.run.status = self.process.wait(timeout=GRACE)
            self.run.end = "exited"
        except subprocess.TimeoutExpired:
            self.run.end = self.run.end or "timeout"

    def _type(self, text):
        """In pieces: Xen keeps 128 bytes for a first domain that is slow to take them."""
        data = text.encode()
        try:
            for at in range(0, len(data), TYPED_AT_ONCE):
                time.sleep(TYPING_PAUSE if at else 0)
                self.process.stdin.write(data[at:at + TYPED_AT_ONCE])
                self.process.stdin.flush()
        except BrokenPipeError:
            pass  # QEMU has gone; reading will show it

    def monitor(self, command):
        """One command of QEMU's human monitor; returns its answer."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(GRACE)
            link.connect(self.monitor_path)
            self._answer(link)
            link.sendall(command.encode() + b"\n")
            return self._answer(link)

    @staticmethod
    def _answer(link):
        text = b""
        while not text.endswith(b"(qemu) "):
            data = link.recv(4096)
            if not data:
                break
            text += data
        return text.decode("utf-8", "replace")

    def watch_screen(self, path):
        """Wait until the machine has shut down (it stays, paused), then read its screen."""
        paused = False
        while not paused and self._time_left() and self.process.poll() is None:
            time.sleep(0.5)
            try:
                paused = "shutdown" in self.monitor("info status")
            except OSError:
                pass  # not up yet, or gone: the loop's conditions tell
        if self.process.poll() is None:
            self.monitor(f'pmemsave {VGA_TEXT:#x} {COLUMNS * ROWS * 2} "{path}"')
            with open(path, "rb") as file:
                cells = file.read()[::2].decode("cp437")
            rows = [cells[i:i + COLUMNS].rstrip() for i in range(0, len(cells), COLUMNS)]
            self.run.text = "\n".join(rows).replace("\0", " ").rstrip() + "\n"
        if paused:
            self.monitor("quit")
            self._await_exit()

    def finish(self):
        if self.process.poll() is None:
            self.process.kill()
        status = self.process.wait()
        if self.run.end == "" or self.run.end == "exited" and self.run.status is None:
            self.run.end, self.run.status = "exited", status
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.errors.seek(0)
        self.run.errors = self.errors.read().decode("utf-8", "replace").strip()
        self.errors.close()
        self.run.seconds = time.monotonic() - self.started
