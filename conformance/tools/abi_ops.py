"""The op table: names, wrappers and services in step with the structs of the headers.

SPDX-License-Identifier: BSD-2-Clause
"""
import re

from abi_common import GCC, HEADERS, ISAS, TOP, families, headers, ops, problems_of, run, sources, struct_members, \
    without_comments

NAMES = {"x86_64": "hooks/x86/names.c", "i386": "hooks/x86/names.c", "sparc64": "hooks/sparc64/names.c"}

# Used by entry code only, which is assembly.
ASSEMBLY_ONLY = {"isa.iret", "isa.swapgs"}

# The library itself is the caller of these (stages, idling, the end of a thread's switch ...): no wrapper of their own.
CALLERS = ("include", "hooks", "backends")

# Who may see the table itself: the library, and tests that put a made-up op there.
TABLE_READERS = ("include/", "hooks/", "backends/", "conformance/")


def cases():
    for isa in ISAS:
        yield f"table_is_as_read.{isa}", problems_of(_probe, isa)
        yield f"names.{isa}", _names(isa)
        yield f"wrappers.{isa}", _wrappers(isa)
    yield "only_wrappers_use_the_table", _readers()


def _probe(isa):
    """The compiler agrees with what this program read: each op in its slot, no slot more."""
    lines = ["#include <pv/ops.h>"]
    for slot, name in enumerate(ops(isa)):
        where = f"__builtin_offsetof(struct pv_ops, {name})"
        lines.append(f'_Static_assert({where} == {slot} * sizeof(pv_slot), "{name}");')
    lines.append(f'_Static_assert(PV_NR_OPS == {len(ops(isa))}, "number of ops");')
    run([*GCC[isa], "-std=c11", "-ffreestanding", "-fsyntax-only", f"-I{HEADERS}", "-xc", "-"],
        input="\n".join(lines) + "\n")


def _names(isa):
    """pv_op_name(): every op, in the order of the struct."""
    listed = re.findall(r"NAME\((\w+)\)", without_comments((TOP / NAMES[isa]).read_text()))
    table = without_comments((TOP / "hooks/table.c").read_text())
    listed = ["isa." + n for n in listed if n != "member"] + re.findall(r"NAME\((\w+\.\w+)\)", table)
    wanted = ops(isa)
    problems = [f"{name} has no name" for name in wanted if name not in listed]
    problems += [f"{name} is named and is no op" for name in listed if name not in wanted]
    if not problems and listed != wanted:
        problems += [f"{got} stands where {want} belongs" for got, want in zip(listed, wanted) if got != want]
    return problems


def _wrappers(isa):
    """Each op has a caller: a site in a header of the ISA, or a call through the table in CALLERS."""
    sites = set(re.findall(r"offsetof\(struct pv_isa_ops, (\w+)\)", _all_headers(isa)))
    text = "\n".join(without_comments((TOP / name).read_text()) for name in sources("*.c", "*.h", "*.S")
                     if name.split("/")[0] in CALLERS)
    calls = set(re.findall(r"\b(?:pv_ops\.|PV_OP_\w+\()(\w+\.\w+)\b", text))
    calls |= {f"{family}.{name}" for family in re.findall(r"&pv_ops\.(\w+)", text)
              for name in re.findall(r"->(\w+)\(", text)}
    problems = []
    for struct, family in families(isa):
        for name, site in struct_members(isa, struct):
            op = f"{family}.{name}"
            if op in ASSEMBLY_ONLY:
                continue
            if site and name not in sites:
                problems.append(f"{op} has no wrapper with a call site")
            if not site and op not in calls and not (family == "isa" and name in sites):
                problems.append(f"{op} has no caller through the table")
    return problems


def _all_headers(isa):
    text = "".join(f"#include <{h}>\n" for h in headers(isa))
    return re.sub(r"\s+", " ", run([*GCC[isa], "-std=c11", "-ffreestanding", "-E", "-P", f"-I{HEADERS}", "-xc", "-"],
                                   input=text))


def _readers():
    users = [name for name in sources("*.c", "*.h", "*.S")
             if re.search(r"\bpv_ops\b", without_comments((TOP / name).read_text()))]
    return [f"{name} uses pv_ops" for name in users if not name.startswith(TABLE_READERS)]
