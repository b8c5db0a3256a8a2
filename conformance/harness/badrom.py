"""Bad VMI ROMs: the minimal example boots with each, says what is wrong with it, and goes on as on bare metal. And ROMs
that look odd and are good, which it uses.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import tempfile
import time

import ends
import image
import platforms
import qemu
import tap
import vmilog
import vmirom
from tools import SCREEN, Trouble, build, kernel, need

SECONDS = 60
NATIVELY = r": going on natively( with \w+)?$"
WORKED = {"ticks": r"^ticks +[1-9]", "sites": r"^sites +(\d+), \1 of them rewritten"}

# What is wrong with a ROM that is not used at all, as the kernel says it. The ROM makes itself so: its README.
REFUSED = {
    "sum": "its checksum is wrong",
    "major": "it speaks another major version than 3",
    "licence": "it names no licence",
    "licence-out": "its licence is no text",
    "pci": "it has no PCI data structure",
    "pci-out": "its PCI data structure lies outside of it",
    "pci-signature": "its PCI data structure has no signature",
    "pci-length": "its PCI data structure tells another length",
    "length-zero": "its length is 0",
    "length-short": "its entry leads out of it",
    "length-long": "its length leaves the option ROM area",
    "entry": "its entry leads out of it",
    "top": "it claims addresses that the kernel needs",
}

# And with one that was started, or should have been.
ANSWERED = {
    "init": r"refuses to start \(VMI_Init gives -1\)",
    "address": r"its answer for \w+ lies outside of the ROM",
    "address-one": r"its answer for SetCR3 lies outside of the ROM",
    "kind": r"its answer for \w+ is of an unknown kind",
    "kind-one": r"its answer for WBINVD is of an unknown kind",
    "reserved": r"its answer for \w+ has reserved bits set",
    "iret": r"its answer for IRET leaves no way to user mode",
    "iret-nop": r"its answer for IRET leaves no way to user mode",
    "sysexit": r"its answer for SYSEXIT leaves no way to user mode",
    "jump": r"its answer for EnableInterrupts is a jump, and this call returns",
    "gate": r"its answer for \w+ is missing, and others of the interrupt gate are there",
    "time": r"its answer for \w+ is missing, and others of time are there",
}

# What good answers lead to: the ROM is used without that, as the kernel says.
WITHOUT = {
    "frequency": (r"its counters run at 0 Hz", r"^clock +(?!vmi).*; timer (?!vmi|none)"),
    "counter": (r"its clock stands still", r"^clock +(?!vmi).*; timer (?!vmi|none)"),
    "alarm": (r"its alarms do not come", r"^clock +vmi.*; timer (?!vmi|none)"),
}

# Of a ROM that keeps ring 0 there is no going on without it: the kernel says so by the calls that are good, and ends.
RING1 = ["kind-one", "address-one", "time"]
ENDED = r", and it took ring 0 away$"

# No VMI ROM at all, as far as anybody can see; and good ones. In place of a wall clock there is the chip.
UNSEEN = ["option", "signature"]
GOOD = ["minor", "licence-text", "pci-id", "wallclock"]

# ROMs that do not do a call once, or take their time, which is stolen; what the kernel says, and what is true then.
UNWILLING = {
    "refuse=VMI_Init:1": ANSWERED["init"] + NATIVELY,
    "refuse=GetCycleCounter:1": ": its clock stands still" + NATIVELY,
    "refuse=Shutdown:1": "",       # switched off as bare metal is
    "delay=200": "",
}
AGAIN = "refuse=Reboot:1"          # starts again as bare metal does
CLOCK_THEN = dict.fromkeys(["refuse=VMI_Init:1", "refuse=GetCycleCounter:1"], "(?!vmi).*; timer (?!vmi|none)")

LEAST = 20  # that are bad


def badrom():
    """A report with a case per ROM."""
    started = time.monotonic()
    report = tap.Report()
    target = platforms.find("i386-vmi")
    try:
        need(target.packages)
        build(target.platform.isa)
        for name in [*REFUSED, *ANSWERED, *WITHOUT, *UNSEEN, *GOOD]:
            SCREEN.live(f"  badrom: {name}")
            report.cases.append(_case(target, name))
        report.cases += [_ring1_case(target, name) for name in RING1]
        report.cases += [judge_unwilling(_boot(target, words), words) for words in UNWILLING]
        report.cases.append(judge_suite(*_suite(target, "wallclock", "wall.*"), "wallclock"))
        report.cases.append(judge_again(_again(target), AGAIN))
        report.cases.append(_every())
    except Trouble as trouble:
        report.cases.append(tap.Case("badrom", "", "fail", str(trouble)))
    report.seconds = time.monotonic() - started
    return report


def _boot(target, words):
    with tempfile.TemporaryDirectory(prefix="pv-badrom-") as scratch:
        command = image.command(target, kernel(target.platform.isa, "demo"), [], scratch)
        return qemu.run([*command, "-fw_cfg", f"name=opt/org.libpv.vmi,string={words}"], SECONDS)


def _suite(target, name, cases):
    """Cases of the conformance kernel, which sees no fault: (run, what its lines say)."""
    with tempfile.TemporaryDirectory(prefix="pv-badrom-") as scratch:
        command = image.command(target, kernel(target.platform.isa, "test"), ["verdict=bad", f"run={cases}"], scratch)
        run = qemu.run([*command, "-fw_cfg", f"name=opt/org.libpv.vmi,string=bad={name}"], SECONDS,
                       last_line=tap.is_verdict("bad"), on_ask=tap.ask)
    return run, tap.judge(run, "bad", target, [])


def judge_suite(run, report, name):
    """The case of that run."""
    failed = [f"{case.name}: {case.why}" for case in report.cases if case.result != "pass"]
    bad = "; ".join([*report.errors, *failed]) or ("" if report.cases else "no case ran")
    return tap.Case(f"badrom.suite-{name}", "", "fail" if bad else "pass", bad,
                    tap.shown(run.lines[-20:], run) if bad else [])


def _again(target):
    """The conformance kernel starts again; up to its second start."""
    with tempfile.TemporaryDirectory(prefix="pv-badrom-") as scratch:
        words = ["verdict=again", *ends.ENDS["reboot"][0].split()]
        command = image.command(target, kernel(target.platform.isa, "test"), words, scratch)
        command = [word for word in command if word != "-no-reboot"]
        return qemu.run([*command, "-fw_cfg", f"name=opt/org.libpv.vmi,string={AGAIN}"], SECONDS,
                        last_line=ends.nth_line(ends.STARTED, 2), grace=0.3, dead=ends.NOT_COME)


def judge_again(run, words):
    """The case of that run: the ROM refused the call, and the kernel did start again."""
    bad = ends.problems(run, *ends.ENDS["reboot"][1:])
    if refused(words) not in [text for _at, text in run.log]:
        bad.append("the ROM did not refuse that")
    return tap.Case(f"badrom.{re.sub('[=:]', '-', words)}", "", "fail" if bad else "pass", "; ".join(bad),
                    tap.shown(run.lines[-20:], run) if bad else [])


def refused(words):
    """What the ROM says of that word once it has obeyed."""
    return "(VMI) refused {} {}".format(*words.removeprefix("refuse=").split(":"))


def _ring1_case(target, name):
    return judge_ring1(_boot(target, f"ring1 bad={name}"), name)


def judge_ring1(run, name):
    """The case of a run. The ROM has nothing to complain about, in this and in all others."""
    said = re.search(r"panic: vmi: the ROM at 0x[0-9a-f]+: " + ANSWERED[name] + ENDED, run.text, re.MULTILINE)
    bad = "; ".join(vmilog.problems(run))
    if not said or run.end != "exited":
        bad = f"the panic, or its end: QEMU {run.end}"
    return tap.Case(f"badrom.ring1-{name}", "", "fail" if bad else "pass", bad, run.lines[-20:] if bad else [])


def _case(target, name):
    return judge(_boot(target, f"bad={name}"), name)


def judge(run, name):
    """The case of a run."""
    missing = [what for what, pattern in WORKED.items() if not re.search(pattern, run.text, re.MULTILINE)]
    missing += [text for text in _wanted(name) if not re.search(text, run.text, re.MULTILINE)]
    if run.end != "exited":
        missing.append(f"an end: QEMU {run.end}")
    if name in [*UNSEEN, *GOOD] and "vmi:" in run.text:
        missing.append("silence about the ROM")
    bad = ["not seen: " + "; ".join(missing)] if missing else []
    bad += vmilog.problems(run)
    return tap.Case(f"badrom.{name}", "", "fail" if bad else "pass", "; ".join(bad),
                    tap.shown(run.lines[-20:], run) if bad else [])


def judge_unwilling(run, words):
    """The case of a run. The ROM says what it refused, and nothing else."""
    clock = CLOCK_THEN.get(words, "vmi.*; timer vmi")
    wanted = [*WORKED.values(), UNWILLING[words], f"^clock +{clock}"]
    bad = [f"not seen: {text}" for text in wanted if not re.search(text, run.text, re.MULTILINE)]
    said = [text for _at, text in run.log if not vmilog.HARMLESS.match(text)]
    obeyed = [refused(words)] if "refuse" in words else []
    if said != obeyed or run.end != "exited" or not UNWILLING[words] and "vmi:" in run.text:
        bad.append(f"QEMU {run.end}; the ROM said {said}, wanted: {obeyed}")
    return tap.Case(f"badrom.{re.sub('[=:]', '-', words)}", "", "fail" if bad else "pass", "; ".join(bad),
                    tap.shown(run.lines[-20:], run) if bad else [])


def _every():
    """Every bad ROM that the ROM can be has a case."""
    cases = [*REFUSED, *ANSWERED, *WITHOUT, *UNSEEN, *GOOD]
    missing = sorted(vmirom.bad_names() ^ set(cases))
    bad = f"no case, or no such ROM: {', '.join(missing)}" if missing else ""
    if len(cases) - len(GOOD) < LEAST:
        bad = f"{len(cases) - len(GOOD)} bad ROMs, {LEAST} at least"
    return tap.Case("badrom.every", "", "fail" if bad else "pass", bad)


def _wanted(name):
    """Patterns of what the kernel says."""
    if name in REFUSED:
        return [rf"vmi: the ROM at 0x[0-9a-f]+ is not used: ({REFUSED[name]})" + NATIVELY, r"^started .*backend native,"]
    if name in ANSWERED:
        return [r"vmi: the ROM at 0x[0-9a-f]+:? " + ANSWERED[name] + NATIVELY, r"^started .*backend vmi,"]
    if name in WITHOUT:
        said, clock = WITHOUT[name]
        return [rf"vmi: the ROM at 0x[0-9a-f]+: {said}" + NATIVELY, r"^started .*backend vmi,", clock]
    return [r"^started .*backend native," if name in UNSEEN else r"^started .*backend vmi,"]
