#!/usr/bin/env python3
"""archive.py OUTPUT PROGRAM...: the boot module, a tar archive in POSIX ustar format with /bin and a file to read.
The same programs give the same bytes.

SPDX-License-Identifier: BSD-2-Clause
"""
import io
import sys
import tarfile
from pathlib import Path

WELCOME = b"""This is the hobby kernel of libpv: one image, whatever machine it runs on.
Try: ls /bin, pv, ps, mem, fault null, cat /bin/sh | wc
"""


def add(archive, name, data=None):
    entry = tarfile.TarInfo(name)
    entry.mode = 0o755
    if data is None:
        entry.type = tarfile.DIRTYPE
        archive.addfile(entry)
    else:
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))


def main():
    output, *programs = sys.argv[1:]
    with tarfile.open(output, "w", format=tarfile.USTAR_FORMAT) as archive:
        add(archive, "bin")
        add(archive, "welcome", WELCOME)
        for program in programs:
            add(archive, "bin/" + Path(program).name.removeprefix("user_"), Path(program).read_bytes())


if __name__ == "__main__":
    main()
