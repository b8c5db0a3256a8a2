"""./pv test mutants: boots the kernel of wrong ops once per wrong op. A mutant is killed by a failing case that covers its
op; some may instead die without a verdict, because nothing can work with them. What ends a run is judged from outside
(harness/ends.py). An op without a mutant fails; a case that covers ops and kills none of their mutants is named.

Above another layer only the ops that its backend has of its own are tried; on a VMI ROM also what it tells the ROM,
and there a complaint of the ROM's counts as the failure of the case in which it comes. What is no mutant on a platform,
because the wrong op does what the right one does, is in the table exempt.txt; it must survive.

On sparc64 lines of its sources are changed, too (patched.py).

    run.py [PLATFORM[:PATTERN]...]    some of them: mutants are called op:what, or file:what on sparc64; those of host
                                      tests host:test:what

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import fnmatch
import re
import secrets
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))

import ends  # noqa: E402
import host  # noqa: E402
import image  # noqa: E402
import patched  # noqa: E402
import platforms  # noqa: E402
import qemu  # noqa: E402
import tap  # noqa: E402
import vmilog  # noqa: E402
from tools import BUILD, TOP, Trouble, build, need  # noqa: E402

HOST = "host"  # the variants of host.py
PLATFORMS = ["x86_64-pc", "i386-pc", "i386-vmi", "sparc64-sun4u", "sparc64-sun4v", HOST]
EXEMPT = TOP / "conformance/mutants/exempt.txt"
KERNEL = "conformance/mutants/mutants"
MUTANT = re.compile(r"# mutant (\S+) (may-die|must-fail) (\S+)$")
OWN = re.compile(r"# own (\S+)$")
COMPLAINT = re.compile(r"the VMI ROM (?:complains|does not complain), in ([\w.-]+)[:,]")
# On a ROM: what is no mutant there, and why; and what start of day cannot do without.
NOT_ON_ROM = {
    "time.clock_page:*": "there is no such page",
    "time.init:leaves-the-timer-masked": "of the local APIC's timer, which is not the ROM's",
    "time.init:sets-another-divider": "the same",
    "time.alarm:keeps-the-first-setting": "alarms far away come in steps of 50 ms: what is late is found then",
    "cpu.idle:loses-a-wake-up": "the same",
    "io.port_delay:*": "the ROM says that there is nothing to do",
}
AT_START_ON_ROM = ["isa.pte_clear:keeps-all-but-present", "isa.invlpg:does-nothing", "isa.pte_exchange:leaves-the-entry",
                   "isa.pte_exchange:puts-nothing-there"]
# The backend under whose name a mutant runs, where there is a layer below.
BELOW = {"qemu_vmi": "vmi", "sun4v": "sun4v"}
SECONDS = 20   # of one run
SILENCE = 6    # a run that is silent for so long has died
# There firmware is slow on a busy host, and so is a case that waits for 5 s for what is typed.
SILENCE_SPARC64 = 9
REST = 1.5     # once a case has failed; most runs come to their end in that time
JOBS = 2
# Where the first failure is enough: which other cases kill a mutant, and which kill none, x86 shows.
HASTY = ["sparc64"]
# Ops whose cases are the same on another platform, which boots faster and tries them: left out unless they are asked for.
ELSEWHERE = {"sparc64-sun4u": ["time.*", "mmu.*"]}
# Ops whose work is to end the run, and the ends that show it; None: a run ends by them anyway.
ENDING = {"cpu.halt": "halt", "power.reboot": "reboot", "power.crash": "crash", "power.off": None}


class Machine:
    """The kernel of wrong ops on one platform, and what it says of itself."""

    def __init__(self, name):
        self.target = platforms.find(name)
        need(self.target.platform.packages)
        build(self.target.platform.isa)
        self.on_rom = self.target.platform.loader == "qemu_vmi"
        self.kernel = BUILD / self.target.platform.isa / KERNEL
        self.hasty = self.target.platform.isa in HASTY
        run, report = self.boot(["mutant=list", "run=none"])
        self.ops, self.covers = report.ops, report.covers
        self.mutants = [match.groups() for match in map(MUTANT.match, run.lines) if match]
        own = {match[1] for match in map(OWN.match, run.lines) if match}
        if own:
            not_here = {op.partition(":")[0] for op in NOT_ON_ROM if op.endswith(":*")}
            self.ops = [op for op in self.ops if op in own - not_here]
            self.mutants = [(op, "may-die" if name in AT_START_ON_ROM else dies, name) for op, dies, name in self.mutants
                            if op in own and not any(fnmatch.fnmatch(name, pattern) for pattern in NOT_ON_ROM)]
        if not self.mutants or not self.ops:
            raise Trouble(f"{name}: the kernel of wrong ops does not list them:\n{run.text[-2000:]}{run.errors}")

    def boot(self, words, seconds=SECONDS, rest=REST):
        nonce = secrets.token_hex(8)
        with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
            command = image.command(self.target, self.kernel, [f"verdict={nonce}", *words], scratch)
            verdict = tap.is_verdict(nonce)
            silence = (SILENCE_SPARC64, patched.AWAKE) if self.hasty else (SILENCE, "")
            run = qemu.run(command, seconds, silence=silence[0], silence_from=silence[1], dead=ends.STOPPED,
                           on_ask=tap.ask, grace=rest,
                           last_line=lambda line: verdict(line) or line.startswith("not ok"))
        return run, tap.judge(run, nonce, self.target, [])

    def try_mutant(self, op, name):
        """(names of the cases that failed, why it was killed otherwise or "", the console's last lines)."""
        if ENDING.get(op):
            problems, lines = ends.run_end(self.target, ENDING[op], self.kernel, [f"mutant={name}"])
            return set(), "; ".join(problems), lines[-12:]
        run, report = self.boot([f"mutant={name}", f"covers={op}"], rest=0 if self.hasty and op not in ENDING else REST)
        failed = {case.name for case in report.cases if case.result == "fail" and not case.why.startswith("skip that")}
        if self.on_rom:
            failed |= {match[1] for match in map(COMPLAINT.match, vmilog.problems(run)) if match}
        died = not any(tap.VERDICT.match(line) for line in run.lines)
        if not died and f"backend {BELOW.get(self.target.platform.loader, 'mutant')}" not in run.text:
            return set(), "", ["the mutant did not come to life:", *run.lines[-12:]]
        ended = "" if run.end == "exited" and run.status == 0 else f"the run ended otherwise: {run.end}"
        if op == "power.off":
            return failed, ended, run.lines[-12:]
        return failed, (ended or "no verdict") if died else "", run.lines[-12:]


class Tap:
    """Numbered lines on stdout."""

    def __init__(self):
        self.number = self.failed = 0

    def say(self, good, text, context=()):
        self.number += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.number} - {text}", flush=True)
        for line in context if not good else ():
            print(f"# {line}", flush=True)


