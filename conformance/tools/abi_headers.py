"""Each public header alone, as C11 and as C++, with GCC and Clang, for each instruction set that it belongs to; all of
them together in both orders; and what headers may include.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import subprocess
import tempfile
from pathlib import Path

from abi_common import GCC, HEADERS, ISAS, functions, headers, in_parallel

CLANG = {"x86_64": ["clang"], "i386": ["clang", "-m32"], "sparc64": ["clang", "--target=sparc64-linux-gnu"]}
LANGUAGES = {"c11": "c", "c++11": "c++", "c++17": "c++"}
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wundef", "-Wcast-qual", "-Wwrite-strings",
            "-Wpointer-arith", "-Wconversion", "-Wsign-conversion"]
# In C++ a struct and a function of one name, like stat's, are shadowing to GCC.
C_WARNINGS = ["-Wshadow", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Wvla"]

MAY_INCLUDE = {"stdint.h", "stddef.h", "stdbool.h", "stdarg.h", "limits.h", "stdalign.h", "stdnoreturn.h"}


def cases():
    jobs = [(isa, compiler, standard) for isa in ISAS for compiler in ("gcc", "clang") for standard in LANGUAGES]
    # Debian's cross compiler for sparc64 is C only; Clang is the C++ compiler there.
    jobs = [j for j in jobs if j[1] == "clang" or j[0] != "sparc64" or j[2] == "c11"]
    yield from in_parallel(_compile_all, jobs)
    yield "includes", _includes()
    for isa in ISAS:
        yield f"foreign_headers_stay_out.{isa}", _foreign(isa)
    yield "functions_were_found", [f"only {len(functions(isa))} functions of {isa} were found"
                                   for isa in ISAS if len(functions(isa)) < 100]


def _compile_all(job):
    isa, compiler, standard = job
    words = (GCC if compiler == "gcc" else CLANG)[isa] + ["-x", LANGUAGES[standard], f"-std={standard}",
                                                          "-ffreestanding", "-fsyntax-only", f"-I{HEADERS}", *WARNINGS]
    words += C_WARNINGS if standard == "c11" else []
    mine = headers(isa)
    problems = []
    with tempfile.TemporaryDirectory(prefix="pv-abi-") as scratch:
        source = Path(scratch, "one.c")
        source.write_text("extern int one;\n")
        for included in [[h] for h in mine] + [mine, mine[::-1]]:
            done = subprocess.run([*words, *(w for h in included for w in ("-include", h)), str(source)],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode != 0:
                first = next((x for x in done.stdout.splitlines() if "error" in x), done.stdout[:200])
                problems.append(f"{included[0] if len(included) == 1 else 'all headers'}: {first}")
    return f"alone.{isa}.{compiler}.{standard}", problems


def _includes():
    """Freestanding headers of the compiler, ours by <pv/...>, nothing else."""
    problems = []
    for header in sorted((HEADERS / "pv").rglob("*.h")):
        for line in header.read_text().splitlines():
            match = re.match(r"\s*#\s*include\s+(\S+)", line)
            name = match and match[1].strip("<>")
            ours = match and match[1].startswith(("<pv/", "PV_ISA_HEADER(", "PV_CONFIG_HEADER"))
            if match and not ours and name not in MAY_INCLUDE:
                problems.append(f"{header.relative_to(HEADERS)} includes {match[1]}")
    return problems


def _foreign(isa):
    """Preprocessing all headers of one instruction set pulls in no folder of another."""
    others = {"x86_64": ("i386", "sparc64"), "i386": ("x86_64", "sparc64"), "sparc64": ("x86", "x86_64", "i386")}[isa]
    text = "".join(f"#include <{h}>\n" for h in headers(isa))
    done = subprocess.run([*GCC[isa], "-ffreestanding", "-M", f"-I{HEADERS}", "-xc", "-"], input=text,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        return done.stdout.splitlines()[:3]
    return sorted(f"<{m}> is included" for m in re.findall(r"/include/(pv/[\w/]+\.h)", done.stdout)
                  if m.split("/")[1] in others)
