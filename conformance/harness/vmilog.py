"""What the VMI ROM says while a guest runs: nothing, or what the guest announced.

    # vmi-complaint PATTERN        a regular expression of what the ROM will say about the next case

Every complaint must be announced, and what is announced must come, as often as it is announced, before the case's own line.
The ROM's lines are described in conformance/firmware/vmirom/README.

SPDX-License-Identifier: BSD-2-Clause
"""
import collections
import re

import xenlog

# The ROM's lines come by the same pipe as the guest's serial line, so that their order is known.
QEMU = ["-debugcon", "file:/dev/stdout"]

ANNOUNCED = re.compile(r"# vmi-complaint (.+)$")
HARMLESS = re.compile(r"\(VMI\) count ")
SHOWN = 8


def problems(run):
    """What is wrong with the ROM's log of a finished qemu.Run."""
    complaints = [(at, text) for at, text in run.log if not HARMLESS.match(text)]
    found = []
    for name, start, end, patterns in xenlog.windows_of(run.lines, ANNOUNCED):
        said, where = [text for at, text in complaints if start <= at < end], f", in {name}" if name else ""
        found += [f"the VMI ROM complains{where}: {text}" for text in said if not any(re.search(p, text) for p in patterns)]
        found += [f"the VMI ROM does not complain{where}, of what was announced{f', {times} times' * (times > 1)}: {pattern}"
                  for pattern, times in collections.Counter(patterns).items()
                  if sum(bool(re.search(pattern, text)) for text in said) < times]
    return found[:SHOWN] + ([f"and {len(found) - SHOWN} more of the kind"] if len(found) > SHOWN else [])


def counts(run):
    """call -> how often, as the ROM said at the end."""
    return {text.split()[2]: int(text.split()[3]) for _at, text in run.log if HARMLESS.match(text)}
