"""Builds that the ordinary ones do not cover: Clang with warnings as errors, and libraries with the native backend
alone, in which the others leave no byte. Each has a directory of its own, build/abi-*, where only what changed is
compiled.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import subprocess
import tempfile
from pathlib import Path

from abi_common import BINUTILS, BUILD, GCC, ISAS, PREFIX, TOP, problems_of, run

# Where the figure is kept that minimal may not outgrow unseen: lines `instruction-set bytes`, and `goal bytes`.
LIMITS = TOP / "conformance/tools/size-limit.txt"

CLANG = ("x86_64", "i386")
MINIMAL = "examples/minimal/minimal"

# What is built of the native library: itself, what abi_install installs, and the kernel that is measured.
NATIVE_TARGETS = {isa: ["libpv.a", "libpv.mk", MINIMAL] for isa in ISAS}
NATIVE_TARGETS["x86_64"] += ["conformance/tools/pvcheck"]


def cases():
    for isa in CLANG:
        yield f"clang.{isa}", problems_of(_build, f"{isa}-clang", BUILD / f"abi-{isa}-clang", ["-Ddebug=false"])
    for isa in ISAS:
        alone = BUILD / f"abi-{isa}-native"
        options = ["-Dbackends=native", f"-Dprefix={PREFIX}", f"-Dlibdir=lib/{isa}"]
        problems = problems_of(_build, isa, alone, options, *NATIVE_TARGETS[isa])
        yield f"native_alone.{isa}", problems
        if not problems:
            yield f"left_out_costs_nothing.{isa}", _left_out(isa, BUILD / isa, alone)
            yield (f"size.{isa}", *_size(isa, alone / MINIMAL))
    yield "too_large.sparc64", _too_large()


def _too_large():
    """Until libpv's translations are in force an image has 4 MiB: the linker says so, and where a larger one ends."""
    with tempfile.TemporaryDirectory(prefix="pv-abi-") as scratch:
        source, image, problems = Path(scratch, "large.S"), Path(scratch, "large"), []
        link = [*GCC["sparc64"], "-nostdlib", "-static", "-Wl,--build-id=none", "-T", TOP / "examples/ld/sparc64.ld"]
        too_large = [r"address 0x[0-9a-f]+ of .* section `\.bss' is not within region `until_0xc00000'",
                     "the image does not fit the 4 MiB page"]
        for size, told in ((1 << 20, []), (8 << 20, too_large)):
            source.write_text('.section .boot, "ax"\n.globl pv_sparc64_start\npv_sparc64_start: nop\n'
                              f'.bss\n.skip {size}\n')
            linked = subprocess.run([*link, source, "-o", image], capture_output=True, text=True)
            if (linked.returncode != 0) != bool(told) or not all(re.search(text, linked.stderr) for text in told):
                problems.append(f"{size} bytes of .bss: status {linked.returncode}; {linked.stderr}")
        return problems


def _build(cross, directory, options, *targets):
    if not (directory / "build.ninja").is_file():
        run(["meson", "setup", "--cross-file", TOP / f"cross/{cross}.ini", *options, directory, TOP])
    run(["ninja", "-C", directory, *targets])


def _left_out(isa, everything, alone):
    """The native library is the whole one without the other backends' objects; but for the lists each is the same."""
    whole, native = (_members(isa, directory / "libpv.a") for directory in (everything, alone))
    others = [b.name for b in (TOP / "backends").iterdir() if b.is_dir() and b.name not in ("native", "common")]
    foreign = re.compile(rf"backends_({'|'.join(others)})_")
    problems = [f"{name} is in the library with the native backend alone" for name in native if foreign.match(name)]
    problems += [f"{name} is in one of the two libraries only"
                 for name in sorted(set(whole) ^ set(native)) if not foreign.match(name)]
    problems += [f"{name} is not the same in both libraries" for name in sorted(set(whole) & set(native))
                 if whole[name] != native[name] and not re.search(r"(list|need_\w+)\.c\.o$", name)]
    if len(whole) == len(native) and others:
        problems.append("the whole library has no other backend")
    names = run([BINUTILS[isa] + "nm", "--defined-only", alone / MINIMAL])
    return problems + [f"{symbol} is in minimal" for symbol in re.findall(rf"\bpv_(?:{'|'.join(others)})_\w+", names)]


def _members(isa, archive):
    """Name -> contents of the objects of an archive, debugging information (which has paths) left out."""
    with tempfile.TemporaryDirectory(prefix="pv-abi-") as scratch:
        copy = Path(scratch, "stripped.a")
        run([BINUTILS[isa] + "objcopy", "--strip-debug", "--enable-deterministic-archives", archive, copy])
        data = copy.read_bytes()
    members, long_names, at = {}, b"", 8
    while at + 60 <= len(data):
        name, size = data[at:at + 16].strip(), int(data[at + 48:at + 58])
        contents = data[at + 60:at + 60 + size]
        if name == b"//":
            long_names = contents
        elif name != b"/":
            if name[:1] == b"/":
                name = long_names[int(name[1:]):].split(b"/\n", 1)[0]
            members[name.rstrip(b"/").decode()] = contents
        at += 60 + size + size % 2
    return members


def _size(isa, kernel):
    """(problems, note): bytes in executable sections against the limit."""
    sections = run([BINUTILS[isa] + "readelf", "-SW", kernel])
    size = sum(int(m[1], 16) for m in re.finditer(
        r"\] \S+ +[A-Z_]+ +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ +\w*X", sections))
    limits = dict(line.split() for line in LIMITS.read_text().splitlines() if line and not line.startswith("#"))
    note = f"minimal, native backend alone, {isa}: {size} bytes in executable sections"
    if isa not in limits:
        return [], note
    note += f", limit {limits[isa]}, goal {limits['goal']}"
    return ([f"{note}: larger than before; say why in docs/limits.md and raise the limit, or make it smaller"]
            if size > int(limits[isa]) else []), note
