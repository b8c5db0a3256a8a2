"""Guests beside a first domain: machines that run Xen with a Linux as the first domain (xendom0.py), which makes the
guests one after another. All runs that want the same kind of Xen share one such machine, which starts with the first of
them and ends with the harness. A guest's run is a process like any other run's QEMU: xenguest.py.

SPDX-License-Identifier: BSD-2-Clause
"""
import atexit
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import qemu
import xendom0
import xenfiles
from tools import SCREEN, Trouble

BOOT_SECONDS = 120  # a machine with nothing else to do takes 7
END_SECONDS = 15    # for a guest to go that nobody waits for any more
MEMORY = 128        # MiB for a guest
# As in platforms.py, and without XSAVE: QEMU's does not look at CR0.TS, nor does XRSTOR. By that flag Xen lends the FPU,
# so a domain would save another one's registers. FXSAVE and FXRSTOR trap as they should.
CPU = "max,-smap,-rdtscp,-xsave,family=16,model=4"
WORDS = "console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all dom0_mem=384M,max:384M dom0_max_vcpus=1"
GUEST = Path(__file__).parent / "xenguest.py"

# xl's words for each loader kind. The shim's messages come on the guest's console, with Xen's mark.
KINDS = {
    "xen_domu": 'type = "pv"',
    "xen_domu_pvh": 'type = "pvh"',
    "xen_shim": 'type = "pvh"\npvshim = 1\npvshim_cmdline = "console=xen,pv loglvl=all guest_loglvl=all"',
}

# Ports beyond one page of event words, as a first domain may have them: xl grants 1023 when it is not told.
EVENTS = "max_event_channels = 4095"

# Without an invariant TSC, which TCG lacks, Xen would emulate rdtsc. A guest that has ended stays until all that it said
# has been read.
COMMON = [EVENTS, 'tsc_mode = "native"', *(f'on_{end} = "preserve"' for end in ("poweroff", "reboot", "crash"))]

MACHINES = {}  # by whether they run our own build
STARTING = threading.Lock()


def command(args, target, kernel, cmdline, modules, scratch):
    """The command that runs one guest. It is our turn when this returns, until SCRATCH is gone."""
    if len(modules) > 1:
        raise Trouble(f"{target.name}: xl hands over one module")
    machine = _machine(target.debug)
    job = machine.reserve(scratch)
    lines = [f'name = "{job.name}"', KINDS[target.loader], f"memory = {MEMORY}", f"vcpus = {_cpus(target)}",
             f"kernel = '{_share(kernel, job)}'", f"cmdline = '{cmdline}'", *COMMON]
    lines += [f"ramdisk = '{_share(Path(m.split()[0]), job)}'" for m in modules]
    (job / "cfg").write_text("\n".join(lines) + "\n")
    kept = ["-no-reboot"] if "-no-reboot" in args else []
    return [sys.executable, str(GUEST), str(job), str(machine.console), str(machine.log), *kept]


def _cpus(target):
    return int(target.qemu().get("-smp", "1").split(",")[0])


def _share(path, job):
    """The file, where the first domain finds it."""
    shutil.copy(path, job / path.name)
    return f"/host/{job.name}/{path.name}"


def _machine(debug):
    """The running machine with the shipped Xen or our own build."""
    with STARTING:
        if debug not in MACHINES or not MACHINES[debug].runs():
            MACHINES[debug] = Machine(debug)
        return MACHINES[debug]


class Machine:
    """One QEMU. Its serial line, Xen's, goes to a file; a second virtual console is that of the guest."""

    def __init__(self, debug):
        self.place = Path(tempfile.mkdtemp(prefix="pv-xen-"))
        self.share, self.console, self.log = self.place / "share", self.place / "console", self.place / "log"
        self.share.mkdir()
        self.turn, self.number, self.job, self.scratch = threading.Lock(), 0, None, None
        self.process = None
        atexit.register(self.end)
        command = self._command(debug)
        started = threading.Event()
        threading.Thread(target=self._run, args=(command, started), daemon=True).start()
        started.wait()
        self._wait_until_ready("our own build" if debug else "the shipped Xen")

    def _command(self, debug):
        files, xen = xendom0.files(), xenfiles.debug() if debug else xenfiles.stock()
        return ["qemu-system-x86_64", "-accel", "tcg", "-m", "1024", "-nodefaults", "-display", "none", "-no-reboot",
                "-nic", "none", "-machine", "pc", "-cpu", CPU,
                "-serial", f"file:{self.log}", "-device", "virtio-serial", "-chardev",
                f"socket,id=guest,path={self.console},server=on,wait=off", "-device", "virtconsole,chardev=guest",
                "-virtfs", f"local,path={self.share},mount_tag=host,security_model=none",
                "-kernel", str(xen), "-append", WORDS,
                "-initrd", f"{files / 'vmlinux'} console=hvc0 quiet,{files / 'initrd'}"]

    def _run(self, command, started):
        """A thread of its own: a process ends when the thread ends that started it."""
        with open(self.place / "errors", "w") as errors:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL,
                                            stdout=errors, stderr=errors, start_new_session=True)
        started.set()
        self.process.wait()

    def _wait_until_ready(self, name):
        begun = time.monotonic()
        while not (self.share / "ready").exists():
            SCREEN.live(f"  the first domain on {name}: {time.monotonic() - begun:.0f} s")
            late = time.monotonic() - begun > BOOT_SECONDS
            if late or not self.runs() or qemu.STOP.wait(0.1):
                told = self.log.read_text(errors="replace") if self.log.exists() else ""
                self.end()
                raise Trouble(f"the first domain on {name} " + ("did not come up" if late else "ended early") + "; last:\n"
                              + "\n".join([*told.splitlines()[-15:], (self.place / "errors").read_text()]))

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def reserve(self, scratch):
        """The directory of a new job, once the one before is over."""
        while True:
            with self.turn:
                if self.job is None or self._is_free():
                    self.number, self.scratch = self.number + 1, scratch
                    self.job = self.share / f"g{self.number}"
                    self.job.mkdir()
                    (self.job / "end").write_text(secrets.token_hex(8))
                    return self.job
            if qemu.STOP.wait(0.1):
                raise Trouble("stopped by the user")

    def _is_free(self):
        """The last job is over: its guest has gone, or nobody waits for it and it is made to go."""
        if (self.job / "done").exists() or self.scratch.exists():
            return (self.job / "done").exists() and not self.scratch.exists()
        if not (self.job / "began").exists():
            return True
        os.replace(_written(self.job / "ask.new", f"destroy {self.job.name}"), self.job / "ask")
        limit = time.monotonic() + END_SECONDS
        while not (self.job / "done").exists() and time.monotonic() < limit and self.runs():
            time.sleep(0.05)
        if not (self.job / "done").exists():
            self.end()
            raise Trouble(f"the first domain does not end its guest {self.job.name}")
        return True

    def end(self):
        if self.runs():
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.place, ignore_errors=True)


def _written(path, text):
    path.write_text(text)
    return path
