"""Wrong variants of the library itself, for what is no op: a line of a source changed, the object built with that and
linked in front of the library, the conformance kernel booted to run the cases that must notice. sparc64/lines.py lists
them: trap tables, misses, what sync() does. With nothing changed all cases pass.

SPDX-License-Identifier: BSD-2-Clause
"""
import fnmatch
import re
import secrets
import tempfile
from pathlib import Path

import changed
import ends
import image
import qemu
import tap
from sparc64 import lines
from tools import BUILD, kernel
from work import Job, Verdict

SECONDS = 120
# A run that says nothing for so long has died: by the clock, or in seconds in which it works, which does not count what a
# busy host takes away.
SILENCE, BUSY = 15, 3
WITHOUT_MODULES = "boot.module_*"
HANDED_OVER = "Kernel already loaded"
BY_ISA = {"sparc64": lines.WRONG}


def _boot(target, file, words, whole=False):
    """(names of the cases that failed, how the run ended, all cases, the console's last lines). It ended with a "verdict",
    "died", or "never began": nobody was there yet who could go under."""
    nonce = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
        command = image.command(target, file, [f"verdict={nonce}", *words], scratch)
        verdict = tap.is_verdict(nonce)
        run = qemu.run(command, target.timeout if whole else SECONDS, silence=SILENCE, silence_from=tap.AWAKE, busy=BUSY,
                       grace=0, on_ask=tap.ask, dead=f"{ends.STOPPED}|{target.platform.dead or ends.STOPPED}",
                       last_line=lambda line: verdict(line) or not whole and line.startswith("not ok"))
    report = tap.judge(run, nonce, target, tap.read_skips())
    failed = list(dict.fromkeys(case.name for case in report.cases if case.result == "fail"))
    if failed or any(verdict(line) for line in run.lines):
        return failed, "verdict", report.cases, shown(run)
    return failed, "died" if _lived(run) else "never began", report.cases, shown(run)


def shown(run):
    """What a failure shows: the console's last lines, and how the run ended."""
    return [*run.lines[-12:], f"{run.end} after {run.seconds:.0f} s", *run.errors.splitlines()]


def _lived(run):
    """The kernel came up, or ended by itself while it did. QEMU that does not start exits, too, but nobody said a word. What
    OpenBIOS says last counts as well: the kernel may be wrong from its first miss on."""
    spoke = bool(run.text.strip() or run.log)
    began = any(re.search(f"{tap.AWAKE}|{HANDED_OVER}", line) for line in run.lines)
    return began or run.end == "dead" or run.end == "exited" and spoke


def _program(isa):
    return changed.program(isa, kernel(isa, "test").relative_to(BUILD / isa))


def _try(target, file, source, row):
    old, new, cases, *dies = row
    text, why = changed.replaced(file, old, new)
    if why:
        return Verdict(why)
    with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
        program, why = _program(target.platform.isa).build([(source, file, text)], Path(scratch))
        if why:
            return Verdict(why)
        failed, ended, ran, last = _boot(target, program, [f"run={cases}", "hasty"])
    if failed:
        return Verdict(by=failed[0])
    if ended == "died" and dies:
        return Verdict(by=f"died in {cases}")
    return Verdict({"never began": "did not start", "died": "died, but no case failed"}.get(
        ended, "survived" if ran else f"no case is called {cases}"), context=last)


def _try_unchanged(target):
    failed, ended, _cases, last = _boot(target, kernel(target.platform.isa, "test"), ["hasty"], whole=True)
    wrong = [name for name in failed if not fnmatch.fnmatch(name, WITHOUT_MODULES)]
    return Verdict("" if ended == "verdict" and not wrong else f"fails: {' '.join(wrong[:5]) or ended}", context=last)


def _rows(target):
    """(name, file, source, row) of what is wrong on this platform."""
    for name, (file, sources, rows) in BY_ISA.get(target.platform.isa, {}).items():
        source = sources.get(target.name)
        for what, row in rows.items() if source else ():
            yield f"{name}:{what.replace(' ', '-')}", file, source, row


def jobs(target, pattern):
    found = [Job(f"{target.name}.{name}", lambda words=words: _try(target, *words))
             for name, *words in _rows(target) if fnmatch.fnmatch(name, pattern)]
    unchanged = [Job(f"{target.name}.lines:none", lambda: _try_unchanged(target))]
    return (unchanged if found and pattern == "*" else []) + found
