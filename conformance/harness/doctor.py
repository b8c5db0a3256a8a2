"""./pv doctor: what is missing for which platform, and the one command that brings it. Changes nothing.

SPDX-License-Identifier: BSD-2-Clause
"""
import platforms
import suite
from tools import COMPILERS, missing, say


def doctor():
    """True when nothing is missing."""
    wanted = {p.name: COMPILERS[p.isa] + [package for t in platforms.targets(p.name) for package in t.packages]
              for p in platforms.PLATFORMS} | suite.ALSO_NEEDED
    lacking = []
    for name, packages in wanted.items():
        gone = missing(packages)
        say(f"{name:16}" + ("missing: " + " ".join(gone) if gone else "ready"))
        lacking += gone
    if lacking:
        say("\nto have them all: apt-get install --no-install-recommends " + " ".join(dict.fromkeys(lacking)))
    return not lacking
