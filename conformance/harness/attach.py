"""examples/attach on several platforms: a kernel with entry code, descriptor tables and page tables of its own, attached
to the library in several ways, and what must become of it when it does something wrong: a message that names the thing,
a failing verdict, and an end that comes by itself.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import secrets
import subprocess
import tempfile
import time

import image
import platforms
import qemu
import tap
from tools import BUILD, SCREEN, Trouble, build, kernel, need

# Ways to attach: every check of the kernel must pass. examples/attach/main.c explains the words of its command line.
GOOD = {
    "plain": "",
    "nopatch": "pv=nopatch",
    "count": "pv=count",
    "cpu-only": "families=cpu",
    "all-families": "families=cpu,traps,mmu,time,lines",
    "traps": "families=cpu,traps",
    "clock-only": "families=cpu,time",
    "lines-only": "families=cpu,lines",
    "no-direct-map": "without=phys_to_virt",
    "no-log": "without=log",
    "no-panic": "without=panic",
    "vmi-nopatch": "families=cpu,traps,mmu,time,lines pv=nopatch",
    "vmi-no-direct-map": "families=cpu,traps,mmu,time,lines without=phys_to_virt",
}

# What must be refused, and what the console must say then.
BAD = {
    "no-cpu-family": ("families=traps,mmu,time,lines", r"backend '@BACKEND@' cannot do without: CPU\."),
    "no-families": ("families=none", r"backend '@BACKEND@' cannot do without: CPU"),
    "without-cpu": ("families=traps,mmu,time,lines", r"backend 'xen' cannot do without: CPU\. Hand"),
    "without-traps": ("families=cpu,mmu,time,lines", r"backend 'xen' cannot do without: TRAPS\. Hand"),
    "without-mmu": ("families=cpu,traps,time,lines", r"backend 'xen' cannot do without: MMU\. Hand"),
    "without-time": ("families=cpu,traps,mmu,lines", r"backend 'xen' cannot do without: TIME\. Hand"),
    "without-lines": ("families=cpu,traps,mmu,time", r"backend 'xen' cannot do without: LINES\. Hand"),
    "cpu-alone": ("families=cpu", r"backend 'xen' cannot do without: TRAPS MMU TIME LINES\. Hand"),
    "vmi-too-few": ("", r"backend 'vmi' cannot do without: TRAPS\. Hand"),
    "unknown-backend": ("pv=nosuch", r"pv=nosuch: no such backend or word\. This image has: .*native"),
    "foreign-backend": ("pv=@FOREIGN@", r"pv=@FOREIGN@ cannot run here: \w"),
    "damaged-site": ("corrupt=site", r"call site of isa\.fpu_set at 0x[0-9a-f]+ holds unexpected bytes"),
    "no-record": ("without=record", r"the per-CPU register leads to no struct pv_cpu"),
    "nobody-counts": ("counted=yes", r"not ok \d+ - counted\.from_here"),
    "no-memory-map": ("without=map", r"without a memory map|no memory map|no usable page of memory"),
}
BAD |= {f"no-{hook}": (f"without={hook}", rf"hook '{hook}' is missing") for hook in
        ("page_alloc", "page_free", "pages_alloc", "pages_free", "map_frame", "unmap_frame", "virt_to_phys",
         "va_alloc", "va_free", "va_map", "va_unmap")}

# Which runs where: QEMU's own loader is quick, so it takes all that bare metal has.
TOO_FEW = [name for name, (_words, message) in BAD.items() if "'xen'" in message]
ALL_OF_A_PC = [name for name in [*GOOD, *BAD] if name not in TOO_FEW and not name.startswith("vmi-")]
XEN = ["plain", "nopatch", "count", "no-log", "no-panic", *TOO_FEW, "no-families", "unknown-backend", "foreign-backend",
       "damaged-site", "no-record", *(name for name in BAD if name.startswith("no-va_")), "no-virt_to_phys"]
# A ROM's kernel leaves traps to the library, too; without a word of its own it gives too little, and is told so.
VMI = ["all-families", "vmi-nopatch", "vmi-too-few", "unknown-backend"]
RUNS = {
    "x86_64-pc": ALL_OF_A_PC,
    "i386-pc": ALL_OF_A_PC,
    "x86_64-grub": ["plain", "no-memory-map"],
    "i386-grub": ["plain", "no-memory-map"],
    "x86_64-xen": XEN,
    "x86_64-xen+debug": ["plain", "nopatch"],
    "i386-xen+debug": XEN,
    "i386-xen": ["plain", "nopatch", *TOO_FEW, "no-families"],
    "i386-vmi": VMI,
    # No linear mapping tells its ROM where entries are, of which one that watches would complain.
    "i386-vmi+quiet": ["vmi-no-direct-map"],
}
# The same mistakes with the library's own entry code (the minimal example): it has nobody to go back to and stops.
STOPS = ["unknown-backend", "foreign-backend"]
STOPPED = r"pv: panic: no backend could be started"

# By which Xen and PVH loaders enter the kernel.
ENTRIES = {"x86_64": ["start_pvh", "start_xen"], "i386": ["start_pvh", "start_xen"]}

KERNEL = "examples/attach/attach"
LEAST = 60  # checks that the shortest good run makes


def attach():
    """A report with the kernel's own cases from each plain run, and one case for each of the others."""
    started = time.monotonic()
    report = tap.Report()
    for platform, runs in RUNS.items():
        target = platforms.find(platform)
        try:
            need(target.packages)
            build(target.platform.isa, KERNEL, "examples/minimal/minimal")
        except Trouble as trouble:
            report.cases.append(tap.Case(f"attach.{platform}", "", "fail", str(trouble)))
            continue
        if target.platform.loader == "qemu_pvh":
            report.cases.append(_notes(target.platform.isa))
        for name in runs:
            SCREEN.live(f"  attach: {platform} {name}")
            report.cases += (_good if name in GOOD else _bad)(target, name)
        if "unknown-backend" in runs:
            report.cases += [_stops(target, name) for name in STOPS]
    report.seconds = time.monotonic() - started
    return report


