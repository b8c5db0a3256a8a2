"""README.md: its table of platforms is the generator's and names the platforms that are tested, and its links lead
somewhere, as do those of docs/.

SPDX-License-Identifier: BSD-2-Clause
"""
import re

from abi_common import TOP
import platforms
import readme


def cases():
    yield "platforms", _platforms()
    yield "links", _links()


def _platforms():
    lines = readme.split((TOP / "README.md").read_text())[1].splitlines()
    if lines[:3] != [readme.BEGIN, *readme.HEAD]:
        return ["the head of the table is not the generator's: run conformance/harness/readme.py"]
    tested = {p.name: (p.isa, platforms.LOADERS[p.loader]) for p in platforms.PLATFORMS}
    problems, seen = [], []
    for line in lines[3:-1]:
        match = readme.ROW.fullmatch(line)
        if match:
            seen.append(match[1])
            if tested.get(match[1]) != (match[2], match[3]):
                problems.append(f"not a row of a platform that is tested: {line}")
        elif line.startswith("|"):
            problems.append(f"not a row of the generator's: {line}")
    if seen != list(tested):
        problems.append(f"rows {' '.join(seen)}, platforms {' '.join(tested)}: run conformance/harness/readme.py")
    return problems


def _links():
    problems = []
    for page in [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
            if not target.startswith(("http://", "https://")) and not (page.parent / target).exists():
                problems.append(f"{page.relative_to(TOP)} links to {target}")
    return problems
