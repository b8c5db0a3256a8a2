"""One guest of a machine of xenlab.py, as a process like a QEMU: its standard input and output are the guest's console,
its exit status is 0 when the guest switched itself off. The hypervisor's lines come among the console's, with their
mark. Takes QEMU's options -serial, -monitor and -no-reboot as far as they mean something here.

SPDX-License-Identifier: BSD-2-Clause
"""
import os
import re
import select
import signal
import socket
import sys
import threading
from pathlib import Path

CRASHED = 3  # our exit status for a guest that has crashed, or ended in a way of its own
POWEROFF, REBOOT = "0", "1"  # Xen's numbers for why a domain ended
MARK = b"\x1e"    # begins the line behind the guest's last one
MARKED = b"(XEN) "  # what the hypervisor says, and a shim
PROMPT = b"(qemu) "
SHOWN = 15

# What the monitor is asked for, as xl calls it.
ASKED = {"nmi": "trigger {} nmi", "system_powerdown": "shutdown {}", "system_reset": "destroy {}"}


class Guest:
    def __init__(self, job, console, log):
        self.job, self.log = Path(job), open(log, "rb")
        self.end = MARK + (self.job / "end").read_bytes() + b" "
        self.log.seek(0, os.SEEK_END)
        self.unfinished, self.said = b"", b""  # of the hypervisor's log, and of what the guest says
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(console)

    def start(self, stays):
        """Let the first domain make the guest."""
        if not stays:
            (self.job / "again").touch()
        (self.job / "began").touch()
        new = self.job.parent / f"go.{self.job.name}"
        new.write_text(self.job.name)
        new.replace(self.job.parent / "go")

    def ask(self, what):
        new = self.job / "ask.new"
        new.write_text(what.format(self.job.name))
        new.replace(self.job / "ask")

    def relay(self):
        """Until the guest has ended; the reason."""
        held, watched = b"", [self.line, 0]
        while True:
            ready = select.select(watched, [], [], 0.1)[0]
            if MARKED not in self.said:  # a shim's line that has not ended
                self.pass_log()
            if 0 in ready:
                typed = os.read(0, 4096)
                if typed:
                    self.line.sendall(typed)
                else:
                    watched.remove(0)
            if self.line in ready:
                data = self.line.recv(65536)
                if not data:
                    return "the machine that ran it has ended"
                held += data
            said, mark, rest = held.partition(self.end)
            if mark and b"\n" in rest:
                self.say(said)
                self.pass_log()
                return rest.partition(b"\n")[0].strip().decode("utf-8", "replace")
            keep = 0 if mark else held.rfind(MARK)
            keep = len(said) if mark else keep if 0 <= keep > len(held) - len(self.end) else len(held)
            self.say(held[:keep])
            held = held[keep:]

    def say(self, data):
        write(data)
        self.said = (self.said + data).rpartition(b"\n")[2][-4096:]

    def pass_log(self):
        """The hypervisor's lines that are new and whole."""
        *lines, self.unfinished = (self.unfinished + self.log.read()).split(b"\n")
        for line in lines:
            if line.startswith(MARKED) or re.match(rb"\(d\d+\) ", line):
                write((b"" if line.startswith(MARKED) else MARKED) + line.rstrip(b"\r") + b"\n")


def write(data):
    while data:
        data = data[os.write(1, data):]


def serve_monitor(path, guest):
    """Answers like QEMU's monitor, as far as the harness asks."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    while True:
        link = server.accept()[0]
        with link:
            link.sendall(PROMPT)
            while asked := link.recv(4096).decode("ascii", "replace").strip():
                if asked in ASKED:
                    guest.ask(ASKED[asked])
                link.sendall(b"" if asked in ASKED else b"not for guests beside a first domain\r\n")
                link.sendall(PROMPT)


def main(job, console, log, *options):
    if "-icount" in options:
        sys.exit("there is no instruction counter for a guest beside a first domain")
    guest = Guest(job, console, log)
    if "-monitor" in options:
        path = options[options.index("-monitor") + 1].removeprefix("unix:").partition(",")[0]
        threading.Thread(target=serve_monitor, args=(path, guest), daemon=True).start()
    guest.start("-no-reboot" in options)
    reason = guest.relay()
    if reason in (POWEROFF, REBOOT):
        return 0
    print({"3": "the guest crashed"}.get(reason, f"the guest ended with {reason}"), file=sys.stderr)
    for line in Path(log).read_text(errors="replace").splitlines()[-SHOWN:]:
        print(f"first domain: {line.strip()}", file=sys.stderr)
    return CRASHED


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(1))
    sys.exit(main(*sys.argv[1:]))
