"""./pv test mutants: boots the kernel of wrong ops once per wrong op. A mutant is killed by a failing case that covers its
op, and its line says by which; some may instead die without a verdict, because nothing can work with them. What ends a run
is judged from outside (harness/ends.py). An op without a mutant fails; a case that covers ops and kills none of their
mutants is named.

Above another layer only the ops that its backend has of its own are tried; on a VMI ROM also what it tells the ROM,
and there a complaint of the ROM's counts as the failure of the case in which it comes. What is no mutant on a platform,
because the wrong op does what the right one does, is in the table exempt.txt; it must survive.

On sparc64 lines of its sources are changed, too (patched.py), and lines of what host tests are about (host.py).

    run.py [PLATFORM[:PATTERN]...]    some of them: mutants are called op:what, or file:what on sparc64; those of host
                                      tests host:test:what

SPDX-License-Identifier: BSD-2-Clause
"""
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
import work  # noqa: E402
from tools import BUILD, TOP, Trouble, build, need  # noqa: E402
from work import Job, Verdict  # noqa: E402

HOST = "host"  # the variants of host.py; what takes longest comes first
PLATFORMS = [HOST, "sparc64-sun4u", "sparc64-sun4v", "x86_64-pc", "i386-pc", "i386-vmi"]
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
SECONDS = 120   # of one run
# As in patched.py. A case waits for 5 s for what is typed, one for 20 alarms that are late by a second each.
SILENCE, BUSY = 60, 30
BUSY_MAY_DIE = 12   # where silence is a kill like any other
# Where a run goes on for a while after its first failure, so that cases that kill nothing can be named. Elsewhere it ends.
ALL_KILLERS, REST = "x86_64-pc", 1.5
# Ops left out unless they are asked for: their sources and cases are those of another platform, which boots faster
# (sparc64-sun4v) or is the same machine (x86_64-pc). mmu.init and mmu.reserved are sun4u's own.
ELSEWHERE = {"sparc64-sun4u": ["time.*", "mmu.[!ir]*", "user.*", "cpu.switch_*"], "i386-pc": ["time.*", "line.*"]}
# Ops whose work is to end the run, and the ends that show it; None: a run ends by them anyway.
ENDING = {"cpu.halt": "halt", "power.reboot": "reboot", "power.crash": "crash", "power.off": None}


class Machine:
    """The kernel of wrong ops on one platform, and what it says of itself."""

    def __init__(self, name):
        self.name, self.target = name, platforms.find(name)
        need(self.target.platform.packages)
        build(self.target.platform.isa)
        self.on_rom = self.target.platform.loader == "qemu_vmi"
        self.kernel = BUILD / self.target.platform.isa / KERNEL
        self.killers, self.lines = set(), 0
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

    def boot(self, words, seconds=SECONDS, rest=REST, busy=BUSY):
        """REST: how long it goes on once a case has failed; None: to the end, and until it is switched off."""
        nonce = secrets.token_hex(8)
        with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
            command = image.command(self.target, self.kernel, [f"verdict={nonce}", *words], scratch)
            verdict = tap.is_verdict(nonce)
            run = qemu.run(command, seconds, silence=SILENCE, busy=busy, dead=ends.STOPPED, on_ask=tap.ask,
                           grace=qemu.GRACE if rest is None else rest,
                           silence_from=tap.AWAKE if self.target.platform.isa == "sparc64" else "",
                           last_line=lambda line: verdict(line) or rest is not None and line.startswith("not ok"))
        return run, tap.judge(run, nonce, self.target, [])

    def outcome(self, op, dies, name):
        """(names of the cases that failed, why it was killed otherwise or "", the console's last lines)."""
        if ENDING.get(op):
            problems, lines = ends.run_end(self.target, ENDING[op], self.kernel, [f"mutant={name}"])
            return [], "; ".join(problems), lines[-12:]
        covering = {case for case, names in self.covers.items() if op in names}
        rest = REST if op in ENDING or self.name == ALL_KILLERS and covering - self.killers else 0
        run, report = self.boot([f"mutant={name}", f"covers={op}", "hasty"], rest=rest,
                                busy=BUSY_MAY_DIE if dies == "may-die" else BUSY)
        failed = [case.name for case in report.cases if _failed(case)]
        if self.on_rom:
            failed += [match[1] for match in map(COMPLAINT.match, vmilog.problems(run)) if match]
        died = not any(tap.VERDICT.match(line) for line in run.lines)
        backend = re.search(tap.AWAKE, run.text)
        if backend and not backend[0].startswith(f"backend {BELOW.get(self.target.platform.loader, 'mutant')},"):
            raise Trouble(f"did not come to life: {backend[0]}")
        ended = "" if run.end == "exited" and run.status == 0 else f"the run ended otherwise: {_last_words(run)}"
        if op == "power.off":
            return failed, ended, patched.shown(run)
        return failed, (ended or "no verdict") if died else "", patched.shown(run)

    def try_mutant(self, op, dies, name):
        failed, otherwise, last = self.outcome(op, dies, name)
        self.killers |= set(failed)
        by = failed[0] if failed else otherwise
        if name in exempt_on(self.name):
            return Verdict(by and f"is none, says exempt.txt, and fails: {by}", context=last)
        if failed or otherwise and (dies == "may-die" or op in ENDING):
            return Verdict(by=by)
        return Verdict(f"died, but no case failed: {otherwise}" if otherwise else "survived", context=last)

    def try_unchanged(self):
        """With nothing wrong all cases pass: what fails with a mutant is because of it."""
        run, report = self.boot(["mutant=none", "hasty"], self.target.timeout, rest=None)
        failed = [f"{case.name}: {case.why}" for case in report.cases
                  if _failed(case) and not fnmatch.fnmatch(case.name, patched.WITHOUT_MODULES)]
        wrong = [*failed, *(vmilog.problems(run) if self.on_rom else [])]
        good = report.cases and not wrong and any(map(tap.VERDICT.match, run.lines))
        return Verdict("" if good else "fails", context=[*wrong[:5], *run.lines[-12:]])


