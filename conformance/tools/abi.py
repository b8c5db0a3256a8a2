"""The ABI of libpv: what a stranger's kernel sees of the library, its headers, its manual and its build. Prints TAP.
`abi.py` runs all parts, `abi.py PART...` some of them; the parts are the modules abi_*.py next to this file.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import sys
import threading
import traceback

import abi_builds
import abi_docs
import abi_headers
import abi_install
import abi_ops
import abi_parts
import abi_readme
import abi_symbols
import abi_tree
import abi_xen

# Two lanes run side by side; within a lane a part may use what the one before has built.
LANES = [
    {"builds": abi_builds.cases, "symbols": abi_symbols.cases, "install": abi_install.cases,
     "parts": abi_parts.cases},
    {"headers": abi_headers.cases, "ops": abi_ops.cases, "tree": abi_tree.cases, "docs": abi_docs.cases,
     "readme": abi_readme.cases, "xen": abi_xen.cases},
]
SHOWN = 20  # problems of one case


def main(names):
    unknown = [n for n in names if not any(n in lane for lane in LANES)]
    if unknown:
        sys.exit(f"abi.py: no part is called {' or '.join(unknown)}")
    lanes = [{n: cases for n, cases in lane.items() if not names or n in names} for lane in LANES]
    printer = Printer()
    with concurrent.futures.ThreadPoolExecutor(len(LANES)) as pool:
        list(pool.map(lambda lane: _lane(lane, printer), lanes))
    print(f"1..{printer.number}")
    return printer.good


class Printer:
    """A case as soon as it is known, so that somebody who waits sees what is going on."""

    def __init__(self):
        self.lock, self.number, self.good = threading.Lock(), 0, True

    def case(self, name, problems, note=""):
        with self.lock:
            self.number += 1
            self.good = self.good and not problems
            print(f"{'not ok' if problems else 'ok'} {self.number} - {name}")
            for problem in problems[:SHOWN]:
                print(f"# {problem}")
            if len(problems) > SHOWN:
                print(f"# and {len(problems) - SHOWN} more")
            if note:
                print(f"# note: {note}")
            sys.stdout.flush()


def _lane(parts, printer):
    """All cases of these parts; a part that breaks is a failing case."""
    for part, cases in parts.items():
        try:
            for name, problems, *note in cases():
                printer.case(f"{part}.{name}", list(problems), *note)
        except Exception:
            printer.case(f"{part}.broken", traceback.format_exc().splitlines()[-6:])


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
