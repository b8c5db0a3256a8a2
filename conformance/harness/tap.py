"""What the conformance kernel says on its console, and whether to believe it.

    ok 3 - mmu.map_range [live]
    not ok 4 - mmu.unmap [live] # still mapped at 0x1000
    ok 5 - time.deadline [live] # SKIP no TSC deadline
    # covers mmu.map_range: mmu.map pv_space_map       the ops and services that a case exercises
    # op mmu.map                                      an op that exists on this machine
    # ask type hello       # ask monitor nmi          what the surroundings shall do
    # xen-complaint Bad type|not pinned               what Xen will say about the next case (xenlog.py)
    # vmi-complaint SetCR3: .*not allocated           what the VMI ROM will say about it (vmilog.py)
    pv: page 0x1234 is still mapped                   the library's own message
    PV-VERDICT <nonce> <passed> <failed> <skipped>    the end, signed with this run's nonce

A run is believed only when it ends with the signed line and that line counts what was printed.

SPDX-License-Identifier: BSD-2-Clause
"""
import fnmatch
import re
from dataclasses import dataclass, field
from pathlib import Path

import xenlog
from tools import TOP, Trouble

MODES = ("unpatched", "patched", "live")
MACHINE_CHECK = "mce 0 0 0xb000000000000000 0x5 0 0"  # bank 0: uncorrected, the interrupted code can go on
MAY_ASK = {"monitor": ("nmi", MACHINE_CHECK, "system_reset", "system_powerdown")}  # typing may be anything
SHOWN_LINES = 40
NOTHING_RAN = "no case ran"
AWAKE = r"backend \w+, started by"  # the kernel's first line; what comes before is firmware's, slow on a busy host

CASE = re.compile(r"(not )?ok (\d+) - (\w+\.[\w.-]+) \[(\w+)\](?: # ?(.*))?$")
COVERS = re.compile(r"# covers (\w+\.[\w.-]+):(.*)$")
OP = re.compile(r"# op (\S+)$")
ASK = re.compile(r"# ask (\w+) (.+)$")
VERDICT = re.compile(r"PV-VERDICT (\w+) (\d+) (\d+) (\d+)$")


@dataclass
class Case:
    name: str
    mode: str
    result: str      # pass | fail | skip
    why: str = ""
    context: list = field(default_factory=list)  # library messages and comments just before a failure


@dataclass
class Report:
    """The result of one run; errors say why the run as such cannot be believed."""
    cases: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    tail: list = field(default_factory=list)   # last console lines, when there are errors
    covers: dict = field(default_factory=dict)
    ops: list = field(default_factory=list)
    notes: list = field(default_factory=list)  # for the reader, whatever the outcome
    seconds: float = 0.0
    ran: bool = True       # false: skipped as a whole

    def count(self, result):
        """Cases with that result; a run with errors is one more failure."""
        return sum(c.result == result for c in self.cases) + (result == "fail" and bool(self.errors))

    @property
    def counts(self):
        return self.count("pass"), self.count("fail"), self.count("skip")


def is_verdict(nonce):
    return lambda line: line.startswith(f"PV-VERDICT {nonce} ")


def ask(line):
    """The guest's request in LINE, if it is one that guests may make."""
    match = ASK.match(line)
    if match and match[2] in MAY_ASK.get(match[1], (match[2],) if match[1] == "type" else ()):
        return (match[1], match[2] + "\n" if match[1] == "type" else match[2])
    return None


def read_skips():
    return read_table(TOP / "conformance/skips.txt")


def read_table(path):
    """A reviewed table: lines `platform-glob name-glob reason`."""
    rows = []
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            row = line.split(None, 2)
            if len(row) != 3:
                raise Trouble(f"{path}:{number}: expected: platform name reason")
            rows.append(row)
    return rows


def review(cases, name, skips):
    """A skip on the platform or suite NAME that is not in the table is a failure."""
    for case in cases:
        listed = any(fnmatch.fnmatch(name, row[0]) and fnmatch.fnmatch(case.name, row[1]) for row in skips)
        if case.result == "skip" and not listed:
            case.result = "fail"
            case.why = f"skip that is not in conformance/skips.txt: {case.why}"


