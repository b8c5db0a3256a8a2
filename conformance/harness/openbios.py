"""A defect of the firmware of QEMU's sun4u machine, and how it is known for sure. OpenBIOS 1.1 lets interrupts in while it
handles a TLB miss, at trap level 1, where its vector for the timer's interrupt is a bare `retry`: the interrupt stays
pending and comes again for good. It is hit by chance, once in some hundred starts, before the kernel has begun.

SPDX-License-Identifier: BSD-2-Clause
"""
import re

HEADLINE, OPENING = "OpenBIOS for Sparc64", 1000  # it says no more than so many characters before the kernel begins
SILENCE = 5.0  # seconds after which it is looked at
REGISTERS = re.compile(r"\bpc: ([0-9a-f]{16}).*\btl: (\d).*\btbr: ([0-9a-f]{16})", re.S)
INTERRUPT_LEVEL_14 = 0x4000 + 0x4e * 32  # from the begin of the trap table, for traps above level 0


def is_speaking(text):
    return HEADLINE in text[-OPENING:]


def stands(registers):
    """REGISTERS are QEMU's `info registers`: is it in that vector?"""
    match = REGISTERS.search(registers)
    return bool(match) and int(match[2]) > 1 and int(match[1], 16) == int(match[3], 16) + INTERRUPT_LEVEL_14
