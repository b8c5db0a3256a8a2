"""./pv test: every platform and every host suite, a line for each as it ends, then the sum.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import contextlib
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import attach
import badrom
import cost
import cover
import ends
import hobby
import image
import linking
import newqemu
import platforms
import qemu
import steps
import sun4vfw
import sun4vrefuse
import sun4vstart
import tap
import threads
import vmicounts
import vmirom
import vmiwatch
import xencount
from tools import BUILD, CACHE, SCREEN, TOP, Trouble, build, kernel, need, say

SHOWN_FAILURES = 20  # of one run
SILENCE = 20  # seconds that a case may take, outside of --soak, and the kernel's start
SOAK = 20  # with --soak a run may take this many times its budget
RUNNING = []  # programs of the build machine
RESULTS = BUILD / "results.json"  # the last result of each run, for readme.py

# Suites, or parts of them, that are Python programs printing TAP; with the seconds they may take, four times what they do
# beside others.
OWN_PROGRAMS = {"unit": ("harness/selftest.py", 480), "abi": ("tools/abi.py", 1200), "mutants": ("mutants/run.py", 3600),
                "upcall": ("models/upcall.py", 1200)}

# What such suites take beyond a build for x86_64: other builds, and packages.
ALSO_BUILT = {"abi": ["i386", "sparc64"], "unit": ["sparc64"]}
ALSO_NEEDED = {"abi": ["g++", "clang", "mandoc", "libxen-dev"], "unit": ["libxen-dev"], "upcall": ["spin"],
               "new": ["gcc-sparc64-linux-gnu"]}

# Suites that boot examples, or kernels of their own.
BOOTS = {"threads": threads.threads, "hobby": hobby.hobby, "attach": attach.attach, "cost": cost.cost,
         "ends": ends.ends, "badrom": badrom.badrom, "new": linking.new, "pie": linking.pie,
         "counts": xencount.counts, "steps": steps.steps, "vmirom": vmirom.vmirom, "sun4vfw": sun4vfw.sun4vfw,
         "sun4vstart": sun4vstart.sun4vstart, "sun4vrefuse": sun4vrefuse.sun4vrefuse}

CHECK_NAME = re.compile(r"\S+:[\w-]+:(\w+): (.*)")  # how Check names a case: file:group:test: message
TAP_LINE = re.compile(r"\s*(not )?ok \d+(?: - )?(.*?)(?:\s+# ?(SKIP)?.*)?$")


def test(names, soak=False, jobs=2, case=None):
    """Run NAMES (all when empty), or of platforms the cases that match CASE; true when nothing failed."""
    hosts, targets = _choose(names)
    if case:
        if names and hosts:
            raise Trouble(f"--case is for platforms: {' '.join(hosts)} runs as a whole")
        hosts = []
    _prepare(hosts, targets)
    coverage, results = cover.Coverage(), {}
    work = {name: lambda name=name: host_suite(name, soak) for name in hosts}
    work |= {t.name: lambda t=t: guest_suite(t, soak, case) for t in targets}
    budgets = {t.name: _budget(t, soak) for t in targets}
    for name, report in _in_parallel(work, jobs):
        results[name] = report
        _say_result(name, report, budgets.get(name), case)
        if name in budgets and report.ran and not platforms.find(name).screen:
            platform = platforms.find(name).platform
            coverage.add(platform.name, platform.isa, report)
    if not case:
        _keep(results)
        results |= _coverage(coverage)
    results = {name: results[name] for name in [*work, *(n for n in results if n not in work)]}
    _matrix(results, budgets)
    sums = [sum(column) for column in zip(*(r.counts for r in results.values()))]
    say("{} passed, {} failed, {} skipped".format(*sums))
    return sums[1] == 0 and sum(sums) > 0


def listing():
    say("platforms, how the image gets in, and variants that the bare name runs, too:")
    for p in platforms.PLATFORMS:
        _say_wrapped(p.name, platforms.LOADERS[p.loader])
        _say_wrapped("", p.variants)
    say("suites, on the build machine or with kernels of their own:")
    for name, about in platforms.HOST_SUITES.items():
        _say_wrapped(name, about)
    say("variants, as suffixes to any platform that has them:")
    for name, variant in platforms.VARIANTS.items():
        _say_wrapped("+" + name, variant.about)


def _say_wrapped(name, text):
    say(textwrap.fill(text, 79, initial_indent=f"  {name:16}", subsequent_indent=" " * 18, break_on_hyphens=False))


def guest_suite(target, soak=False, case=None):
    """One boot of the conformance kernel."""
    try:
        notes = ["on " + newqemu.version()] if target.newer else []
    except newqemu.Unreachable as why:
        return _skipped_run(target, str(why))
    nonce = secrets.token_hex(8)
    modules = [_module()] if target.module else []
    words = [f"verdict={nonce}"] + ([f"run={case}"] if case else []) + (["soak"] if soak else [])
    with tempfile.TemporaryDirectory(prefix="pv-run-") as scratch:
        image_file, watch = kernel(target.platform.isa, "test"), Path(scratch, "ringwatch")
        command = image.command(target, image_file, words, scratch, modules)
        if target.watched:
            command += vmiwatch.options(watch, vmiwatch.code(image_file))
        on_rom, executed = target.loader == "qemu_vmi", Path(scratch, "executed")
        command += vmicounts.options(target, executed) if on_rom else []
        run = qemu.run(command, _budget(target, soak), silence=None if soak else SILENCE, silence_from=tap.AWAKE,
                       last_line=tap.is_verdict(nonce), grace=0.5 if target.stays else qemu.GRACE,
                       dead=target.platform.dead, on_ask=tap.ask, screen=target.screen,
                       on_line=lambda line: tap.CASE.match(line) and SCREEN.live(f"  {target.name}: {line}"))
        report = tap.judge(run, nonce, target, tap.read_skips())
        if case and report.errors == [tap.NOTHING_RAN]:
            report.errors, report.tail = [f"it has no case '{case}'"], []
        whole = not case and not report.count("fail")
        if target.watched:
            report.cases.append(vmiwatch.case_of(image_file, watch, whole))
        if on_rom:
            report.cases.append(vmicounts.case_of(target, run, executed, whole))
    if run.again:
        notes.append(f"OpenBIOS hung {run.again} times before it started the kernel, and was started again")
    report.notes += notes
    return report


def _skipped_run(target, why):
    """The whole run as one skip, which counts like any: it must be listed, and its reason is shown."""
    report = tap.Report(cases=[tap.Case("newqemu.runs", "", "skip", why)], notes=["skipped: " + why], ran=False)
    tap.review(report.cases, target.name, tap.read_skips())
    return report


def _module():
    """The module that the kernel gets (suite_boot.c looks at it), and its words."""
    path, pattern = CACHE / "module", bytes((7 * n + (n >> 8)) & 0xff for n in range(10000))
    if not path.is_file() or path.read_bytes() != pattern:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = Path(f"{path}.{threading.get_ident()}")
        part.write_bytes(pattern)
        part.replace(path)  # another run may be reading it
    return f"{path} pattern=7"


def host_suite(name, soak=False):
    """Boots of examples; unit: Meson's tests of that suite and the harness's own; abi, mutants: programs with TAP.
    The long tests of the build machine, Meson's suite "soak", come with unit.
    """
    if name in BOOTS:
        return BOOTS[name]()
    started = time.monotonic()
    report = tap.Report()
    if name == "unit":
        report.cases += _meson_cases(name)
    if name == "unit" and soak:
        report.cases += _meson_cases("soak")
    if name in OWN_PROGRAMS:
        report.cases += _program_cases(name, report, *OWN_PROGRAMS[name])
    tap.review(report.cases, name, tap.read_skips())
    report.seconds = time.monotonic() - started
    return report


@contextlib.contextmanager
def _program(command, **how):
    """It runs until its end, or until all is being stopped."""
    with subprocess.Popen(command, stderr=subprocess.STDOUT, **how) as program:
        RUNNING.append(program)
        try:
            if qemu.STOP.is_set():
                raise Trouble("stopped")
            yield program
        except Trouble:
            program.terminate()
            raise
        finally:
            RUNNING.remove(program)


def _program_cases(name, report, path, seconds):
    """Lines `# note: ...` are for the reader of the run, whatever the outcome."""
    lines = []
    with _program(["timeout", str(seconds), sys.executable, str(TOP / "conformance" / path)],
                  stdout=subprocess.PIPE, text=True) as program:
        for line in program.stdout:
            lines.append(line)
            SCREEN.live(f"  {name}: {line.strip()}")
    report.notes += [line[8:].strip() for line in lines if line.startswith("# note: ")]
    return host_cases(name, "".join(lines), program.returncode == 0)


def _meson_cases(suite):
    log = BUILD / "x86_64/meson-logs/testlog.json"
    log.unlink(missing_ok=True)
    said = _meson_test(suite)
    if not log.is_file():
        return [tap.Case(f"{suite}.meson", "", "fail", "no test of this suite ran", said.splitlines()[-20:])]
    cases = []
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        output = entry.get("stdout", "") + "\n" + entry.get("stderr", "")
        program = re.split(r"[:/]", entry["name"])[-1].strip()
        cases += host_cases(program, output, entry["result"] in ("OK", "SKIP"))
    return cases


def _meson_test(suite):
    """Run the tests of one of Meson's suites; what Meson says, which has a line for each that ended."""
    path, started = BUILD / "log" / f"meson-{suite}.log", time.monotonic()
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file, _program(
            ["meson", "test", "--no-rebuild", "-C", str(BUILD / "x86_64"), "--suite", suite],
            env={**os.environ, "CK_TAP_LOG_FILE_NAME": "-", "CK_VERBOSITY": "silent"}, stdout=file) as meson:
        while meson.poll() is None:
            last = path.read_text(errors="replace").strip().rpartition("\n")[2]
            SCREEN.live(f"  {suite}: {time.monotonic() - started:.0f} s, {last}")
            time.sleep(0.5)
    return path.read_text(errors="replace")


