"""Which calls of the VMI ROM a run makes, as the ROM counts them: those that libpv has a use for, and none that the ROM answers
with NOP or NONE. A ROM that answers all with NONE is not told of the end, at which it says its counts: of that one the
emulator says which of its entries were come to.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import subprocess

import tap
import vmilog
from tools import BUILD, TOP

ROM = BUILD / "i386/conformance/firmware/vmirom/vmirom"  # linked at 0, with symbols
ABI = TOP / "backends/vmi/abi.h"
SLOT = 8  # bytes, of an entry of the ROM's
AREA, AREA_SIZE, STEP = 0xC00C0000, 0x20000, 2048  # where our kernel sees option ROMs
INIT, RELOCATION = 0x80, 0x88  # of a ROM: its fixed entries

# What libpv makes no use of: entries that are not PAE's, more processors, tables that are the ROM's, what may fault. It
# restarts by the ROM, which no run does that comes to a verdict.
UNUSED = {"RDPMC", "Reboot", "SetPxE", "UpdatePxE", "MachineToPhysical", "PhysicalToMachine", "SetInitialAPState", "APICWrite",
          "APICRead", "SetCallbacks"}
IN_RING1 = {"WRMSR", "RDMSR"}  # else the instruction, whose fault tells that there is no such register
NOPS = {"": {"IODelay"}, "calls": set(),
        "nops": {"AllocatePage", "ReleasePage", "UpdatePxELong", "SetLinearMapping", "IODelay"}}
FIXED = {"VMI_Init", "GetRelocationInfo"}


def options(target, log):
    """QEMU's, so that it writes to LOG what it executes of the ROM; in most runs not needed."""
    return ["-d", "in_asm", "-dfilter", f"{AREA:#x}+{AREA_SIZE:#x}", "-D", str(log)] if "none" in target.suffixes else []


def calls():
    """Names by number, as libpv has them."""
    return {int(number): name for number, name in re.findall(r"X\((\d+), (\w+)\)", ABI.read_text())}


def wanted(suffixes):
    """Calls that a whole run makes, all of them and no others."""
    if "none" in suffixes:
        return {"IRET", "SYSEXIT", *FIXED}
    left = next((NOPS[kinds] for kinds in suffixes if kinds in NOPS), NOPS[""])
    return {*calls().values(), *FIXED} - UNUSED - left - (set() if "ring1" in suffixes else IN_RING1)


def case_of(target, run, log, whole):
    """The case of a run of the conformance kernel."""
    if "none" in target.suffixes:
        counts = {name: 1 for name in entered(log.read_text() if log.exists() else "", slots())}
    else:
        counts = vmilog.counts(run)
    return judge(counts, wanted(target.suffixes), whole)


def judge(counts, names, whole):
    """COUNTS: {call: how often}; of a run that is not the WHOLE, no more than NAMES."""
    problems = [f"{name} was called {counts[name]} times: the ROM answers it with NOP or NONE, or libpv has no use for it"
                for name in sorted(set(counts) - names)]
    if whole:
        problems += [f"{name} was not called" for name in sorted(names - set(counts))]
    if counts.get("VMI_Init") != 1:
        problems.append(f"VMI_Init was called {counts.get('VMI_Init', 0)} times, not once")
    return tap.Case("romcalls.as_answered", "", "fail" if problems else "pass", "; ".join(problems))


def slots():
    """Where the entries begin in the ROM."""
    listing = subprocess.run(["nm", str(ROM)], check=True, text=True, stdout=subprocess.PIPE).stdout
    return int(re.search(r"^(\w+) \w slots$", listing, re.MULTILINE)[1], 16)


def entered(text, first):
    """The calls whose entries are among what QEMU says that it executed."""
    executed = {int(address, 16) for address in re.findall(r"^0x([0-9a-f]+):", text, re.MULTILINE)}
    for base in range(AREA, AREA + AREA_SIZE, STEP):
        if base + INIT in executed and base + RELOCATION in executed:
            return {name for number, name in calls().items() if base + first + SLOT * number in executed} | FIXED
    return set()
