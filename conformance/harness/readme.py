"""The table of platforms in README.md, from the last result of each run (build/results.json, which ./pv test writes).
`python3 conformance/harness/readme.py` rewrites it in place; the suite abi compares it with the list of platforms.

SPDX-License-Identifier: BSD-2-Clause
"""
import json
import re
import sys

import platforms
from suite import RESULTS
from tools import TOP, Trouble

README = TOP / "README.md"
BEGIN = "<!-- platforms: written by conformance/harness/readme.py, do not edit -->"
END = "<!-- end of platforms -->"
HEAD = ["| platform | instruction set | how the image gets in | runs | cases passed | skipped, with a reason |",
        "|---|---|---|---|---|---|"]
ROW = re.compile(r"\| `([\w-]+)` \| (\w+) \| ([^|]+) \| ([^|]+) \| (\d+) \| (\d+) \|")


def table(results):
    """Lines of the block, markers included. Trouble unless each run of each platform has a result without a failure."""
    lines = [BEGIN, *HEAD]
    for platform in platforms.PLATFORMS:
        runs = platforms.targets(platform.name)
        lacking = [run.name for run in runs if results.get(run.name, {"failed": 1})["failed"]]
        if lacking:
            raise Trouble(f"no good result yet, run ./pv test {' '.join(lacking)}")
        suffixes = " ".join("+" + "+".join(run.suffixes) for run in runs if run.suffixes)
        passed, skipped = (sum(results[run.name][what] for run in runs) for what in ("passed", "skipped"))
        loader = platforms.LOADERS[platform.loader]
        lines.append(f"| `{platform.name}` | {platform.isa} | {loader} | plain {suffixes} | {passed} | {skipped} |")
    return [*lines, END]


def split(text):
    """(before, block, after) of README's text."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise Trouble(f"README.md needs one block from {BEGIN} to {END}")
    start, end = text.index(BEGIN), text.index(END) + len(END)
    return text[:start], text[start:end], text[end:]


def main():
    if not RESULTS.is_file():
        raise Trouble("no results yet: run ./pv test")
    before, _old, after = split(README.read_text())
    README.write_text(before + "\n".join(table(json.loads(RESULTS.read_text()))) + after)


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(f"readme.py: {trouble}")