def exempt_on(name):
    return {row[1] for row in tap.read_table(EXEMPT) if fnmatch.fnmatch(name, row[0])}


def run_platform(machine, out):
    """Try all mutants; returns the names of cases that killed one."""
    name, killers = machine.target.name, set()
    exempt = exempt_on(name)
    with concurrent.futures.ThreadPoolExecutor(max_workers=JOBS) as pool:
        work = {pool.submit(machine.try_mutant, op, mutant): (op, may_die == "may-die", mutant)
                for op, may_die, mutant in machine.mutants}
        for future in concurrent.futures.as_completed(work):
            op, may_die, mutant = work[future]
            failed, otherwise, last = future.result()
            killers |= failed
            killed = bool(failed) or (bool(otherwise) and (may_die or op in ENDING))
            if mutant in exempt:
                harmless = not failed and not otherwise
                why = "" if harmless else ", which exempt.txt says is none, fails: " + (" ".join(sorted(failed)) or otherwise)
                out.say(harmless, f"{name}.{mutant}{why}", last)
                continue
            why = "" if killed else " died, but no case failed" if otherwise else " survived"
            out.say(killed, f"{name}.{mutant}{why}", last)
    return killers


def check_ops(machine, out):
    """Every op has a mutant; but not those that the reviewed table says no case can cover."""
    table, name = tap.read_table(TOP / "conformance/uncovered.txt"), machine.target.platform.name
    exempt = {op for op in machine.ops for row in table
              if fnmatch.fnmatch(name, row[0]) and fnmatch.fnmatch(op, row[1])} - set(ENDING)
    machine.mutants = [mutant for mutant in machine.mutants if mutant[0] not in exempt]
    for op in sorted(set(machine.ops) - {mutant[0] for mutant in machine.mutants} - exempt):
        out.say(False, f"{name}.{op} has no mutant")


