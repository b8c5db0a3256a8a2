"""The hobby kernel by its console: booted on every platform, its shell is typed at (hobby_lines.py), and each answer
is a case. Then what only the deterministic clock can tell, and boot modules that are none.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import re
import tempfile
import time
from pathlib import Path

import ends
import hobby_lines
import image
import platforms
import qemu
import tap
import vmiwatch
import xenlog
from tools import SCREEN, Trouble, build, kernel, need

MANY, FEW = 10000, 100  # rounds of stress: on one platform of each ISA, and on the others
DETERMINISTIC = ["x86_64-pc", "i386-pc", "sparc64-sun4v"]  # an instruction is a nanosecond: also the platforms with MANY rounds
# Beyond the ways to boot: tell on their guest; and machines whose other suites are not all there yet.
ALSO = ["x86_64-xen+debug", "i386-vmi+ring1", "sparc64-sun4u+ofcons"]
# The firmware is called three times for a character: only the first lines are typed there.
SLOWLY = {"sparc64-sun4u+ofcons": 16}
ICOUNT = ["-icount", "shift=0,sleep=off"]

# Far more than a run takes: the machine may be busy with other things.
SECONDS, SILENCE, AGAIN = 400, 60, 90

PROMPT = re.compile(r"^(?:(\d+) )?\$ ", re.MULTILINE)
BANNER = r"^hobby: \d+ KiB of RAM"
PANIC = r"pv: panic: "

DAMAGED = r"the boot module is no tar archive, or a damaged one$"

# What is wrong with the boot module, the words of the command line, and what the panic says.
BAD_MODULES = {
    "no-module": (None, [], r"there is no boot module: this kernel gets its programs from one \(initrd\.tar\)$"),
    "no-archive": (lambda tar: b"no archive" * 1000, [], DAMAGED),
    "empty-archive": (lambda tar: bytes(10240), [], r"/bin/init cannot be run \(error 2\): is it in the boot module\?$"),
    "damaged": (lambda tar: tar[:700] + b"?" + tar[701:], [], DAMAGED),
    "damaged-size": (lambda tar: tar[:512 + 124] + b"7" + tar[512 + 125:], [], DAMAGED),
    "cut-off": (lambda tar: tar[:100000], [], DAMAGED),
    "cut-off-behind-a-member": (lambda tar: tar.rstrip(b"\0") + bytes(-len(tar.rstrip(b"\0")) % 512), [],
                                DAMAGED),
    "no-such-program": (lambda tar: tar, ["init=/bin/none"], r"/bin/none cannot be run \(error 2\): is it in the boot"),
    "no-program": (lambda tar: tar, ["init=/welcome"], r"/welcome cannot be run \(error 7\): is it in the boot"),
}


def hobby():
    """A report with a case per platform and line. Two at a time: a conversation is half waiting."""
    started = time.monotonic()
    report = tap.Report()
    tested = platforms.ways() + list(map(platforms.find, ALSO))
    need([package for target in tested for package in target.packages])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for cases in pool.map(_cases, tested):
            report.cases += cases
    report.seconds = time.monotonic() - started
    return report


def _cases(target):
    try:
        build(target.platform.isa)
        if target.watched:
            build("x86_64")  # has the plugin
        return _conversations(target)
    except Trouble as trouble:
        return [tap.Case(f"hobby.{target.name}", "", "fail", str(trouble))]


def _conversations(target):
    often = target.name in DETERMINISTIC
    # The second sun4v machine has nothing that could start it again.
    lines = hobby_lines.script(target.platform.isa, MANY if often else FEW, target.platform.backend,
                               target.platform.loader != "niagara")
    if target.name in SLOWLY:
        lines = [*lines[:SLOWLY[target.name]], hobby_lines.HALT]
    cases = converse(target, lines, target.name)
    if often:
        cases += converse(target, hobby_lines.deterministic(), f"{target.name}.icount", ICOUNT)
        cases += [_bad_module(target, name) for name in BAD_MODULES]
    return cases


def converse(target, lines, prefix, options=()):
    """Boot with the programs, type LINES; a case for each, and one more if the machine does not last until the end."""
    talk = Conversation(lines, f"hobby.{prefix}")
    with tempfile.TemporaryDirectory(prefix="pv-watch-") as scratch:
        file, watch = kernel(target.platform.isa, "hobby"), Path(scratch, "ringwatch")
        if target.watched:
            options = [*options, *vmiwatch.options(watch, vmiwatch.code(file))]
        run = boot(target, talk, options)
        watched = [vmiwatch.case_of(file, watch, whole=False)] if target.watched else []
    wrong = xenlog.problems(run, target)
    log = [tap.Case(f"{talk.prefix}.log", "", "fail" if wrong else "pass", "; ".join(wrong))] if target.has_log else []
    for case in watched:
        case.name = f"{talk.prefix}.{case.name}"
    return talk.end(run) + log + watched


def boot(target, talk, options=()):
    """A boot with the programs, and somebody who types. The machine may start again, so that it is seen."""
    isa = target.platform.isa
    with tempfile.TemporaryDirectory(prefix="pv-hobby-") as scratch:
        command = image.command(target, kernel(isa, "hobby"), [], scratch, [str(kernel(isa, "initrd"))])
        command = [word for word in command if word != "-no-reboot"]
        return qemu.run([*command, *options], SECONDS, silence=SILENCE, script=talk, dead=PANIC,
                        on_line=lambda line: SCREEN.live(f"  hobby: {target.name}: {line[:80]}"))


class Conversation:
    """A script for qemu.run(): a line is typed when the prompt is there, and what comes until the next prompt is its
    answer."""

    def __init__(self, lines, prefix):
        self.left, self.prefix = list(lines), prefix
        self.line = None        # waits for its answer
        self.start = self.scan = 0  # of the console: where the answer begins, and where the next prompt may be
        self.until = 0.0        # when to give up typing the same again
        self.cases, self.kept, self.account = [], {}, {}

    def answers(self, text):
        """What to type, now that the console says TEXT."""
        while True:
            if self.line and self.keys and _has(self.keys[0][0], text[self.start:]):
                yield self.keys.pop(0)[1]
            prompt = PROMPT.search(text, self.scan)
            if not prompt:
                return
            self.scan, answer = prompt.end(), text[self.start:prompt.start()]
            if self.line and self.line.late and self._missing(answer):
                continue
            self._judge(answer, int(prompt[1] or 0))
            if self.line or self.left:
                yield self._next()

    def _next(self):
        if self.line:
            text = self.line.again
        else:
            self.line, self.start, self.until = self.left.pop(0), self.scan, time.monotonic() + AGAIN
            self.keys, text = list(self.line.keys), self.line.typed
        text = self._named(text)
        return text if text[-1:] and text[-1] < " " else text + "\n"

    def _judge(self, answer, status):
        """The answer is whole; or, if more is to be typed, not yet."""
        line = self.line
        if not line:
            return  # the first prompt
        for name, pattern in line.keep.items():
            match = _has(pattern, answer)
            self.kept[name] = match[1] if match else "0"
        problems = self._missing(answer)
        if line.again is not None and problems and time.monotonic() < self.until:
            return
        never = line.never and _has(self._named(line.never), answer)
        if never:
            problems.append(f"it says: {never[0]}")
        if _has(BANNER, answer) and not line.restarts:
            problems.append("the machine started again")
        if status != line.status:
            problems.append(f"the status is {status}, not {line.status}")
        problems += self._account(answer)
        self._case(problems, answer, never.end() if never else 0)

    def _missing(self, answer):
        at = 0
        for pattern in map(self._named, self.line.wants):
            match = re.compile(pattern, re.MULTILINE).search(answer, at)
            if not match:
                return [f"the answer does not have, or not in this order, /{pattern}/"]
            at = match.end()
        return []

    def _account(self, answer):
        if self.line.account == "note":
            self.account = hobby_lines.account(answer)
        if self.line.account != "same":
            return []
        now = hobby_lines.account(answer)
        return [f"{name}: {self.account.get(name)}, then {n}" for name, n in now.items() if self.account.get(name) != n]

    def _case(self, problems, answer, wrong=0):
        """The last lines are shown, and those up to WRONG, where in ANSWER it is."""
        end, before = _shown(answer), _shown(answer[:wrong])
        shown = [*before[-20:], *["..."] * bool(before), *end[-20:]]
        self.cases.append(tap.Case(f"{self.prefix}.{self.line.name}", "", "fail" if problems else "pass",
                                   "; ".join(problems), shown if problems else []))
        self.line = None

    def _named(self, text):
        for name, value in self.kept.items():
            text = text.replace("{" + name + "}", value)
        return text

    def end(self, run):
        """All cases, now that it is over."""
        self.line = self.line or hobby_lines.Line("start", "")
        problems = [] if self.line.ends and (run.end, run.status) == ("exited", 0) else \
            [f"no prompt came, QEMU {run.end}" + (f", {len(self.left)} lines not typed" if self.left else "")]
        self._case(problems, "\n".join(tap.shown(run.lines[-20:], run)))
        return self.cases


def _shown(text):
    return [line for line in text.split("\n") if line.strip()]


def _has(pattern, text):
    return re.search(pattern, text, re.MULTILINE)


def _bad_module(target, name):
    change, words, panic = BAD_MODULES[name]
    with tempfile.TemporaryDirectory(prefix="pv-hobby-") as scratch:
        modules = []
        if change:
            modules = [f"{scratch}/module"]
            Path(modules[0]).write_bytes(change(kernel(target.platform.isa, "initrd").read_bytes()))
        command = image.command(target, kernel(target.platform.isa, "hobby"), words, scratch, modules)
        run = qemu.run(command, SILENCE, dead=f"{ends.STOPPED}|{PROMPT.pattern}")
    problems = ends.problems(run, [f"{PANIC}{panic}", ends.STOPPED], "stops")
    lines = [line for line in run.lines if line.strip()]
    return tap.Case(f"hobby.{target.name}.{name}", "", "fail" if problems else "pass", "; ".join(problems),
                    lines[-20:] if problems else [])
