"""What Xen says on its own console while a guest runs: nothing, or what the guest announced.

    # xen-complaint PATTERN        a regular expression of what Xen will say about the next case

On our debug build, which tells on its guests, an announced complaint must come before the case's own line, and every
complaint must be announced. The shipped Xen is silent about most; there an announcement only permits. A guest beside a
first domain has a console of its own, whose order with Xen's log is not known: there the whole run counts.

SPDX-License-Identifier: BSD-2-Clause
"""
import re

import sun4vlog
import vmilog

ANNOUNCED = re.compile(r"# xen-complaint (.+)$")
CASE_END = re.compile(r"(not )?ok \d+ - (\S+)")
SHOWN = 8  # problems of one run

# Until the second of these Xen starts; it starts again behind the first, and a shim, which does not say so, by its name.
RESTART = re.compile(r"Hardware Dom\d+ shutdown: rebooting machine|\) Xen version \d")
STARTED = re.compile(r"Freed \d+kB init memory")

# No complaints: what Xen says at every end and about making a guest; and that the emulator was not run for a while.
HARMLESS = re.compile(r"\(XEN\) *$|Hardware Dom\d+ (shutdown|halted)|Resetting with ACPI|Serial input to|"
                      r"HVM\d* (d\d+(v\d+)? )?(save|restore): |d\d+v\d+: upcall vector|memory_map:(add|remove)|"
                      r"Platform timer appears to have unexpectedly wrapped|Expanding d\d+ grant table|\(d\d+\) |"
                      r"Latched unbound|Initialised PV console|Dom\d+ callback via changed to|xentrace: ")
FIRST_DOMAIN = re.compile(r"\bd0(v\d+)?\b")


def problems(run, target):
    """What is wrong with the log of a finished qemu.Run on a platforms.Target; firmware of ours has one, too."""
    if target.platform.loader == "qemu_vmi":
        return vmilog.problems(run)
    if target.platform.loader in ("sun4v", "niagara"):
        return sun4vlog.problems(run)
    if not target.xen:
        return []
    complaints = _complaints(run.log, beside=not target.loader.startswith("xen_dom0"))
    windows = windows_of(run.lines, ANNOUNCED)
    if not target.loader.startswith("xen_dom0"):
        windows = [(None, 0, len(run.lines) + 1, [pattern for *_where, patterns in windows for pattern in patterns])]
    found = []
    for name, start, end, patterns in windows:
        said = [text for at, text in complaints if start <= at < end]
        found += [f"Xen complains{f', in {name}' if name else ''}: {text}" for text in said
                  if not any(re.search(pattern, text) for pattern in patterns)]
        if target.debug:
            found += [f"Xen does not complain{f', in {name}' if name else ''}, of what was announced: {pattern}"
                      for pattern in dict.fromkeys(patterns) if not any(re.search(pattern, text) for text in said)]
    return found[:SHOWN] + ([f"and {len(found) - SHOWN} more of the kind"] if len(found) > SHOWN else [])


def since_start(log):
    """The lines after Xen's start; all of them where it did not get so far."""
    lines = [text for _at, text in log]
    starts = [number for number, text in enumerate(lines) if STARTED.search(text)]
    return lines[starts[-1] + 1:] if starts else lines


def _complaints(log, beside):
    """(at, line) of those lines that are no good sign."""
    last = max((number for number, (_at, text) in enumerate(log) if STARTED.search(text)), default=-1)
    starting, found = last >= 0, []
    for number, (at, text) in enumerate(log):
        if starting:
            starting = not STARTED.search(text)
        elif RESTART.search(text):
            starting = number < last
        elif not HARMLESS.search(text) and not (beside and FIRST_DOMAIN.search(text)):
            found.append((at, text))
    return found


def windows_of(lines, marker):
    """(case, first line, line behind it, announced) of each case, and of what is behind the last."""
    windows, start, patterns = [], 0, []
    for number, line in enumerate(lines):
        announced, case = marker.match(line.strip()), CASE_END.match(line.strip())
        if announced:
            patterns.append(announced[1].strip())
        elif case:
            windows.append((case[2], start, number + 1, patterns))
            start, patterns = number + 1, []
    return [*windows, (None, start, len(lines) + 1, patterns)]
