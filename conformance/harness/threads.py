"""The thread through every machine: the minimal example prints, rewrites its call sites and takes timer ticks on each
kind of machine that has a backend, also where the conformance suites do not run yet.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import tempfile
import time

import demo
import image
import platforms
import qemu
import tap
from tools import SCREEN, Trouble, build, kernel, need

# What the minimal example shows, by the lines it prints.
WORKED = {
    "console": r"^libpv \S+ on \S+",
    "patched": r"^sites +([1-9]\d*), \1 of them rewritten",
    "ticks": r"^ticks +[1-9]",
}

TARGETS = ["x86_64-pc", "x86_64-xen", "i386-pc", "i386-vmi", "x86_64-xenpvh", "x86_64-xendomu", "i386-xen",
           "i386-xen+debug", "i386-xenpvh", "sparc64-sun4u", "sparc64-sun4v",
           "sparc64-niagara"]


def threads():
    """A report with a case per platform and thing seen."""
    started = time.monotonic()
    report = tap.Report()
    for name in TARGETS:
        target = platforms.find(name)
        SCREEN.live(f"  threads: {name}")
        try:
            need(target.packages)
            build(target.platform.isa)
            worked, run = _boot(target)
        except Trouble as trouble:
            report.cases.append(tap.Case(f"threads.{name}", "", "fail", str(trouble)))
            continue
        for what, good in worked.items():
            case = tap.Case(f"threads.{name}.{what.replace(' ', '_')}", "", "pass" if good else "fail")
            if not good:
                case.context = tap.shown(run.lines[-20:], run)
            report.cases.append(case)
    report.seconds = time.monotonic() - started
    return report


def _boot(target):
    platform = target.platform
    with tempfile.TemporaryDirectory(prefix="pv-thread-") as scratch:
        command = image.command(target, kernel(platform.isa, "demo"), [], scratch)
        run = qemu.run(command, platform.timeout, dead=platform.dead)
    worked = demo.what_worked(target, run, WORKED)
    worked["backend"] = bool(re.search(rf"^started .*backend {target.platform.backend},", run.text, re.MULTILINE))
    return worked, run
