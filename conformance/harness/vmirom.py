"""The VMI ROM's own tests: a guest that shares no code with libpv boots on it in each of the ROM's personalities, does
right, and does wrong so that each of the ROM's rules is seen to fire. QEMU's clock counts instructions here: what the
guest measures is the same in every run.

SPDX-License-Identifier: BSD-2-Clause
"""
import collections
import concurrent.futures
import re
import tempfile
import time
from pathlib import Path

import image
import qemu
import tap
import vmilog
import vmiwatch
from tools import BUILD, SCREEN, TOP, build, need

GUEST = BUILD / "i386/conformance/firmware/vmirom/selftest/vmi_selftest"
QEMU = ["qemu-system-i386", "-accel", "tcg", "-m", "64", "-machine", "pc", "-display", "none", "-nodefaults", "-no-reboot",
        "-vga", "none", "-icount", "shift=1,sleep=off", *vmilog.QEMU]
SECONDS = 60

CASE = re.compile(r"(not )?ok \d+ - (\S+)$")
END = re.compile(r"# end (\d+) (\d+)$")

# The ROM reads a clock that starts at a known time and runs with the guest's.
CLOCK = ["-rtc", "base=2026-01-02T03:04:05,clock=vm"]
RING, WATCHED = ["-cpu", "qemu32,+umip,+smap"], ["-cpu", "qemu32,+umip,+smap,+rdtscp"]
RING_XSAVE = ["-cpu", "qemu32,+umip,+smap,+xsave"]
TWO = ["-smp", "2", "-cpu", "qemu32,+nx"]
RESET = ["-action", "reboot=reset"]  # starts again, and does not end

BAD = ["sum", "option", "signature", "major", "minor", "licence", "licence-text", "licence-out", "pci", "pci-out",
       "pci-signature", "pci-length", "pci-id", "length-zero", "length-short", "length-long", "entry", "top", "init",
       "address", "address-one", "kind", "kind-one", "reserved", "iret", "iret-nop", "sysexit", "jump", "gate", "time",
       "frequency", "counter", "alarm", "wallclock"]

SOURCES = TOP / "conformance/firmware/vmirom"
RULES = SOURCES / "rules.txt"
COMPLAINT = re.compile(r"\(VMI\) (?P<call>ring 0|\w+): .*\[(?P<file>\w+\.c):(?P<line>\d+)\]$")

# No calls of a client, or without a published meaning.
NO_CALLS = {"MachineToPhysical", "PhysicalToMachine", "SetCallbacks", "Trap"}
NOT_IN_RING1 = {"SetInitialAPState"}

