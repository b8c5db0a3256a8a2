"""The harness tested: it must be seen to fail whenever a guest does not end well. Prints TAP.
The guests here are Python one-liners in QEMU's place, or consoles made up.

SPDX-License-Identifier: BSD-2-Clause
"""
import dataclasses
import io
import sys
import tempfile
import time
import traceback
from pathlib import Path

import bench
import cost
import cover
import debian
import demo
import hobby
import hobby_lines
import image
import newqemu
import platforms
import qemu
import readme
import suite
import sun4vboot
import tap
import terminal
import threads
import tools
import xenboot
import xencount
from selftest_sun4v import test_log_of_the_sun4v_hypervisor, test_run_of_the_sun4v_self_test, test_texts_of_the_sun4v_hypervisor
from selftest_vmi import test_bad_rom_is_heard, test_cost_under_a_rom_is_exact

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


def fake(program, timeout=10, **more):
    """Run a Python program in QEMU's place."""
    return qemu.run([sys.executable, "-c", "import sys, time\n" + program], timeout,
                    last_line=tap.is_verdict(NONCE), **more)


def refused(report, word):
    """The report has one failure at least, and an error that says WORD."""
    assert report.counts[1] >= 1, report.counts
    said = " ".join(report.errors + [c.why for c in report.cases])
    assert word in said, said


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


def test_hang_is_ended_in_time():
    started = time.monotonic()
    run = fake("print('ok 1 - a.b [live]', flush=True); time.sleep(60)", timeout=1)
    assert run.end == "timeout" and time.monotonic() - started < 5, run.end
    refused(tap.judge(run, NONCE, PLAIN, SKIPS), "no end after")


def test_silence_is_ended_early():
    started = time.monotonic()
    run = fake("print('ok 1 - a.b [live]', flush=True); time.sleep(60)", silence=0.5)
    assert run.end == "silent" and time.monotonic() - started < 5, run.end
    refused(tap.judge(run, NONCE, PLAIN, SKIPS), "silent for too long")


def test_closed_console_that_lives_on():
    run = fake("import os; os.close(1); time.sleep(60)", timeout=1)
    refused(tap.judge(run, NONCE, PLAIN, SKIPS), "verdict")
    assert run.status != 0


def test_crash_of_qemu():
    run = fake("sys.stdout.write('ok 1 - a.b [live]'); sys.stderr.write('qemu: fatal: trap'); sys.exit(3)")
    report = tap.judge(run, NONCE, PLAIN, SKIPS)
    refused(report, "status 3")
    assert "QEMU: qemu: fatal: trap" in report.tail


def test_crash_after_the_verdict():
    refused(console(GOOD, status=-6), "status -6")


def test_no_power_off():
    text = f"print('ok 1 - a.b [live]\\nPV-VERDICT {NONCE} 1 0 0', flush=True); time.sleep(60)"
    run = fake(text, grace=0.5)
    refused(tap.judge(run, NONCE, PLAIN, SKIPS), "did not power off")
    assert tap.judge(run, NONCE, platforms.find("x86_64-pc+noacpi"), SKIPS).counts == (1, 0, 0)


def test_dead_machine_is_not_waited_for():
    started = time.monotonic()
    run = fake("print('Unhandled Exception 0x30', flush=True); time.sleep(60)", dead="Unhandled Exception")
    assert run.end == "dead" and time.monotonic() - started < 5
    refused(tap.judge(run, NONCE, PLAIN, SKIPS), "nothing more will come")


def test_dead_machine_that_goes_on_saying_so():
    run = fake("while True: print('Unhandled Exception 0x30', flush=True); time.sleep(0.1)", dead="Unhandled Exception")
    assert run.end == "dead" and run.seconds < 5


def test_expect_and_send():
    program = ["print('sh$ ', end='', flush=True)", "print('got', input(), flush=True)",
               "print('# ask type hi', flush=True)", "print('and', input())"]
    run = fake("\n".join(program), script=qemu.Script([(r"sh\$ $", "ls\n")]), on_ask=tap.ask)
    assert "got ls" in run.text and "and hi" in run.text, run.text


