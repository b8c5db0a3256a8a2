"""What our sun4v hypervisor says while a guest runs: nothing, or what the guest announced.

    # sun4v-complaint PATTERN      a regular expression of what it will say about the next case

Every complaint must be announced, and what is announced must come, before the case's own line. The lines are described
in conformance/firmware/sun4v/README.

SPDX-License-Identifier: BSD-2-Clause
"""
import re

import xenlog

# On the PC-like machine the log has a serial port of its own; by the same pipe as the console, so that their order is known.
QEMU = ["-chardev", "file,id=hvlog,path=/dev/stdout", "-device", "isa-serial,iobase=0x2f8,irq=3,chardev=hvlog"]

ANNOUNCED = re.compile(r"# sun4v-complaint (.+)$")
HARMLESS = re.compile(r"\(sun4v\) (exit \d+|reset|end|call .*|refused .*)$")
SHOWN = 8


def problems(run):
    """What is wrong with the hypervisor's log of a finished qemu.Run."""
    found = []
    for name, start, end, patterns in xenlog.windows_of(run.lines, ANNOUNCED):
        said, where = [text for at, text in run.log if start <= at < end], f", in {name}" if name else ""
        found += [f"the hypervisor complains{where}: {text}" for text in said
                  if not HARMLESS.match(text) and not any(re.search(p, text) for p in patterns)]
        found += [f"the hypervisor does not complain{where}, of what was announced: {pattern}"
                  for pattern in dict.fromkeys(patterns) if not any(re.search(pattern, text) for text in said)]
    return found[:SHOWN] + ([f"and {len(found) - SHOWN} more of the kind"] if len(found) > SHOWN else [])
