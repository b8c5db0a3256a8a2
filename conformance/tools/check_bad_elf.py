"""Cases of check_cases.py: mistakes in the ELF file itself, lost call sites, and what a kernel has not got
(constructors, a dynamic linker). Of the form that check_bad.py explains.

SPDX-License-Identifier: BSD-2-Clause
"""
import gzip
import struct

from check_bad import KV, case
from check_images import (DYNAMIC, INTERP, LOAD, PC_CODE, TLS, Section, Segment, early_mb1, fix_notes,
                          good_sparc64, good_x86)


# ---- the file ----

@case("an empty file", 1, "not an ELF file: it is empty")
def _():
    return b""


@case("a compressed kernel", 1, "gunzip it first")
def _():
    return gzip.compress(bytes(good_x86(64)))


@case("a flat binary", 1, "not an ELF file: give the linked kernel before objcopy")
def _():
    return PC_CODE


@case("ELF class", 1, "the ELF class, is 3")
def _():
    im = good_x86(64)
    im.ident_class = 3
    return im


@case("ELF byte order", 1, "the byte order, is 0")
def _():
    im = good_x86(64)
    im.ident_data = 0
    return im


@case("an x86 image marked big-endian", 1, "e_version is 16777216, not 1")
def _():
    im = good_x86(64)
    im.ident_data = 2
    return im


@case("a big-endian i386 image", 1, "byte order is big-endian, but e_machine 3")
def _():
    im = good_sparc64()
    im.machine = 3
    return im


@case("an object file", 1, "no program headers", "ET_REL")
def _():
    im = good_x86(64)
    im.kind, im.segments = 1, []
    return im


@case("a relocatable file with program headers", 1, "e_type is 1", "link it without -r",
      "Xen PV will not boot: the image itself")
def _():
    im = good_x86(64)
    im.kind = 1
    return im


@case("x32", 1, "ELF class is 32-bit, but e_machine is 62")
def _():
    im = good_x86(32)
    im.machine = 62
    return im


@case("another machine", 1, "e_machine is 183: no boot protocol is known")
def _():
    im = good_x86(64)
    im.machine = 183
    return im


@case("e_phentsize", 1, "e_phentsize is 57, not 56")
def _():
    im = good_x86(64)
    im.phentsize = 57
    return im


@case("no header of any protocol", 1, "no loader finds a header or note of its own", "KEEP()")
def _():
    im = good_x86(64)
    del im.blobs[0x1FD0], im.blobs[0x1000]
    im.notes = []
    return fix_notes(im)


@case("cut in .data", 1, "segment 2: file truncated",
      "GRUB multiboot will not boot: the image itself is broken")
def _():
    im = good_x86(64)
    im.cut = 0x4080
    return im


@case("cut in the section table", 1,
      "GRUB multiboot will not boot: file truncated: the table of 8 sections", "Xen PVH will not boot",
      "QEMU -kernel PVH will boot")
def _():
    im = good_x86(64)
    im.cut = len(bytes(im)) - 8
    return im


@case("a section without address beyond the file", 1, "section 7 (.comment) has no address",
      "GRUB multiboot2 will not boot", "Xen PV will boot")
def _():
    im = good_x86(64)
    im.sections.append(Section(".comment", 1, 0, 0, 0x4000, 0x100000))
    return im


@case("program headers at the end of the file", 1,
      "GRUB multiboot will not boot: program headers end at offset 0x42e0", "first 8192 bytes",
      "GRUB multiboot2 will boot")
def _():
    im = good_x86(64)
    im.phoff = 0x4200
    im.size = 0x4400
    return im


@case("no PT_LOAD", 1, "error: no PT_LOAD segment: nothing would be loaded")
def _():
    im = good_x86(64)
    im.segments = [s for s in im.segments if s.kind != LOAD]
    return im


# ---- segments ----

@case("p_filesz above p_memsz", 1, "segment 2 (.data): p_filesz 0x100 is larger than p_memsz 0x80")
def _():
    im = good_x86(64)
    im.segments[2].memsz = 0x80
    return im


