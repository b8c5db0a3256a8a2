"""Xen's log beside a guest's console, and Xen's own counts.

SPDX-License-Identifier: BSD-2-Clause
"""
import platforms
import tap
import xencount
from selftests.base import NONCE, SKIPS, fake, refused

XEN = """\
import sys
print("(XEN) any thing that is said while it starts\\n(XEN) Freed 708kB init memory")
print("# xen-complaint Bad type|not pinned")
%s
print("ok 1 - refusals.pin_twice [live]")
%s
print("PV-VERDICT f00d 1 0 0")
print("(XEN) Hardware Dom0 shutdown: rebooting machine")
"""


def on_xen(target, in_case="", behind=""):
    run = fake(XEN % (in_case, behind))
    return tap.judge(run, NONCE, platforms.find(target), SKIPS)


def test_log_of_xen():
    """Complaints come announced, announced complaints come; what is no complaint does no harm."""
    complaint = "print('(XEN) arch/x86/mm.c:3642:d7v0 mfn 3e401 not pinned')"
    other = complaint.replace("not pinned", "is bad")
    for name in ("x86_64-xen", "x86_64-xen+debug", "x86_64-xendomu+debug"):
        assert on_xen(name, complaint).counts == (1, 0, 0), name
        refused(on_xen(name, other), "Xen complains")
        refused(on_xen(name, complaint, other), "Xen complains: (XEN) arch")
    assert on_xen("x86_64-xen").counts == (1, 0, 0)
    refused(on_xen("x86_64-xen+debug"), "does not complain, in refusals.pin_twice")
    refused(on_xen("x86_64-xendomu+debug"), "does not complain")
    refused(on_xen("x86_64-xen+debug", behind=complaint), "Xen complains")
    assert on_xen("x86_64-xendomu+debug", behind=complaint).counts == (1, 0, 0)  # the order is not known


def test_log_of_a_xen_that_starts_twice():
    twice = XEN.replace('print("(XEN) Hardware', """print("(XEN) Hardware Dom0 shutdown: rebooting machine")
print("(XEN) any thing again\\\\n(XEN) Freed 708kB init memory")
%s
print("(XEN) Hardware""") % ("", "", "%s")
    for said, failed in (("", 0), ("print('(XEN) mm.c: bad')", 1)):
        report = tap.judge(fake(twice % said), NONCE, platforms.find("x86_64-xen"), SKIPS)
        assert report.counts[1] == failed, report


def test_log_is_parted_from_the_console():
    """Also where Xen's line begins behind an unfinished one of the guest's; a failure shows both."""
    run = fake("print('ok 1 - a(XEN) one\\n.b [live]\\n(XEN) two'); print('PV-VERDICT f00d 1 0 0')")
    assert run.text == "ok 1 - a.b [live]\nPV-VERDICT f00d 1 0 0\n" and run.log == [(0, "(XEN) one"), (1, "(XEN) two")]
    report = tap.judge(run, NONCE, platforms.find("x86_64-xen"), SKIPS)
    refused(report, "Xen complains")
    assert report.tail[-3:] == ["-- the hypervisor's log:", "(XEN) one", "(XEN) two"], report.tail


def test_counts_of_xen():
    """The trace of another domain does not count, nor what is outside of the fences."""
    def trace(*what):
        return "\n".join(f"   3.4477 x {line}" for line in what)
    fence, call = "d1v0 hypercall 1b (acm_op)", "d1v0 hypercall 20 (evtchn_op)"
    other, privileged = call.replace("d1", "d2"), "d1v0 emulate privop[ 801392d9 ffffffff ]"
    good = [call, privileged, fence, call, other, call, fence, call, privileged]
    assert xencount.judge_trace(trace(*good), 1, 2) == ([], [], ["2 (evtchn_op)"])
    for lines, counted in ((good, 3), (good[:6], 2), ([*good, "lost_records count 4"], 2), ([], 0)):
        assert xencount.judge_trace(trace(*lines), 1, counted)[0], lines
    assert xencount.judge_trace(trace(fence, privileged, fence), 1, 0)[1]
    many, entry = "d1v0 hypercall  d (multicall) 2 calls", "d1v0  hypercall 1a (mmuext_op) 1 ops"
    update = "1 (mmu_update) 9 updates"
    lists = [fence, many, entry, entry, many, f"d1v0  hypercall {update}", many, f"d1v0  hypercall {update} (preempted)", entry,
             many, entry, many.replace("2", "1"), f"d1v0  hypercall {update} (preempted)",
             many, entry, entry, many.replace("2", "1"), f"d1v0  hypercall {update} (preempted)",
             f"d1v0 hypercall {update}", f"d1v0 hypercall {update} (preempted)", fence]
    assert xencount.judge_trace(trace(*lists), 1, 5)[0] == [], xencount.judge_trace(trace(*lists), 1, 5)
    shown = ["(XEN) exceptions    TOTAL[    13]", "(XEN)    ARR12[    0]  ARR13[    0]  ARR14[   13]",
             "(XEN) writable pt emulations   TOTAL[   0]"]
    assert xencount.judge_counters(shown) == [] and xencount.judge_counters([]) and xencount.judge_counters(shown[2:])
    broken = ["(XEN) excep*** Serial input to DOM0 (type 'CTRL-a' three times to switch input)", "(XEN) tions    TOTAL[    13]"]
    assert xencount.judge_counters([*broken, *shown[1:]]) == []
    assert xencount.judge_counters([line.replace("ARR13[    0]", "ARR13[    2]") for line in shown])
    assert xencount.judge_counters([line.replace("[   0]", "[   1]") for line in shown])
