"""What Xen itself counts. Of a guest beside a first domain: between two calls that nothing else makes (the suite `calls`)
its trace has as many calls as the library counted, and no instruction that Xen had to emulate. Of a first domain: our
debug build's counters say, after the hobby kernel has started and done its work, and the attached one likewise, that
nothing was emulated. A PVH guest has a CPU of its own, which executes privileged instructions: nothing is emulated for
want of privilege, and Xen counts no such thing of it.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import secrets
import subprocess
import tempfile
import time
from pathlib import Path

import attach
import hobby
import hobby_lines
import image
import platforms
import qemu
import tap
import xendom0
from tools import BUILD, SCREEN, Trouble, build, kernel, need

TRACED = ["x86_64-xendomu"]
GRACE = 30  # seconds: the first domain saves the trace before it powers off
COUNTED = ["x86_64-xen+debug", "i386-xen+debug"]

FENCE = "1b"  # the number of the call, as the trace has it
SAID = re.compile(r"# (\d+) calls between the fences$", re.MULTILINE)
RECORD = re.compile(r"^ *[\d.]+ \S+ d(\d+)v\d+ ( ?)(hypercall|emulate privop|\S+) *(\w*)")
ENTRIES = re.compile(r"\(multicall\) (\d+) calls")
LOST = re.compile(r"lost_records count")

# Keys for Xen: its console's input is switched to it and back again. The new line is for the shell.
SWITCH = "\x01" * 3
RESET, PRINT = (f"{SWITCH}{key}{SWITCH}\n" for key in "Pp")
COUNTER = re.compile(r"\(XEN\) (\S.*?) +TOTAL\[ *(\d+)\]")
# Said when the input is switched back, maybe in the midst of a line of counters, which goes on behind it.
SWITCHED = re.compile(r"\*\*\* Serial input to \w+ \(type 'CTRL-a' three times to switch input\)\n\(XEN\) ?")
ELEMENT = re.compile(r"ARR(\d+)\[ *(\d+)\]")

# What the counters must say about the time between: exceptions by vector, and pages that Xen writes for the guest.
NONE_OF = {"exceptions 6": "#UD", "exceptions 13": "#GP", "writable pt emulations": "stores to page tables",
           "mmio ro emulations": "stores to read-only pages"}
WORK = ["pv", "echo one two | wc", "cat /bin/sh | cat | wc", "ls /bin", "ps", "mem", "stress 20", "cat /welcome > /tmp/a",
        "rm /tmp/a", "time echo a", "check", "bench"]


def counts():
    """A report with a case per thing counted."""
    started, report = time.monotonic(), tap.Report()
    for names, count in ((TRACED, _traced), (COUNTED, _counted), (COUNTED, _attached)):
        for target in map(platforms.find, names):
            name = target.name
            SCREEN.live(f"  counts: {name}")
            try:
                need(target.packages)
                build(target.platform.isa)
                report.cases += count(target)
            except Trouble as trouble:
                report.cases.append(tap.Case(f"counts.{name}", "", "fail", str(trouble)))
    report.seconds = time.monotonic() - started
    return report


def _case(name, problems, context=()):
    result = "fail" if problems else "pass"
    return tap.Case(f"counts.{name}", "", result, "; ".join(problems), list(context) if problems else [])


def _traced(target):
    """A boot of the conformance kernel under Xen's trace."""
    nonce = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="pv-count-") as scratch:
        command = image.command(target, kernel(target.platform.isa, "test"), [f"verdict={nonce}", "run=calls.*"], scratch)
        job = Path(command[2])
        (job / "trace").touch()
        run = qemu.run(command, target.timeout + GRACE, last_line=tap.is_verdict(nonce), grace=GRACE)
        report = tap.judge(run, nonce, target, tap.read_skips())
        bad = report.errors + [f"{c.name}: {c.why}" for c in report.cases if c.result != "pass"]
        said = SAID.search(run.text)
        if bad or not said:
            return [_case(target.name, bad or ["the guest did not say what it counted"], tap.shown(run.lines[-20:], run))]
        dump = subprocess.run([*xendom0.tool("xenalyze"), "--dump-all", str(job / "trace")], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, errors="replace").stdout
        domain = int((job / "domain").read_text())
    problems, emulated, seen = judge_trace(dump, domain, int(said[1]))
    return [_case(f"{target.name}.calls", problems, seen), _case(f"{target.name}.emulated", emulated)]


