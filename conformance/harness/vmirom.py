"""The VMI ROM's own tests: a guest that shares no code with libpv boots on it in each of the ROM's personalities, does
right, and does wrong so that each of the ROM's rules is seen to fire. QEMU's clock counts instructions here: what the
guest measures is the same in every run.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import tempfile
import time
from pathlib import Path

import image
import qemu
import tap
import vmilog
from tools import BUILD, SCREEN, build, need

GUEST = BUILD / "i386/conformance/firmware/vmirom/selftest/vmi_selftest"
QEMU = ["qemu-system-i386", "-accel", "tcg", "-m", "64", "-machine", "pc", "-display", "none", "-nic", "none", "-no-reboot",
        "-icount", "shift=1,sleep=off", *vmilog.QEMU]
SECONDS = 60

CASE = re.compile(r"(not )?ok \d+ - (\S+)$")
END = re.compile(r"# end (\d+) (\d+)$")

# run: (the guest's words, the ROM's words, what else QEMU gets)
RUNS = {
    "plain": ("header cpu", "", []),
    "none": ("header kinds=none", "kinds=none", []),
    "call": ("header cpu form=call", "form=call", []),
    "jump": ("header cpu form=jump", "form=jump", []),
    "mmu": ("mmu", "", []),
    "pae": ("mmu pae", "", []),
    "wrong-cpu": ("wrongcpu", "", []),
    "wrong-mmu": ("wrongmmu", "", []),
    "wrong-pae": ("wrongmmu pae", "", []),
    "nop": ("header cpu form=nop", "form=nop", []),
}


def vmirom():
    """A report with a case per run and case of the guest."""
    started, report = time.monotonic(), tap.Report()
    need(["qemu-system-x86"])
    build("i386")
    for name, (guest, rom, more) in RUNS.items():
        SCREEN.live(f"  vmirom: {name}")
        report.cases += _cases(name, _boot(guest, rom, more))
    report.seconds = time.monotonic() - started
    return report


def _boot(guest, rom, more):
    words = ["-fw_cfg", f"name=opt/org.libpv.vmi,string={rom}"] if rom else []
    with tempfile.TemporaryDirectory(prefix="pv-vmirom-") as scratch:
        path = Path(scratch, "vmi.rom")
        path.write_bytes(image.VMI_ROM.read_bytes())
        command = [*QEMU, *more, "-kernel", str(GUEST), "-append", guest, "-option-rom", str(path), *words]
        return qemu.run(command, SECONDS, last_line=END.match)


def _cases(name, run):
    """The guest's cases, and one for the run: it ended by itself, its count is right, the ROM said what was announced."""
    cases, context = [], []
    for line in run.lines:
        if match := CASE.match(line):
            result = "fail" if match[1] else "pass"
            cases.append(tap.Case(f"vmirom.{name}.{match[2]}", "", result, context=context if match[1] else []))
            context = []
        elif line.startswith("# "):
            context.append(line)
    said = [tuple(map(int, END.match(line).groups())) for line in run.lines if END.match(line)]
    counted = tuple(sum(c.result == result for c in cases) for result in ("pass", "fail"))
    bad = vmilog.problems(run)
    if said != [counted] or run.end != "exited" or run.status != 0:
        bad.insert(0, f"the guest said {said}, its lines {counted}; the run {run.end}, status {run.status}")
    last = tap.Case(f"vmirom.{name}.run", "", "fail" if bad else "pass", "; ".join(bad))
    last.context = tap.shown(run.lines[-20:], run) if bad else []
    return [*cases, last]
