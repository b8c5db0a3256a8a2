"""What counts as a killed mutant, and what of it is told.

SPDX-License-Identifier: BSD-2-Clause
"""
import contextlib
import io
import sys
import tempfile
import time
from pathlib import Path

import tools
from selftests.base import fake

sys.path.append(str(tools.TOP / "conformance/mutants"))

import changed  # noqa: E402
import host  # noqa: E402
import patched  # noqa: E402
import work  # noqa: E402

DIED = ([], "died", [], ["the last line"])


def _of_program(script, hangs=False):
    """What is said of a mutant whose host test is that shell script."""
    with tempfile.TemporaryDirectory() as scratch:
        program = Path(scratch, "test")
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(0o755)
        return host._verdict(host._first_failure(program, "a_case"), hangs)


def test_host_mutants_are_killed_by_a_case():
    killed = "echo 'ok 1 - x_test.c:x:good: Passed'; echo 'not ok 2 - ../x_test.c:x:{}: Assertion failed'; sleep 60"
    assert _of_program(killed.format("first")) == work.Verdict(by="first")
    assert _of_program("echo 'ok 1 - x_test.c:x:good: Passed'").why == "survived"
    assert _of_program("").why == "no case is called a_case"
    assert "status 3, but no case failed" in _of_program("echo 'ok 1 - x_test.c:x:good: Passed'; exit 3").why


def test_host_mutants_that_hang_are_declared():
    late = "echo 'not ok 1 - x_test.c:x:slow: (after this point) Test timeout expired'; exit 1"
    assert _of_program(late).why == "hangs in slow, and is not said to"
    assert _of_program(late, host.HANGS) == work.Verdict(by="slow")
    kept, host.SECONDS = host.SECONDS, 0.3
    try:
        assert _of_program("exec sleep 60", host.HANGS).why == "did not end in 0.3 s"
    finally:
        host.SECONDS = kept


def test_host_tests_fail_unchanged():
    assert host._none(("", "", "")).why == ""
    assert host._none(("case", "Assertion failed", "")).why == "fails: case: Assertion failed"
    assert host._none(("", "", "ended with status 1, but no case failed")).why.startswith("ended with status 1")


def test_line_mutants_that_die_are_declared():
    def of(outcome, *row):
        kept = patched._boot, patched._program
        patched._boot = lambda *_args: outcome
        patched._program = lambda _isa: type("", (), {"build": lambda *_args: ("program", "")})
        try:
            target = type("", (), {"platform": type("", (), {"isa": "sparc64"})})
            return patched._try(target, "COPYING", "COPYING", ("Copyright", "copyright", "a.*", *row))
        finally:
            patched._boot, patched._program = kept
    with open(tools.TOP / "COPYING") as file:
        assert file.read().count("Copyright") == 1
    assert of(DIED).why == "died, but no case failed" and of(DIED).context == ["the last line"]
    assert of(DIED, patched.lines.DIES) == work.Verdict(by="died in a.*")
    assert of((["a.b", "a.c"], "verdict", ["a.b", "a.c"], [])) == work.Verdict(by="a.b")
    assert of(([], "verdict", ["a.b"], []), patched.lines.DIES).why == "survived"
    assert of(([], "verdict", [], [])).why == "no case is called a.*"
    assert of(([], "never began", [], []), patched.lines.DIES).why == "did not start"


def test_line_that_is_not_there_once():
    assert changed.replaced("COPYING", "no such words", "")[1] == "stands 0 times in COPYING, not once: no such words"
    assert changed.replaced("COPYING", "e", "")[0] is None
    text, why = changed.replaced("COPYING", "Copyright", "left")
    assert text.count("left") == 1 and "Copyright" not in text and why == ""


def test_what_mutants_say():
    said = io.StringIO()

    def trouble():
        raise tools.Trouble("no emulator")

    def after(words, verdict):
        """It ends when that was said, whatever the host does meanwhile."""
        until = time.monotonic() + 60
        while words not in said.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
        return verdict
    lives = work.Verdict("survived", context=["its", "console"])
    jobs = [work.Job("a.killed", lambda: work.Verdict(by="some.case")),
            work.Job("a.lives", lambda: after("now a.lives", lives)),
            work.Job("a.none", lambda: after("a.lives survived", work.Verdict())), work.Job("a.stuck", trouble)]
    kept, work.QUIET = work.QUIET, 0.1
    try:
        with contextlib.redirect_stdout(said):
            tap = work.Tap()
            work.run(jobs, tap.say)
    finally:
        work.QUIET = kept
    lines = said.getvalue().splitlines()
    assert lines[0] == "ok 1 - a.killed # some.case" and tap.number == 4 and tap.failed == 2
    assert any(line.endswith(" of 4, now a.lives and a.none") or line.endswith(" of 4, now a.lives") for line in lines)
    at = next(at for at, line in enumerate(lines) if "a.lives survived" in line)
    assert lines[at].startswith("not ok") and lines[at + 1:at + 3] == ["# its", "# console"]
    assert any(line.startswith("not ok") and line.endswith("a.stuck no emulator") for line in lines)
    assert any(line.startswith("ok") and line.endswith("a.none") for line in lines)


def test_silence_while_working_is_ended():
    """By what it worked: one that waits is quiet for longer, and may be."""
    run = fake("print('ok 1 - a.b [live]', flush=True)\nwhile True: pass", timeout=60, busy=0.5)
    assert run.end == "silent", run.end
    run = fake("print('ok 1 - a.b [live]', flush=True); time.sleep(2)", busy=0.5)
    assert run.end == "exited", run.end
    run = fake("while time.process_time() < 2: time.process_time() % 0.1 < 0.01 and print('.', flush=True)", timeout=60,
               busy=1)
    assert run.end == "exited", run.end
