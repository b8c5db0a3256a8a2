"""What ops may cost. On bare metal a hot op at a patched site is the instructions of hand-written assembly and at most one
filler NOP. Under Xen PV the gate is one access to shared memory or a call of a few instructions, and larger things take
few calls into the hypervisor. Counted, not timed: the bench kernel under QEMU's instruction counter.

SPDX-License-Identifier: BSD-2-Clause
"""
import time

import bench
import platforms
import tap
from tools import Trouble, build, need

# Instructions at most by ISA, and hypercalls, patched; None: no matter how many. What stands in place is one access,
# and of save the constant that becomes the result; on i386, where it is a byte shorter, a filler NOP. Of enable and
# restore it is all: the argument, the call, the leaf with its return.
UNDER_XEN = {
    "isa.irq_save": ({"x86_64": 2, "i386": 3}, 0),
    "isa.irq_disable": ({"x86_64": 1, "i386": 2}, 0),
    "isa.irq_read": ({"x86_64": 1, "i386": 2}, 0),
    "isa.irq_enable": (6, 0),
    "isa.irq_restore": (6, 0),
    "isa.irq_restore_open": (6, 0),
    "isa.cr2_read": ({"x86_64": 1, "i386": 2}, 0),
    "isa.counter": (4, 0),
    "thread.switch": (None, 1),
    "pages.map_1000": (None, 8),
    "pages.unmap_1000": (None, 8),
    "pages.clear_1000": (None, 8),
}

# Of memory: a word and a byte for each page of 64 bits; a translation with call and return; at start of day, for each
# page that a larger machine has, its entry and Xen's look at it, and a call for some hundred tables of 512.
PAGE_BYTES, TRANSLATION, PAGE_INSTRUCTIONS, PAGE_CALLS = 9, 16, 800, 1 / 65536
EVEN = 0.05  # the cost of a page may differ so much from one size of memory to another

# Of the hobby kernel's bench: instructions of a round at most on bare metal, hypercalls under Xen (docs/xen.md says what
# for), with room for a tick in some rounds.
WORK = ["null-call", "page-fault", "context-switch", "pipe-round-trip", "fork-exit", "fork-exec-exit"]
WORK_AT_MOST = {
    "x86_64-pc": [400, 5000, 800, 5500, 200000, 350000],
    "i386-pc": [600, 6000, 1300, 8000, 200000, 370000],
    "x86_64-xen": [1, 2, 1, 6, 14, 24],
    "i386-xen+debug": [1, 2, 1, 6, 16, 28],
}
# Instructions under Xen, its own included, of those that vary little from build to build. Forks do not: on our debug build
# from 1.7 to 2.4 million, with exec from 3 to 12, by where things lie.
WORK_UNDER_XEN = {
    "x86_64-xen": [1200, 8500, 4500, 16000],
    "i386-xen+debug": [1400, 10500, 8000, 25000],
}

# On our VMI ROM: instructions of the library's at a patched site, beyond the ROM's own part and what calls it by hand. The
# site's call stands for the one by hand; a filler NOP where the native instructions are longer. What spoils registers has
# a leaf that keeps them. Exactly so many, so it is exactly the calls of the ROM that are made by hand: one, but of save, two.
OVER_ROM = {
    "isa.irq_save": 2,       # the leaf's jump to the second call; the NOP
    "isa.irq_disable": 1,    # the NOP
    "isa.irq_enable": 0,
    "isa.irq_restore": 0,
    "isa.irq_restore_open": 0,
    "isa.irq_read": 1,       # the NOP
    "isa.cr2_read": 7,       # the leaf: its call, ecx, edx; the NOP
    "isa.cr3_read": 6,       # the same
    "isa.cr3_write": 10,     # eax, ecx, edx; is a batch open
    "isa.fpu_clear": 8,      # eax, ecx, edx
    "isa.fpu_set": 7,        # ecx, edx; the value is remembered
    "isa.counter": 4,        # ecx
    "isa.invlpg": 7,         # eax, ecx, edx
    "isa.in8": 0,
    "isa.out8": 0,
}
# In C, which is less than half of what any call of the ROM takes: is it a table, of which level, is a batch open.
OVER_ROM_AT_MOST = {"table.pte_set": 125, "table.pte_clear": 125, "table.pte_exchange": 140, "io.port_delay": 4}
LEFT_TO_KERNEL = {  # by variant of the ROM: where nothing but the native instructions is, besides what no ROM is told
    "": [], "+calls": [], "+nops": ["table.pte_exchange"],
    "+none": [*OVER_ROM, "table.pte_set", "table.pte_clear", "table.pte_exchange", "io.port_delay"],
}
NO_CALL = ["isa.pte_get"]
NOTHING = {"": ["io.port_delay"], "+nops": ["io.port_delay"]}  # answered NOP, and on bare metal something
BY_ROM = {  # (instructions, calls)
    "thread.switch": (None, 1),      # what makes the ROM carry out all that it collected
    "pages.map_1000": (None, 1),
    "pages.unmap_1000": (None, 1),   # of a space that is not active: no translation of it to flush
    "pages.clear_1000": (None, 0),   # its tables are given back, not emptied
}
# Of a ROM that need not hear of what was stored (+nops), and of one that hears of nothing: no batch either.
NO_BATCH = {**BY_ROM, "pages.map_1000": (None, 0), "pages.unmap_1000": (None, 0)}
UNDER_ROM = {"": BY_ROM, "+calls": BY_ROM, "+nops": NO_BATCH, "+none": {**NO_BATCH, "thread.switch": (None, 0)}}