def host_cases(program, output, good):
    """The cases of one program: its TAP lines (Check writes them too), or the program as a whole."""
    cases = []
    for line in output.splitlines():
        if match := TAP_LINE.fullmatch(line):
            result = "fail" if match[1] else "skip" if match[3] else "pass"
            check = CHECK_NAME.fullmatch(match[2].strip())
            name, why = check.groups() if check else (match[2].strip(), "")
            cases.append(tap.Case(f"{program}.{name}", "", result, why if result == "fail" else ""))
        elif line.startswith("#") and cases and cases[-1].result == "fail":
            cases[-1].context.append(line)
    last_lines = output.strip().splitlines()[-tap.SHOWN_LINES:]
    if not good and all(c.result != "fail" for c in cases):
        cases.append(tap.Case(f"{program}.exit", "", "fail", "the program failed", last_lines))
    return cases or [tap.Case(f"{program}.exit", "", "pass")]


def _choose(names):
    if not names:
        hosts = [h for h in platforms.HOST_SUITES]
        return hosts, platforms.tested()
    known = {*platforms.HOST_SUITES, *(p.name for p in platforms.PLATFORMS)}
    for name in names:
        if name.split("+")[0] not in known:
            raise Trouble(f"no platform or suite is called '{name}': ./pv test --list names them")
    hosts = [n for n in names if n in platforms.HOST_SUITES]
    return hosts, [t for n in names if n not in platforms.HOST_SUITES for t in platforms.targets(n)]


