"""Where the guest sent itself events while it stepped through its upcall (conformance/guest/xen/suite_step.c), against
the instructions that there are: each of the functions below must have had one. Both forms of event channels, both widths.

What single-stepping cannot reach is the way in: Xen takes the flag away, until a handler sets it again. There a timer's
deadline is swept a nanosecond at a time, on a machine where that is an instruction. So is one along the ways through
sparc64's trap table (conformance/guest/sparc64/suite_sweep.c).

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import secrets
import subprocess
import tempfile
import time

import image
import platforms
import qemu
import tap
from tools import SCREEN, Trouble, build, kernel, need

TARGETS = ["x86_64-xen", "x86_64-xen+nofifo", "i386-xen+debug", "i386-xen+debug+nofifo"]
SWEPT = ["x86_64-xen+icount", "x86_64-xen+nofifo+icount"]

# The cases of sparc64; under sun4v timers come by themselves, as on bare metal, and mondos only where the emulator has them.
TRAP_TABLES = ["sparc64-sun4u+sweep", "sparc64-sun4v+sweep"]
WAYS = ["program_calls", "program_calls_shortly", "program_windows", "program_faults", "kernel_windows", "kernel_traps"]

# Opening the gate and the way back, in assembly: all of it. From one symbol to the other, or as far as the function goes.
WHOLE = {"pv_xen_irq_enable": "pv_xen_irq_restore", "pv_xen_irq_restore": "pv_xen_irq_read", "deliver": "pv_xen_iret",
         "pv_xen_iret": None, "pv_xen_call": None, "pv_xen_trap_return": "pv_xen_event_entry"}
# In C, where some of it is for what never happens here: how much of it is told.
PARTLY = ["pv_xen_event", "pv_xen_upcall", "pv_xen_events_take", "pv_xen_lines_event", "pv_lines_deliver"]

SLOW = 3  # counting instructions takes so much longer

SENT = re.compile(r"# sent at 0x([0-9a-f]+)")
FUNCTION = re.compile(r"([0-9a-f]+) <(\w+)>:")
INSTRUCTION = re.compile(r"\s*([0-9a-f]+):\t(?:[0-9a-f]{2} )+\s*\t(\S+)")
PADDING = re.compile(r"nop|data16|xchg|cs|lea")


def steps():
    started, report = time.monotonic(), tap.Report()
    for name in TARGETS + SWEPT + TRAP_TABLES:
        SCREEN.live(f"  steps: {name}")
        target = platforms.find(name)
        try:
            need(target.packages)
            build(target.platform.isa)
            (_one if name in TARGETS else _sweep if name in SWEPT else _ways)(target, report)
        except Trouble as trouble:
            report.cases.append(tap.Case(f"steps.{name}", "", "fail", str(trouble)))
    report.seconds = time.monotonic() - started
    return report


def _ways(target, report):
    for way in WAYS:
        run = _boot(target, way, report, "sweep")
        report.notes += [f"{target.name}.{way}: {line[9:]}" for line in run.lines if line.startswith("# swept: ")]


def _boot(target, case, report, family="step"):
    """The run of one case, which is noted."""
    nonce = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="pv-steps-") as scratch:
        words = [f"verdict={nonce}", f"run={family}.{case}"]
        command = image.command(target, kernel(target.platform.isa, "test"), words, scratch)
        run = qemu.run(command, SLOW * target.platform.timeout, dead=target.platform.dead, last_line=tap.is_verdict(nonce))
    passed = any(re.match(rf"ok \d+ - {family}\.{case} ", line) and "SKIP" not in line for line in run.lines)
    report.cases.append(tap.Case(f"steps.{target.name}.{case}", "", "pass" if passed else "fail"))
    if not passed:
        report.cases[-1].context = tap.shown(run.lines[-20:], run)
    return run


def _sweep(target, report):
    _boot(target, "deadline_is_swept", report)


def _one(target, report):
    path = kernel(target.platform.isa, "test")
    run = _boot(target, "no_event_is_lost", report)
    sent = {int(m[1], 16) for m in map(SENT.match, run.lines) if m}
    functions = _functions(path)
    for name, end in WHOLE.items():
        there = _between(path, functions, name, end)
        missed = [hex(a) for a in there if a not in sent]
        why = "no such function" if not there else f"no event was sent at {' '.join(missed)}" if missed else ""
        report.cases.append(tap.Case(f"steps.{target.name}.{name}", "", "fail" if why else "pass", why))
    told = [f"{name} {sum(a in sent for a, _ in functions[name])} of {len(functions[name])}"
            for name in PARTLY if functions.get(name)]
    report.notes.append(f"{target.name}: {len(sent)} instructions; {', '.join(told)}")


def _functions(path):
    """The instructions of each function, (address, name), as objdump cuts them."""
    functions, now = {}, None
    for line in _said("objdump", "-d", path):
        if match := FUNCTION.match(line):
            now = functions.setdefault(match[2], [])
        elif (match := INSTRUCTION.match(line)) and now is not None:
            now.append((int(match[1], 16), match[2]))
    return functions


def _between(path, functions, name, end):
    """The addresses of the instructions from one symbol to the other, without what fills the space behind them. Several
    symbols may be at one address; objdump knows the first.
    """
    if end is None:
        code = list(functions.get(name, []))
    else:
        symbols = {line.split()[2]: int(line.split()[0], 16)
                   for line in _said("nm", path) if len(line.split()) == 3}
        first, last = symbols.get(name, 0), symbols.get(end, 0)
        code = sorted(i for f in functions.values() for i in f if first <= i[0] < last)
    while code and PADDING.match(code[-1][1]):
        code.pop()
    return [address for address, _ in code]


def _said(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True).stdout.splitlines()