def test_asks_that_guests_may_not_make():
    assert tap.ask("# ask monitor nmi") == ("monitor", "nmi")
    for line in ("# ask monitor screendump /etc/x", "# ask shell true", "# ask monitor", "ask monitor nmi"):
        assert tap.ask(line) is None, line


def test_screen_run():
    target = platforms.find("x86_64-pc+noserial")
    report = console(f"ok 9 - a.b [live]\nPV-VERDICT {NONCE} 9 0 0", target)
    assert report.counts == (9, 0, 0) and not report.errors, report
    refused(console(f"ok 9 - a.b [live]\nPV-VERDICT {NONCE} 8 1 0", target), "scrolled off")
    refused(console(f"ok 9 - a.b [live]\nPV-VERDICT {NONCE} 8 0 1", target), "not in conformance/skips.txt")
    refused(console("ok 9 - a.b [live]", target), "verdict")


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


def test_host_programs():
    def outcome(*program):
        return [case.result for case in suite.host_cases("x", *program)]
    assert outcome("1..2\nok 1 - a.c:s:t: Passed\nok 2 - b # SKIP none here\n", True) == ["pass", "skip"]
    assert outcome("ok 1 - a\nnot ok 2 - b\n", False) == ["pass", "fail"]
    assert outcome("not ok 1 - b\n", True) == ["fail"]
    assert outcome("ok 1 - a\n", False) == ["pass", "fail"]
    assert outcome("AddressSanitizer\n", False) == ["fail"]
    assert outcome("", True) == ["pass"]
    assert suite.host_cases("x", "not ok 1 - b\n# why\n", False)[0].context == ["# why"]
    case = suite.host_cases("x", "not ok 1 - ../a.c:core:sums: Assertion '1 == 2' failed: 1 == 1\n", False)[0]
    assert (case.name, case.why) == ("x.sums", "Assertion '1 == 2' failed: 1 == 1"), case


def test_names():
    assert [t.name for t in platforms.targets("x86_64-grub")] == ["x86_64-grub", "x86_64-grub+nopatch"]
    both = platforms.find("x86_64-pc+nohpet+noacpi+nopatch")
    assert both.words() == ["pv=nopatch", "expect=nohpet,noacpi"] and both.qemu()["-no-hpet"] is None
    for name in ("x86_64-pv", "x86_64-pc+nohpte", "sparc64-sun4u+q35", "sparc64-sun4u+raw", "x86_64-pc+debug",
                 "x86_64-xen+q35", ""):
        assert trouble(platforms.find, name), name


def test_every_default_variant_exists():
    for platform in platforms.PLATFORMS:
        assert platforms.targets(platform.name), platform.name
        assert platform.loader in [*xenboot.LOADERS, *sun4vboot.LOADERS] or hasattr(image, platform.loader), platform.name


def test_kernel_that_is_not_there():
    assert "no such kernel" in trouble(image.command, PLAIN, "/nowhere/kernel", [], "/tmp")


def test_mirrors_of_the_release():
    """Not those of its updates; no package list of the machine needs to be there."""
    said = "".join(f"'http://{place}' name 0\n" for place in (
        "a/debian/dists/next/InRelease", "b/debian/dists/this/InRelease", "b/debian/dists/this-updates/InRelease",
        "b/debian/dists/this/main/binary-amd64/Packages.xz", "c/d/dists/this/InRelease"))
    assert debian.mirrors(said, "this") == ["http://b/debian", "http://c/d"]
    assert debian.mirrors(said, "other") == debian.mirrors("", "this") == []