# run: (the guest's words, the ROM's words, what else QEMU gets)
RUNS = {
    "plain": ("header cpu apic", "", []),
    "vga": ("header mmu", "", ["-vga", "std", "-nic", "user,model=e1000"]),  # other ROMs
    "none": ("header kinds=none", "kinds=none", []),
    "call": ("header cpu form=call", "form=call", []),
    "jump": ("header cpu form=jump", "form=jump", []),
    "nop": ("header cpu form=nop", "form=nop", []),
    "pentium": ("header cpu time", "", ["-cpu", "pentium", *CLOCK]),
    "mmu": ("mmu", "", []),
    "pae": ("mmu pae", "", []),
    "time": ("time", "", CLOCK),
    "delay": ("delay", "delay=100", []),
    "smp": ("smp", "", TWO),
    "smp-pae": ("smp pae", "", TWO),
    "q35": ("header mmu pae time", "", ["-machine", "q35", *CLOCK]),
    "top": ("header top", "top=0xfc000000", []),
    "top-pae": ("header top pae", "top=0xfc000000", []),
    "refuse": ("refuse", "refuse=SetCR2:2", []),
    "refuse-init": ("refuseinit", "refuse=VMI_Init:1", []),
    "words": ("words", "nonsense bad=nothing top=0x123 refuse=SetCR2 refuse=Nobody:1 delay=many", []),
    "many-words": ("many", "top=0xfc000000".ljust(300, "x"), []),
    "quiet": ("quiet", "audit=off", []),
    "wrong-cpu": ("wrongcpu", "", []),
    "wrong-mmu": ("wrongmmu", "", []),
    "wrong-pae": ("wrongmmu pae", "", []),
    "wrong-time": ("wrongtime", "", []),
    "no-apic": ("header wrongnoapic", "", ["-cpu", "pentium,-apic"]),
    "wrong-apic": ("wrongapic", "", []),
    "wrong-smp": ("smp wrongsmp", "", TWO),
    "ring1": ("ring1", "ring1", RING),
    "ring1-pae": ("ring1 pae", "ring1", RING),
    "ring1-ports": ("ringports", "ring1 ports", RING),
    "ring1-top": ("top ring1", "ring1 top=0xfc000000", RING),
    "ring1-top-pae": ("top ring1 pae", "ring1 top=0xfc000000", RING),
    "ring1-call": ("ring1", "ring1 form=call", RING_XSAVE),
    "debug": ("debug", "", []),
    "debug-pae": ("debug pae", "", []),
    "ring1-debug": ("debug", "ring1", RING),
    "ring1-debug-pae": ("debug pae", "ring1", RING),
    "wrong-paging": ("wrongpaging", "", []),
    "wrong-paging-top": ("wrongpaging hole", "top=0xfc000000", []),
    "wrong-past": ("wrongpast", "", []),
    "ring1-time": ("time", "ring1", [*RING, *CLOCK]),
    "ring1-apic": ("apic", "ring1", RING),
    "ring1-soft": ("reboot soft", "ring1", [*RING, *RESET]),
    "ring1-no-task": ("ringtask", "ring1", RING),
    "ring1-no-gate": ("ringgate", "ring1", RING),
    "ring1-fault": ("ringfault", "ring1", RING),
    "off": ("off", "", RESET),
    "ring1-off": ("off", "ring1", [*RING, *RESET]),
    "soft": ("reboot soft", "", RESET),
    "hard": ("reboot hard", "", RESET),
    "no-way": ("reboot", "", RESET),
    **{f"bad-{name}": (f"bad bad={name}", f"bad={name}", []) for name in BAD},
}


def vmirom():
    """A report with a case per run and case of the guest."""
    started, report = time.monotonic(), tap.Report()
    need(["qemu-system-x86"])
    build("i386")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda item: _one(item[0], *item[1]), RUNS.items()))
    for name, run in zip(RUNS, runs):
        report.cases += _cases(name, run)
    report.cases += _without_counter()
    run, cases = vmiwatch.cases(lambda more: _one("watch", "watch ring1", "ring1", [*WATCHED, *more]), GUEST)
    report.cases += [*_cases("watch", run), *cases]
    said = {text for run in runs for _at, text in run.log}
    made = {name: set(vmilog.counts(run)) for name, run in zip(RUNS, runs)}
    in_ring1 = {call for name, (_guest, rom, _more) in RUNS.items() if "ring1" in rom.split() for call in made[name]}
    report.cases += [_every("call", _calls() - set().union(*made.values())),
                     _every("ring1_call", _calls() - NOT_IN_RING1 - in_ring1), _every("point", _calls() - quoted()),
                     _every("rule", rules_problems(list(places()), tap.read_table(RULES), said)),
                     _every("bad_rom", bad_names() ^ set(BAD))]
    report.seconds = time.monotonic() - started
    return report


def _without_counter():
    """On a processor without a time stamp counter no instruction reads it: the emulator says what it came across in the
    ROM, because its processors have the counter even if CPUID says that they do not."""
    with tempfile.TemporaryDirectory(prefix="pv-vmirom-") as scratch:
        log = Path(scratch, "log")
        run = _one("no-tsc", "mmu", "",
                   ["-cpu", "pentium,-tsc", "-d", "in_asm", "-dfilter", "0xc0000+0x20000", "-D", str(log)])
        came = set(re.findall(r"^0x[0-9a-f]+: .*?\b(rdtsc|invlpg)\b", log.read_text(), re.MULTILINE))
    bad = "" if came == {"invlpg"} else f"of rdtsc and invlpg, which is to be seen, came: {sorted(came)}"
    return [*_cases("no-tsc", run), tap.Case("vmirom.no-tsc.not_read", "", "fail" if bad else "pass", bad)]


def _one(name, guest, rom, more):
    SCREEN.live(f"  vmirom: {name}")
    return _boot(guest, rom, more)


