"""Runs on a VMI ROM: its log, what they cost, what a bad one says, and what ring 1 does past it.

SPDX-License-Identifier: BSD-2-Clause
"""
import badrom
import cost
import platforms
import qemu
import tap
import vmirom
import vmicounts
import vmiwatch
from selftests.base import NONCE, SKIPS, fake, refused


def test_what_ring1_does_past_the_rom():
    def said(told, bad="", whole=True):
        return vmiwatch.judge(told, {("CS", "ask"): 1, ("POPF", "step"): 2}, bad, whole).why
    both = {0x10: ("CS", "ask"), 0x20: ("POPF", "step"), 0x24: ("POPF", "step")}
    assert said(both) == said({}, whole=False) == ""
    assert "CS in step at 0x30, 0 reviewed: make it a call" in said({**both, 0x30: ("CS", "step")})
    assert "POPF in step at 0x20, 0x24, 0x28, 2 reviewed" in said({**both, 0x28: ("POPF", "step")}, whole=False)
    assert "POPF in step is seen in 0 of 2 places" in said({0x10: ("CS", "ask")}) and "no end" in said(both, "no end")
    assert "POPF in step is seen in 1 of 2 places" in said({0x10: ("CS", "ask"), 0x20: ("POPF", "step")})
    assert "IRET" in vmiwatch.kinds() and vmiwatch.reviewed()["CS", "pv_vmi_start"] >= 1


def test_log_of_the_vmi_rom():
    text = "\n".join(["print('# vmi-complaint SetPxE: .*not allocated')", "%s", "print('ok 1 - pte.set [live]')", "%s",
                      "print('(VMI) count SetPxE 3')", "print('PV-VERDICT f00d 1 0 0')"])
    complaint, other = "print('(VMI) SetPxE: the page is not allocated (a')", "print('(VMI) SetCR3: b (c')"

    def on_vmi(in_case, behind=""):
        return tap.judge(fake(text % (in_case, behind)), NONCE, platforms.find("i386-vmi"), SKIPS)
    assert on_vmi(complaint).counts == (1, 0, 0)
    refused(on_vmi(""), "does not complain, in pte.set, of what was announced")
    refused(on_vmi(complaint + "; " + other), "complains, in pte.set: (VMI) SetCR3")
    refused(on_vmi(complaint, complaint), "the VMI ROM complains: (VMI) SetPxE")
    text = text.replace("print(", "print('# vmi-complaint SetPxE: the page'); print(", 1)
    assert on_vmi(complaint).counts == (1, 0, 0)
    text = text.replace("print(", "print('# vmi-complaint SetPxE: the page'); print(", 1)
    assert on_vmi(complaint + "; " + complaint).counts == (1, 0, 0)
    refused(on_vmi(complaint), "what was announced, 2 times: SetPxE: the page")


def _failed(kinds, changed):
    """The ops that cost what they should not, if the bench says CHANGED, {(op, mode): (instructions, hypercalls) or None}."""
    rows = {(op, "patched"): (7, 0) for op in [*cost.OVER_ROM, *cost.OVER_ROM_AT_MOST, *cost.NO_CALL]}
    native = [(op, mode, *map(str, counts)) for (op, mode), counts in rows.items()]
    for op, over in {**cost.OVER_ROM, **cost.OVER_ROM_AT_MOST}.items():
        if op in cost.NOTHING.get(kinds, []):
            rows[op, "patched"] = (3, 0)
        elif op not in cost.LEFT_TO_KERNEL[kinds]:
            rows |= {(op, "rom"): (500, 0), (op, "patched"): (500 + over, 0)}
    rows |= {(op, "patched"): (9, calls) for op, (_most, calls) in cost.UNDER_ROM[kinds].items()}
    rows |= changed
    rows = [(op, mode, *map(str, counts)) for (op, mode), counts in rows.items() if counts]
    target = platforms.find(f"i386-vmi{kinds}+quiet")
    judged = cost.judge_rom(target, rows, native)
    return [case.name.removeprefix(f"cost.{target.name}.") for case in judged if case.result != "pass"]