def _prepare(hosts, targets):
    need([package for t in targets for package in t.packages] + _of_hosts(ALSO_NEEDED, hosts))
    isas = [t.platform.isa for t in targets] + ["x86_64"] * bool(hosts) + _of_hosts(ALSO_BUILT, hosts)
    isas += ["x86_64"] * any(t.watched for t in targets)  # the plugin
    for isa in dict.fromkeys(isas):
        build(isa)


def _of_hosts(table, hosts):
    return [word for host in hosts for word in table.get(host, [])]


def _budget(target, soak):
    return target.timeout * (SOAK if soak else 1)


def _in_parallel(work, jobs):
    """(name, report) of each piece of work as it ends; trouble in one is that one's failure."""
    def guarded(function):
        try:
            return function()
        except Trouble as trouble:
            return tap.Report(errors=[str(trouble)])
    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        names = {pool.submit(guarded, function): name for name, function in work.items()}
        try:
            for future in concurrent.futures.as_completed(names):
                yield names[future], future.result()
        except BaseException:
            qemu.STOP.set()
            for program in list(RUNNING):
                program.terminate()
            pool.shutdown(cancel_futures=True)
            raise


def _say_result(name, report, budget, case):
    passed, failed, skipped = report.counts
    say(f"{'FAIL' if failed else 'ok  '} {name:23}{passed:5} passed {failed:4} failed {skipped:4} skipped "
        f"{report.seconds:6.1f} s" + (f" of {budget}" if budget else ""))
    bad_cases = [c for c in report.cases if c.result == "fail"]
    for bad in bad_cases[:SHOWN_FAILURES]:
        say(f"       {bad.name}" + (f" [{bad.mode}]" if bad.mode else "") + (f": {bad.why}" if bad.why else ""))
        for line in bad.context:
            say(f"         {line}")
    if len(bad_cases) > SHOWN_FAILURES:
        say(f"       and {len(bad_cases) - SHOWN_FAILURES} more")
    if bad_cases and budget and not case:
        say(f"       again: ./pv test {name} --case {bad_cases[0].name}")
    for note in report.notes:
        say(f"       {note}")
    for error in report.errors:
        say(f"       ERROR: {error}")
    for line in report.tail:
        say(f"       | {line}")


