#!/usr/bin/env python3
"""Write the small corpus of the device tree's fuzz target: the tree of QEMU's sun4u machine under OpenBIOS 1.1, whole and
in parts, in the form of of_tree.h behind a byte of options.

SPDX-License-Identifier: BSD-2-Clause
"""
import struct
import sys
from pathlib import Path

NAMES = ["name", "device_type", "model", "compatible", "#address-cells", "#size-cells", "reg", "ranges", "interrupts",
         "interrupt-map", "interrupt-map-mask", "upa-portid", "available"]


def node(parent, **properties):
    data = bytes([parent])
    for name, value in properties.items():
        name = name.replace("_cells", "-cells").replace("address-", "#address-").replace("size-", "#size-")
        name = name.replace("interrupt_map", "interrupt-map").replace("_mask", "-mask").replace("upa_", "upa-")
        value = value.encode() + b"\0" if isinstance(value, str) else struct.pack(f">{len(value)}I", *value)
        data += bytes([0x80 + NAMES.index(name), len(value)]) + value
    return data


BRIDGE = 3
NODES = [
    node(0, name="OpenBiosTeam,OpenBIOS", compatible="sun4u"),
    node(1, name="memory", reg=[0, 0, 0, 0x10000000], available=[0, 0x800000, 0, 0xF6F8000, 0, 0x2000, 0, 0x3FE000]),
    node(1, name="pci", device_type="pci", model="SUNW,sabre", address_cells=[3], size_cells=[2],
         reg=[0x1FE, 0, 0, 0x10000, 0x1FE, 0x1000000, 0, 0x100], upa_portid=[0x1F],
         ranges=[0, 0, 0, 0x1FE, 0x01000000, 0, 0x01000000, 0x01000000, 0, 0, 0x1FE, 0x02000000, 0, 0x01000000,
                 0x02000000, 0, 0, 0x1FF, 0, 0, 0xF0000000]),
    node(3, name="pci", device_type="pci", model="SUNW,simba", address_cells=[3], size_cells=[2], reg=[0x900, 0, 0, 0, 0],
         interrupt_map=[0x10800, 0, 0, 1, BRIDGE, 0x21, 0x11800, 0, 0, 1, BRIDGE, 0x20],
         interrupt_map_mask=[0xFFF800, 0, 0, 7]),
    node(4, name="ebus", model="ebus", address_cells=[2], size_cells=[1], reg=[0x10800, 0, 0, 0, 0],
         interrupt_map=[0x14, 0x3F8, 1, BRIDGE, 0x2B, 0x14, 0x60, 1, BRIDGE, 0x29], interrupt_map_mask=[0x1FF, 0xFFFFFFFF, 3],
         ranges=[0x10, 0, 0x02010810, 0, 0x20000000, 0x1000000, 0x14, 0, 0x01010814, 0, 0, 0x8000]),
    node(5, name="eeprom", model="mk48t59", reg=[0x14, 0x2000, 0x2000]),
    node(5, name="su", device_type="serial", reg=[0x14, 0x3F8, 8], interrupts=[1]),
    node(4, name="ide", reg=[0x11800, 0, 0, 0, 0], interrupts=[1]),
    node(1, name="SUNW,UltraSPARC-IIi", device_type="cpu"),
]
INPUTS = {
    "qemu": b"".join(NODES),
    "circle": b"".join(NODES[:3]) + node(4, name="own parent", interrupts=[1], reg=[0, 0, 0]) + node(6) + node(5),
    "shapes": NODES[0] + NODES[1] + node(1, device_type="pci", address_cells=[9], size_cells=[0], reg=[1, 2]) + NODES[3],
}

if __name__ == "__main__":
    for name, data in INPUTS.items():
        (Path(sys.argv[1]) / f"{name}.bin").write_bytes(b"\0" + data)
