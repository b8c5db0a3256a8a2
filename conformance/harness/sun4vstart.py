"""How the minimal example starts under our sun4v hypervisor: raw at real addresses of all sorts, with calls refused, with bad
machine descriptions. It says what is wrong, by the name of the thing, and goes on where it can. An image whose data lie in the
page of its text says so on sun4u, too.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import re
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import qemu
import sun4vboot
import sun4vlog
import tap
from tools import BUILD, SCREEN, Trouble, build, kernel, need, sha256

SECONDS = 20
ONE_PAGE = BUILD / "sparc64/conformance/guest/one_page"
DESCRIPTION_AT = 0x3100000
END = re.compile(r"\(sun4v\) (exit|killed)|EXIT$")  # OpenBIOS says the last

WORKED = {"console": r"^libpv \S+ on sparc64", "backend": r"^started +by sun4v.*, backend sun4v,", "ticks": r"^ticks +[1-9]",
          "end": r"^\(sun4v\) exit 0$"}
TOLD = {"rate": r"^clock +stick, 100000000 Hz by firmware"}
UNTOLD = {"rate": r"nobody says how fast %stick runs: 100000000 Hz are assumed"}

# Raw images: machine, real address. Both ends of the low memory, above the hypervisor, between the marks of 4 MiB, where moving
# by less than the mover's own size would be needed.
RAW = [("sun4v", 0x400000), ("sun4v", 0x404000), ("sun4v", 0x413F00), ("sun4v", 0x5FF008), ("sun4v", 0x1000000),
       ("sun4v", 0x4000000), ("niagara", 0x400000), ("niagara", 0x80000000), ("niagara", 0x80000020), ("niagara", 0x80500000)]

# No 4 MiB are left behind it: it says so and ends.
CROWDED = [("sun4v", 0x1F80000), ("niagara", 0x1FA0000)]

# What is refused, and what the kernel says of it. None of these starts.
FATAL = {
    "MMU_FAULT_AREA_CONF:1": r"libpv: this hypervisor refuses MMU_FAULT_AREA_CONF with error 11: ",
    "MMU_MAP_PERM_ADDR:1:15": r"libpv: this hypervisor refuses MMU_MAP_PERM_ADDR of the text with error 15: ",
    "MMU_MAP_PERM_ADDR:2:15": r"libpv: this hypervisor refuses MMU_MAP_PERM_ADDR of the data with error 15: ",
    "MMU_ENABLE:1:6": r"libpv: this hypervisor refuses MMU_ENABLE with error 6: ",
    "MMU_TSB_CTX0:1:5": r"pv: refused before: mmu\.init: MMU_TSB_CTX0\(.*\) = 5 EBADTSB",
    "CPU_QCONF:1:2": r"pv: refused before: line\.init: CPU_QCONF\(0x3c\) = 2 ENORADDR",
    "CPU_QCONF:2:8": r"pv: refused before: line\.init: CPU_QCONF\(0x3d\) = 8 EBADALIGN",
}
# And with these it does, with less.
LESS = {
    "MACH_DESC:1": r"sun4v: the machine description: MACH_DESC says EIO and a size of 0",
    "MACH_DESC:2:2": r"sun4v: the machine description: MACH_DESC says ENORADDR",
}

# Machine descriptions: what is wrong, as the kernel says it.
BAD = {
    "root": "its first element is not a node",
    "circle": "its chain of nodes does not come to an end",
    "empty": r"it has no mblock: %i0 and %i1 tell of memory",
    "slow": r"says that %stick runs at 1 Hz, which cannot be: 100000000 Hz are assumed",
    "fast": r"says that %stick runs at 18446744073709551615 Hz, which cannot be: 100000000 Hz are assumed",
}
RATES = {"slow": 1, "fast": 0xFFFFFFFFFFFFFFFF}


def sun4vstart():
    """A report with a case per start."""
    started, report = time.monotonic(), tap.Report()
    try:
        need(["qemu-system-sparc"])
        build("sparc64")
        cases = [*(("raw", raw) for raw in RAW), *(("crowded", raw) for raw in CROWDED),
                 *(("refused", word) for word in [*FATAL, *LESS]),
                 *(("description", name) for name in BAD), ("layout", "sun4v"), ("layout", "sun4u")]
        with tempfile.TemporaryDirectory(prefix="pv-sun4vstart-") as scratch:
            raw = _raw(Path(scratch))
            report.notes.append(f"SHA-256 of the ELF file {sha256(kernel('sparc64', 'demo'))}, raw {sha256(raw)}")
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                report.cases += pool.map(lambda case: _case(raw, *case), cases)
    except Trouble as trouble:
        report.cases.append(tap.Case("sun4vstart", "", "fail", str(trouble)))
    report.seconds = time.monotonic() - started
    return report


def _raw(scratch):
    path = scratch / "raw"
    subprocess.run(["sparc64-linux-gnu-objcopy", "-O", "binary", kernel("sparc64", "demo"), path], check=True)
    return path


def _case(raw, kind, what):
    name = f"{what[0]}_{what[1]:#x}" if isinstance(what, tuple) else re.sub(r"\W", "_", what)
    SCREEN.live(f"  sun4vstart: {kind} {name}")
    with tempfile.TemporaryDirectory(prefix="pv-sun4vstart-") as scratch:
        run = qemu.run(_command(raw, kind, what, Path(scratch)), SECONDS, last_line=END.match)
    text = "\n".join([run.text, *(said for _at, said in run.log)])
    missing = [label for label, pattern in _wanted(kind, what).items() if not re.search(pattern, text, re.MULTILINE)]
    missing += sun4vlog.problems(run)
    return tap.Case(f"sun4vstart.{kind}.{name}", "", "fail" if missing else "pass",
                    "not seen: " + "; ".join(missing) if missing else "", run.lines[-20:] if missing else [])


def _wanted(kind, what):
    """Patterns of what must be said."""
    if kind == "raw":
        return {**WORKED, **TOLD, "args": r'^args +"raw form"'}
    if kind == "crowded":
        return {"reason": r"libpv: from its real address the image cannot move", "end": r"^\(sun4v\) exit 1$"}
    if kind == "layout":
        return {"reason": r"^libpv: what is written must be linked 4 MiB above", "end": END.pattern}
    if kind == "description":
        return {**WORKED, **({} if what in RATES else UNTOLD), "reason": BAD[what]}
    if what in FATAL:
        return {"reason": FATAL[what], "end": r"^\(sun4v\) exit 1$"}
    return {**WORKED, **UNTOLD, "reason": LESS[what]}


def _command(raw, kind, what, scratch):
    if what == "sun4u":
        return ["qemu-system-sparc64", "-accel", "tcg", "-M", "sun4u", "-m", "256", "-display", "none", "-no-reboot",
                "-vga", "none", "-nic", "none", "-kernel", str(ONE_PAGE)]
    machine, base = what if isinstance(what, tuple) else ("sun4v", 0)
    lines = [f"raw={base:#x}", "args raw form"] if base else [f"refuse={what}"] if kind == "refused" else []
    command = ["qemu-system-sparc64", "-accel", "tcg", "-M", machine, "-m", "256", "-display", "none", "-no-reboot",
               *sun4vboot.words_file(lines, scratch)]
    if machine == "niagara":
        command += ["-L", str(sun4vboot.FIRMWARE / "niagara")]
    else:
        command += ["-vga", "none", "-nic", "none", "-bios", str(sun4vboot.FIRMWARE / "sun4v.bin"), *sun4vlog.QEMU]
    if base:
        return [*command, "-device", f"loader,file={raw},addr={base:#x},force-raw=on",
                *sun4vboot.junk_behind(raw, base, scratch)]
    if kind == "description":
        path = scratch / "description"
        path.write_bytes(_description(what))
        command += ["-device", f"loader,file={path},addr={DESCRIPTION_AT:#x},force-raw=on"]
    image = ONE_PAGE if kind == "layout" else kernel("sparc64", "demo")
    return [*command, "-kernel", str(image)]


def _description(name):
    """A small machine description: a root without anything in it, and what is wrong with it."""
    if rate := RATES.get(name):
        return _with_rate(rate)
    node, end, stop = (_element("N", 2), _element("E", 0), _element("", 0))
    if name == "root":
        node = _element("v", 2)
    if name == "circle":
        node = _element("N", 0)
    return _whole(node + end + stop, b"root\0")


def _with_rate(hz):
    """A root, and a CPU, the first, with this clock-frequency."""
    names = b"root\0cpu\0id\0clock-frequency\0"
    return _whole(_element("N", 2) + _element("E", 0) + _element("N", 6, names, "cpu") + _element("v", 0, names, "id") +
                  _element("v", hz, names, "clock-frequency") + _element("E", 0) + _element("", 0), names)


def _whole(elements, names):
    return struct.pack(">IIII", 0x10000, len(elements), len(names), 0) + elements + names


def _element(tag, value, names=b"root\0", name="root"):
    return struct.pack(">BBHIQ", ord(tag) if tag else 0, len(name), 0, names.index(name.encode() + b"\0"), value)
