"""The emulator's plugin ringwatch: it finds what a kernel in ring 1 executes past its hypervisor and no processor traps.
The ROM's guest has one of each kind planted, at labels that say the kind.

SPDX-License-Identifier: BSD-2-Clause
"""
import bisect
import collections
import re
import subprocess
import tempfile
from pathlib import Path

import tap
from tools import BUILD, TOP, build

PLUGIN = BUILD / "x86_64/conformance/tools/ringwatch.so"
SOURCE = TOP / "conformance/tools/ringwatch.c"
REVIEWED = TOP / "conformance/ring1.txt"  # what a kernel of ours may do: kind, function, in how many places, why that is right


def cases(boot, guest):
    """A case for each planted one, and for what must not be told; BOOT runs the guest with more of QEMU's options."""
    build("x86_64")  # has the tools
    symbols = _symbols(guest)
    with tempfile.TemporaryDirectory(prefix="pv-watch-") as scratch:
        log = Path(scratch, "log")
        run = boot(options(log, kernel=[(symbols["_start"], symbols["test_main"] + 4096 * 16)],
                           user=[(symbols["user_code"], symbols["user_code_end"])]))
        found, bad = read(log)
    labels = {address: name for name, address in symbols.items() if re.match(r"watch_[A-Z]", name)}
    planted = {address: name.split("_")[1] for address, name in labels.items()}
    report = [_case(labels[at], found.get(at) == kind, f"{kind} at {at:#x} is told as {found.get(at)}")
              for at, kind in sorted(planted.items())]
    others = [f"{kind} at {at:#x}" for at, kind in sorted(found.items())
              if symbols["watch_all"] <= at < symbols["watch_end"] and at not in planted]
    programs = [f"{kind} at {at:#x}" for at, kind in found.items() if symbols["user_code"] <= at < symbols["user_code_end"]]
    outside = {kind for at, kind in found.items() if symbols["invoke"] <= at < symbols["traps"]}
    return run, [*report, _case("nothing_else", not others, f"told as well: {', '.join(others)}"),
                 _case("programs", not programs, f"of ring 3, and told: {', '.join(programs)}"),
                 _case("every_kind", kinds() == set(planted.values()), f"planted are {sorted(set(planted.values()))}"),
                 _case("elsewhere", {"POPF", "PUSHF"} <= outside, f"of invoke(), which has both: {outside}"),
                 _case("end", not bad, bad)]


def options(log, kernel, user=()):
    """QEMU's: the plugin, and what it is to watch, as pairs of addresses."""
    ranges = [f"{what}={low:#x}-{high:#x}" for what, pairs in (("kernel", kernel), ("user", user)) for low, high in pairs]
    return ["-plugin", ",".join([str(PLUGIN), f"log={log}", *ranges])]


def read(log):
    """What was told, {address: kind}, and what is wrong with the log itself."""
    lines = log.read_text().splitlines() if log.exists() else []
    found = {int(line.split()[1], 16): line.split()[0] for line in lines if not line.startswith("end")}
    return found, "" if lines and lines[-1] == "end" else f"the log ends with {lines[-1:]}"


def code(image):
    """Where an image has instructions, as pairs of addresses."""
    listing = subprocess.run(["readelf", "-SW", str(image)], check=True, text=True, stdout=subprocess.PIPE).stdout
    sections = re.findall(r"\] \S+ +[A-Z_]+ +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ +\w*X", listing)
    return [(int(start, 16), int(start, 16) + int(size, 16)) for start, size in sections]


def kinds():
    """Those that the plugin tells."""
    return set(re.findall(r'"([A-Z]+)"[;\s:]', SOURCE.read_text()))


def case_of(image, log, whole):
    """The case of a run of a whole kernel: all that was told is reviewed, and, if WHOLE, all that is reviewed was told."""
    found, bad = read(log)
    functions = sorted((address, name.partition(".")[0]) for name, address in _symbols(image).items())
    told = {at: (kind, functions[bisect.bisect_right(functions, (at, "\x7f")) - 1][1]) for at, kind in found.items()}
    return judge(told, reviewed(), bad, whole)


def reviewed():
    """(kind, function) -> in how many places of the function."""
    return {(kind, function): int(rest.split()[0]) for kind, function, rest in tap.read_table(REVIEWED)}


def judge(told, known, bad, whole):
    """TOLD: {address: (kind, function)}; KNOWN: {(kind, function): places}."""
    places, problems = collections.Counter(told.values()), [bad] if bad else []
    for (kind, function), count in sorted(places.items()):
        if count > (most := known.get((kind, function), 0)):
            where = ", ".join(f"{at:#x}" for at, what in sorted(told.items()) if what == (kind, function))
            problems.append(f"{kind} in {function} at {where}, {most} reviewed: make it a call of the ROM, or review it in "
                            f"conformance/{REVIEWED.name}")
    if whole:
        problems += [f"{kind} in {function} is seen in {places[kind, function]} of {count} places: mend "
                     f"conformance/{REVIEWED.name}" for (kind, function), count in known.items()
                     if places[kind, function] < count]
    return tap.Case("ringwatch.nothing_past_the_rom", "", "fail" if problems else "pass", "; ".join(problems))


def _symbols(guest):
    listing = subprocess.run(["nm", str(guest)], check=True, text=True, stdout=subprocess.PIPE).stdout
    return {line.split()[2]: int(line.split()[0], 16) for line in listing.splitlines() if len(line.split()) == 3}


def _case(name, good, why):
    return tap.Case(f"vmirom.watch.{name}", "", "pass" if good else "fail", "" if good else why)
