"""How a kernel gets into the sun4v machines: QEMU has no firmware for them that runs here, ours takes its place. Command
line and modules go by the firmware's words (conformance/firmware/sun4v/README).

SPDX-License-Identifier: BSD-2-Clause
"""
import struct
import subprocess
from pathlib import Path

import sun4vlog
from tools import BUILD, Trouble

FIRMWARE = BUILD / "sparc64/conformance/firmware/sun4v"
OBJCOPY = "sparc64-linux-gnu-objcopy"
WORDS_AT = 0x3000000
# Where the blocks of guest memory start; virtual addresses are real ones in the low one.
BLOCKS = {("sun4v", "low"): 0x400000, ("sun4v", "high"): 0x4000000,
          ("niagara", "low"): 0x400000, ("niagara", "high"): 0x80000000}
MODULES_AT, PAGE, JUNK = 0x1000000, 0x2000, 0x400000


LOADERS = ["sun4v", "niagara"]  # the PC-like machine with a T1; the machine that real firmware expects


def command(target, kernel, cmdline, modules, scratch):
    """The arguments behind the machine's. An ELF file is started where it says, a raw image behind its real base."""
    if target.loader == "sun4v":
        args = ["-bios", str(_there(FIRMWARE / "sun4v.bin")), *sun4vlog.QEMU]
    else:
        args = ["-L", str(_there(FIRMWARE / "niagara"))]
    if target.raw:
        raw, at = raw_form(kernel, scratch), BLOCKS[target.loader, target.raw]
        return [*args, "-device", f"loader,file={raw},addr={at:#x},force-raw=on", *junk_behind(raw, at, scratch),
                *_brought([f"raw={at:#x} tests"], cmdline, modules, scratch)]
    return [*args, "-device", f"loader,file={kernel}",
            *_brought([f"start={elf_entry(kernel):#x} tests"], cmdline, modules, scratch)]


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


def junk_behind(raw, at, scratch):
    """QEMU arguments for memory that is not empty behind a raw image, where its variables will be: nobody promises zeros."""
    junk = Path(scratch, "junk")
    junk.write_bytes(b"\xba" * JUNK)
    return ["-device", f"loader,file={junk},addr={at + raw.stat().st_size:#x},force-raw=on"]


def raw_form(kernel, scratch):
    """What is loaded of an ELF file, and nothing else."""
    raw = Path(scratch, "raw")
    made = subprocess.run([OBJCOPY, "-O", "binary", str(kernel), str(raw)], stderr=subprocess.PIPE, text=True)
    if made.returncode != 0:
        raise Trouble(f"{OBJCOPY} failed:\n{made.stderr}")
    return raw


def _there(path):
    if not path.exists():
        raise Trouble(f"no sun4v firmware: {path}")
    return path


def elf_entry(kernel):
    """Where a big-endian ELF file of 64 bits starts."""
    head = Path(kernel).read_bytes()[:64]
    if head[:6] != b"\x7fELF\x02\x02":
        raise Trouble(f"{kernel} is no ELF image for sparc64")
    return struct.unpack_from(">Q", head, 24)[0]
