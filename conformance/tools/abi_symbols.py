"""What is in the archives: names that they export and want, sections, and which registers their code uses.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import tempfile
from pathlib import Path

from abi_common import ARCHIVES, BINUTILS, functions, in_parallel, run

# The four functions that a compiler may call by itself: the kernel has them. And what our linker scripts define for
# our entry code, which is in no other kernel.
WANTED = {"memcpy", "memmove", "memset", "memcmp"}
WANTED_BY_ENTRY = {"pv_boot_base"}

# Weak, so a kernel may do without: where things lie in the image (our linker scripts say), its per-CPU offset; and so
# may an instruction set: a hypervisor that knows the memory map.
WANTED_WEAK = {"pv_percpu_offset", "pv_main", "pv_image_start", "pv_image_bss", "pv_image_end", "__pv_text_start",
               "__pv_text_end", "__pv_rodata_start", "__pv_rodata_end", "__pv_data_start", "__pv_data_end",
               "__pv_rela_start", "__pv_rela_end", "pv_boot_ask_map"}
BOUNDS = re.compile(r"__(start|stop)_pv_\w+")

FORBIDDEN_SECTIONS = re.compile(
    r"\.(init_array|fini_array|preinit_array|ctors|dtors|init|fini|tdata|tbss|eh_frame|gcc_except_table|jcr)\b")

# Saving and restoring the FPU is their very job.
FPU_FUNCTIONS = {"x86_64": {"pv_fpu_init", "pv_fpu_save", "pv_fpu_restore"},
                 "i386": {"pv_fpu_init", "pv_fpu_save", "pv_fpu_restore"},
                 "sparc64": {"pv_fpu_save", "pv_fpu_restore"}}
FPU_CODE = {
    "x86": re.compile(r"%[xyz]?mm\d|%st\b|%k[0-7]\b|\t(f(?!s\s)[a-z0-9]+|emms|v[a-z]+ps|v[a-z]+pd|ldmxcsr|stmxcsr|"
                      r"xsave\w*|xrstor\w*|wait)(\s|$)"),
    "sparc64": re.compile(r"%f\d|%fsr|%fcc|%gsr|\tf(?!lush)[a-z0-9]+(\s|$)|\t(bshuffle|edge|array|align|pdist)"),
}


# Wrong in every way that is looked for, one per case.
WRONG = """
int exported;
extern int anywhere __attribute__((weak));
__thread int pv_of_a_thread = 3;
__attribute__((constructor)) static void constructor(void) { exported = anywhere; }
double pv_half(double x) { return x * 0.5; }
unsigned long long pv_quotient(unsigned long long a, unsigned long long b) { return a / b; }
__asm__(".section .both, \\"awx\\", @progbits\\n.long 0\\n.text\\n");
"""


def cases():
    yield from (case for found in in_parallel(lambda a: list(_archive(*a)), ARCHIVES) for case in found)
    with tempfile.TemporaryDirectory(prefix="pv-abi-") as scratch:
        run(["gcc", "-m32", "-Os", "-fno-pic", "-xc", "-c", "-o", f"{scratch}/wrong.o", "-"], input=WRONG)
        run(["ar", "rcs", f"{scratch}/libpv.a", f"{scratch}/wrong.o"])
        found = list(_archive("wrong", "i386", Path(scratch)))
    yield "wrong_archive_fails", [f"{name} passes for an archive that is wrong" for name, problems in found if not problems]


def _archive(label, isa, directory):
    archive, tools = directory / "libpv.a", BINUTILS[isa]
    defined, wanted, weak = _symbols(run([tools + "nm", archive]))
    yield f"exports_only_pv.{label}", sorted(f"{s} is exported" for s in defined if not s.startswith("pv_"))
    missing = sorted(wanted - defined - WANTED - WANTED_BY_ENTRY)
    yield f"wants_only_memory_functions.{label}", [f"{s} is undefined" for s in missing if not BOUNDS.fullmatch(s)]
    yield f"weak_wants_are_documented.{label}", sorted(
        f"{s} is undefined, weak" for s in weak - defined - WANTED_WEAK if not BOUNDS.fullmatch(s))
    yield f"declared_is_defined.{label}", sorted(
        f"{name} is declared by a header and is not in the archive"
        for name, inline in functions(isa).items() if not inline and name not in defined | {"pv_main"})
    yield f"sections.{label}", _sections(run([tools + "readelf", "-SW", archive]))
    yield f"no_fpu.{label}", _fpu(run([tools + "objdump", "-d", "--no-show-raw-insn", archive]), isa)


def _symbols(listing):
    """(defined and visible, undefined, undefined weak) names of the whole archive."""
    defined, wanted, weak = set(), set(), set()
    for line in listing.splitlines():
        *_value, kind, name = line.split() if len(line.split()) in (2, 3) else ("", "", "")
        if kind == "U":
            wanted.add(name)
        elif kind in ("w", "v"):
            weak.add(name)
        elif kind.isupper():
            defined.add(name)
    return defined, wanted, weak


def _sections(listing):
    problems = set()
    for match in re.finditer(r"\] (\S+) +([A-Z_]+) +[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ [0-9a-f]+ +([A-Zxop]*) ", listing):
        name, flags = match[1], match[3]
        if FORBIDDEN_SECTIONS.match(name):
            problems.add(f"section {name}")
        if "T" in flags:
            problems.add(f"section {name} is thread-local")
        if "W" in flags and "X" in flags:
            problems.add(f"section {name} is writable and executable")
        if name == ".note.GNU-stack" and "X" in flags:
            problems.add("an object asks for an executable stack")
    return sorted(problems)


def _fpu(listing, isa):
    code = FPU_CODE["sparc64" if isa == "sparc64" else "x86"]
    problems, function = [], ""
    for line in listing.splitlines():
        if match := re.match(r"[0-9a-f]+ <(\S+)>:", line):
            function = match[1]
        elif line.startswith(" ") and code.search(line) and function not in FPU_FUNCTIONS[isa]:
            problems.append(f"{function}:{line.split(':', 1)[1]}".replace("\t", " "))
    return problems
