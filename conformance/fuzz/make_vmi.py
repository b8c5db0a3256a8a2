#!/usr/bin/env python3
"""Write the small corpus of the VMI scanner's fuzz target: ROMs, good and bad, in a small area.

SPDX-License-Identifier: BSD-2-Clause
"""
import struct
import sys
from pathlib import Path

PCI, LICENCE = 0x100, 0x140


def rom(size=512, major=3, pci=PCI, licence=LICENCE, top=0, text=b"GPL\0", length=None):
    data = bytearray(size)
    struct.pack_into("<HBB", data, 0, 0xAA55, size // 512 if length is None else length, 0xCB)
    struct.pack_into("<4sBB", data, 8, b"cVmi", 0, major)
    struct.pack_into("<I2xHH", data, 0x10, top, licence, pci)
    struct.pack_into("<Bi", data, 0x80, 0xE9, 0x100)
    struct.pack_into("<BB", data, 0x88, 0xEB, 0x20)
    data[PCI:PCI + 4] = b"PCIR"
    struct.pack_into("<H", data, PCI + 16, size // 512)
    data[LICENCE:LICENCE + len(text)] = text
    data[-1] = -sum(data) & 0xFF
    return bytes(data)


INPUTS = {
    "good": rom(),
    "good_top": rom(top=0xFC000000),
    "second": rom(major=13).ljust(2048, b"\0") + rom(1024),
    "lying": rom(length=200) + bytes(300),
    "no_licence": rom(licence=0),
    "far_licence": rom(licence=0xFFFF),
    "far_pci": rom(pci=0xFFF0),
    "endless_text": rom(text=b"A" * (511 - LICENCE)),
    "other": b"\x55\xaa\x04".ljust(2048, b"\0") + rom(),
}

for name, data in INPUTS.items():
    (Path(sys.argv[1]) / f"{name}.bin").write_bytes(data)
