"""The sun4v hypervisor's own tests: a guest that shares no code with it, nor with libpv, boots on both of QEMU's machines
in each way that there is, does right, and does wrong so that each of the hypervisor's complaints is seen.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import re
import struct
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import qemu
import sun4vboot
import sun4vlog
import tap
from tools import SCREEN, TOP, build, need

SOURCES = TOP / "conformance/firmware/sun4v"
FIRMWARE = sun4vboot.FIRMWARE
GUEST = FIRMWARE / "selftest"
LOW, HIGH = "sun4v_selftest", "sun4v_selftest_high"  # at real base 0x400000, and 0x80000000
BASES = {LOW: 0x400000, HIGH: 0x80000000}
SECONDS = 60
LAST_WORDS = 30.0  # of the hypervisor, which has 10,000 lines for a guest that does nothing but wrong

CASE = re.compile(r"(not )?ok \d+ - (\S+)$")
END = re.compile(r"# end (\d+) (\d+)$")
SAYS = re.compile(r"# sun4v-says (.+)$")
CALLED = re.compile(r"# called (\S+)$")



def machine_description(words):
    """The least one that hands the guest its words: root and variables."""
    names, data, elements = bytearray(), bytearray(), []

    def add(tag, name, value):
        elements.append(struct.pack(">BBHIQ", tag, len(name), 0, len(names), value))
        names.extend(name.encode() + b"\0")
    add(0x4e, "root", 4)
    add(0x76, "content-version", 0x77)
    add(0x61, "fwd", 4)
    add(0x45, "", 0)
    add(0x4e, "variables", 8)
    add(0x73, "boot-args", (len(words) + 1) << 32)
    add(0x61, "back", 0)
    add(0x45, "", 0)
    add(0, "", 0)
    data += words.encode() + b"\0"
    names += bytes(-len(names) % 16)
    data += bytes(-len(data) % 16)
    return struct.pack(">4I", 0x10000, 16 * len(elements), len(names), len(data)) + b"".join(elements) + names + data


# Calls that are there to be refused, whatever the guest asks.
REFUSED = {"LDC_REVOKE"}

# What the hypervisor says only when it is itself wrong; and what it reads.
UNSEEN = {"fatal: trap %x in the hypervisor (TL %d, at %x)", "sun4v words"}


@dataclass
class Start:
    """One run. Where the hypervisor says something before the guest does, or lets none begin, that is in `says`."""
    guest: str
    words: str = ""            # the hypervisor's
    machine: str = "sun4v"
    raw: bool = False          # the form of the image
    image: str = LOW
    memory: int = 256
    lines: tuple = ()          # more of the hypervisor's words, by the line
    more: tuple = ()           # files to load: (contents, address)
    says: tuple = ()           # patterns of log lines that are not the guest's to announce
    begins: bool = True        # the guest does
    again: bool = False        # it starts twice, what counts is the second time
    qemu: bool = False         # the guest's words by -append, its module by -initrd


MODULE = bytes((7 * n + (n >> 8)) & 0xff for n in range(10000))
WRONG_WORDS = "nonsense broken=0 strands=0 strands=5 slice=0 delay=many refuse=Nobody log=all raw=here start="
NOT_UNDERSTOOD = tuple(rf"words: '{re.escape(word)}' is not understood" for word in WRONG_WORDS.split())

RUNS = {
    "api": Start("api"),
    "cpu": Start("cpu"),
    "md": Start("md strands=1"),
    "tsb": Start("tsb"),
    "perm": Start("perm"),
    "miss": Start("miss"),
    "pages": Start("pages tlb", memory=768),
    "level": Start("level time queue clock={clock}"),
    "service": Start("console soft break error"),
    "vintr": Start("vintr"),
    "ldc": Start("ldc"),
    "strands": Start("cpu md strand mondo vintr strands=2", "strands=2"),
    "broken": Start("broken cpu", "strands=2 broken=1"),
    "slices": Start("strand mondo miss pages tlb level strands=4", "strands=4 slice=1", memory=768),
    "busy": Start("cpu tsb perm miss pages level queue vintr ldc soft fuzz busy", "strands=4 slice=1", memory=768),
    "raw": Start("md miss pages tlb level strands=1", memory=768, raw=True),
    "niagara": Start("api md tsb perm miss level time strands=1 clock={clock}", machine="niagara"),
    "niagara-pages": Start("pages tlb queue strand mondo vintr console strands=2", "strands=2", machine="niagara", memory=512),
    "niagara-raw": Start("md miss perm level strands=1", machine="niagara", raw=True),
    "high": Start("md tsb perm miss level strands=1", machine="niagara", image=HIGH),
    "high-raw": Start("cpu md miss pages tlb level queue strand mondo vintr ldc error strands=2", "strands=2",
                      machine="niagara", image=HIGH, raw=True, memory=512),
    "small": Start("api cpu tsb perm miss ldc", memory=98),
    "least": Start("api md strands=1", memory=64),
    **{f"fuzz-{seed}": Start(f"fuzz seed={seed}", memory=98 + seed) for seed in (1, 2)},
    "niagara-fuzz": Start("fuzz seed=77", machine="niagara"),
    "module": Start("md module=16777216 size=10000 strands=3", "strands=3", lines=("module 0x1000000 10000 initial words",),
                    more=((MODULE, 0x1000000),)),
    "append": Start("md module append size=10000 strands=1", qemu=True),
    "refuse": Start("refuse", "refuse=MMU_DEMAP_ALL:2:11"),
    "refuse-all": Start("refuseall", "refuse=CPU_QCONF:0:17"),
    "refuse-map": Start("refusemap", "refuse=MMU_MAP_ADDR:1"),
    "refuse-later": Start("refuselater", "refuse=MMU_DEMAP_ALL:2+"),
    "tests": Start("tests", "tests"),
    "no-tests": Start("notests"),
    "delay": Start("delay", "delay=2"),
    "log": Start("logcalls", "log=calls"),
    "words": Start("api", WRONG_WORDS, lines=("module here",),
                   says=(*NOT_UNDERSTOOD, "words: the line 'module here' is not understood")),
    "long": Start("api", lines=("args api " + "x" * 5000,), says=("words: there is no room for all of 'api xx",)),
    "own-md": Start("ownmd api", more=((machine_description("ownmd api"), 0x3100000),)),
    "big-md": Start("api", more=((struct.pack(">4I", 0x10000, 0xffffffff, 0xffffffff, 0xffffffff), 0x3100000),),
                    says=(r"words: a machine description of \d+ bytes is too large",)),
    "nowhere": Start("", "raw=0x2000000", says=("fatal: the guest would start at 0x2000020, which is none",), begins=False),
    "exit": Start("exit"),
    "api-exit": Start("apiexit"),
    "reset": Start("reset"),
    "again": Start("again", again=True),
    "niagara-exit": Start("exit", machine="niagara"),
    "niagara-reset": Start("reset", machine="niagara"),
    **{name: Start(name) for name in ("wrongtl", "wrongmiss", "wronggl", "wronglevel", "wrongglobals", "wrongarea",
                                      "wrongentry", "wrongflood", "wrongqueues", "wrongerror")},
    "niagara-wrong": Start("wrongtl", machine="niagara"),
}


def sun4vfw():
    """A report with a case per run and case of the guest."""
    started, report = time.monotonic(), tap.Report()
    need(["qemu-system-sparc"])
    build("sparc64")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda item: _one(*item), RUNS.items()))
    for (name, start), run in zip(RUNS.items(), runs):
        report.cases += _cases(name, start, run)
    report.cases += [_every_case(_tests(), {m[2] for run in runs for line in run.lines if (m := CASE.match(line))}),
                     _every("call", _calls(), {call for run in runs for call in _called(run)}),
                     _every("complaint", _complaints(), {text for run in runs for text in run.said})]
    report.seconds = time.monotonic() - started
    return report


def _one(name, start):
    SCREEN.live(f"  sun4vfw: {name}")
    with tempfile.TemporaryDirectory(prefix="pv-sun4vfw-") as scratch:
        command = _command(start, start.guest.format(clock=int(time.time())), Path(scratch))
        for number, (contents, address) in enumerate(start.more):
            path = Path(scratch, f"file{number}")
            path.write_bytes(contents)
            command += ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]
        return qemu.run(command, SECONDS, last_line=END.match, grace=LAST_WORDS, on_ask=_ask)


def _ask(line):
    return ("monitor", "chardev-send-break serial0") if line == "# ask break" else tap.ask(line)


def _command(start, guest, scratch):
    command = ["qemu-system-sparc64", "-accel", "tcg", "-M", start.machine, "-m", str(start.memory), "-display", "none",
               *([] if start.again else ["-no-reboot"])]
    image = GUEST / start.image
    if start.machine == "sun4v":
        command += ["-vga", "none", "-nic", "none", "-bios", str(FIRMWARE / "sun4v.bin"), *sun4vlog.QEMU]
    else:
        command += ["-L", str(FIRMWARE / "niagara")]
    if start.raw:
        command += ["-device", f"loader,file={image}.raw,addr={BASES[start.image]:#x},force-raw=on"]
    else:
        command += ["-kernel", str(image)] if start.machine == "sun4v" else ["-device", f"loader,file={image}"]
    if start.qemu:
        module = scratch / "module"
        module.write_bytes(MODULE)
        return [*command, "-append", guest, "-initrd", str(module)]
    return [*command, *sun4vboot.words_file([f"args {guest}", f"{start.words} {_begin(start)}", *start.lines], scratch)]


def _begin(start):
    """The word that tells the hypervisor where its guest starts, if it has to be told."""
    if start.raw:
        return f"raw={BASES[start.image]:#x}"
    return f"start={sun4vboot.elf_entry(GUEST / start.image):#x}" if start.machine == "niagara" else ""


def _cases(name, start, run):
    """The guest's cases, and one for the run: its count is right, it ended as it should, all was said that was announced."""
    cases, context = [], []
    if start.again:
        starts = [at for at, line in enumerate(run.lines) if line.startswith("ok 1 - ")]
        if len(starts) != 2:
            cases.append(tap.Case(f"sun4vfw.{name}.starts", "", "fail", f"{len(starts)} starts"))
    for line in run.lines[starts[-1] if start.again and starts else 0:]:
        if match := CASE.match(line):
            result = "fail" if match[1] else "pass"
            cases.append(tap.Case(f"sun4vfw.{name}.{match[2]}", "", result, context=context if match[1] else []))
            context = []
        elif line.startswith("# ") and not sun4vlog.ANNOUNCED.match(line):
            context.append(line)
    bad = _told(start.says, run) + sun4vlog.problems(run) + _unsaid(run.lines)
    said = [tuple(map(int, END.match(line).groups())) for line in run.lines if END.match(line)]
    counted = tuple(sum(c.result == result for c in cases) for result in ("pass", "fail"))
    if said != [counted] * start.begins or run.end != "exited" or run.status != 0:
        bad.insert(0, f"the guest said {said}, its lines {counted}; the run {run.end}, status {run.status}")
    bad += [line for line in run.lines if line.startswith("Bail out!")]
    if start.begins and f"# words: {start.guest.partition('{')[0]}" not in "\n".join(run.lines):
        bad.append("the guest did not get its words")
    last = tap.Case(f"sun4vfw.{name}.run", "", "fail" if bad else "pass", "; ".join(bad))
    last.context = tap.shown(run.lines[-20:], run) if bad else []
    return [*cases, last]


