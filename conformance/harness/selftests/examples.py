"""The examples: what they must show, the demo's table, conversations with the hobby kernel's shell.

SPDX-License-Identifier: BSD-2-Clause
"""
import io
import sys
import time

import demo
import hobby
import hobby_lines
import platforms
import qemu
import threads
import tools
from selftests.base import PLAIN, console


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


def test_demo_has_every_backend():
    """A platform that is taken out of the list must not vanish from the demo without a word."""
    shown = {(target.platform.isa, target.platform.loader) for target in demo.ways()}
    wanted = [("x86_64", "qemu_pvh"), ("i386", "qemu_pvh"), ("x86_64", "xen_dom0"), ("i386", "qemu_vmi"), ("sparc64", "sun4u"),
              ("sparc64", "sun4v"), ("sparc64", "niagara")]
    assert not set(wanted) - shown, set(wanted) - shown
    assert {target.name for target in demo.ways() if target.raw} == set(demo.RAW)


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
