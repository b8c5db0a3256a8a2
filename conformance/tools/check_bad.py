"""Cases of check_cases.py: the good images, and mistakes in Multiboot headers. check_bad_elf.py and
check_bad_notes.py have the others.

Each function below makes one image. @case gives its name, the exit status, and the words that must appear;
`never` are words that must not. Images for x86 are 64-bit unless the mistake exists in 32 bits only.

SPDX-License-Identifier: BSD-2-Clause
"""
import struct

from check_images import Section, early_mb1, fix_notes, good_sparc64, good_x86, mb1, mb2, mb2_tag, note, u32

CASES = []
KV = 0xFFFFFFFF80000000


class Case:
    def __init__(self, name, status, words, never, args, make):
        self.name, self.status, self.words, self.never = name, status, words, never
        self.args, self.make = args, make


def case(name, status, *words, never=(), args=()):
    def add(make):
        CASES.append(Case(name, status, list(words), list(never), list(args), make))
        return make
    return add


# ---- good images ----

@case("x86-64 for everything", 0, "QEMU -kernel PVH will boot",
      "QEMU -kernel Multiboot1 n/a (the header at offset 0x1fd0", "GRUB multiboot will boot",
      "GRUB multiboot2 will boot", "Xen PV will boot", "Xen PVH will boot",
      "call-site table 0x18 bytes in section pv_sites", "segment 0 (.boot) is writable and executable",
      never=("will not boot", "error:"))
def _():
    return good_x86(64)


@case("i386 for everything", 0, "QEMU -kernel PVH will boot", "GRUB multiboot will boot",
      "GRUB multiboot2 will boot", "Xen PV will boot (needs a Xen built with CONFIG_PV32)",
      "Xen PVH will boot", never=("will not boot", "error:"))
def _():
    return good_x86(32)


@case("x86-64 with Multiboot1 for QEMU", 0, "QEMU -kernel Multiboot1 will boot",
      "QEMU -kernel PVH n/a (hidden by the Multiboot1 header at offset 0x1100", "GRUB multiboot will boot")
def _():
    return early_mb1(64)


@case("i386 with Multiboot1 for QEMU", 0, "QEMU -kernel Multiboot1 will boot", "GRUB multiboot will boot")
def _():
    return early_mb1(32)


@case("sparc64", 0, "sun4u OpenBIOS will boot", "sun4v ELF will boot",
      "call-site table unknown: no section pv_sites and no symbols", never=("warning:", "GRUB"))
def _():
    return good_sparc64()


@case("sparc64 linked where OpenBIOS jumps", 0, "sun4u OpenBIOS will boot")
def _():
    im = good_sparc64()
    for s in im.segments:
        s.vaddr += 0x40000000 - 0x400000
    im.entry = 0x40004000
    im.sections = []
    return im


@case("stripped of sections", 0, "Xen PV will boot", "GRUB multiboot2 will boot",
      "call-site table unknown: no section headers")
def _():
    im = good_x86(64)
    im.sections = []
    return im


@case("a PVH-only kernel claims no more", 0, "QEMU -kernel PVH will boot", "Xen PVH will boot", "Xen PV n/a",
      "GRUB multiboot n/a", "GRUB multiboot2 n/a")
def _():
    im = good_x86(64)
    del im.blobs[0x1FD0], im.blobs[0x1000]
    im.notes = [note(5, "xen-3.0"), note(18, u32(0x100800))]
    return fix_notes(im)


@case("a PV-only kernel whose p_paddr is virtual", 0, "Xen PV will boot", "Xen PVH n/a",
      "QEMU -kernel PVH n/a")
def _():
    im = good_x86(64)
    del im.blobs[0x1FD0], im.blobs[0x1000]
    for s in im.segments[1:3]:
        s.paddr = s.vaddr
    del im.segments[0]
    im.without(".boot")
    im.entry = KV + 0x101000
    im.note(4, im.number(KV))
    im.note(18, None)
    return fix_notes(im)