def _told(patterns, run):
    """Takes the lines out of the log that are announced here, and not by the guest."""
    missing = [f"the hypervisor does not say: {p}" for p in patterns if not any(re.search(p, t) for _at, t in run.log)]
    run.said = [text for _at, text in run.log]
    run.log = [(at, text) for at, text in run.log if not any(re.search(p, text) for p in patterns)]
    return missing


def _unsaid(lines):
    """Lines that the guest announced, and that did not come by the call that should have brought them."""
    return [f"announced, and not there: {match[1]}" for at, line in enumerate(lines)
            if (match := SAYS.match(line)) and match[1] not in lines[at + 1:]]


def _called(run):
    """The calls that answered EOK, as the guest tells at its end; those without a return by what the log says."""
    ends = {"exit 77": "MACH_EXIT", "exit 78": "API_EXIT", "reset": "MACH_SIR"}
    return [match[1] for line in run.lines if (match := CALLED.match(line))] + \
        [call for text, call in ends.items() if any(line.endswith(text) for _at, line in run.log)]


def _tests():
    """The guest's cases, by its sources."""
    return {f"{match[1]}.{match[2]}" for path in (SOURCES / "selftest").glob("*.c")
            for match in re.finditer(r"^TEST\((\w+), (\w+),", path.read_text(), re.MULTILINE)}


