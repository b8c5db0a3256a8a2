"""Parts of the op table: ops that are linked only where they are used. Kernels made like a stranger's, each with one
call more, are linked with each linker, looked into and booted.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import shutil
import tempfile
from pathlib import Path

import image
import platforms
import qemu
from abi_common import BUILD, GCC, HEADERS, TOP, ops, run, sources, without_comments
from abi_install import LINK, PAGE

PLATFORMS = {"x86_64": "x86_64-pc", "i386": "i386-pc"}
FLAGS = {"x86_64": ["-mno-red-zone", "-mcmodel=kernel"], "i386": ["-march=i686"]}
LINKERS = ["bfd"] + (["lld"] if shutil.which("ld.lld") else [])

# A kernel with a console and a clock; what else it uses goes in one place.
KERNEL = """\
#include <pv/pv.h>
@include@
void
pv_main(const struct pv_boot *boot)
{
	(void)boot;
	if (pv_start(PV_STAGE_TIME) == PV_OK && pv_time_ns() <= pv_time_ns())
		pv_printf("the clock runs\\n");
	@use@
	(void)pv_power_off();
	pv_cpu_halt();
}
"""

# Part: (header that is not in pv.h, statement, what the kernel says then).
USES = {
    "control": ("pv/x86/cpu.h", 'pv_printf("pae %d\\n", (pv_cr4_read() & PV_CR4_PAE) != 0);', "pae 1"),
    "desc": ("pv/x86/desc.h", 'pv_printf("task %d\\n", pv_tr_read() != 0);', "task 1"),
    "io": (None, "uint32_t id; struct pv_pci_address bridge = { 0, 0, 0, 0 };\n"
           '\tpv_printf("pci %d\\n", pv_pci_read(bridge, 0, 4, &id) == PV_OK && (id & 0xffff) == 0x8086);', "pci 1"),
    "lines": (None, "static struct pv_line line;\n"
              '\tpv_printf("lines %d\\n", pv_start(PV_STAGE_LINES) == PV_OK && pv_line_unbind(&line) == PV_E_NOENT);',
              "lines 1"),
    "space": (None, "static struct pv_space space;\n"
              '\tpv_printf("space %d\\n", pv_space_create(&space) == PV_OK && pv_space_destroy(&space) == PV_OK);',
              "space 1"),
    "user": (None, 'pv_printf("ways %s\\n", pv_syscall_ways());', "int80"),
    "wall": (None, 'uint64_t now; pv_printf("wall %d\\n", pv_wall_get(&now) == PV_OK);', "wall 1"),
}


def cases():
    for isa in PLATFORMS:
        archive = BUILD / f"abi-{isa}-native/libpv.a"
        symbols = _symbols_of_parts(archive)
        yield f"all_are_tried.{isa}", sorted(f"no kernel here uses part {p}" for p in set(symbols) ^ set(USES))
        with tempfile.TemporaryDirectory(prefix="pv-abi-") as scratch:
            for use in [None, *USES]:
                kernel = Kernel(isa, archive, Path(scratch), use)
                yield f"{'nothing_more' if use is None else use}.{isa}", kernel.problems(symbols)
        yield f"by_hand.{isa}", _by_hand(isa, archive, symbols)
        names = _names(BUILD / isa / "conformance/guest/conform")
        yield f"conform_has_all.{isa}", [f"{s} is not in it" for part in symbols.values() for s in part if s not in names]
        yield f"callers_say_so.{isa}", _callers(isa, {p for p in symbols if symbols[p]})
    yield "needs_exist", _needs()


def _symbols_of_parts(archive):
    """Part -> the symbols that its object in the archive pulls in."""
    parts, part = {}, None
    for line in run(["nm", archive]).splitlines():
        if line.endswith(".o:"):
            member = re.search(r"need_(\w+)\.c\.o:$", line)
            part = member[1] if member else None
            if part:
                parts[part] = []
        elif part and (wanted := re.match(r" +U (\w+)$", line)):
            parts[part].append(wanted[1])
    return parts


def _names(kernel):
    return set(re.findall(r"\b\w+$", run(["nm", "--defined-only", kernel]), re.MULTILINE))


class Kernel:
    def __init__(self, isa, archive, scratch, use):
        self.isa, self.archive, self.scratch, self.use = isa, archive, scratch, use
        self.include, self.statement, self.says = USES.get(use, (None, "", None))

    def problems(self, symbols):
        compilers = [GCC[self.isa]] + ([["clang", *GCC[self.isa][1:]]] if shutil.which("clang") else [])
        return [f"{compiler[0]}, {linker}: {p}" for compiler in compilers for linker in LINKERS
                for p in self._linked(compiler, linker, symbols, boot=linker == "bfd" and compiler[0] == "gcc")]

    def _linked(self, compiler, linker, symbols, boot):
        kernel = self.link(compiler, linker)
        names = _names(kernel)
        problems = [f"{s} of part {part} is not linked" for part in symbols if part == self.use
                    for s in symbols[part] if s not in names]
        problems += [f"{s} of part {part} is linked, and nobody uses it" for part in symbols if part != self.use
                     for s in symbols[part] if s in names]
        return problems or (self._boot(kernel) if boot else [])

    def link(self, compiler, linker):
        source, kernel = self.scratch / "kernel.c", self.scratch / "kernel"
        include = f"#include <{self.include}>\n" if self.include else ""
        source.write_text(KERNEL.replace("@include@", include).replace("@use@", self.statement))
        run([*compiler, "-std=gnu11", "-Os", "-ffreestanding", "-fno-stack-protector", "-fno-pic", "-mgeneral-regs-only",
             "-Wall", "-Wextra", "-Werror", *FLAGS[self.isa], "-Wno-unused-command-line-argument",
             f"-I{HEADERS}", *(w for w in LINK if linker == "bfd" or "rwx" not in w), f"-fuse-ld={linker}",
             f"-Wl,-z,max-page-size={PAGE[self.isa]}", "-no-pie", "-T", TOP / f"examples/ld/{self.isa}.ld", "-o", kernel,
             source, TOP / "examples/common/memory.c", self.archive])
        return kernel

    def _boot(self, kernel):
        target = platforms.find(PLATFORMS[self.isa])
        done = qemu.run(image.command(target, kernel, [], str(self.scratch)), target.platform.timeout)
        wanted = ["the clock runs", *([self.says] if self.says else [])]
        problems = [f"the kernel does not say '{text}'" for text in wanted if text not in done.text]
        if done.end != "exited" or done.status != 0:
            problems.append(f"the machine did not power off: {done.end}, {done.status}")
        return problems + (done.lines[-12:] if problems else [])


def _by_hand(isa, archive, symbols):
    """PV_NEED() in a kernel that does the rest itself."""
    with tempfile.TemporaryDirectory(prefix="pv-abi-") as scratch:
        kernel = Kernel(isa, archive, Path(scratch), None)
        kernel.statement = "PV_NEED(user);"
        names = _names(kernel.link(GCC[isa], "bfd"))
    return [f"{s} is not linked" for s in symbols["user"] if s not in names]


def _places(isa):
    """op -> part, from the tables of places."""
    order, found = ops(isa), {}
    text = "".join(without_comments((TOP / name).read_text()) for name in ("hooks/table.c", "hooks/x86/names.c"))
    for part, first, last in re.findall(r"PV_PART_PLACE\((\w+), ([\w.]+), ([\w.]+)\)", text):
        if "." in first:
            found.update({op: part for op in order[order.index(first):order.index(last) + 1]})
    return found


def _callers(isa, parts):
    """Who calls an op of a part says PV_NEED(): a header in the function, a file anywhere."""
    problems, places = [], {op: part for op, part in _places(isa).items() if part in parts}
    for name in sources("*.c", "*.h"):
        if not name.startswith(("include/", "hooks/", "backends/")) or name.endswith("init.c"):
            continue
        text = without_comments((TOP / name).read_text())
        for function in re.split(r"^}", text, flags=re.MULTILINE) if name.startswith("include/") else [text]:
            for op in re.findall(r"\b(?:pv_ops\.|PV_OP_\w+\()(\w+\.\w+)\b", function):
                if op in places and f"PV_NEED({places[op]})" not in function:
                    problems.append(f"{name} calls {op} and does not say PV_NEED({places[op]})")
    return problems


def _needs():
    """A part that does not exist would be asked for in silence."""
    parts = set(re.findall(r"PART\((\w+)\);", (TOP / "hooks/parts.c").read_text()))
    return [f"{name} says PV_NEED({part}), and hooks/parts.c has no such part" for name in sources("*.c", "*.h")
            for part in re.findall(r"\bPV_NEED\((\w+)\)", without_comments((TOP / name).read_text()))
            if part not in parts and part != "part"]
