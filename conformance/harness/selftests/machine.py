"""How a run of an emulator ends, whatever the guest does; and what it may be asked and told meanwhile.

SPDX-License-Identifier: BSD-2-Clause
"""
import io
import sys
import tempfile
import time

import platforms
import qemu
import tap
import terminal
from selftests.base import NONCE, SKIPS, PLAIN, GOOD, console, fake, refused


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


def test_pauses_are_made():
    """What runs for a second stands still in it; it is ended all the same, standing or not."""
    gaps = ("last = time.monotonic()\nend = last + 1\nwhile last < end:\n now = time.monotonic()\n"
            " if now - last >= 0.05: print('gap', flush=True)\n last = now\ntime.sleep(60)")
    qemu.PAUSES.set()
    try:
        run = fake(gaps, timeout=5 / qemu.SLOWER)
    finally:
        qemu.PAUSES.clear()
    assert "gap" in run.text and run.end == "timeout", run.text


HANGING = """
import os, re, socket
first = not os.path.exists({path!r})
open({path!r}, "w").close()
print("OpenBIOS for Sparc64\\n[sparc64] Kernel already loaded", flush=True)
if not first:
    print("ok 1 - a.b [live]\\nPV-VERDICT {nonce} 1 0 0", flush=True)
    sys.exit(0)
monitor = socket.socket(socket.AF_UNIX)
monitor.bind(re.search("unix:([^,]*)", " ".join(sys.argv))[1])
monitor.listen()
link = monitor.accept()[0]
link.sendall(b"(qemu) ")
link.recv(100)
link.sendall(b"pc: {pc:016x}  npc: {pc:016x}\\r\\npstate: 15 tl: {tl} pil: 0\\r\\ntbr: 00000000ffd00000\\r\\n(qemu) ")
time.sleep(60)
"""


def _hangs(pc, tl, timeout=7):
    with tempfile.TemporaryDirectory() as scratch:
        program = HANGING.format(path=f"{scratch}/started", nonce=NONCE, pc=pc, tl=tl)
        return fake(program, timeout, options=["-no-reboot"])


def test_firmware_that_hangs_is_started_again():
    run = _hangs(0xffd049c0, 2, 60)
    assert run.again == 1 and run.end == "exited", (run.again, run.end, run.text, run.errors)
    assert tap.judge(run, NONCE, PLAIN, SKIPS).counts[1] == 0


def test_what_hangs_elsewhere_is_not():
    for pc, tl in ((0xffd049c4, 2), (0xffd049c0, 1), (0x4049c0, 2)):
        run = _hangs(pc, tl)
        assert run.again == 0 and run.end == "timeout", (pc, run.end)


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


def test_console_on_a_terminal():
    """What Xen says goes to its file, byte by byte as well as in one piece."""
    text = b"one (two\r\n(XEN) three\n(XE\nfour(XEN) five\n six"
    for size in (1, 2, 3, 7, len(text)):
        log = io.BytesIO()
        parting = terminal.Parting(log)
        shown = b"".join(parting.feed(text[at:at + size]) for at in range(0, len(text), size)) + parting.rest()
        assert shown == b"one (two\r\n(XE\nfour six" and log.getvalue() == b"(XEN) three\n(XEN) five\n", (size, shown)
