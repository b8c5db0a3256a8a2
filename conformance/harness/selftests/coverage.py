"""Ops and services without a case are told.

SPDX-License-Identifier: BSD-2-Clause
"""
import cover
from selftests.base import GOOD, console


def coverage(*texts, exempt=()):
    """The problems of a platform whose guests printed TEXTS; headers declare pv_time_ns."""
    table = cover.Coverage(services_of=lambda isa: {"pv_time_ns"}, exempt=exempt)
    for text in texts:
        table.add("x86_64-pc", "x86_64", console(text))
    return table.problems("x86_64-pc"), table.table()


def test_coverage_gap():
    covered = GOOD.replace(": mmu.map", ": mmu.map pv_time_ns")
    assert coverage(covered)[0] == []
    problems, table = coverage(GOOD, covered.replace("# op mmu.map", "# op mmu.map\n# op mmu.sync"))
    assert problems == ["no case passed for mmu.sync"]
    assert ["mmu.sync", "GAP"] in map(str.split, table) and ["mmu.map", "ul"] in map(str.split, table), table
    assert coverage(GOOD)[0] == ["no case passed for pv_time_ns"]
    assert coverage(GOOD, exempt=[["x86_64-*", "pv_time_*", "reason"]])[0] == []


def test_coverage_of_call_sites_in_every_mode():
    lines = ["# op isa.map", "# op t.now", "# covers a.map: isa.map", "# covers t.now: t.now pv_time_ns",
             "ok 1 - a.map [live]", "ok 2 - t.now [patched]"]
    assert coverage("\n".join(lines))[0] == ["no case passed for isa.map while patched"]


def test_coverage_counts_passed_cases_only():
    lines = ["# op t.now", "# covers t.x: t.now", "not ok 1 - t.x [live]",
             "# covers t.y: t.nought isa.other pv_time_ns", "ok 2 - t.y [live]"]
    assert coverage("\n".join(lines))[0] == ["no case passed for t.now",
                                             "t.y covers t.nought, which is neither an op nor in a header"]
    assert coverage("ok 1 - a.b [live]")[0] == ["the guest listed no op"]


def test_services_come_from_the_headers():
    names = cover.services("x86_64")
    assert {"pv_line_bind", "pv_time_ns", "pv_panic"} <= names and "pv_irq_enabled" not in names, names
