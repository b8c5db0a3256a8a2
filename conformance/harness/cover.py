"""The coverage table: ops and services × platforms, and in which modes a passing case exercises each.

Ops are what the guest lists. Services are the functions that the public headers declare (inline wrappers of ops are
not among them). What no case in a guest can cover stands in the reviewed table conformance/uncovered.txt.

SPDX-License-Identifier: BSD-2-Clause
"""
import fnmatch
import re

from tap import MODES, read_table
from tools import TOP

HEADER_FOLDERS = {"x86_64": ("", "x86", "x86_64"), "i386": ("", "x86", "i386"), "sparc64": ("", "sparc64")}
INLINE = re.compile(r"^(pv_\w+)\(", re.MULTILINE)  # KNF: a definition has its name in column 0
PROTOTYPE = re.compile(r"^(?!PV_INLINE|static|typedef|#)[a-z]\w*(?: \w+)*[ *]+(pv_\w+)\(", re.MULTILINE)


def services(isa, pattern=PROTOTYPE):
    """The functions that a kernel for ISA can call, from the headers."""
    names = set()
    for folder in HEADER_FOLDERS[isa]:
        for header in sorted((TOP / "include/pv" / folder).glob("*.h")):
            names.update(pattern.findall(header.read_text()))
    return names


class Coverage:
    def __init__(self, services_of=services, exempt=None):
        self.services_of = services_of
        self.exempt = read_table(TOP / "conformance/uncovered.txt") if exempt is None else exempt
        self.platforms = []
        self.cells = {}    # (name, platform) -> modes in which a case passed
        self.strange = {}  # platform -> what is wrong with the guest's own list

    def add(self, platform, isa, report):
        """Take in the report of one run; the runs of one platform add up."""
        if platform not in self.platforms:
            self.platforms.append(platform)
        strange = self.strange.setdefault(platform, set())
        if not report.ops:
            strange.add("the guest listed no op")
            return
        known = set(report.ops) | self.services_of(isa)
        for name in known:
            self.cells.setdefault((name, platform), set())
        # Another ISA's op is no mistake: a portable case may cover ops that this ISA does in line. Nor is a
        # function that is in line as a whole.
        for case, names in report.covers.items():
            strange.update(f"{case} covers {name}, which is neither an op nor in a header"
                           for name in names - known - services(isa, INLINE) if not name.startswith("isa."))
        for case in report.cases:
            if case.result == "pass":
                for name in report.covers.get(case.name, set()) & known:
                    self.cells[name, platform].add(case.mode)

    def problems(self, platform):
        """What fails: one line per gap, and per case that covers nothing that exists."""
        modes_of = {name: modes for (name, p), modes in self.cells.items() if p == platform}
        all_modes = set().union(*modes_of.values())
        gaps = []
        for name, modes in sorted(modes_of.items()):
            if self._exempt(platform, name):
                continue
            if not modes:
                gaps.append(f"no case passed for {name}")
            elif name.startswith("isa.") and modes != all_modes:  # the ops that call sites are rewritten for
                gaps.append(f"no case passed for {name} while {' or '.join(sorted(all_modes - modes))}")
        return gaps + sorted(self.strange[platform])

    def _exempt(self, platform, name):
        return any(fnmatch.fnmatch(platform, row[0]) and fnmatch.fnmatch(name, row[1]) for row in self.exempt)

    def table(self):
        """Lines: an op or service per row, a platform per column."""
        names = sorted({name for name, _platform in self.cells}, key=lambda n: (n.startswith("pv_"), n))
        width = max(map(len, names), default=4)
        lines = [", ".join(f"{m[0]} = passed {m}" for m in MODES) + ", e = exempt, - = not there", ""]
        lines.append(" ".join(["name".ljust(width), *self.platforms]))
        for name in names:
            cells = [self._cell(name, p).ljust(len(p)) for p in self.platforms]
            lines.append(" ".join([name.ljust(width), *cells]).rstrip())
        return lines

    def _cell(self, name, platform):
        modes = self.cells.get((name, platform))
        if modes is None:
            return "-"
        return "".join(m[0] for m in MODES if m in modes) or ("e" if self._exempt(platform, name) else "GAP")
