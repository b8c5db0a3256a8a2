"""./pv bench: what each op costs in instructions and hypercalls, counted by QEMU's deterministic instruction counter.
The guest prints `BENCH op mode instructions hypercalls` per line, then its signed verdict. Then what a system call, a
fork and so on cost on the hobby kernel, whose program `bench` says it.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import secrets
import tempfile

import hobby
import hobby_lines
import image
import platforms
import qemu
import tap
import xenlab
import xenlog
from hobby import ICOUNT
from tools import SCREEN, Trouble, build, kernel, need, say

BENCHED = ["x86_64-pc", "i386-pc", "x86_64-xen", "i386-xen+debug", "sparc64-sun4u", "sparc64-sun4v"]
ON_A_ROM = [f"i386-vmi{kinds}+quiet" for kinds in ("", "+calls", "+nops", "+none")]
COSTED = [*BENCHED, *ON_A_ROM]  # with limits (cost.py)
SIZES = ["x86_64-xen", "x86_64-xen+2g", "x86_64-xen+8g"]  # the same with 128 MiB, 2 and 8 GiB
ABREAST = 4  # columns of platforms
SLOW = 3  # nothing is timed here
MODES = ("bare", "rom", "patched", "table")
WORK = re.compile(r"^bench +(\S+) +(\d+) (\d+)$", re.MULTILINE)
PARTS = re.compile(r"^calls (\S+) (\d+) (\S+) (\d+)$", re.MULTILINE)
PLAIN = ("null-call", "page-fault", "pipe-round-trip", "fork-exit", "fork-exec-exit")  # a round is one of them
MEMORY = re.compile(r"P2M (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$")
LINE = re.compile(r"BENCH (\S+) (bare|rom|patched|table) (\d+) (\d+)$")


def bench(names, tsv):
    """Print the table of each platform; with TSV only the lines."""
    targets = [platforms.find(name) for name in names or BENCHED]
    need([package for t in targets for package in t.packages])
    for target in targets:
        build(target.platform.isa)
        rows = measure(target)
        if tsv:
            for row in rows:
                say("\t".join([target.name, *row]))
        else:
            _table(target.name, rows)
        if target.name == SIZES[0]:
            _report_memory(measure_memory(), tsv)
    if not names:
        # A guest beside a first domain has no clock that counts instructions.
        targets = [platforms.Target(p) for p in platforms.PLATFORMS]
    targets = [t for t in targets if t.loader not in xenlab.KINDS or t.name in names]
    need([package for t in targets for package in t.packages])
    measured = {t.name: measure_work(t) for t in targets}
    work = {name: rows for name, (rows, _parts) in measured.items()}
    if tsv:
        for name, rows in work.items():
            for what, instructions, calls in rows:
                say("\t".join([name, f"hobby.{what}", "patched", instructions, calls]))
    elif work:
        _work_table(work)
        _parts_lists({name: parts for name, (_rows, parts) in measured.items()})


def measure(target):
    """Rows (op, mode, instructions, hypercalls), as printed."""
    return _boot(target, LINE)


class Memory:
    """What a guest's memory costs it, as the bench kernel says it (bench_memory.c)."""

    def __init__(self, pages, size, instructions, calls, there, back):
        self.pages, self.bytes, self.instructions, self.calls = pages, size, instructions, calls
        self.there, self.back = there, back

    def more(self, less):
        """(instructions, hypercalls) per page, of the pages that this one has more."""
        pages = self.pages - less.pages
        return (self.instructions - less.instructions) / pages, (self.calls - less.calls) / pages


def measure_memory():
    """A Memory for each size of the first domain, the smallest first."""
    found = []
    for target in map(platforms.find, SIZES):
        found.append(Memory(*map(int, _boot(target, MEMORY)[0])))
    return found


def _boot(target, pattern):
    """A run of the bench kernel: what matches in its lines."""
    nonce = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="pv-bench-") as scratch:
        command = image.command(target, kernel(target.platform.isa, "bench"), [f"verdict={nonce}"], scratch)
        run = qemu.run(command + ICOUNT, SLOW * target.timeout,
                       last_line=tap.is_verdict(nonce), dead=target.platform.dead,
                       on_line=lambda line: SCREEN.live(f"  {target.name}: {line}"))
    SCREEN.live("")
    verdicts = [m for m in map(tap.VERDICT.match, run.lines) if m and m[1] == nonce]
    rows = [m.groups() for m in map(pattern.match, run.lines) if m]
    wrong = xenlog.problems(run, target)
    if run.end != "exited" or run.status != 0 or len(verdicts) != 1 or int(verdicts[0][3]) or not rows or wrong:
        tail = "\n".join([*tap.shown(run.lines[-tap.SHOWN_LINES:], run), *wrong])
        raise Trouble(f"{target.name}: the bench did not come to a good end ({run.end}):\n{tail}")
    return rows


