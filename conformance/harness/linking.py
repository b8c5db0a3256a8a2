"""Kernels linked in other ways than ours: the template of ./pv new from installed files alone, libpv's sources compiled
with a kernel's own flags, a position-independent kernel. Each is made and booted.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import demo
import image
import new as template
import platforms
import qemu
import tap
import threads
from tools import BUILD, BUILDING, SCREEN, TOP, Trouble, need

PLATFORMS = {"x86_64": "x86_64-pc", "i386": "i386-pc"}
TEMPLATES = {**PLATFORMS, "sparc64": "sparc64-sun4u"}
SAYS = [r"^k on {isa}, backend native, started by (pvh|openfirmware), \d+ MiB$", r"^log: hooks are in place$", r"^tick 5$",
        r"^k is done$"]

# A kernel that compiles libpv itself: no system headers, no libraries, another optimisation.
SOURCES = """\
include {mk}
FLAGS = -std=gnu11 -O2 -ffreestanding -nostdinc -isystem {headers} -fno-stack-protector -fno-omit-frame-pointer
FLAGS += -Wall -Werror
SRCS = $(PV_SOURCES_common) $(foreach b,$(PV_BACKENDS),$(PV_SOURCES_$(b))) $(PV_LIST) \\
	$(PV_TOP)/examples/minimal/minimal.c $(PV_TOP)/examples/common/memory.c
OBJS = $(addsuffix .o,$(subst /,_,$(SRCS)))

# The second one has the library's per-CPU record further on behind the register.
all: kernel offset
offset: LINK = -Wl,--defsym=pv_percpu_offset=192

kernel offset: $(OBJS)
	gcc $(PV_CFLAGS) $(LINK) -nostdlib -static -no-pie -Wl,-z,max-page-size=0x1000 -Wl,-z,noexecstack -Wl,--build-id=none \\
	-Wl,--no-warn-rwx-segments -T $(PV_TOP)/examples/ld/$(PV_ISA).ld -o $@ $(OBJS)

define compile
$(subst /,_,$(1)).o: $(1)
	gcc $(PV_CFLAGS) $(FLAGS) -c -o $$@ $$<
