"""The source tree: no question about an instruction set or a hypervisor in portable code, and what keeps files
readable.

SPDX-License-Identifier: BSD-2-Clause
"""
import json
import os
import re
import subprocess
from pathlib import Path

from abi_common import BUILD, GCC, HEADERS, ISAS, TOP, in_parallel, portable, sources, without_comments

CODE = ("*.c", "*.h", "*.S")
TEXT = (*CODE, "*.py", "*.sh", "pv", "*meson.build", "*.ld", "*.ini", ".ci/run")
MAX_LINES = 600
MAX_COLUMNS = {".c": 120, ".h": 120, ".S": 120, ".py": 128}  # with tabs of eight

ISA_QUESTION = re.compile(r"__x86_64|__amd64|__i[3-6]86|__SSE|__sparc|__arch64__|__powerpc|__aarch64|__riscv|__LP64__"
                          r"|PV_ISA_DIR")
LAYER_QUESTION = re.compile(r"XEN|VMI|SUN4[UV]|KVM|PAPR|NATIVE", re.IGNORECASE)
ASKS_THE_COMPILER = {"include/pv/isa.h"}

# Portable in form, made for x86 in substance: page-table machines, two hypervisors of PCs, a kernel with an x86 pmap.
X86_MACHINES = ("backends/xen/", "backends/vmi/", "backends/common/radix/", "examples/attach/", "conformance/host/",
                "conformance/tools/", "conformance/fuzz/", "conformance/mutants/", "conformance/guest/xen/",
                "conformance/firmware/vmirom/")
