"""What ops may cost. On bare metal a hot op at a patched site is the instructions of hand-written assembly and at most one
filler NOP. Under Xen PV the gate is one access to shared memory or a call of a few instructions, and larger things take
few calls into the hypervisor. Counted, not timed: the bench kernel under QEMU's instruction counter.

SPDX-License-Identifier: BSD-2-Clause
"""
import time

import bench
import platforms
import tap
from tools import Trouble, build, need

# (instructions, hypercalls) at most, patched; None: no matter how many. A filler NOP is one of them.
UNDER_XEN = {
    "isa.irq_save": (3, 0),          # a constant that becomes the result, the access, a NOP
    "isa.irq_disable": (2, 0),
    "isa.irq_read": (2, 0),
    "isa.irq_enable": (6, 0),        # with the call and the return
    "isa.irq_restore": (7, 0),       # one of them loads the state
    "isa.irq_restore_open": (7, 0),
    "isa.cr2_read": (2, 0),
    "isa.counter": (4, 0),
    "thread.switch": (None, 1),
    "pages.map_1000": (None, 8),
    "pages.unmap_1000": (None, 8),
    "pages.clear_1000": (None, 8),
}


def cost():
    """A report with a case per platform and op."""
    started = time.monotonic()
    report = tap.Report()
    for name in bench.COSTED:
        target = platforms.find(name)
        try:
            need(target.packages)
            build(target.platform.isa)
            rows = bench.measure(target)
        except Trouble as trouble:
            report.cases.append(tap.Case(f"cost.{name}", "", "fail", str(trouble)))
            continue
        under_xen = target.platform.loader.startswith("xen")
        report.cases += _under_xen(name, rows) if under_xen else _on_bare_metal(name, rows)
    report.seconds = time.monotonic() - started
    return report


def _counts(rows):
    return {(op, mode): (int(n), int(calls)) for op, mode, n, calls in rows}


def _on_bare_metal(name, rows):
    counts, cases = _counts(rows), []
    for op in dict.fromkeys(op for op, *_rest in rows if op.startswith("isa.")):
        bare, patched = counts.get((op, "bare")), counts.get((op, "patched"))
        if bare is None or patched is None:
            cases.append(tap.Case(f"cost.{name}.{op}", "", "fail", "not measured both bare and patched"))
            continue
        good = bare[0] <= patched[0] <= bare[0] + 1 and patched[1] == 0
        why = "" if good else f"{patched[0]} instructions and {patched[1]} hypercalls; by hand {bare[0]}"
        cases.append(tap.Case(f"cost.{name}.{op}", "", "pass" if good else "fail", why))
    return cases


def _under_xen(name, rows):
    counts, cases = _counts(rows), []
    for op, (most, most_calls) in UNDER_XEN.items():
        instructions, calls = counts.get((op, "patched"), (None, None))
        good = instructions is not None and (most is None or instructions <= most) and calls <= most_calls
        why = "" if good else f"{instructions} instructions and {calls} hypercalls; at most {most} and {most_calls}"
        cases.append(tap.Case(f"cost.{name}.{op}", "", "pass" if good else "fail", why))
    return cases