# On sun4v, beside the ops, which are the bare instructions: fast traps. A switch between spaces writes a context register.
ON_SUN4V = {
    "thread.switch": (None, 2),
    "pages.map_1000": (None, 0),
    "pages.unmap_1000": (None, 1),
    "pages.clear_1000": (None, 1),
}


def cost():
    """A report with a case per platform and op."""
    started = time.monotonic()
    report, measured = tap.Report(), {}
    for name in bench.COSTED:
        target = platforms.find(name)
        try:
            need(target.packages)
            build(target.platform.isa)
            rows = measured[name] = bench.measure(target)
        except Trouble as trouble:
            report.cases.append(tap.Case(f"cost.{name}", "", "fail", str(trouble)))
            continue
        if name not in bench.ON_A_ROM:
            report.cases += judge(target, rows, UNDER_XEN) if target.xen else _on_bare_metal(name, rows)
        report.cases += judge(target, rows, ON_SUN4V) if target.platform.backend == "sun4v" else []
        report.cases += _of_hobby(target) if name in WORK_AT_MOST else []
    report.cases += [case for name in bench.ON_A_ROM if name in measured
                     for case in judge_rom(platforms.find(name), measured[name], measured.get("i386-pc", []))]
    report.cases.append(_memory())
    report.seconds = time.monotonic() - started
    return report


def _counts(rows):
    return {(op, mode): (int(n), int(calls)) for op, mode, n, calls in rows}


def judge_rom(target, rows, native):
    """The cases of a bench on our VMI ROM: what the ROM takes, the native instructions, or nothing, by op and exactly."""
    kinds = target.name.removeprefix("i386-vmi").removesuffix("+quiet")
    ours, theirs, cases = _counts(rows), _counts(native), []
    for op in [*OVER_ROM, *OVER_ROM_AT_MOST, *NO_CALL]:
        by_rom, site = ours.get((op, "rom")), ours.get((op, "patched"))
        if op in [*NO_CALL, *LEFT_TO_KERNEL[kinds]]:
            good, wanted = site is not None and site == theirs.get((op, "patched")), "what i386-pc has, "\
                f"{theirs.get((op, 'patched'))}"
        elif op in NOTHING.get(kinds, []):
            good, wanted = site is not None and site < theirs.get((op, "patched"), (0, 0)) and by_rom is None, "nothing"
        else:
            least, most = OVER_ROM.get(op, 0), OVER_ROM.get(op, OVER_ROM_AT_MOST.get(op))
            good = None not in (by_rom, site) and least <= site[0] - by_rom[0] <= most and most < by_rom[0] and site[1] == 0
            wanted = f"the ROM's own {by_rom} and {least} to {most} instructions"
        cases.append(tap.Case(f"cost.{target.name}.{op}", "", "pass" if good else "fail",
                              "" if good else f"(instructions, hypercalls): {site}; wanted: {wanted}"))
    return cases + judge(target, rows, UNDER_ROM[kinds])


