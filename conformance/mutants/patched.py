"""Wrong variants of the library itself, for what is no op: a line of a source changed, the object built with that and
linked in front of the library, the conformance kernel booted to run the cases that must notice. sparc64/lines.py lists
them: trap tables, misses, what sync() does. With nothing changed all cases pass.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import fnmatch
import os
import re
import secrets
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import ends
import image
import qemu
import tap
from sparc64 import lines
from tools import BUILD, TOP, kernel

SECONDS, SILENCE, JOBS = 20, 6, 2
WITHOUT_MODULES = "boot.module_*"
AWAKE = tap.AWAKE
HANDED_OVER = "Kernel already loaded"
DIRECTORIES = ["backends", "hooks"]  # what sources include from each other by relative paths
# What ccache remembers of a source is by the places of what it includes: those of another mutant that is being built.
PLAIN = {**os.environ, "CCACHE_DISABLE": "1"}
BY_ISA = {"sparc64": lines.WRONG}


class Builder:
    """The conformance kernel of one instruction set with one object replaced. None of this touches the build directory."""

    def __init__(self, isa):
        self.here, self.name = BUILD / isa, kernel(isa, "test").relative_to(BUILD / isa)
        done = subprocess.run(["ninja", "-t", "commands", str(self.name)], cwd=self.here, capture_output=True, text=True,
                              check=True)
        *self.compiles, self.link = [shlex.split(line) for line in done.stdout.splitlines()]

    def build(self, file, source, old, new, scratch):
        """FILE changed, SOURCE compiled with it: why that did not go, or ""."""
        text = (TOP / file).read_text()
        if text.count(old) != 1:
            return f"stands {text.count(old)} times in {file}, not once: {old.strip()}"
        for name in DIRECTORIES:
            shutil.copytree(TOP / name, scratch / name)
        (scratch / file).write_text(text.replace(old, new))
        compile_ = next(words for words in self.compiles if words[-1].endswith(f"../{source}"))
        options = [word for word in compile_[:compile_.index("-MD")] if word != "-Werror"]
        wrong = str(scratch / "wrong.o")
        link = [str(scratch / "kernel") if word == str(self.name) else word for word in self.link]
        link.insert(link.index("-Wl,--start-group"), wrong)
        for words in ([*options, "-w", "-o", wrong, "-c", str(scratch / source)], link):
            done = subprocess.run(words, cwd=self.here, capture_output=True, text=True, env=PLAIN)
            if done.returncode != 0:
                return f"does not build: {done.stderr[:500]}"
        return ""


def _boot(target, file, cases, whole=False):
    """(names of the cases that failed, how the run ended, all cases, the console's last lines). It ended with a "verdict",
    "died", or "never began": nobody was there yet who could go under."""
    nonce = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
        command = image.command(target, file, [f"verdict={nonce}", f"run={cases}"], scratch)
        verdict = tap.is_verdict(nonce)
        run = qemu.run(command, target.timeout if whole else SECONDS, silence=SILENCE, silence_from=AWAKE, grace=0,
                       on_ask=tap.ask,
                       dead=f"{ends.STOPPED}|{target.platform.dead or ends.STOPPED}",
                       last_line=lambda line: verdict(line) or not whole and line.startswith("not ok"))
    report = tap.judge(run, nonce, target, tap.read_skips())
    failed = {case.name for case in report.cases if case.result == "fail"}
    if failed or any(verdict(line) for line in run.lines):
        return failed, "verdict", report.cases, run.lines[-12:]
    return failed, "died" if _lived(run) else "never began", report.cases, run.lines[-12:]


def _lived(run):
    """The kernel came up, or ended by itself while it did. QEMU that does not start exits, too, but nobody said a word. What
    OpenBIOS says last counts as well: the kernel may be wrong from its first miss on."""
    spoke = bool(run.text.strip() or run.log)
    began = any(re.search(f"{AWAKE}|{HANDED_OVER}", line) for line in run.lines)
    return began or run.end == "dead" or run.end == "exited" and spoke


def _try(target, builder, file, source, row):
    """(why it is no mutant or was not killed, or "", the console's last lines)."""
    old, new, cases, *dies = row
    with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
        why, last = builder.build(file, source, old, new, Path(scratch)), []
        if why:
            return why, last
        failed, ended, ran, last = _boot(target, Path(scratch, "kernel"), cases)
    if ended == "never began":
        return "did not start", last
    if failed or (dies and ended == "died"):
        return "", last
    if ended == "died":
        return "died, but no case failed", last
    return "survived" if ran else f"no case is called {cases}", last


def _rows(target):
    """(name, file, source, row) of what is wrong on this platform."""
    for name, (file, sources, rows) in BY_ISA.get(target.platform.isa, {}).items():
        source = sources.get(target.name)
        for what, row in rows.items() if source else ():
            yield f"{name}:{what.replace(' ', '-')}", file, source, row


def run(target, say, pattern="*"):
    """Say of each mutant whether it was killed; how many there are."""
    rows = [row for row in _rows(target) if fnmatch.fnmatch(row[0], pattern)]
    if not rows:
        return 0
    builder = Builder(target.platform.isa)
    if pattern == "*":
        failed, ended, _cases, last = _boot(target, kernel(target.platform.isa, "test"), "*", whole=True)
        wrong = [name for name in sorted(failed) if not fnmatch.fnmatch(name, WITHOUT_MODULES)]
        say(ended == "verdict" and not wrong, f"{target.name}.lines:none", [*wrong[:5], *last])
    with concurrent.futures.ThreadPoolExecutor(max_workers=JOBS) as pool:
        work = {pool.submit(_try, target, builder, file, source, row): name for name, file, source, row in rows}
        for future in concurrent.futures.as_completed(work):
            why, last = future.result()
            say(not why, f"{target.name}.{work[future]}" + (f" {why}" if why else ""), last)
    return len(rows)
