"""The ABI of libpv: what a stranger's kernel sees of the library, its headers, its manual and its build. Prints TAP.
`abi.py` runs all parts, `abi.py PART...` some of them; the parts are the modules abi_*.py next to this file.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import sys
import traceback

import abi_builds
import abi_docs
import abi_headers
import abi_install
import abi_ops
import abi_readme
import abi_symbols
import abi_tree

# Two lanes run side by side; within a lane a part may use what the one before has built.
LANES = [
    {"builds": abi_builds.cases, "symbols": abi_symbols.cases, "install": abi_install.cases},
    {"headers": abi_headers.cases, "ops": abi_ops.cases, "tree": abi_tree.cases, "docs": abi_docs.cases,
     "readme": abi_readme.cases},
]
SHOWN = 20  # problems of one case


def main(names):
    unknown = [n for n in names if not any(n in lane for lane in LANES)]
    if unknown:
        sys.exit(f"abi.py: no part is called {' or '.join(unknown)}")
    lanes = [{n: cases for n, cases in lane.items() if not names or n in names} for lane in LANES]
    with concurrent.futures.ThreadPoolExecutor(len(LANES)) as pool:
        results = [case for lane in pool.map(_lane, lanes) for case in lane]
    for number, (name, problems, note) in enumerate(results, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for problem in problems[:SHOWN]:
            print(f"# {problem}")
        if len(problems) > SHOWN:
            print(f"# and {len(problems) - SHOWN} more")
        if note:
            print(f"# note: {note}")
    print(f"1..{len(results)}")
    return all(not problems for _name, problems, _note in results)


def _lane(parts):
    """Triples (name, problems, note) of all cases; a part that breaks is a failing case."""
    found = []
    for part, cases in parts.items():
        try:
            for case in cases():
                name, problems, note = (*case, "")[:3]
                found.append((f"{part}.{name}", list(problems), note))
        except Exception:
            found.append((f"{part}.broken", traceback.format_exc().splitlines()[-6:], ""))
    return found


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
