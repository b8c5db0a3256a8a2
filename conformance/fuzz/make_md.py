#!/usr/bin/env python3
"""Write the small corpus of the machine description's fuzz target: a byte of options, then a description.

SPDX-License-Identifier: BSD-2-Clause
"""
import struct
import sys
from pathlib import Path


def description(nodes):
    """Nodes are (name, [(tag, name, value)]); strings and bytes go to the data."""
    elements, names, data = [], b"", b""

    def element(tag, name, low, high=0):
        nonlocal names
        elements.append(struct.pack(">BBHIII", ord(tag) if tag else 0, len(name), 0, len(names), high, low))
        names += name.encode() + b"\0"

    for node, properties in nodes:
        element("N", node, len(elements) + len(properties) + 2)
        for tag, name, value in properties:
            if isinstance(value, int):
                element(tag, name, value & 0xFFFFFFFF, value >> 32)
            else:
                element(tag, name, len(data), len(value))
                data += value
        element("E", "", 0)
    element("", "", 0)
    block = b"".join(elements)
    return struct.pack(">IIII", 0x10000, len(block), len(names), len(data)) + block + names + data


def mblock(base, size):
    return "mblock", [("v", "base", base), ("v", "size", size)]


CPU = ("cpu", [("v", "id", 0), ("v", "clock-frequency", 100000000), ("v", "mmu-page-size-list", 0x2B),
               ("v", "q-cpu-mondo-#bits", 8), ("d", "compatible", b"SUNW,UltraSPARC-T1\0SUNW,sun4v\0")])
MACHINE = [("root", [("v", "content-version", 0x100010000), ("a", "fwd", 6), ("a", "fwd", 0)]),
           ("platform", [("s", "banner-name", b"a machine\0"), ("v", "stick-frequency", 100000000)]), CPU,
           mblock(0x400000, 0x1C00000), mblock(0x80000000, 0x10000000)]
MODULE = ("libpv-module", [("v", "base", 0x1000000), ("v", "size", 10000), ("s", "name", b"pattern=7\0")])
DEVICES = [("virtual-devices", [("v", "cfg-handle", 0x100)]),
           ("virtual-device", [("s", "name", b"bell\0"), ("v", "ino", 0x10)]),
           ("virtual-device", [("s", "name", b"channel-devices\0"), ("v", "cfg-handle", 0x200), ("v", "ino", 0x11)]),
           ("channel-endpoint", [("v", "tx-ino", 0), ("v", "rx-ino", 1)]),
           ("channel-endpoint", [("v", "tx-ino", 2), ("v", "rx-ino", 3)])]

INPUTS = {
    "small": description([("root", []), mblock(0x400000, 0x4000000)]),
    "machine": description(MACHINE + [("variables", [("s", "boot-args", b"one two\0")]), MODULE]),
    "modules": description(MACHINE + [MODULE, MODULE, ("libpv-module", [("v", "base", 1)])]),
    "devices": description(MACHINE + DEVICES),
    "no_end": description(MACHINE + [("variables", [("s", "boot-args", b"no end")])]),
    "overlap": description(MACHINE + [mblock(0x500000, 0xFFFFFFFFFFF00000), mblock(0, 0)]),
}

for name, data in INPUTS.items():
    (Path(sys.argv[1]) / f"{name}.bin").write_bytes(b"\0" + data)