def test_newer_qemu_that_is_out_of_reach():
    """A reviewed skip with its reason; on a platform that is not listed, a failure. Tried once."""
    newqemu.REASONS.append("the line is cut")
    try:
        assert "the line is cut" in trouble(newqemu.version)
        report = suite.guest_suite(platforms.find("x86_64-pc+newqemu"))
    finally:
        newqemu.REASONS.clear()
    assert report.counts == (0, 0, 1) and report.notes == ["skipped: the line is cut"] and not report.ran, report
    refused(suite._skipped_run(PLAIN, "the line is cut"), "not in conformance/skips.txt")


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


def test_console_on_a_terminal():
    """What Xen says goes to its file, byte by byte as well as in one piece."""
    text = b"one (two\r\n(XEN) three\n(XE\nfour(XEN) five\n six"
    for size in (1, 2, 3, 7, len(text)):
        log = io.BytesIO()
        parting = terminal.Parting(log)
        shown = b"".join(parting.feed(text[at:at + size]) for at in range(0, len(text), size)) + parting.rest()
        assert shown == b"one (two\r\n(XE\nfour six" and log.getvalue() == b"(XEN) three\n(XEN) five\n", (size, shown)


def test_run_that_cannot_start_fails_alone():
    def broken():
        raise tools.Trouble("no such kernel: k")
    reports = dict(suite._in_parallel({"a": broken, "b": lambda: console(GOOD)}, 2))
    assert reports["a"].counts == (0, 1, 0) and reports["b"].counts == (2, 0, 1)


def test_examples_want_everything():
    """Of what the hobby kernel and the minimal example show, each line."""
    started = "started   by pvh, backend native"
    wants_each(demo.WORKED, ["hobby: 4 KiB of RAM", started, "sites     9 in line, 1 direct calls, 0 through the table",
                             "ticks     5", demo.ANSWER])
    wants_each(threads.WORKED, ["libpv 1 on x86_64", started, "sites     9, 9 of them rewritten", "ticks     5 in 50"])


def wants_each(patterns, shown):
    def worked(lines, platform="x86_64-pc", end="exited"):
        run = qemu.Run()
        run.text, run.end, run.status = "\n".join(lines), end, 0 if end == "exited" else None
        return demo.what_worked(platforms.find(platform), run, patterns)
    assert all(worked(shown).values())
    assert not worked(shown, platform="x86_64-grub")["protocol"]
    assert not worked(shown, end="timeout")["power off"]
    for line in shown:
        assert list(worked([other for other in shown if other != line]).values()).count(False) == 1, line


def test_demo_table_fails():
    def table(worked, digests):
        tools.SCREEN.out = io.StringIO()
        try:
            return demo._table([(PLAIN, {"console": worked}, "d1")], {"x86_64": digests})
        finally:
            tools.SCREEN.out = sys.stdout
    one, other, module = ("d1", "m1"), ("d2", "m1"), ("d1", "m2")
    assert table(True, {one}) and not table(False, {one})
    assert not table(True, {one, other}) and not table(True, {one, module})


def converse(guest, *lines):
    """(result, why) of each case of a conversation with a Python program in QEMU's place."""
    talk = hobby.Conversation([*lines, hobby_lines.HALT], "hobby")
    program = "\n".join(["def prompt(text='$ '):", "    print(text, end='', flush=True)", "    input()", "    print()",
                         guest])
    run = qemu.run([sys.executable, "-c", "import time\n" + program], 4, silence=2, script=talk, dead=hobby.PANIC)
    return [(case.result, case.why) for case in talk.end(run)]


def test_conversation():
    line = hobby_lines.Line("a", "say", [r"^one$", r"^two$"], never="three", status=2)
    say = "prompt(); print('%s'); prompt('%s')"
    assert converse(say % (r"one\ntwo", "2 $ "), line) == [("pass", ""), ("pass", "")]
    for printed, prompt, why in ((r"two\none", "2 $ ", "not in this order, /^two$/"), ("one", "2 $ ", "/^two$/"),
                                 (r"one\ntwo", "$ ", "the status is 0, not 2"),
                                 (r"one\ntwo\nthree", "2 $ ", "it says: three"),
                                 (r"hobby: 4 KiB of RAM\none\ntwo", "2 $ ", "started again")):
        result = converse(say % (printed, prompt), line)
        assert result[0][0] == "fail" and why in result[0][1] and result[1][0] == "pass", result