def _notes(isa):
    """The kernel's own notes, by which Xen and PVH loaders enter it, and none of libpv's."""
    kernel = BUILD / isa / KERNEL
    found = _tool("readelf", "-nW", kernel, pattern=r"^ +Xen +\S+\t.*description data: (.*?) *$")
    values = [int.from_bytes(bytes.fromhex(text), "little") for text in found]
    symbols = {name: int(value, 16) for value, name in _tool("nm", kernel, pattern=r"^(\w+) \w (\w+)$")}
    entries = [symbols.get(name) for name in ("start_pvh", "start_xen") if name in symbols]
    good = len(entries) == len(ENTRIES[isa]) and all(values.count(v) == 1 for v in entries) and \
        symbols.get("pv_xen_entry") not in values
    return tap.Case(f"attach.{isa}.notes", "", "pass" if good else "fail",
                    "" if good else "not its own entries alone: discard .note.Xen in link.ld", found)


def _tool(*words, pattern):
    return re.findall(pattern, subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout,
                      re.MULTILINE)


def _boot(target, words):
    nonce = secrets.token_hex(8)
    isa = target.platform.isa
    with tempfile.TemporaryDirectory(prefix="pv-attach-") as scratch:
        command = image.command(target, BUILD / isa / KERNEL,
                                [f"verdict={nonce}", *words.split()], scratch)
        run = qemu.run(command, target.platform.timeout, last_line=tap.is_verdict(nonce))
    return run, tap.judge(run, nonce, target, [])


def _wanted(target, name):
    """The words and the message of a mistake."""
    platform = target.platform
    return (text.replace("@FOREIGN@", platform.foreign).replace("@BACKEND@", platform.backend) for text in BAD[name])


def _good(target, name):
    run, report = _boot(target, GOOD[name])
    prefix = f"attach.{target.name}.{name}"
    bad = [tap.Case(f"{prefix}.{c.name}", c.mode, c.result, c.why, c.context)
           for c in report.cases if c.result != "pass"]
    if report.errors:
        bad.append(tap.Case(prefix, "", "fail", "; ".join(report.errors), tap.shown(run.lines[-20:], run)))
    elif len(report.cases) < LEAST:
        bad.append(tap.Case(prefix, "", "fail", f"only {len(report.cases)} checks were made", run.lines[-20:]))
    good = [tap.Case(f"{prefix}.{c.name}", c.mode, "pass") for c in report.cases if c.result == "pass"]
    if name != "plain":
        good = [] if bad else [tap.Case(prefix, "", "pass")]
    return good + bad


def _bad(target, name):
    words, message = _wanted(target, name)
    run, report = _boot(target, words)
    problems = list(report.errors)
    if not re.search(message, run.text):
        problems.append(f"the console does not say /{message}/")
    if not any(c.result == "fail" for c in report.cases):
        problems.append("the verdict is good")
    if any(c.name == "traps.unexpected" for c in report.cases):
        problems.append("it trapped")
    case = tap.Case(f"attach.{target.name}.{name}", "", "fail" if problems else "pass", "; ".join(problems))
    if problems:
        case.context = tap.shown(run.lines[-20:], run)
    return [case]


def _stops(target, name):
    words, message = _wanted(target, name)
    with tempfile.TemporaryDirectory(prefix="pv-attach-") as scratch:
        command = image.command(target, kernel(target.platform.isa, "demo"), words.split(), scratch)
        run = qemu.run(command, target.platform.timeout, dead=STOPPED)
    good = run.end == "dead" and re.search(message, run.text)
    return tap.Case(f"attach.entry.{target.name}.{name}", "", "pass" if good else "fail",
                    "" if good else f"ended: {run.end}; wanted: /{message}/", [] if good else run.lines[-20:])
