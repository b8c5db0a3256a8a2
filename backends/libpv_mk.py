#!/usr/bin/env python3
"""libpv_mk.py OUTPUT TOP ISA CFLAGS SOURCE...: the source list of one build as make variables. Meson runs this with its
own lists, so that they are kept in one place. Sources below backends/NAME are that backend's, all others are common.

SPDX-License-Identifier: BSD-2-Clause
"""
import os
import sys
from pathlib import Path

HEAD = """\
# The sources of libpv for {isa}, for kernels that compile them with flags of their own. Made from Meson's lists.
# For GNU make and BSD make. A kernel takes PV_SOURCES_common, PV_SOURCES_<backend> of each backend that it wants and of
# that backend's parent (native, as a rule), and PV_LIST, which names the backends in the order of probing: a kernel
# that leaves one out takes a copy without its line.
PV_ISA = {isa}
PV_TOP = {top}
PV_BACKENDS = {backends}
# What the call sites in libpv's headers need, in the kernel's own files as well.
PV_CFLAGS = -I$(PV_TOP)/include {cflags}
"""


def main(output, top, isa, cflags, *sources):
    top = Path(top).resolve()
    # All sources are compiled: instead of one object per part that pulls it in, one that says that all are there.
    lists, generated = {"common": ["hooks/parts.c"]}, []
    for source in (Path(os.path.abspath(s)) for s in sources):
        if source.name.startswith("need_"):
            continue
        if not source.is_relative_to(top) or source.name == "list.c":
            generated.append(source)
            continue
        parts = source.relative_to(top).parts
        owner = parts[1] if parts[0] == "backends" else "common"
        lists.setdefault(owner, []).append("/".join(parts))
    backends = [name for name in lists if name != "common"]
    text = HEAD.format(isa=isa, top=top, backends=" ".join(backends), cflags=cflags)
    for name, files in lists.items():
        text += f"PV_SOURCES_{name} = " + " \\\n".join(["", *(f"\t$(PV_TOP)/{f}" for f in files)]).strip(" ") + "\n"
    text += "PV_LIST = " + " ".join(map(str, generated)) + "\n"
    Path(output).write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