def test_conversation_that_breaks_off():
    """Whatever comes instead of the prompt is the failure of the line that waits for it; the rest is not typed."""
    line, more = hobby_lines.Line("a", "say"), hobby_lines.Line("b", "more")
    for guest, end in (("prompt(); time.sleep(60)", "silent"), ("prompt(); print('pv: panic: x'); time.sleep(60)", "dead"),
                       ("prompt(); raise SystemExit(0)", "exited"), ("time.sleep(60)", "silent"),
                       ("while True: print('x', flush=True); time.sleep(0.1)", "timeout")):
        result = converse(guest, line, more)
        assert [r for r, _why in result] == ["fail"] and end in result[0][1] and "not typed" in result[0][1], result
    result = converse("prompt(); prompt(); prompt(); time.sleep(60)", line, more)
    assert [r for r, _why in result] == ["pass", "pass", "fail"], result


def test_conversation_types_on_and_keeps():
    line = hobby_lines.Line("a", "run", [r"^\[{job}\] ended$"], keep={"job": r"^\[(\d+)\]$"}, again="")
    for guest in ("prompt(); print('[7]'); prompt(); print('[5] ended'); prompt(); print('[7] ended'); prompt()",
                  "prompt(); print('[7]\\n[7] ended'); prompt()"):
        assert converse(guest, line) == [("pass", "")] * 2


def test_conversation_account():
    def accounts(free, files):
        text = "free %d\\nfiles %d\\nheap %d" % (free, files, 9 - free)
        guest = f"prompt(); print('free 4\\nfiles 1\\nheap 5'); prompt(); print('{text}'); prompt()"
        return converse(guest, hobby_lines.Line("a", "mem", account="note"), hobby_lines.Line("b", "mem", account="same"))
    assert accounts(3, 1)[1] == ("pass", "")
    assert accounts(3, 2)[1] == ("fail", "files: 1, then 2")


def test_skip_table_is_well_formed():
    tap.read_skips()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("x86_64-* time.deadline\n")
        file.flush()
        assert "expected: platform name reason" in trouble(tap.read_table, Path(file.name))


def test_a_planned_platform_runs_when_named():
    planned = platforms.Platform("i386-late", "i386", "xen_shim", {}, 1, [], "+nopatch +debug", planned=True)
    ready = dataclasses.replace(planned, name="i386-now", planned=False)
    platforms.PLATFORMS += [planned, ready]
    try:
        assert platforms.find("i386-late").platform is planned
        assert [t.name for t in platforms.tested() if t.platform in (planned, ready)] == \
            ["i386-now", "i386-now+nopatch", "i386-now+debug"]
        assert [t.name for t in platforms.ways() if t.platform in (planned, ready)] == ["i386-now", "i386-now+debug"]
    finally:
        del platforms.PLATFORMS[-2:]


def test_readme_table_wants_good_results():
    runs = [run.name for p in platforms.PLATFORMS if not p.planned for run in platforms.targets(p.name)]
    good = {name: {"passed": 2, "failed": 0, "skipped": 1} for name in runs}
    rows = [line for line in readme.table(good) if readme.ROW.fullmatch(line)]
    assert len(rows) == sum(not p.planned for p in platforms.PLATFORMS)
    assert runs[1] in trouble(readme.table, {name: r for name, r in good.items() if name != runs[1]})
    assert runs[1] in trouble(readme.table, good | {runs[1]: {"passed": 2, "failed": 1, "skipped": 0}})


