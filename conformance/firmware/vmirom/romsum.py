#!/usr/bin/env python3
# Make an option ROM out of a flat image: pad to 512 bytes, set the length byte, the PCI
# image length if there is a PCIR structure, and the last byte so that all sum up to 0.
# Usage: romsum.py IN OUT
#
# SPDX-License-Identifier: BSD-2-Clause
import sys

data = bytearray(open(sys.argv[1], "rb").read())
data += bytes(-(len(data) + 1) % 512 + 1)
assert len(data) % 512 == 0 and len(data) // 512 < 256
data[2] = len(data) // 512
pcir = data.find(b"PCIR")
if pcir >= 0:
    data[pcir + 16:pcir + 18] = (len(data) // 512).to_bytes(2, "little")
data[-1] = -sum(data[:-1]) & 0xFF
open(sys.argv[2], "wb").write(data)