def _fillers(name, op):
    """Instructions that a patched op may have beside the bare ones: the gate of sparc64 stands there as it is, anything else
    may leave room in its site."""
    return 0 if name.startswith("sparc64") and op.startswith("isa.irq_") else 1


def _on_bare_metal(name, rows):
    counts, cases = _counts(rows), []
    for op in dict.fromkeys(op for op, *_rest in rows if op.startswith("isa.")):
        bare, patched = counts.get((op, "bare")), counts.get((op, "patched"))
        if bare is None or patched is None:
            cases.append(tap.Case(f"cost.{name}.{op}", "", "fail", "not measured both bare and patched"))
            continue
        good = bare[0] <= patched[0] <= bare[0] + _fillers(name, op) and patched[1] == 0
        why = "" if good else f"{patched[0]} instructions and {patched[1]} hypercalls; by hand {bare[0]}"
        cases.append(tap.Case(f"cost.{name}.{op}", "", "pass" if good else "fail", why))
    return cases


def judge(target, rows, limits):
    """The cases of the rows of a bench."""
    counts, cases = _counts(rows), []
    for op, (limit, most_calls) in limits.items():
        most = limit[target.platform.isa] if isinstance(limit, dict) else limit
        instructions, calls = counts.get((op, "patched"), (None, None))
        exactly = limits in UNDER_ROM.values()
        good = instructions is not None and (most is None or instructions <= most) and calls <= most_calls and \
            (not exactly or calls == most_calls)
        why = "" if good else f"{instructions} instructions and {calls} hypercalls; " \
            f"at most {most} and {'exactly ' if exactly else ''}{most_calls}"
        cases.append(tap.Case(f"cost.{target.name}.{op}", "", "pass" if good else "fail", why))
    return cases


def _of_hobby(target):
    try:
        rows, _parts = bench.measure_work(target)
    except Trouble as trouble:
        return [tap.Case(f"cost.{target.name}.hobby", "", "fail", str(trouble))]
    judged = list(judge_work(rows, WORK_AT_MOST[target.name], target.xen))
    if target.xen:
        more = judge_work(rows, WORK_UNDER_XEN[target.name], False)
        judged += [(f"{what}.instructions", problem) for what, problem in more]
    return [tap.Case(f"cost.{target.name}.{what}", "", "fail" if problem else "pass", problem) for what, problem in judged]


def judge_work(rows, limits, calls):
    """(what, why it costs too much or "") of the rows of a bench: hypercalls, else instructions."""
    counts = {what: int(entered if calls else instructions) for what, instructions, entered in rows}
    for what, limit in zip(WORK, limits):
        count = counts.get(what)
        problem = "not measured" if count is None else f"{count} a round, {limit} at most" if count > limit else ""
        yield what, problem


def _memory():
    name = f"cost.{bench.SIZES[0]}.memory"
    try:
        problems = judge_memory(bench.measure_memory())
    except Trouble as trouble:
        problems = [str(trouble)]
    return tap.Case(name, "", "fail" if problems else "pass", "; ".join(problems))


def judge_memory(sizes):
    """What is not linear, or too much, of the costs of memory, the smallest machine first."""
    problems, small, big = [], sizes[0], sizes[-1]
    if big.pages < 64 * small.pages:
        problems.append(f"{big.pages} pages are not 64 times {small.pages}")
    for m in sizes:
        if m.bytes != PAGE_BYTES * m.pages:
            problems.append(f"tables of {m.bytes} bytes for {m.pages} pages, not {PAGE_BYTES} each")
        if (m.there, m.back) != (small.there, small.back) or max(m.there, m.back) > TRANSLATION:
            problems.append(f"a translation takes {m.there} and {m.back} instructions with {m.pages} pages")
    first, *others = [m.more(less) for less, m in zip(sizes, sizes[1:])]
    for instructions, calls in [first, *others]:
        if abs(instructions - first[0]) > EVEN * first[0] or instructions > PAGE_INSTRUCTIONS:
            problems.append(f"a page more takes {instructions:.1f} instructions at start of day, and {first[0]:.1f}")
        if calls > PAGE_CALLS:
            problems.append(f"a page more takes {calls:.6f} hypercalls at start of day")
    return problems