@case("asked only for what works", 0, "GRUB multiboot2 will not boot", args=("-p", "grub-mb1,xen-pv"))
def _():
    im = good_x86(64)
    im.blobs[0x1000] = mb2([mb2_tag(20)])
    return im


@case("asked for what it never claimed", 1, "QEMU -kernel Multiboot1 n/a", args=("-p", "qemu-mb1"))
def _():
    return good_x86(64)


# ---- Multiboot 1 ----

@case("mb1: checksum", 1, "GRUB multiboot will not boot", "offset 0x1fd0", "the checksum must be 0xe4524ffb")
def _():
    im = good_x86(64)
    im.blobs[0x1FD0] = u32(0x1BADB002, 3, 0x12345678)
    return im


@case("mb1: beyond 8192", 1, "GRUB multiboot will not boot: Multiboot1 header at offset 0x2080",
      "first 8192 bytes")
def _():
    im = good_x86(64)
    del im.blobs[0x1FD0]
    im.blobs[0x2080] = mb1()
    return im


@case("mb1: across 8192", 1, "GRUB multiboot will not boot: Multiboot1 header at offset 0x1ff8",
      "first 8192 bytes")
def _():
    im = good_x86(64)
    del im.blobs[0x1FD0]
    im.blobs[0x1FF8], im.blobs[0x2000] = mb1()[:8], mb1()[8:] + im.blobs[0x2000]
    return im


@case("mb1: the last place that GRUB sees", 0, "GRUB multiboot will boot", "QEMU -kernel PVH will boot")
def _():
    im = good_x86(64)
    del im.blobs[0x1FD0]
    im.blobs[0x1FF4] = mb1()
    return im


@case("mb1: the last place that QEMU sees", 1,
      "QEMU -kernel Multiboot1 will not boot: Multiboot1 header at offset 0x1fcc")
def _():
    im = good_x86(64)
    del im.blobs[0x1FD0]
    im.blobs[0x1FCC] = mb1()
    return im


@case("mb1: not aligned", 1, "offset 0x1fc2 is not 4-aligned", ".balign 4")
def _():
    im = good_x86(64)
    del im.blobs[0x1FD0]
    im.blobs[0x1FC2] = mb1()
    return im


@case("mb1: unknown flag", 1, "flags 0xb has bits of 0xfff8", "clear them")
def _():
    im = good_x86(64)
    im.blobs[0x1FD0] = mb1(0xB)
    return im


@case("mb1: hides PVH from QEMU", 1,
      "QEMU -kernel Multiboot1 will not boot: Multiboot1 header at offset 0x1100 of an x86-64",
      "QEMU -kernel PVH will not boot", "hides the note PHYS32_ENTRY", "put the header at offset 8144",
      "GRUB multiboot will boot")
def _():
    im = early_mb1(64)
    im.blobs[0x1100] = mb1()
    return im


@case("mb1: hidden from QEMU and no PVH", 1,
      "QEMU -kernel Multiboot1 will not boot: Multiboot1 header at offset 0x1fd0",
      "QEMU searches only below offset 8144", "add a note PHYS32_ENTRY", "GRUB multiboot will boot")
def _():
    im = good_x86(64)
    im.note(18, None)
    return fix_notes(im)


@case("mb1: video fields beyond 8192", 1, "offset 0x1fd8 with flags 0x7 has 48 bytes", "put it lower")
def _():
    im = good_x86(64)
    del im.blobs[0x1FD0]
    im.blobs[0x1FD8] = mb1(7)
    return im


@case("mb1: video mode", 1, "mode_type is 7")
def _():
    im = early_mb1(32)
    im.blobs[0x1100] = mb1(7, 0, 0, 0, 0, 0, 7, 80, 25, 0)
    return im


@case("a Linux header", 1, "QEMU -kernel PVH will not boot: offset 0x202 holds \"HdrS\"", "move other data",
      "Xen PV will not boot: offset 0x202 holds \"HdrS\": Xen takes", "Xen PVH will not boot: offset 0x202",
      "GRUB multiboot2 will boot")
