"""The six files that -M niagara wants, from a firmware image: the PROM's first 64 KiB and what follows; empty ones.

SPDX-License-Identifier: BSD-2-Clause
"""
import sys
from pathlib import Path

Q_AT, OPENBOOT_AT = 0x10000, 0x80000

image = Path(sys.argv[1]).read_bytes()
if len(image) > OPENBOOT_AT:
    sys.exit(f"{sys.argv[1]}: too large for the first two files")
parts = {"reset.bin": image[:Q_AT], "q.bin": image[Q_AT:]}
for name in sys.argv[2:]:
    Path(name).write_bytes(parts.get(Path(name).name, b""))
