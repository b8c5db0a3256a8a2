"""What a hot op may cost on bare metal: at a patched site the instructions of hand-written assembly and at most one
filler NOP. Counted, not timed: the bench kernel under QEMU's instruction counter.

SPDX-License-Identifier: BSD-2-Clause
"""
import time

import bench
import platforms
import tap
from tools import Trouble, build, need


def cost():
    """A report with a case per platform and op."""
    started = time.monotonic()
    report = tap.Report()
    for name in bench.BENCHED:
        target = platforms.find(name)
        try:
            need(target.packages)
            build(target.platform.isa)
            rows = bench.measure(target)
        except Trouble as trouble:
            report.cases.append(tap.Case(f"cost.{name}", "", "fail", str(trouble)))
            continue
        report.cases += _cases(name, rows)
    report.seconds = time.monotonic() - started
    return report


def _cases(name, rows):
    counts = {(op, mode): (int(n), int(calls)) for op, mode, n, calls in rows}
    cases = []
    for op in dict.fromkeys(op for op, *_rest in rows):
        bare, patched = counts.get((op, "bare")), counts.get((op, "patched"))
        if bare is None or patched is None:
            cases.append(tap.Case(f"cost.{name}.{op}", "", "fail", "not measured both bare and patched"))
            continue
        good = bare[0] <= patched[0] <= bare[0] + 1 and patched[1] == 0
        why = "" if good else f"{patched[0]} instructions and {patched[1]} hypercalls; by hand {bare[0]}"
        cases.append(tap.Case(f"cost.{name}.{op}", "", "pass" if good else "fail", why))
    return cases