def _every_case(wanted, seen):
    missing = sorted(wanted - seen)
    return tap.Case("sun4vfw.every_case", "", "fail" if missing or not wanted else "pass",
                    f"in no run: {' '.join(missing)}" if missing else "")


def _calls():
    """The calls that the hypervisor has, by the names in its sources."""
    text = "".join(path.read_text() for path in SOURCES.glob("*.c"))
    table = re.search(r"entries\[CALLS\] = \{(.*?)\n\};", text, re.DOTALL)
    return set(re.findall(r'"([A-Z0-9_]+)"', table[1])) - REFUSED | set(re.findall(r'direct\(&c, "(\w+)"', text)) | \
        {"API_SET_VERSION", "API_GET_VERSION", "API_PUTCHAR", "API_EXIT"}


def _complaints():
    """What the hypervisor may say: the texts in its sources, which have nothing else of several words."""
    found = set()
    for path in SOURCES.glob("*.c"):
        text = re.sub(r"/\*.*?\*/|__asm__[^;]*;|^#include.*?$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
        found.update(re.findall(r'"((?:[^"\\\n]|\\.)*)"', re.sub(r'"\s*\n\s*"', "", text)))
    return {text for text in found if " " in text.strip() and not text.startswith("%s: %s")} - UNSEEN


def _every(what, wanted, seen):
    def shown(text):
        pattern = re.escape(text)
        for format, instead in (("%s", r".+"), ("%x", "0x[0-9a-f]+"), ("%d", r"\d+")):
            pattern = pattern.replace(re.escape(format), instead).replace(format, instead)
        return any(re.search(pattern, s) for s in seen)
    missing = sorted(w for w in wanted if not shown(w))
    return tap.Case(f"sun4vfw.every_{what}", "", "fail" if missing or not wanted else "pass",
                    f"never seen: {'; '.join(missing)}" if missing else "")