def _():
    im = good_x86(64)
    im.blobs[0x202] = b"HdrS"
    return im


@case("a Linux header and Multiboot1", 1,
      "QEMU -kernel Multiboot1 will not boot: offset 0x202 holds \"HdrS\"")
def _():
    im = early_mb1(32)
    im.blobs[0x202] = b"HdrS"
    return im


def bit16(**change):
    f = dict(header=0x100100, load=0x100000, load_end=0x103100, bss_end=0x106000, entry=0x100800)
    f.update(change)
    im = early_mb1(64)
    im.blobs[0x1100] = mb1(0x10003, f["header"], f["load"], f["load_end"], f["bss_end"], f["entry"])
    return im


@case("mb1 bit 16: header_addr", 1, "header_addr 0xfff00 and load_addr 0x100000",
      "physical address of the header itself")
def _():
    return bit16(header=0xFFF00)


@case("mb1 bit 16: header_addr moves the whole copy", 1, "segment 0 (.boot) is at file offset 0x1000",
      "brings 0x1040", "contiguous")
def _():
    return bit16(header=0x1000C0)


@case("mb1 bit 16: load_end_addr too low", 1, "segment 2 (.data)",
      "is not inside of load_addr 0x100000 to load_end_addr 0x103000")
def _():
    return bit16(load_end=0x103000)


@case("mb1 bit 16: load_end_addr below load_addr", 1, "load_end_addr 0x1000", "is below load_addr 0x100000")
def _():
    return bit16(load_end=0x1000)


@case("mb1 bit 16: load_end_addr with .bss", 1, "load_end_addr 0x106000",
      "give the end of .data, not of .bss")
def _():
    return bit16(load_end=0x106000)


@case("mb1 bit 16: no bss_end_addr", 1, "segment 2 (.data) ends at physical 0x106000", "set bss_end_addr")
def _():
    return bit16(bss_end=0)


@case("mb1 bit 16: bss_end_addr too low", 1, "bss_end_addr 0x102000", "below the end of what is loaded")
def _():
    return bit16(bss_end=0x102000)


@case("mb1 bit 16: entry_addr", 1, "entry_addr is 0x200000, where no byte of the file is loaded")
def _():
    return bit16(entry=0x200000)


@case("mb1 bit 16: a gap in the file", 1, "segment 2 (.data) is at file offset 0x5000",
      "brings 0x4000 to its physical 0x103000", "-z max-page-size=0x1000")
def _():
    im = bit16()
    im.blobs[0x5000] = im.blobs.pop(0x4000)
    im.segments[2].off = im.section(".data").off = 0x5000
    im.section(".bss").off = 0x5100
    return im


@case("mb1 bit 16: .bss in the middle", 1, "segment 1 (.text) has 0x1000 bytes to be zeroed",
      "place .bss last")
def _():
    im = bit16()
    im.segments[1].filesz = 0x1000
    return im


# ---- Multiboot 2 ----

def with_mb2(data, at=0x1000):
    im = good_x86(64)
    del im.blobs[0x1000]
    im.blobs[at] = data
    return im


@case("mb2: checksum", 1, "Multiboot2 header at offset 0x1000", "the checksum must be 0x17adaf12")
def _():
    return with_mb2(u32(0xE85250D6, 0, 24, 1) + mb2_tag(0))


@case("mb2: architecture", 1, "architecture is 4", "takes only 0")
def _():
    return with_mb2(mb2(arch=4))


@case("mb2: not aligned", 1, "offset 0x1004 is not 8-aligned", ".balign 8")
def _():
    return with_mb2(mb2(), 0x1004)


@case("mb2: beyond 32768", 1, "Multiboot2 header at offset 0x9000", "first 32768 bytes")
def _():
    return with_mb2(mb2(), 0x9000)


@case("mb2: the last place", 0, "GRUB multiboot2 will boot")
def _():
    return with_mb2(mb2(), 0x7FE8)


@case("mb2: the end tag is too late", 1,
      "Multiboot2 header at offset 0x7ff0: no end tag (type 0, size 8) in the first 32768")