def _coverage(coverage):
    """The coverage of each platform as one more result; the table goes to a file."""
    path = BUILD / "coverage.txt"
    path.write_text("\n".join(coverage.table()) + "\n")
    results = {}
    for platform in coverage.platforms:
        problems = coverage.problems(platform)
        cases = [tap.Case("coverage", "", "fail", problem) for problem in problems]
        results["coverage of " + platform] = tap.Report(cases=cases or [tap.Case("coverage", "", "pass")])
        _say_result("coverage of " + platform, results["coverage of " + platform], None, None)
    if results:
        say(f"ops and services by platform: {path.relative_to(TOP)}")
    return results


def _keep(results):
    """Note the counts of these runs next to what earlier runs left."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    for name, report in results.items():
        kept[name] = dict(zip(("passed", "failed", "skipped"), report.counts), seconds=round(report.seconds, 1))
    RESULTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def _matrix(results, budgets):
    """Runs × case families, to a file; a cell counts passed cases, then failed (F) and skipped (s) ones."""
    guests = {name: report for name, report in results.items() if name in budgets}
    families = list(dict.fromkeys(c.name.split(".")[0] for r in guests.values() for c in r.cases))
    if len(guests) < 2 or not families:
        return
    lines = ["passed cases by family; 2F = failed, 1s = skipped, - = none",
             " " * 24 + "".join(f"{f:>9}" for f in families)]
    for name, report in guests.items():
        cells = [_cell([c.result for c in report.cases if c.name.split(".")[0] == f]) for f in families]
        lines.append(f"{name:24}" + "".join(f"{c:>9}" for c in cells) + ("   ERROR" if report.errors else ""))
    path = BUILD / "families.txt"
    path.write_text("\n".join(lines) + "\n")
    say(f"cases by run and family: {path.relative_to(TOP)}")


def _cell(outcomes):
    failed, skipped = outcomes.count("fail"), outcomes.count("skip")
    if not outcomes:
        return "-"
    return f"{outcomes.count('pass')}" + (f" {failed}F" if failed else "") + (f" {skipped}s" if skipped else "")