def test_hypercalls_add_up():
    rows = [("fork-exit", "9000", "3"), ("context-switch", "400", "1")]
    said = ["calls fork-exit 50 all 160", "calls fork-exit 50 iret 100", "calls fork-exit 50 multicall 60",
            "calls context-switch 500 all 1000", "calls context-switch 500 iret 1000"]
    parts, wrong = bench.calls_by_name("\n".join(said), rows)
    assert parts["fork-exit"] == (50, {"iret": 100, "multicall": 60}) and wrong == [], (parts, wrong)
    for at in range(len(said)):     # a line that is missing, or says one call less
        less = said[at].rpartition(" ")[0] + f" {int(said[at].rpartition(' ')[2]) - 1}"
        assert len(bench.calls_by_name("\n".join(said[:at] + said[at + 1:]), rows)[1]) >= 1, said[at]
        assert len(bench.calls_by_name("\n".join(said[:at] + [less] + said[at + 1:]), rows)[1]) == 1, said[at]
    assert len(bench.calls_by_name("\n".join(said), [("fork-exit", "9000", "4"), rows[1]])[1]) == 1
    assert bench.calls_by_name("", [("fork-exit", "9000", "0")]) == ({}, []), "on bare metal there are none"
    assert len(bench.calls_by_name("", rows)[1]) == 1


def test_cost_of_work_is_limited():
    rows, limits = [(what, str(100 * n), str(n)) for n, what in enumerate(cost.WORK)], list(range(len(cost.WORK)))
    assert not any(why for _what, why in cost.judge_work(rows, limits, True))
    assert not any(why for _what, why in cost.judge_work(rows, [100 * n for n in limits], False))
    assert [what for what, why in cost.judge_work(rows, limits, False) if why] == cost.WORK[1:]
    assert [why for _what, why in cost.judge_work(rows[1:], limits, True) if why] == ["not measured"]


def test_cost_of_memory_is_linear():
    small, middle, big = (32768, 294912, 20000000, 490, 11, 13), (524288, 4718592, 306000000, 494, 11, 13), \
        (2097152, 18874368, 1223000000, 500, 11, 13)

    def problems(*sizes):
        return len(cost.judge_memory([bench.Memory(*size) for size in sizes]))
    assert problems(small, middle, big) == 0
    assert problems(small, middle) == 1, "not large enough"
    for at, more in ((1, 4096), (2, 200000000), (3, 200), (4, 1), (5, 1)):
        worse = list(big)
        worse[at] += more
        assert problems(small, middle, worse) == 1, (at, more)
    assert problems(small[:4] + (17, 13), middle[:4] + (17, 13), big[:4] + (17, 13)) == 3
    assert problems(*[size[:2] + (size[0] * 900,) + size[3:] for size in (small, middle, big)]) == 2


def test_readme_block_is_found():
    assert readme.split(f"a{readme.BEGIN}b{readme.END}c")[0::2] == ("a", "c")
    assert "needs one block" in trouble(readme.split, f"{readme.END}{readme.BEGIN}")


def test_notes_are_kept():
    with tempfile.TemporaryDirectory() as scratch:
        kept, suite.RESULTS = suite.RESULTS, Path(scratch, "results.json")
        try:
            suite._keep({"one": tap.Report(cases=[tap.Case("a.b", "", "pass")])})
            suite._keep({"two": tap.Report(errors=["no end"])})
            text = suite.RESULTS.read_text()
        finally:
            suite.RESULTS = kept
    assert '"one"' in text and '"failed": 1' in text, text


def trouble(function, *args):
    """The text of the Trouble that FUNCTION must raise; empty when it does not."""
    try:
        function(*args)
    except tools.Trouble as text:
        return str(text)
    return ""


def run_all():
    tests = [(name, function) for name, function in globals().items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        try:
            function()
            print(f"ok {number} - {name[5:]}", flush=True)
        except Exception:
            failed += 1
            print(f"not ok {number} - {name[5:]}")
            print("# " + traceback.format_exc().replace("\n", "\n# "))
    return failed == 0


if __name__ == "__main__":
    sys.exit(0 if run_all() else 1)
