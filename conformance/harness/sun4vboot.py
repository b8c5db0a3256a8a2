"""How a kernel gets into the sun4v machines: QEMU has no firmware for them that runs here, ours takes its place. Command
line and modules go by the firmware's words (conformance/firmware/sun4v/README).

SPDX-License-Identifier: BSD-2-Clause
"""
import struct
from pathlib import Path

import sun4vlog
from tools import BUILD, Trouble

FIRMWARE = BUILD / "sparc64/conformance/firmware/sun4v"
WORDS_AT = 0x3000000
MODULES_AT, PAGE = 0x1000000, 0x2000


def sun4v(kernel, cmdline, modules, scratch):
    """The PC-like machine with a T1."""
    return ["-bios", str(_there(FIRMWARE / "sun4v.bin")), *sun4vlog.QEMU, "-kernel", str(kernel),
            *_brought([], cmdline, modules, scratch)]


def niagara(kernel, cmdline, modules, scratch):
    """The machine that real firmware expects. It cannot say where a kernel starts, and not be powered off (qemu.py)."""
    return ["-L", str(_there(FIRMWARE / "niagara")), "-device", f"loader,file={kernel}",
            *_brought([f"start={_entry(kernel):#x}"], cmdline, modules, scratch)]


def words_file(lines, scratch):
    """QEMU arguments that bring the firmware these lines of words."""
    path = Path(scratch, "words")
    path.write_text("\n".join(["sun4v words", *lines]) + "\n")
    return ["-device", f"loader,file={path},addr={WORDS_AT:#x},force-raw=on"]


def _brought(lines, cmdline, modules, scratch):
    args, at = [], MODULES_AT
    for module in modules:
        file, _blank, text = module.partition(" ")
        size = Path(file).stat().st_size
        lines = [*lines, f"module {at:#x} {size} {text}"]
        args += ["-device", f"loader,file={file},addr={at:#x},force-raw=on"]
        at += (size + PAGE - 1) // PAGE * PAGE
    return [*args, *words_file([*lines, f"args {cmdline}"], scratch)]


def _there(path):
    if not path.exists():
        raise Trouble(f"no sun4v firmware: {path}")
    return path


def _entry(kernel):
    """Where a big-endian ELF file of 64 bits starts."""
    head = Path(kernel).read_bytes()[:64]
    if head[:6] != b"\x7fELF\x02\x02":
        raise Trouble(f"{kernel} is no ELF image for sparc64")
    return struct.unpack_from(">Q", head, 24)[0]
