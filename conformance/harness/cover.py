"""The coverage table, op × platform: which ops exist, and in which modes a passing case exercises them.

SPDX-License-Identifier: BSD-2-Clause
"""
from tap import MODES


class Coverage:
    def __init__(self):
        self.platforms = []
        self.cells = {}    # (op, platform) -> modes in which a case passed
        self.unknown = []  # (platform, case, op): a case names an op that the guest does not list

    def add(self, platform, report):
        """Take in the report of one run; the runs of one platform add up."""
        if platform not in self.platforms:
            self.platforms.append(platform)
        for op in report.ops:
            self.cells.setdefault((op, platform), set())
        for case in report.cases:
            if case.result == "pass":
                for op in report.covers.get(case.name, ()):
                    if op in report.ops:
                        self.cells[op, platform].add(case.mode)
        self.unknown += [(platform, case, op) for case, ops in report.covers.items()
                         for op in ops if report.ops and op not in report.ops]

    def problems(self, platform):
        """What fails: one line per op without a case, and per case that covers nothing that exists."""
        ops = {op: modes for (op, p), modes in self.cells.items() if p == platform}
        gaps = [f"no case passed for {op}" for op in sorted(ops) if not ops[op]]
        strange = {f"{case} covers {op}, which is no op here" for p, case, op in self.unknown if p == platform}
        return (gaps if ops else ["the guest listed no op"]) + sorted(strange)

    def table(self):
        """Lines: an op per row, a platform per column; a cell holds the initials of the modes, or GAP, or - for none."""
        ops = sorted({op for op, _platform in self.cells})
        width = max(map(len, ops), default=2)
        lines = ["cells: " + ", ".join(f"{m[0]} = {m}" for m in MODES) + "; - = the op does not exist there", ""]
        lines.append(" ".join(["op".ljust(width), *self.platforms]))
        for op in ops:
            cells = [self._cell(op, p).ljust(len(p)) for p in self.platforms]
            lines.append(" ".join([op.ljust(width), *cells]).rstrip())
        return lines

    def _cell(self, op, platform):
        modes = self.cells.get((op, platform))
        if modes is None:
            return "-"
        return "".join(m[0] for m in MODES if m in modes) or "GAP"
