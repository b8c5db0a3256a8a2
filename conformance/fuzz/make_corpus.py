#!/usr/bin/env python3
"""Write the small corpus of the boot data fuzz targets: valid structures to start from.

An input is a byte of options (see boot_fuzz.h) and memory from BASE on.

SPDX-License-Identifier: BSD-2-Clause
"""
import os
import struct
import sys

BASE = 0x10000
PC = [(0, 0x9fc00, 1), (0x9fc00, 0x400, 2), (0xf0000, 0x10000, 2), (0x100000, 0x7ee0000, 1),
      (0x7fe0000, 0x20000, 3), (0xfffc0000, 0x40000, 2), (0x100000000, 0x40000000, 1)]
MODULES = [(0x200000, 0x212345, b'root disk'), (0x300000, 0x300000, b''), (0x400000, 0x401000, b'third')]


class Memory:
    """Bytes from BASE on; the head is filled in last."""

    def __init__(self, head):
        self.data = bytearray(head)

    def add(self, data):
        self.data += bytes(-len(self.data) % 8)
        at = BASE + len(self.data)
        self.data += data
        return at

    def string(self, text):
        return self.add(text + b'\0')


def multiboot1(sizes_only=False, framebuffer=False, loader=b'GRUB 2.06', modules=MODULES):
    m = Memory(120)
    flags = 1 | 4 | 1 << 9
    args, name = m.string(b'pv=nopatch root="a b" quiet'), m.string(loader)
    module_list = 0
    if modules:
        flags |= 8
        rows = [struct.pack('<4I', start, end, m.string(text), 0) for start, end, text in modules]
        module_list = m.add(b''.join(rows))
    entries = b''
    if not sizes_only:
        flags |= 1 << 6
        entries = b''.join(struct.pack('<IQQI', 20, *row) for row in PC)
    memory_map = m.add(entries)
    screen = bytes(32)
    if framebuffer:
        flags |= 1 << 12
        screen = struct.pack('<QIIIBBH6B2x', 0xfd000000, 4096, 1024, 768, 32, 1, 0, 16, 8, 8, 8, 0, 8)
    head = struct.pack('<7I', flags, 639, 129920, 0, args, len(modules), module_list)
    head += bytes(16) + struct.pack('<6I', len(entries), memory_map, 0, 0, 0, name) + bytes(20) + screen
    m.data[:120] = head
    return bytes(m.data)


def tag(kind, payload):
    data = struct.pack('<II', kind, len(payload) + 8) + payload
    return data + bytes(-len(data) % 8)


def memory_map():
    return tag(6, struct.pack('<II', 24, 0) + b''.join(struct.pack('<QQII', *row, 0) for row in PC))


def efi_map():
    rows = [(7, 0x1000, 0x9f), (3, 0x100000, 0x100), (4, 0x200000, 0x100), (2, 0x300000, 0x100),
            (9, 0x400000, 8), (10, 0x408000, 8), (5, 0x410000, 16), (0, 0x420000, 1),
            (7, 0x421000, 0x1000), (14, 0x2000000, 16), (8, 0x2010000, 1), (7, 0x100000000, 0x40000)]
    data = b''.join(struct.pack('<IIQQQQQ', kind, 0, base, 0, pages, 0xf, 0) for kind, base, pages in rows)
    return tag(17, struct.pack('<II', 48, 1) + data)


def multiboot2(tags):
    body = b''.join(tags) + tag(0, b'')
    return struct.pack('<II', len(body) + 8, 0) + body


TEXT = [tag(1, b'pv=nopatch quiet\0'), tag(2, b'GRUB 2.06\0')]
MODULE_TAGS = [tag(3, struct.pack('<II', start, end) + text + b'\0') for start, end, text in MODULES]
SCREEN = tag(8, struct.pack('<QIIIBBH6B', 0xfd000000, 4096, 1024, 768, 32, 1, 0, 16, 8, 8, 8, 0, 8))
TEXT_SCREEN = tag(8, struct.pack('<QIIIBBH', 0xb8000, 160, 80, 25, 16, 2, 0))
RSDP = [tag(14, b'RSD PTR ' + bytes(12)), tag(15, b'RSD PTR ' + bytes(28))]


def pvh(version=1, modules=MODULES):
    m = Memory(56)
    args = m.string(b'pv=xen quiet')
    rows = [struct.pack('<4Q', start, end - start, m.string(text), 0) for start, end, text in modules]
    module_list = m.add(b''.join(rows))
    entries = m.add(b''.join(struct.pack('<QQII', *row, 0) for row in PC))
    head = struct.pack('<4I3Q', 0x336ec578, version, 0, len(modules), module_list, args, 0xf5a00)
    head += struct.pack('<QII', entries, len(PC), 0) if version > 0 else bytes(16)
    m.data[:56] = head
    return bytes(m.data)


CORPUS = {
    'boot_mb1': {
        'grub': multiboot1(), 'sizes': multiboot1(sizes_only=True), 'screen': multiboot1(framebuffer=True),
        'qemu': multiboot1(loader=b'qemu', modules=[]),
    },
    'boot_mb2': {
        'bios': multiboot2(TEXT + MODULE_TAGS + [memory_map(), TEXT_SCREEN, RSDP[0]]),
        'efi': multiboot2(TEXT + [efi_map(), memory_map(), SCREEN, tag(12, bytes(8))] + RSDP),
        'efi_services': multiboot2(TEXT + MODULE_TAGS + [efi_map(), tag(18, b''), tag(11, bytes(4))]),
        'sizes': multiboot2([tag(4, struct.pack('<II', 639, 129920)), tag(9, bytes(12)), tag(99, b'')]),
    },
    'boot_pvh': {
        'version1': pvh(), 'version0': pvh(0), 'plain': pvh(modules=[]), 'unstable': pvh(),
    },
}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, 'corpus')
    for target, inputs in CORPUS.items():
        folder = os.path.join(root, target)
        os.makedirs(folder, exist_ok=True)
        for name, data in inputs.items():
            options = 1 if name == 'unstable' else 0
            with open(os.path.join(folder, name + '.bin'), 'wb') as f:
                f.write(bytes([options]) + data)


if __name__ == '__main__':
    main()
