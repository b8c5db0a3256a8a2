"""The sun4v hypervisor's log, and the suite of its own guest.

SPDX-License-Identifier: BSD-2-Clause
"""
import qemu
import sun4vfw
import sun4vlog

GUEST = """\
# words: cpu
# sun4v-complaint CPU_STOP: EINVAL\\b
ok 1 - cpu.stop
# sun4v-says hello
hello
ok 2 - cpu.says
# called CPU_STOP
# end 2 0
"""
TOLD = "(sun4v) CPU_STOP: EINVAL, a cpu cannot stop itself (0x0, at 0x1)"


def ended(text, log, end="exited", status=0):
    run = qemu.Run()
    run.text, run.log, run.end, run.status, run.seconds = text, log, end, status, 1.0
    return run


def wrong(text=GUEST, log=((2, TOLD), (8, "(sun4v) exit 0")), **how):
    """What is wrong with a run of the self-test: nothing, or the why of its last case."""
    cases = sun4vfw._cases("cpu", sun4vfw.Start("cpu"), ended(text, list(log), **how))
    return cases[-1].why or "; ".join(c.name for c in cases if c.result == "fail")


def test_run_of_the_sun4v_self_test():
    assert wrong() == "", wrong()
    assert "does not complain" in wrong(log=())
    assert "complains" in wrong(log=((2, TOLD), (5, TOLD)))  # in another case
    assert "complains" in wrong(log=((2, TOLD), (2, "(sun4v) killed: TL above 2 (trap 0x180, TL 3, GL 0, at 0x1, cpu 0)")))
    assert "not there: hello" in wrong(GUEST.replace("\nhello", "\nhallo"))
    assert "its lines (1, 1)" in wrong(GUEST.replace("ok 2", "not ok 2"))
    assert "the guest said []" in wrong(GUEST.replace("# end 2 0\n", ""))
    assert "Bail out!" in wrong(GUEST + "Bail out! still there\n")
    assert "did not get its words" in wrong(GUEST.replace("words: cpu", "words: api"))
    assert "timeout" in wrong(end="timeout", status=None)
    assert "status 1" in wrong(status=1)


def test_log_of_the_sun4v_hypervisor():
    announced = "# sun4v-complaint exit 7$\nok 1 - a.b\n"
    assert sun4vlog.problems(ended("ok 1 - a.b\n", [(0, "(sun4v) exit 7"), (0, "(sun4v) reset")])) == []
    assert sun4vlog.problems(ended(announced, [(0, "(sun4v) exit 7")])) == []
    assert len(sun4vlog.problems(ended(announced, [(2, "(sun4v) exit 7")]))) == 1
    assert len(sun4vlog.problems(ended("", [(0, "(sun4v) fatal: x")] * 20))) == sun4vlog.SHOWN + 1


def test_texts_of_the_sun4v_hypervisor():
    calls, texts, tests = sun4vfw._calls(), sun4vfw._complaints(), sun4vfw._tests()
    assert {"boot.state", "ldc.copy", "wrongtl.ta"} <= tests and len(tests) > 150, tests
    assert sun4vfw._every_case({"a.b"}, {"a.b", "a.c"}).result == "pass"
    assert "a.b" in sun4vfw._every_case({"a.b"}, {"a.bc"}).why and sun4vfw._every_case(set(), {"a.b"}).result == "fail"
    assert {"MACH_EXIT", "MMU_MAP_ADDR", "LDC_COPY", "API_EXIT"} <= calls and len(calls) > 60, calls
    assert {"TL above 2", "no such cpu", "words: '%s' is not understood"} <= texts and len(texts) > 80, texts
    assert sun4vfw._every("text", {"line %d of %s"}, {"(sun4v) line 12 of it"}).result == "pass"
    assert sun4vfw._every("text", {"line %d of %s"}, {"(sun4v) line x of it"}).result == "fail"
    assert sun4vfw._every("text", set(), {"x"}).result == "fail"
