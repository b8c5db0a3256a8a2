"""What a guest prints: a run is good only if each line can be read and the verdict agrees with them.

SPDX-License-Identifier: BSD-2-Clause
"""
import tempfile
import time
from pathlib import Path

import platforms
import tap
from selftests.base import NONCE, SKIPS, PLAIN, GOOD, console, fake, refused, trouble


def test_good_run():
    report = console(GOOD)
    assert report.counts == (2, 0, 1) and not report.errors, report


def test_escape_sequences_and_carriage_returns():
    run = fake(f"print('\\x1b[2J\\x1b[01;01Hok 1 - a.b [live]\\r\\nPV-VERDICT {NONCE} 1 0 0\\r')")
    assert tap.judge(run, NONCE, PLAIN, SKIPS).counts == (1, 0, 0), run.text


def test_no_verdict():
    refused(console(GOOD.replace("PV-VERDICT", "# no verdict")), "did not end with its signed verdict")


def test_silence():
    refused(console(""), "did not end with its signed verdict")


def test_foreign_nonce():
    refused(console(GOOD.replace(NONCE, "beef")), "foreign nonce")


def test_counts_that_differ():
    for counts in ("3 0 1", "2 1 1", "2 0 0", "1 0 2"):
        refused(console(GOOD.replace("2 0 1", counts)), "the lines say 2/0/1")


def test_nothing_ran():
    refused(console(f"PV-VERDICT {NONCE} 0 0 0\n"), "no case ran")


def test_not_ok_shows_why_and_context():
    report = console("pv: still mapped\nnot ok 1 - mmu.unmap [live] # read 1, not 0\n"
                     f"PV-VERDICT {NONCE} 0 1 0\n")
    assert report.counts == (0, 1, 0) and not report.errors
    assert report.cases[0].why == "read 1, not 0" and report.cases[0].context == ["pv: still mapped"]


def test_skip_that_is_not_listed():
    refused(console(GOOD.replace("time.deadline", "time.wall")), "not in conformance/skips.txt")
    refused(console(GOOD, platforms.find("i386-pc")), "not in conformance/skips.txt")


def test_line_that_cannot_be_read():
    for line in ("ok 4 - nofamily [live]", "ok 4 mmu.x [live]", "not ok 4 -", "ok 4 - mmu.x"):
        refused(console(GOOD.replace("PV-VERDICT", line + "\nPV-VERDICT")), "cannot be read")


def test_unknown_mode_and_repeated_case():
    refused(console(GOOD.replace("[unpatched]", "[upside]")), "unknown mode")
    refused(console(GOOD.replace("[unpatched]", "[live]")), "reported twice")


def test_case_after_the_verdict():
    refused(console(GOOD + "ok 4 - late.case [live]\n"), "after the verdict")


def test_screen_run():
    target = platforms.find("x86_64-pc+noserial")
    report = console(f"ok 9 - a.b [live]\nPV-VERDICT {NONCE} 9 0 0", target)
    assert report.counts == (9, 0, 0) and not report.errors, report
    refused(console(f"ok 9 - a.b [live]\nPV-VERDICT {NONCE} 8 1 0", target), "scrolled off")
    refused(console(f"ok 9 - a.b [live]\nPV-VERDICT {NONCE} 8 0 1", target), "not in conformance/skips.txt")
    refused(console("ok 9 - a.b [live]", target), "verdict")


def test_skip_table_is_well_formed():
    tap.read_skips()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("x86_64-* time.deadline\n")
        file.flush()
        assert "expected: platform name reason" in trouble(tap.read_table, Path(file.name))
