"""What the harness's own tests share: consoles made up, and Python one-liners in QEMU's place.

SPDX-License-Identifier: BSD-2-Clause
"""
import sys
import time

import platforms
import qemu
import tap
import tools

NONCE = "f00d"
SKIPS = [["x86_64-*", "time.deadline", "no TSC deadline under TCG"]]
PLAIN = platforms.find("x86_64-pc")
GOOD = """\
# op mmu.map
# covers mmu.map_range: mmu.map
ok 1 - mmu.map_range [unpatched]
ok 2 - mmu.map_range [live]
ok 3 - time.deadline [live] # SKIP no TSC deadline
PV-VERDICT f00d 2 0 1
"""


def console(text, target=PLAIN, end="exited", status=0):
    """The report on a guest that printed TEXT."""
    run = qemu.Run()
    run.text, run.end, run.status, run.seconds = text, end, status, 1.0
    return tap.judge(run, NONCE, target, SKIPS)


def fake(program, timeout=10, options=(), **more):
    """Run a Python program in QEMU's place."""
    return qemu.run([sys.executable, "-c", "import sys, time\n" + program, *options], timeout,
                    last_line=tap.is_verdict(NONCE), **more)


def refused(report, word):
    """The report has one failure at least, and an error that says WORD."""
    assert report.counts[1] >= 1, report.counts
    said = " ".join(report.errors + [c.why for c in report.cases])
    assert word in said, said


def trouble(function, *args):
    """The text of the Trouble that FUNCTION must raise; empty when it does not."""
    try:
        function(*args)
    except tools.Trouble as text:
        return str(text)
    return ""