def check_exempt(machine, out):
    """What the table exempts is there."""
    for mutant in sorted(exempt_on(machine.target.name) - {mutant[2] for mutant in machine.mutants}):
        out.say(False, f"{machine.target.name}.{mutant} is exempt, and not there")


def idle_cases(machine, killers):
    """Cases that cover an op, and fail with none of its mutants."""
    ops = {op for op, *_rest in machine.mutants}
    return sorted(case for case, names in machine.covers.items() if names & ops and case not in killers)


def check_right(machine, out):
    """With nothing wrong all cases pass: what fails with a mutant is because of it."""
    run, report = machine.boot(["mutant=none"], machine.target.timeout)
    failed = [f"{case.name}: {case.why}" for case in report.cases if case.result == "fail" and
              not case.why.startswith("skip that") and not fnmatch.fnmatch(case.name, patched.WITHOUT_MODULES)]
    wrong = [*failed, *vmilog.problems(run)]
    out.say(not wrong and report.cases, f"{machine.target.name}.none", [*wrong[:5], *run.lines[-12:]])


def main():
    out = Tap()
    wanted = [word.partition(":") for word in sys.argv[1:]] or [(name, "", "") for name in PLATFORMS]
    for name, _colon, pattern in wanted:
        if name == HOST:
            host.run(out.say, lambda mutant, pattern=pattern or "*": fnmatch.fnmatch(mutant, pattern))
            continue
        try:
            machine = Machine(name)
        except Trouble as trouble:
            out.say(False, f"{name}.start", str(trouble).splitlines())
            continue
        check_ops(machine, out)
        check_exempt(machine, out)
        machine.mutants = [mutant for mutant in machine.mutants if pattern or not any(
            fnmatch.fnmatch(mutant[0], ops) for ops in ELSEWHERE.get(name, []))]
        if machine.on_rom:
            check_right(machine, out)
        if pattern:
            machine.mutants = [mutant for mutant in machine.mutants if fnmatch.fnmatch(mutant[2], pattern)]
        killers = run_platform(machine, out)
        changed = patched.run(machine.target, out.say, pattern or "*")
        if machine.hasty:
            print(f"# note: {name}: {len(machine.mutants)} mutants of {len({m[0] for m in machine.mutants})} ops, "
                  f"{changed} of lines")
            continue
        idle = idle_cases(machine, killers)
        services = [case for case, names in machine.covers.items() if not names & set(machine.ops)]
        print(f"# note: {name}: {len(machine.mutants)} mutants of {len({m[0] for m in machine.mutants})} ops; "
              f"{len(killers)} cases killed one, {len(idle)} that cover an op killed none, "
              f"{len(services)} cover services only")
        if idle:
            print(f"# note: {name}: no mutant was killed by " + " ".join(idle))
    print(f"1..{out.number}")
    return out.failed == 0


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