@case("segments overlap in memory", 1,
      "segment 1 (.text) (physical 0x101000+0x2000) and segment 2 (.data) (0x102000+0x3000)")
def _():
    im = good_x86(64)
    im.segments[2].paddr = 0x102000
    return im


@case("segments overlap in virtual memory only", 0, "overlap in virtual memory")
def _():
    im = good_x86(64)
    im.segments[2].vaddr -= 0x1000
    return im


@case("a segment wraps around", 1, "wraps around the address space")
def _():
    im = good_x86(32)
    im.segments[2].memsz = 0xF0000000
    return im


@case("LMA 0", 1, "QEMU -kernel PVH will not boot: segment 0 (.boot) has LMA 0x0",
      "link the image at 0x100000")
def _():
    im = good_x86(64)
    im.segments[0].paddr = im.segments[0].vaddr = im.section(".boot").addr = 0
    return im


@case("over video memory", 1, "over video memory and ROMs")
def _():
    im = good_x86(64)
    im.segments[0].paddr = 0xFF000
    return im


@case("no AT(), 64 bits", 1, "segment 1 (.text) is loaded at physical 0xffffffff80101000",
      "p_paddr equals p_vaddr", "AT(ADDR(section) - KERNEL_BASE)", "GRUB multiboot2 will not boot",
      "Xen PVH will not boot")
def _():
    im = good_x86(64)
    for s in im.segments:
        s.paddr = s.vaddr
    return im


@case("no AT(), 32 bits", 1, "segment 1 (.text) is loaded at physical 0xc0101000", "p_paddr equals p_vaddr")
def _():
    im = good_x86(32)
    for s in im.segments:
        s.paddr = s.vaddr
    return im


@case("writable text", 0, "segment 1 (.text) is writable and executable")
def _():
    im = good_x86(64)
    im.segments[1].flags = 7
    return im


@case("p_flags 0", 0, "segment 2 (.data) has p_flags 0: Xen does not load it")
def _():
    im = good_x86(64)
    im.segments[2].flags = 0
    return im


@case("entry in no segment", 1, "e_entry 0x500000 is in no segment's virtual range",
      "e_entry 0x500000 is in no PT_LOAD", "Xen PV will boot")
def _():
    im = good_x86(64)
    im.entry = 0x500000
    return im


@case("entry in .bss", 1,
      "GRUB multiboot will not boot: e_entry as a physical address is 0x104000, where no byte of the file "
      "is", "GRUB multiboot2 will boot")
def _():
    im = good_x86(64)
    im.entry = KV + 0x104000
    return im


@case("entry at zeros", 1,
      "e_entry as a physical address is 0x100400, file offset 0x1400, where there are only zero bytes")
def _():
    im = good_x86(64)
    im.entry = 0x100400
    return im


@case("a virtual entry is translated", 0, "GRUB multiboot will boot", "QEMU -kernel Multiboot1 will boot")
def _():
    im = early_mb1(32)
    im.segments[0].vaddr = 0xC0100000
    im.entry = 0xC0100800
    im.section(".boot").addr = 0xC0100000
    return im


# ---- what a kernel has not got ----

@case("PT_INTERP", 1, "error: segment 4 is PT_INTERP at offset 0x1900", "-static",
      "GRUB multiboot will not boot: the image itself")
def _():
    im = good_x86(64)
    im.blobs[0x1900] = b"/lib/ld.so\0"
    im.segments.append(Segment(INTERP, 4, 0x1900, 0x100900, 0x100900, 11, align=1))
    return im


def dynamic(*pairs):
    im = good_x86(64)
    im.kind = 3
    im.blobs[0x1900] = b"".join(struct.pack("<QQ", *p) for p in pairs + ((0, 0),))
    im.segments.append(Segment(DYNAMIC, 6, 0x1900, 0x100900, 0x100900, 16 * len(pairs) + 16, align=8))
    return im