def judge(run, nonce, target, skips):
    """A Report of a finished qemu.Run of a platforms.Target."""
    report = Report(seconds=run.seconds)
    verdict = _read(run.lines, report, nonce)
    if run.end != "lingered" or not target.stays:
        _check_end(run, report)
    if verdict is None:
        report.errors.insert(0, "the run did not end with its signed verdict")
    elif sum(verdict) == 0:
        report.errors.append(NOTHING_RAN)
    elif target.screen:
        _take_counts(verdict, report)
    else:
        _check_counts(verdict, report)
    review(report.cases, target.name, skips)
    report.errors += xenlog.problems(run, target)
    if report.errors:
        told = [line for line in run.lines if line.strip() and not COVERS.match(line) and not OP.match(line)]
        report.tail = shown(told[-SHOWN_LINES:], run)
    return report


def shown(lines, run):
    """What a failure shows: LINES of the console, what the emulator complained about, and the hypervisor's log."""
    log = xenlog.since_start(run.log)[-SHOWN_LINES:]
    parts = (lines, [f"QEMU: {line}" for line in run.errors.splitlines()], log and ["-- the hypervisor's log:", *log])
    return [line for part in parts for line in part]


def _read(lines, report, nonce):
    """Fill the report from the console; returns the verdict's numbers as printed, or None."""
    verdict, context, seen = None, [], set()
    for line in (raw.strip() for raw in lines):
        if verdict and re.match(r"(not )?ok |PV-VERDICT ", line):
            report.errors.append(f"after the verdict: {line}")
        elif match := CASE.match(line):
            case = _case(match, context)
            if case.mode not in MODES or (case.name, case.mode) in seen:
                report.errors.append(f"unknown mode, or reported twice: {line}")
            seen.add((case.name, case.mode))
            report.cases.append(case)
            context = []
        elif match := VERDICT.match(line):
            if match[1] == nonce:
                verdict = tuple(int(n) for n in match.groups()[1:])
            else:
                report.errors.append(f"verdict with a foreign nonce: {line}")
        elif re.match(r"(not )?ok |PV-VERDICT", line):
            report.errors.append(f"cannot be read: {line}")
        elif match := COVERS.match(line):
            report.covers.setdefault(match[1], set()).update(match[2].split())
        elif match := OP.match(line):
            report.ops.append(match[1])
        elif line.startswith(("pv: ", "# ")):
            context.append(line)
    return verdict


def _case(match, context):
    failed, why = bool(match[1]), match[5] or ""
    if failed:
        return Case(match[3], match[4], "fail", why, context[-8:])
    if why.startswith("SKIP"):
        return Case(match[3], match[4], "skip", why[4:].strip())
    return Case(match[3], match[4], "pass")


def _check_end(run, report):
    if run.end == "exited" and run.status != 0:
        report.errors.append(f"QEMU ended with status {run.status}: {(run.errors or 'it gave no reason')}")
    elif run.end == "timeout":
        report.errors.append(f"no end after {run.seconds:.0f} s")
    elif run.end == "silent":
        report.errors.append(f"silent for too long, ended after {run.seconds:.0f} s")
    elif run.end == "lingered":
        report.errors.append("the machine did not power off after the verdict")
    elif run.end == "dead":
        report.errors.append("the console said that nothing more will come")
    elif run.end == "stopped":
        report.errors.append("stopped by the user")


def _check_counts(verdict, report):
    said = [c.result for c in report.cases]
    counted = tuple(said.count(result) for result in ("pass", "fail", "skip"))
    if counted != verdict:
        report.errors.append("the verdict says {}/{}/{} passed/failed/skipped, ".format(*verdict)
                             + "the lines say {}/{}/{}".format(*counted))


def _take_counts(verdict, report):
    """Only the last screen was seen: cases that scrolled away are known by number, as case screen.above."""
    said = [c.result for c in report.cases]
    for result, total in zip(("pass", "fail", "skip"), verdict):
        if said.count(result) > total:
            report.errors.append(f"the verdict says {result} {total} times, the screen {said.count(result)} times")
        report.cases += [Case("screen.above", "", result, "scrolled off the screen")] * (total - said.count(result))