def _():
    return with_mb2(mb2(), 0x7FF0)


@case("mb2: no end tag, but zeros, which GRUB takes for one", 0,
      "end tag at offset 0x1018 has size 0: it should be 8")
def _():
    return with_mb2(mb2([mb2_tag(6)], end=False))


@case("mb2: no end tag, then code", 1, "tag of type 47734 at offset 0x1018 is unknown to GRUB",
      "if this is no tag")
def _():
    return with_mb2(mb2([mb2_tag(6)], end=False) + bytes.fromhex("76ba0000104b0000"))


@case("mb2: no end tag in what GRUB reads", 1, "no end tag (type 0, size 8) in the first 32768 bytes",
      "end the list")
def _():
    return with_mb2(mb2([mb2_tag(6)], end=False) + struct.pack("<HHI", 77, 1, 0x10000))


@case("mb2: tag size 0", 1, "tag of type 6 at offset 0x1010 has size 0: GRUB never gets past it")
def _():
    return with_mb2(mb2([struct.pack("<HHI", 6, 0, 0)]))


@case("mb2: tag size 4", 0, "tag of type 20 at offset 0x1010 has size 4, less than its own 8 bytes",
      "GRUB multiboot2 will boot")
def _():
    return with_mb2(mb2([struct.pack("<HHI", 20, 1, 4)]))


@case("mb2: short tag", 1, "tag of type 3 at offset 0x1010 has size 8, but GRUB reads 12")
def _():
    return with_mb2(mb2([mb2_tag(3)]))


@case("mb2: unknown tag", 1, "tag of type 20 at offset 0x1010 is unknown to GRUB", "set flags bit 0")
def _():
    return with_mb2(mb2([mb2_tag(20)]))


@case("mb2: unknown tag, optional", 0, "GRUB multiboot2 will boot")
def _():
    return with_mb2(mb2([mb2_tag(20, flags=1)]))


@case("mb2: EFI 32-bit entry tag", 1, "tag of type 8 at offset 0x1010 is unknown to GRUB")
def _():
    return with_mb2(mb2([mb2_tag(8, u32(0x100800))]))


@case("mb2: requests what GRUB has not", 1, "requests information 99", "mark the tag optional")
def _():
    return with_mb2(mb2([mb2_tag(1, u32(6, 99))]))


@case("mb2: address tag without entry tag", 1, "address tag at offset 0x1010 without an entry address tag")
def _():
    return with_mb2(mb2([mb2_tag(2, u32(0x100000, 0x100000, 0x103100, 0x106000))]))


@case("mb2: address and entry tags", 0, "GRUB multiboot2 will boot")
def _():
    return with_mb2(mb2([mb2_tag(2, u32(0x100000, 0x100000, 0x103100, 0x106000)), mb2_tag(3, u32(0x100800))]))


@case("mb2: address tag that loads from the file's start", 1, "segment 0 (.boot)",
      "is not inside of load_addr 0x101000")
def _():
    return with_mb2(mb2([mb2_tag(2, u32(0x102000, 0xFFFFFFFF, 0, 0x106000)), mb2_tag(3, u32(0x100800))]))


@case("mb2: entry tag outside of the image", 1,
      "the entry address tag is 0x10, where no byte of the file is loaded")
def _():
    return with_mb2(mb2([mb2_tag(3, u32(0x10))]))


@case("mb2: header_length", 0, "header_length 0x18 ends before the end tag at 0x1020",
      "GRUB multiboot2 will boot")
def _():
    return with_mb2(u32(0xE85250D6, 0, 24, -(0xE85250D6 + 24)) + mb2_tag(6) + mb2_tag(6) + mb2_tag(0))


@case("mb2: relocations left in", 1, "GRUB multiboot2 will not boot", "(.rela.text) holds relocations",
      "GRUB multiboot will boot")
def _():
    im = good_x86(64)
    im.sections.append(Section(".rela.text", 4, 0, 0, 0x1000, 24))
    return im