@case("shared libraries", 1, "has DT_NEEDED", "-nostdlib")
def _():
    return dynamic((1, 5))


@case("a PIE with relocations", 0, "has 0x30 bytes of relocations", "GRUB multiboot will boot",
      "QEMU -kernel PVH will boot")
def _():
    return dynamic((7, 0x1000), (8, 0x30))


@case("a PIE with constructors, no sections", 0, "has DT_INIT_ARRAY", "never run")
def _():
    im = dynamic((25, 0x1000), (27, 8))
    im.sections = []
    return im


@case("constructors", 0, "section .init_array has 0x8 bytes", "section .ctors has 0x8 bytes", "pv_main()")
def _():
    im = good_x86(64)
    im.sections += [Section(n, 14, 3, KV + 0x103000, 0x4000, 8) for n in (".init_array", ".ctors")]
    return im


@case("thread-local storage", 0, "section .tdata has 0x8 bytes", "per-CPU data")
def _():
    im = good_x86(64)
    im.sections.append(Section(".tdata", 1, 0x403, KV + 0x103000, 0x4000, 8))
    return im


@case("thread-local storage, no sections", 0, "is PT_TLS with 0x8 bytes")
def _():
    im = good_x86(64)
    im.sections = []
    im.segments.append(Segment(TLS, 4, 0x4000, KV + 0x103000, 0x103000, 8))
    return im


# ---- call sites ----

def symbols(im, *names):
    strings = b"\0" + b"".join(n.encode() + b"\0" for n, _ in names)
    rows = bytes(24)
    for n, value in names:
        rows += struct.pack("<IBBHQQ", strings.index(b"\0" + n.encode() + b"\0") + 1, 16, 0, 2, value, 0)
    im.blobs[0x4800], im.blobs[0x4C00] = rows, strings
    k = len(im.sections)
    im.sections += [Section(".symtab", 2, 0, 0, 0x4800, len(rows), k + 2),
                    Section(".strtab", 3, 0, 0, 0x4C00, len(strings))]
    return im


@case("sites: dropped by the linker", 0, "call-site table lost: the image has pv_ symbols",
      "*(pv_sites)")
def _():
    im = symbols(good_x86(64), ("start", 0x100800), ("pv_init", KV + 0x101000))
    im.without("pv_sites")
    im.section(".symtab").link -= 1
    return im


@case("sites: empty", 0, "lost: the section is empty")
def _():
    im = good_x86(64)
    im.section("pv_sites").size = 0
    return im


@case("sites: empty on sparc64", 0, "lost: the section is empty")
def _():
    im = good_sparc64()
    im.sections.append(Section("pv_sites", 1, 2, 0x405000, 0x5000, 0))
    return im


@case("sites: in no segment", 0, "lost: the section is in no PT_LOAD")
def _():
    im = good_x86(64)
    im.section("pv_sites").addr = KV + 0x900000
    return im


@case("sites: merged into another section", 0, "call-site table 0x18 bytes from __start_pv_sites")
def _():
    im = symbols(good_x86(64), ("__start_pv_sites", KV + 0x101200), ("__stop_pv_sites", KV + 0x101218))
    im.without("pv_sites")
    im.section(".symtab").link -= 1
    return im


@case("sites: merged and empty", 0, "nothing between __start_pv_sites and __stop_pv_sites")
def _():
    im = symbols(good_x86(64), ("__start_pv_sites", KV + 0x101200), ("__stop_pv_sites", KV + 0x101200))
    im.without("pv_sites")
    im.section(".symtab").link -= 1
    return im


@case("sites: not linked with libpv", 0, "call-site table none: the image is not linked with libpv")
def _():
    im = symbols(good_x86(64), ("start", 0x100800))
    im.without("pv_sites")
    im.section(".symtab").link -= 1
    return im


@case("sites: stripped of symbols", 0, "call-site table unknown: no section pv_sites and no symbols")
def _():
    im = good_x86(64)
    im.without("pv_sites")
    return im