endef
$(foreach s,$(SRCS),$(eval $(call compile,$(s))))
"""


class Failed(Exception):
    def __init__(self, why, lines=()):
        super().__init__(why)
        self.lines = list(lines)[-20:]


def new():
    """The template, and the source list that is installed beside it."""
    with tempfile.TemporaryDirectory(prefix="pv-new-") as scratch:
        place = Path(scratch) / "k"
        cases = {"new.made": lambda: template.create(place), "new.not_twice": lambda: _not_twice(place)}
        for isa in TEMPLATES:
            cases[f"new.{isa}"] = lambda isa=isa: _template(place, isa)
        for isa in PLATFORMS:
            cases[f"new.sources_{isa}"] = lambda isa=isa: _sources(Path(scratch) / f"sources-{isa}", isa)
        return _report(cases)


def pie():
    """minimal, linked position-independent."""
    with tempfile.TemporaryDirectory(prefix="pv-pie-") as scratch:
        kernel = BUILD / "x86_64-pie/examples/minimal/minimal"
        bare = Path(scratch) / "bare"
        return _report({
            "pie.builds": _build_pie,
            "pie.notes": lambda: bare.write_bytes(_without_addresses(kernel.read_bytes())),
            "pie.x86_64-pc": lambda: _minimal(kernel, "x86_64-pc"),
            "pie.x86_64-grub": lambda: _minimal(kernel, "x86_64-grub"),
            "pie.notes_applied": lambda: _minimal(bare, "x86_64-pc"),
        })


def _report(cases):
    """Run the cases in order; after the first one fails, those that come after it may well fail too."""
    started, report = time.monotonic(), tap.Report()
    for name, function in cases.items():
        SCREEN.live(f"  {name}")
        try:
            function()
            report.cases.append(tap.Case(name, "", "pass"))
        except (Failed, Trouble, OSError) as failure:
            report.cases.append(tap.Case(name, "", "fail", str(failure), getattr(failure, "lines", [])))
    report.seconds = time.monotonic() - started
    return report


def _run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Failed(" ".join(command[:3]) + f" failed: {done.returncode}", done.stdout.splitlines())
    return done.stdout


def _boot(kernel, platform):
    target = platforms.find(platform)
    need(target.packages)
    with tempfile.TemporaryDirectory(prefix="pv-link-") as scratch:
        run = qemu.run(image.command(target, kernel, [], scratch), target.platform.timeout)
    if run.end != "exited" or run.status != 0:
        raise Failed(f"the machine did not power off: {run.end}, {run.status}", run.lines)
    return run


def _not_twice(place):
    try:
        template.create(place)
    except Trouble:
        return
    raise Failed("a directory that was there already was written to")


def _template(place, isa):
    said = _run("make", "-C", str(place), "clean", "all", f"ISA={isa}")
    paths = set(re.findall(r"(?<![\w/])/[^\s,]+", said))
    foreign = [p for p in paths if p.startswith(str(TOP)) and not p.startswith(str(template.PREFIX))]
    if foreign:
        raise Failed("it was made from files that are not installed: " + " ".join(foreign))
    run = _boot(place / "kernel", TEMPLATES[isa])
    for line in SAYS:
        if not re.search(line.format(isa=isa), run.text, re.MULTILINE):
            raise Failed(f"the kernel does not say /{line}/", run.lines)


def _sources(place, isa):
    place.mkdir()
    mk = template.PREFIX / "share/libpv" / isa / "libpv.mk"
    headers = _run("gcc", "-print-file-name=include").strip()
    (place / "Makefile").write_text(SOURCES.format(mk=mk, headers=headers))
    _run("make", "-j2", "-C", str(place))
    _minimal(place / "kernel", PLATFORMS[isa])
    _minimal(place / "offset", PLATFORMS[isa])


def _minimal(kernel, platform):
    run = _boot(kernel, platform)
    worked = demo.what_worked(platforms.find(platform), run, threads.WORKED)
    failed = [what for what, good in worked.items() if not good]
    if failed:
        raise Failed("minimal did not do: " + ", ".join(failed), run.lines)


def _build_pie():
    place = BUILD / "x86_64-pie"
    with BUILDING:
        if not (place / "build.ninja").is_file():
            _run("meson", "setup", "--cross-file", str(TOP / "cross/x86_64.ini"), "-Dpie=true", str(place), str(TOP))
        _run("ninja", "-C", str(place), "examples/minimal/minimal")


def _without_addresses(elf):
    """The image with every place cleared that the linker left a note on: what a linker makes that trusts in notes."""
    symbols = re.findall(r"(\w+) \w (__pv_rela_\w+)", _run("nm", str(BUILD / "x86_64-pie/examples/minimal/minimal")))
    at = {name: int(value, 16) for value, name in symbols}
    header = struct.unpack_from("<16sHHIQQQIHHHHHH", elf)
    segments = [struct.unpack_from("<IIQQQQQQ", elf, header[5] + n * header[9]) for n in range(header[10])]

    def offset(address):
        return next(s[2] + address - s[3] for s in segments if s[0] == 1 and s[3] <= address < s[3] + s[5])
    out, cleared = bytearray(elf), 0
    for note in range(offset(at["__pv_rela_start"]), offset(at["__pv_rela_end"] - 1) + 1, 24):
        where, kind, _value = struct.unpack_from("<QQq", elf, note)
        if kind not in (0, 8):
            raise Failed(f"there is a note of kind {kind}, which entry code does not know")
        if kind == 8:
            struct.pack_into("<Q", out, offset(where), 0)
            cleared += 1
    if cleared < 100:
        raise Failed(f"only {cleared} addresses are noted: is this image position-independent?")
    return bytes(out)