def test_cost_under_a_rom_is_exact():
    for kinds in cost.UNDER_ROM:
        assert not _failed(kinds, {}), (kinds, _failed(kinds, {}))
        for op, (_most, calls) in cost.UNDER_ROM[kinds].items():
            for other in (calls - 1, calls + 1):
                assert _failed(kinds, {(op, "patched"): (9, other)}) == [op], (kinds, op)
        for op in [*cost.OVER_ROM, *cost.NO_CALL]:
            for change in ({(op, "patched"): (501 + cost.OVER_ROM.get(op, 0), 0)}, {(op, "patched"): (6, 0)}):
                assert _failed(kinds, change) == [op], (kinds, op, change)
    # A call too many, or none where one is wanted; and a call where the ROM wants none.
    for kinds, op, counts in (("", "table.pte_set", (1000, 0)), ("", "table.pte_set", (8, 0)), ("", "isa.in8", None),
                              ("+nops", "table.pte_exchange", (640, 0)), ("+none", "io.port_delay", (3, 0)),
                              ("", "io.port_delay", (500, 0)), ("+calls", "io.port_delay", (3, 0))):
        assert _failed(kinds, {(op, "patched"): counts}) == [op], (kinds, op, counts)


def test_calls_of_the_rom_are_those_answered():
    def said(counts, suffixes, whole=True):
        return vmicounts.judge(counts, vmicounts.wanted(suffixes), whole).why
    for suffixes in ((), ("top",), ("calls",), ("nops",), ("none",), ("ring1", "top")):
        right = {name: 1 for name in vmicounts.wanted(suffixes)}
        assert not said(right, suffixes), (suffixes, said(right, suffixes))
        assert "SetCallbacks was called 2 times" in said({**right, "SetCallbacks": 2}, suffixes)
        assert "IRET was not called" in said({name: 1 for name in right if name != "IRET"}, suffixes)
        assert "not once" in said({**right, "VMI_Init": 2}, suffixes)
        assert not said({"VMI_Init": 1}, suffixes, whole=False)
    assert "AllocatePage was called" in said({**right, "AllocatePage": 1, "VMI_Init": 1}, ("nops",), whole=False)
    assert "SetCR3 was called" in said({"SetCR3": 1, "VMI_Init": 1}, ("none",), whole=False)
    executed = "".join(f"0x{0xc00ca000 + at:x}:  90  nop\n" for at in (0x80, 0x88, 0x100 + 8 * 33, 0x100 + 8 * 17 + 1))
    assert vmicounts.entered(executed, 0x100) == {"IRET", *vmicounts.FIXED}
    assert not vmicounts.entered(executed.replace("0xc00ca088", "0xc00ca086"), 0x100)


def test_bad_rom_is_heard():
    good, panic = qemu.Run(), qemu.Run()
    good.text = "started by pvh, backend vmi, x\nticks 3\nsites 4, 4 of them rewritten\n"
    panic.text = "panic: vmi: the ROM at 0xc8000: its answer for WBINVD is of an unknown kind, and it took ring 0 away\n"
    for run, judge, name in ((good, badrom.judge, "minor"), (panic, badrom.judge_ring1, "kind-one")):
        run.end = "exited"
        assert judge(run, name).result == "pass", judge(run, name).why
        run.log = [(1, "(VMI) SetCR3: this is no table (CR3 0x1000, from 0x101082)")]
        assert "SetCR3" in judge(run, name).why


def test_rules_of_the_rom():
    places = [("a.c", 3, 4, "no %s here"), ("a.c", 9, 9, "late"), ("b.c", 3, 3, "late")]
    table = [["a.c", "SetCR3,GetCR3", "no %s here"], ["a.c", "IRET", "late"], ["b.c", "ring0", "late"]]
    said = ["(VMI) SetCR3: no LDT here (CR3 0x1, from 0x2) [a.c:4]", "(VMI) GetCR3: no TSS here (CR3 0x1, from 0x2) [a.c:3]",
            "(VMI) IRET: late (from 0x2) [a.c:9]", "(VMI) ring 0: late (vector 1, from 0x2) [b.c:3]", "(VMI) count IRET 3"]
    assert not vmirom.rules_problems(places, table, said)
    for number in range(4):  # each place for each call
        assert vmirom.rules_problems(places, table, said[:number] + said[number + 1:]), number
    assert vmirom.rules_problems(places, table, [*said, "(VMI) Halt: late (from 0x2) [a.c:9]"])
    assert vmirom.rules_problems(places, table[:2], said) and vmirom.rules_problems(places[:2], table, said)
    sources = "".join(path.read_text() for path in vmirom.SOURCES.glob("*.c"))
    places = len(list(vmirom.places()))
    assert places == sources.count("complain(f") + sources.count("dead(t, ") > 70, places