def measure_work(target):
    """Rows (what, instructions, hypercalls) of the hobby kernel; by what: (rounds, {hypercall: how often in all})."""
    talk = hobby.Conversation([hobby_lines.Line("bench", "bench"), hobby_lines.HALT], "bench")
    run = hobby.boot(target, talk, ICOUNT)
    SCREEN.live("")
    rows = WORK.findall(run.text)
    parts, wrong = calls_by_name(run.text, rows) if target.xen else ({}, [])  # a ROM's calls have no names here
    bad = [case for case in talk.end(run) if case.result != "pass"]
    if wrong:
        raise Trouble(f"{target.name}: the hypercalls do not add up: " + "; ".join(wrong))
    if bad or not rows:
        tail = "\n".join(run.lines[-tap.SHOWN_LINES:])
        raise Trouble(f"{target.name}: the hobby kernel's bench did not come to a good end ({run.end}):\n{tail}")
    return rows, parts


def calls_by_name(text, rows):
    """({what: (rounds, {hypercall: how often in all})}, what is wrong: the parts are the sum, and the sum is the row's)."""
    parts, wrong = {}, []
    for what, rounds, name, count in PARTS.findall(text):
        parts.setdefault(what, (int(rounds), {}))[1][name] = int(count)
    for what, _instructions, calls in rows:
        rounds, counts = parts.get(what, (1, {}))
        total = counts.pop("all", 0)
        if sum(counts.values()) != total:
            wrong.append(f"{what}: {total} in all, but by name {counts}")
        if what in PLAIN and (total + rounds // 2) // rounds != int(calls):
            wrong.append(f"{what}: {total} in {rounds} rounds are not {calls} each")
    return parts, wrong


def _parts_lists(parts):
    """What the hypercalls of one round are."""
    if any(by_what for by_what in parts.values()):
        say("\nthe hypercalls of one round, by name")
    for name, by_what in parts.items():
        for what, (rounds, counts) in by_what.items():
            each = sorted(counts.items(), key=lambda item: -item[1])
            said = " + ".join(f"{count / rounds:.2f} {call}" for call, count in each)
            say(f"{name:16}{what:16}{sum(counts.values()) / rounds:7.2f} = {said}")


def _report_memory(sizes, tsv):
    """The tables that translate physical memory, and what start of day and a translation take, by size of memory."""
    if tsv:
        for m in sizes:
            say("\t".join(map(str, [SIZES[0], "p2m", m.pages, m.bytes, m.instructions, m.calls, m.there, m.back])))
        return
    say(f"{SIZES[0]}: physical to machine memory")
    say(f"{'memory':>10}{'tables':>11}{'per GiB':>10}{'start of day':>18}{'per page more':>15}{'there':>7}{'back':>6}")
    for less, m in zip([None, *sizes], sizes):
        per_page = f"{m.more(less)[0]:.1f}" if less else ""
        say(f"{m.pages >> 8:6} MiB{m.bytes >> 10:7} KiB{(m.bytes << 8) // m.pages:6} KiB"
            f"{_cell(str(m.instructions), str(m.calls)):>18}{per_page:>15}{m.there:7}{m.back:6}")
    say("start of day and a translation: instructions, Xen's included (+Nh = hypercalls)")
    say()


def _work_table(work):
    """A thing per row, a platform per column."""
    cells = {(name, what): _cell(n, calls) for name, rows in work.items() for what, n, calls in rows}
    things = list(dict.fromkeys(what for rows in work.values() for what, *_rest in rows))
    say("the hobby kernel: instructions (+Nh = hypercalls) on each platform")
    names = list(work)
    for some in (names[at:at + ABREAST] for at in range(0, len(names), ABREAST)):
        say(" " * 16 + "".join(f"{name:>16}" for name in some))
        for what in things:
            say(f"{what:16}" + "".join(f"{cells.get((name, what), '-'):>16}" for name in some))


def _cell(instructions, calls):
    return instructions + (f" +{calls}h" if calls != "0" else "")


def _table(name, rows):
    """An op per row, a mode per column: instructions, and hypercalls where there are any."""
    cells = {(op, mode): _cell(n, calls) for op, mode, n, calls in rows}
    ops = list(dict.fromkeys(op for op, *_rest in rows))
    modes = [m for m in MODES if any(row[1] == m for row in rows)]
    width = max(map(len, ops))
    say(f"{name}: instructions per op (+Nh = hypercalls)")
    say(" " * width + "".join(f"{mode:>12}" for mode in modes))
    for op in ops:
        say(f"{op:{width}}" + "".join(f"{cells.get((op, mode), '-'):>12}" for mode in modes))
    say()
