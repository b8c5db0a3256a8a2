"""./pv doctor: what is missing for which platform, and the one command that brings it. Changes nothing.

SPDX-License-Identifier: BSD-2-Clause
"""
import platforms
from tools import COMPILERS, missing, say


def doctor():
    """True when nothing is missing."""
    lacking = []
    for platform in platforms.PLATFORMS:
        gone = missing(COMPILERS[platform.isa] + platform.packages)
        say(f"{platform.name:16}" + ("missing: " + " ".join(gone) if gone else "ready"))
        lacking += gone
    if lacking:
        say("\nto have them all: apt-get install --no-install-recommends " + " ".join(dict.fromkeys(lacking)))
    return not lacking