def _failed(case):
    """A skip that no table lists is none here."""
    return case.result == "fail" and not case.why.startswith("skip that")


def _last_words(run):
    """How it ended, and why if it says so."""
    panic = next((line for line in run.lines if "panic: " in line), "")
    return f"{run.end}: {panic.strip()}" if panic else run.end


def exempt_on(name):
    return {row[1] for row in tap.read_table(EXEMPT) if fnmatch.fnmatch(name, row[0])}


def check_ops(machine, out):
    """Every op has a mutant; but not those that the reviewed table says no case can cover."""
    table, name = tap.read_table(TOP / "conformance/uncovered.txt"), machine.target.platform.name
    exempt = {op for op in machine.ops for row in table
              if fnmatch.fnmatch(name, row[0]) and fnmatch.fnmatch(op, row[1])} - set(ENDING)
    machine.mutants = [mutant for mutant in machine.mutants if mutant[0] not in exempt]
    for op in sorted(set(machine.ops) - {mutant[0] for mutant in machine.mutants} - exempt):
        out.say(f"{name}.{op}", Verdict("has no mutant"))


def check_exempt(machine, out):
    """What the table exempts is there."""
    for mutant in sorted(exempt_on(machine.target.name) - {mutant[2] for mutant in machine.mutants}):
        out.say(f"{machine.target.name}.{mutant}", Verdict("is exempt, and not there"))


def jobs_of(name, pattern, out, machines):
    """What there is to try; machines get the platform, if it is one."""
    if name == HOST:
        return host.jobs(lambda mutant: fnmatch.fnmatch(mutant, pattern or "*"))
    machine = Machine(name)
    check_ops(machine, out)
    check_exempt(machine, out)
    machine.mutants = [row for row in machine.mutants if fnmatch.fnmatch(row[2], pattern or "*") and (
        pattern or not any(fnmatch.fnmatch(row[0], ops) for ops in ELSEWHERE.get(name, [])))]
    jobs = [Job(f"{name}.{row[2]}", lambda row=row: machine.try_mutant(*row)) for row in machine.mutants]
    lines = patched.jobs(machine.target, pattern or "*")
    machine.lines = sum(not job.name.endswith(":none") for job in lines)
    machines.append(machine)
    # On sparc64 the kernel whose lines are changed passes first.
    if not lines and fnmatch.fnmatch("none", pattern or "*"):
        lines = [Job(f"{name}.none", machine.try_unchanged)]
    return lines + jobs


def note(machine):
    """What was tried, and where all killers are known, which cases are none."""
    name, ops = machine.name, {op for op, *_rest in machine.mutants}
    print(f"# note: {name}: {len(machine.mutants)} mutants of {len(ops)} ops" +
          (f", {machine.lines} of lines" if machine.lines else ""))
    if name != ALL_KILLERS:
        return
    idle = sorted(case for case, names in machine.covers.items() if names & ops and case not in machine.killers)
    services = [case for case, names in machine.covers.items() if not names & set(machine.ops)]
    print(f"# note: {name}: {len(machine.killers)} cases killed one, {len(idle)} that cover an op killed none, "
          f"{len(services)} cover services only")
    if idle:
        print(f"# note: {name}: no mutant was killed by " + " ".join(idle))


def main():
    """Platforms run into each other: while one comes to its end the next has begun."""
    out, jobs, machines = work.Tap(), [], []
    wanted = [word.partition(":") for word in sys.argv[1:]] or [(name, "", "") for name in PLATFORMS]
    for name, _colon, pattern in wanted:
        print(f"{name}: what is there to try?", flush=True)
        try:
            jobs += jobs_of(name, pattern, out, machines)
        except Trouble as trouble:
            first, *more = str(trouble).splitlines()
            out.say(f"{name}.start", Verdict(first, context=more))
    work.run(jobs, out.say)
    for machine in machines:
        note(machine)
    print(f"1..{out.number}")
    return out.failed == 0


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