SPARC64_FLAGS = ["-std=gnu11", "-Os", "-m64", "-mcpu=ultrasparc", "-mno-fpu", "-mno-app-regs", "-ffreestanding",
                 "-fno-builtin", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"]

# The hobby kernel: what its files may include, and words of a machine's own.
HOBBY_INCLUDES = re.compile(r'<pv/\w+\.h>|<std(arg|bool|def|int)\.h>|"(kernel|abi|lib|machine|machine_user)\.h"|"\.\./abi\.h"')
HOBBY_WORDS = re.compile(rf"{ISA_QUESTION.pattern}|\b(?:__)?asm(?:__)?\b|\bx86\w*|\bi386\b|\bsparc\w*|\bxen\b|\bvmi\b")
HOBBY_KERNEL_LINES = 6000
HOBBY_ISA_LINES = 150


def cases():
    yield "no_isa_in_portable_code", _conditionals()
    yield "portable_code_compiles_for_sparc64", _sparc64()
    yield "form", _form()
    yield "licence", [f"{name} has no SPDX line in its head" for name in sources(*TEXT, ":!examples/new")
                      if "SPDX-License-Identifier: BSD-2-Clause" not in "".join(_lines(name)[:80])
                      and not name.endswith(("meson.build", ".ini"))]
    yield "no_backend_includes_another", _neighbours()
    yield "backends_are_whole", _backends()
    yield "hobby_is_portable", _hobby_sources()
    yield "hobby_is_the_same_everywhere", _hobby_builds()
    yield "hobby_is_small", _hobby_size()


def _lines(name):
    return (TOP / name).read_text().splitlines(keepends=True)


def _conditionals():
    """Only folders named after an instruction set ask for one; nothing asks for a hypervisor."""
    problems = []
    for name in sources(*CODE):
        lines = _lines(name)
        for number, line in enumerate(lines, 1):
            if not re.match(r"\s*#\s*(if|ifdef|ifndef|elif)\b", line):
                continue
            guard = re.match(r"#ifndef (\w+)", line)
            if guard and number < len(lines) and re.match(rf"#define {guard[1]}\s*$", lines[number]):
                continue  # an include guard
            if LAYER_QUESTION.search(line) or \
                    portable(name) and name not in ASKS_THE_COMPILER and ISA_QUESTION.search(line):
                problems.append(f"{name}:{number}: {line.strip()}")
    return problems


def _sparc64():
    """What the build for sparc64 leaves out although it is portable still compiles there."""
    database = json.loads((BUILD / "sparc64/compile_commands.json").read_text())
    built = {(Path(entry["directory"]) / entry["file"]).resolve() for entry in database}
    rest = [n for n in sources("*.c") if portable(n) and not n.startswith(X86_MACHINES) and TOP / n not in built]

    def compile_one(name):
        done = subprocess.run([*GCC["sparc64"], *SPARC64_FLAGS, f"-I{HEADERS}", str(TOP / name)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return [line.replace(f"{TOP}/", "") for line in done.stdout.splitlines() if "error" in line][:2]
    return [problem for found in in_parallel(compile_one, rest) for problem in found]


def _form():
    problems = []
    for name in sources(*TEXT):
        lines = _lines(name)
        tabbed = name.endswith((".c", ".h", ".S"))
        if len(lines) > MAX_LINES:
            problems.append(f"{name}: {len(lines)} lines, more than {MAX_LINES}")
        if lines and not lines[-1].endswith("\n"):
            problems.append(f"{name}: no newline at the end")
        for number, line in enumerate(lines, 1):
            text = line.rstrip("\n")
            if text != text.rstrip() or "\r" in text:
                problems.append(f"{name}:{number}: blanks at the end of the line")
            if len(text.expandtabs(8)) > MAX_COLUMNS.get(Path(name).suffix, 1000):
                problems.append(f"{name}:{number}: {len(text.expandtabs(8))} columns")
            if tabbed and re.match(r" {8}", text):
                problems.append(f"{name}:{number}: blanks where a tab belongs")
    return problems


def _neighbours():
    """A backend includes its own headers, the common ones and the public ones."""
    problems = []
    for name in sources("backends/*.c", "backends/*.h", "backends/*.S"):
        folder = TOP / "backends" / name.split("/")[1]
        if folder.name == "common":
            continue
        for target in re.findall(r'^\s*#\s*include "([^"]+)"', (TOP / name).read_text(), re.MULTILINE):
            path = ((TOP / name).parent / target).resolve()
            if (TOP / "backends") in path.parents and folder not in path.parents \
                    and (TOP / "backends/common") not in path.parents:
                problems.append(f"{name} includes {target}")
    return problems


def _backends():
    """What a backend does not inherit it has: nobody could say at boot that it is missing."""
    problems = []
    for name in sources("backends/*.c"):
        text = without_comments((TOP / name).read_text())
        for backend, members in re.findall(r"^const struct pv_backend pv_(\w+)_backend = \{(.*?)^\};", text, re.M | re.S):
            wanted = ["name", "probe", "setup", "own_memory", "has"]
            wanted += ["irq_state_mask", "irq_state_open"] * ("sparc64/" not in name)
            wanted = [] if name.startswith("backends/common/") else wanted  # a parent, never chosen
            problems += [f"{name}: backend '{backend}' has no .{w}: it is not inherited, give it one (docs/backend.md)"
                         for w in wanted if not re.search(rf"\.{w} = ", members)]
    return problems


def _hobby_sources():
    """The kernel and its programs see portable headers and know nothing of any machine."""
    problems = []
    for name in sources("examples/hobby/*.c", "examples/hobby/*.h"):
        if not portable(name):
            continue
        text = without_comments((TOP / name).read_text())
        for target in re.findall(r"^\s*#\s*include\s*(\S+)", text, re.MULTILINE):
            if not HOBBY_INCLUDES.fullmatch(target):
                problems.append(f"{name} includes {target}")
        problems += [f"{name} asks or says something of the machine's: {word}" for word in HOBBY_WORDS.findall(text)]
    return problems


def _hobby_builds():
    """Each instruction set compiles the same files, and has the same few of its own."""
    problems, built, own = [], {}, {}
    for isa in ISAS:
        database = json.loads((BUILD / isa / "compile_commands.json").read_text())
        paths = {os.path.relpath(os.path.join(e["directory"], e["file"]), TOP) for e in database}
        built[isa] = {name for name in paths if name.startswith("examples/hobby/") and portable(name)}
        own[isa] = {Path(name).name for name in sources(f"examples/hobby/{isa}/*")}
    for isa in ISAS:
        problems += [f"{isa} does not compile {name}" for name in sources("examples/hobby/*.c")
                     if portable(name) and name not in built[isa]]
        problems += [f"{isa} alone compiles {name}" for name in built[isa] - built[ISAS[0]]]
        problems += [f"examples/hobby/{isa} lacks {name}" for name in set().union(*own.values()) - own[isa]]
    return problems


def _hobby_size():
    """The kernel without its programs, and what is each machine's own."""
    problems = []
    kernel = sum(len(_lines(name)) for name in sources("examples/hobby/*.[ch]") if "/user/" not in name)
    if kernel > HOBBY_KERNEL_LINES:
        problems.append(f"the kernel without its programs: {kernel} lines, more than {HOBBY_KERNEL_LINES}")
    for isa in ISAS:
        lines = sum(len(_lines(name)) for name in sources(f"examples/hobby/{isa}/*"))
        if lines > HOBBY_ISA_LINES:
            problems.append(f"examples/hobby/{isa}: {lines} lines, more than {HOBBY_ISA_LINES}")
    return problems