def _boot(guest, rom, more):
    words = ["-fw_cfg", f"name=opt/org.libpv.vmi,string={rom}"] if rom else []
    with tempfile.TemporaryDirectory(prefix="pv-vmirom-") as scratch:
        path = Path(scratch, "vmi.rom")
        path.write_bytes(image.VMI_ROM.read_bytes())
        command = [*QEMU, *more, "-kernel", str(GUEST), "-append", guest, "-option-rom", str(path), *words]
        return qemu.run(command, SECONDS, last_line=END.match)


def _cases(name, run):
    """The guest's cases, and one for the run: it ended by itself, its count is right, the ROM said what was announced."""
    cases, context = [], []
    for line in run.lines:
        if match := CASE.match(line):
            result = "fail" if match[1] else "pass"
            cases.append(tap.Case(f"vmirom.{name}.{match[2]}", "", result, context=context if match[1] else []))
            context = []
        elif line.startswith("# "):
            context.append(line)
    said = [tuple(map(int, END.match(line).groups())) for line in run.lines if END.match(line)]
    counted = tuple(sum(c.result == result for c in cases) for result in ("pass", "fail"))
    bad = vmilog.problems(run)
    if not cases or said != [counted] or run.end != "exited" or run.status != 0:
        bad.insert(0, f"the guest said {said}, its lines {counted}; the run {run.end}, status {run.status}")
    last = tap.Case(f"vmirom.{name}.run", "", "fail" if bad else "pass", "; ".join(bad))
    last.context = tap.shown(run.lines[-20:], run) if bad else []
    return [*cases, last]


def _names():
    """The ROM's names for its calls, by number."""
    names = re.search(r"names\[.*?\] = \{(.*?)\};", (SOURCES / "audit.c").read_text(), re.DOTALL)
    return re.findall(r'"(\w+)"', names[1])


def _calls():
    return set(_names()) - NO_CALLS


def quoted():
    """The calls for which a case of right use quotes the line of the published list; the fixed entries have their sections."""
    text, names = "".join(path.read_text() for path in (SOURCES / "selftest").glob("*.c")), _names()
    sections = {"VMI_Init": "1.3", "GetRelocationInfo": "1.4"}
    found = {call for call, section in sections.items() if f'"{section}: ' in text}
    for numbers in re.findall(r'TEST\((?!wrong)\w+, \w+, "1\.6: ([\d, -]*\d)', text):
        for low, _to, high in (part.partition("-") for part in numbers.split(",")):
            found.update(names[int(low):int(high or low) + 1])
    return found


def places():
    """Where the ROM's sources complain: (file, first line, last line, text up to what is said in brackets), in order."""
    for path in sorted(SOURCES.glob("*.c")):
        source = path.read_text()
        for match in re.finditer(r'\b(?:complain|dead)\([ft], ([^;]*);', source):
            first, last = (source.count("\n", 0, at) + 1 for at in match.span())
            yield path.name, first, last, re.match(r'"([^"]+?)(?: \(|")', match[1])[1]


def rules_problems(there, table, said):
    """The places that are THERE against the reviewed TABLE of (file, calls, text), and against what the ROM SAID: each is
    seen to fire, for every call that the table has for it and for no other."""
    if [(name, text) for name, _first, _last, text in there] != [(name, text) for name, _calls, text in table]:
        differ = {(row[0], row[-1]) for row in there} ^ {(row[0], row[-1]) for row in table}
        return [f"{RULES.name} is not what the sources have, in their order: {sorted(differ)}"]
    fired = collections.defaultdict(set)
    for match in filter(None, map(COMPLAINT.match, said)):
        fired[match["file"], int(match["line"])].add(match["call"].replace(" ", ""))
    found = []
    for (name, first, last, text), (_name, calls, _text) in zip(there, table):
        seen = set().union(*(fired[name, line] for line in range(first, last + 1)))
        if seen != set(calls.split(",")):
            found.append(f"{name}:{first}: {text}: of {calls}, seen of {','.join(sorted(seen)) or 'none'}")
    return found


def bad_names():
    """The bad ROMs that the word bad= knows."""
    names = re.search(r"bad_names\[.*?\] = \{(.*?)\};", (SOURCES / "words.c").read_text(), re.DOTALL)
    return set(re.findall(r'"([\w-]+)"', names[1]))


def _every(what, missing):
    missing = sorted(missing)
    return tap.Case(f"vmirom.every_{what}", "", "fail" if missing else "pass",
                    f"not seen: {'; '.join(missing)}" if missing else "")