def judge_trace(dump, domain, counted):
    """(what is wrong with the calls, what was emulated, the calls by name) between the fences of that domain."""
    fences, calls, privileged = 0, [], 0
    for line in dump.splitlines():
        match = RECORD.match(line)
        if not match or int(match[1]) != domain:
            continue
        if match[3] == "hypercall" and match[4] == FENCE:
            fences += 1
        elif fences == 1:
            calls += [(bool(match[2]), line.partition("hypercall")[2].strip())] if match[3] == "hypercall" else []
            privileged += match[3] == "emulate privop"
    made = _made(calls)
    problems = [f"the trace has {fences} fences, not 2"] if fences != 2 else []
    problems += ["records of the trace were lost"] if LOST.search(dump) else []
    if len(made) != counted:
        problems.append(f"the library counted {counted} calls, Xen's trace has {len(made)}")
    emulated = [f"{privileged} privileged instructions between the fences"] if privileged else []
    names = [call.partition(" ")[2] for call in made]
    return problems, emulated, [f"{names.count(name)} {name}" for name in dict.fromkeys(names)]


def _made(calls):
    """The calls that the guest made, of pairs (entry of a list, text): without the entries of lists, and without what Xen
    makes the guest do again when it has taken long, the whole call with what is left."""
    made, left, fresh = [], 0, False
    for inside, text in calls:
        again = "(preempted)" in text
        if inside:
            if again and fresh:
                made.pop()  # its list is what was left of the one before
            fresh, left = False, left - 1
            continue
        entries = ENTRIES.search(text)
        again = again or bool(entries) and left > 0
        if not again:
            made.append(text)
        fresh = bool(entries) and not again
        left = int(entries[1]) if entries else 0
    return made


def _counted(target):
    """A conversation with the hobby kernel; Xen's counters are set back once it is up, and shown at the end."""
    lines = [hobby_lines.Line("reset", RESET), *(hobby_lines.Line(f"work-{n}", typed) for n, typed in enumerate(WORK)),
             hobby_lines.Line("print", PRINT), hobby_lines.HALT]
    talk = hobby.Conversation(lines, f"counts.{target.name}")
    run = hobby.boot(target, talk)
    bad = [case for case in talk.end(run) if case.result != "pass"]
    return bad or [_case(f"{target.name}.emulated", judge_counters([text for _at, text in run.log]))]


def _attached(target):
    """The attached kernel, which waits for a key where the counters are to be set back, and where they are to be shown."""
    nonce = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="pv-count-") as scratch:
        command = image.command(target, BUILD / target.platform.isa / attach.KERNEL,
                                [f"verdict={nonce}", "counted=yes"], scratch)
        run = qemu.run(command, target.timeout, last_line=tap.is_verdict(nonce),
                       script=qemu.Script([(r"(?m)^# counted$", RESET), (r"(?m)^# counted$", PRINT)]))
    verdicts = [m for m in map(tap.VERDICT.match, run.lines) if m and m[1] == nonce]
    good = (run.end, run.status) == ("exited", 0) and len(verdicts) == 1 and verdicts[0][3] == "0"
    bad = [] if good else [f"the attached kernel did not come to a good end ({run.end})"]
    return [_case(f"{target.name}.attached", bad or judge_counters([text for _at, text in run.log]),
                  tap.shown(run.lines[-20:], run))]


def judge_counters(log):
    """What the last counters that Xen showed say of things that must not happen."""
    counters, name = {}, ""
    for line in SWITCHED.sub("", "\n".join(log)).split("\n"):
        if match := COUNTER.search(line):
            name = match[1]
            counters[name] = int(match[2])
        else:
            for number, count in ELEMENT.findall(line):
                counters[f"{name} {int(number)}"] = int(count)
    if not counters:
        return ["Xen did not show its counters"]
    if "exceptions" not in counters or not any(counters.values()):
        return ["Xen's counters do not count"]
    return [f"{counters.get(name, 0)} times {about}, as Xen counts {name}" for name, about in NONE_OF.items()
            if counters.get(name, 0)]
