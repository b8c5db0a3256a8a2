#!/usr/bin/env python3
"""Write the small corpus of the console ring's fuzz target; the form of its steps is in xen_ring.c.

SPDX-License-Identifier: BSD-2-Clause
"""
import struct
import sys
from pathlib import Path

IN_CONS, IN_PROD, OUT_CONS, OUT_PROD = range(4)


def index_is(index, value):
    return struct.pack("<BBBBI", 0, 0, index, 0, value)


def index_grows(index, by):
    return struct.pack("<BBBBI", 1, by, index, 0, 0)


def peer_reads_all():
    return struct.pack("<BBBBI", 3, 0, 0, 0, 0)


def opened():
    return struct.pack("<BBBBI", 4, 0, 0, 0, 0)


def we_read(times):
    return struct.pack("<BBBBI", 5, times - 1, 0, 0, 0)


def we_write(size):
    return struct.pack("<BBBBI", 6, size, 9, 65, 0)


INPUTS = {
    "good": (we_write(200) + peer_reads_all() + index_grows(IN_PROD, 5) + we_read(6) + we_write(100)) * 6,
    "hostile_consumer": we_write(50) + index_is(OUT_CONS, 51) + we_write(5) + index_is(OUT_CONS, 50) + we_write(5),
    "hostile_producer": index_is(IN_PROD, 1025) + we_read(3) + index_is(IN_PROD, 3) + we_read(3),
    "wrap": index_is(OUT_CONS, 0xfffffff0) + index_is(OUT_PROD, 0xfffffff0) + index_is(IN_CONS, 0xfffffffe)
    + index_is(IN_PROD, 0xfffffffe) + opened() + we_write(255) * 9 + peer_reads_all() + index_grows(IN_PROD, 8)
    + we_read(9),
}

for name, data in INPUTS.items():
    (Path(sys.argv[1]) / f"{name}.bin").write_bytes(data)
