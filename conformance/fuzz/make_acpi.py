#!/usr/bin/env python3
"""Write the small corpus of the ACPI fuzz target: whole sets of tables to start from.

An input is a byte of options (see acpi.c) and physical memory from 0 on.

SPDX-License-Identifier: BSD-2-Clause
"""
import os
import struct
import sys

SUMS, ROOT_AT_0 = 1, 2


def table(signature, body):
    return signature + struct.pack('<IBB6s8sI4sI', 36 + len(body), 1, 0, b'PV', b'PV', 1, b'PV', 1) + body


def madt():
    body = struct.pack('<II', 0xfee00000, 1)
    body += bytes([0, 8, 0, 0, 1, 0, 0, 0])
    body += bytes([1, 12, 1, 0]) + struct.pack('<II', 0xfec00000, 0)
    body += bytes([2, 10, 0, 0, 2, 0, 0, 0, 0, 0])
    body += bytes([3, 8, 0, 0, 9, 0, 0, 0])
    body += bytes([4, 6, 255, 0, 0, 1])
    body += bytes([5, 12, 0, 0]) + struct.pack('<Q', 0xfee00000)
    body += bytes([9, 16, 0, 0]) + struct.pack('<III', 300, 1, 3)
    body += bytes([10, 12, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0])
    return table(b'APIC', body)


def fadt(dsdt):
    f = bytearray(268)
    struct.pack_into('<I', f, 40, dsdt)
    struct.pack_into('<HIB', f, 46, 9, 0xb2, 0xf1)
    struct.pack_into('<I', f, 64, 0x604)
    f[108] = 0x32
    struct.pack_into('<I', f, 112, 1 << 10)
    struct.pack_into('<BBBBQB', f, 116, 1, 8, 0, 1, 0xcf9, 0xf)
    struct.pack_into('<Q', f, 140, dsdt)
    struct.pack_into('<BBBBQ', f, 172, 1, 16, 0, 2, 0x604)
    struct.pack_into('<BBBBQ', f, 244, 0, 8, 0, 1, 0xfea00000)
    return table(b'FACP', bytes(f[36:]))


def memory(revision):
    m = bytearray(64)
    where = {}

    def add(name, data):
        where[name] = len(m)
        m.extend(data + bytes(-len(data) % 16))

    add('APIC', madt())
    add('DSDT', table(b'DSDT', b'\x10\x20\x08_S5_\x12\x06\x04\x00\x0a\x01\x00\x00'))
    add('SSDT', table(b'SSDT', b'\x08\\_S5_\x12\x4d\x00\x04\x0c\x07\0\0\0\x0b\x06\0\0\0'))
    add('FACP', fadt(where['DSDT']))
    add('HPET', table(b'HPET', struct.pack('<IBBBBQI', 0x8086a201, 0, 64, 0, 0, 0xfed00000, 0)))
    add('MCFG', table(b'MCFG', bytes(8) + struct.pack('<QHBBI', 0xb0000000, 0, 0, 255, 0)))
    listed = [where[name] for name in ('SSDT', 'FACP', 'APIC', 'HPET', 'MCFG')]
    add('RSDT', table(b'RSDT', struct.pack('<5I', *listed)))
    add('XSDT', table(b'XSDT', struct.pack('<5Q', *listed)))
    m[:36] = b'RSD PTR ' + bytes(7) + struct.pack('<BIIQI', revision, where['RSDT'], 36, where['XSDT'], 0)
    return bytes(m)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'corpus')
    folder = os.path.join(root, 'acpi')
    os.makedirs(folder, exist_ok=True)
    for name, options, revision in (('found', SUMS, 2), ('revision0', SUMS | ROOT_AT_0, 0),
                                    ('revision2', SUMS | ROOT_AT_0, 2), ('sums', ROOT_AT_0, 2)):
        with open(os.path.join(folder, name + '.bin'), 'wb') as f:
            f.write(bytes([options]) + memory(revision))


if __name__ == '__main__':
    main()
