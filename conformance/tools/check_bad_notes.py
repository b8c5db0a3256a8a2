"""Cases of check_cases.py: mistakes in Xen's notes, and in sparc64 images. check_bad.py explains their form.

SPDX-License-Identifier: BSD-2-Clause
"""
import struct

from check_bad import KV, case
from check_images import NOTE, fix_notes, good_sparc64, good_x86, note, u32


# ---- notes ----

def with_note(kind, desc, bits=64):
    im = good_x86(bits)
    im.note(kind, desc)
    return fix_notes(im)


def quad(value):
    return struct.pack("<Q", value)


@case("PVH: p_align 8", 1, "QEMU -kernel PVH will not boot: segment 3 (PT_NOTE) has p_align 8",
      "it must be 4", "Xen PVH will boot")
def _():
    im = good_x86(64)
    im.segment(NOTE).align = 8
    return im


@case("notes beyond the file", 1, "error: segment 3 (PT_NOTE): file truncated")
def _():
    im = good_x86(64)
    im.segment(NOTE).filesz = 0x100000
    return im


@case("PVH: p_align 0", 1, "has p_align 0: QEMU divides by it")
def _():
    im = good_x86(64)
    im.segment(NOTE).align = 0
    return im


@case("PVH: p_align 16, entry first", 0, "p_align 16, not 4: QEMU finds the note PHYS32_ENTRY by luck only",
      never=("Xen PVH will not",))
def _():
    im = good_x86(64)
    im.notes = [struct.pack("<III", 16, 4, 18) + b"Xen\0" + bytes(12) + u32(0x100800)]
    im.notes += [note(18, u32(0x100800))]
    im.segment(NOTE).align = 16
    return fix_notes(im)


@case("PVH: another owner's note of type 18 first", 1,
      "QEMU takes the first note of type 18 whoever owns it", "(owner \"Other\", value 0x1234)",
      "put the .note.Xen sections first", "Xen PVH will boot")
def _():
    im = good_x86(64)
    im.notes.insert(0, note(18, u32(0x1234), owner=b"Other\0"))
    return fix_notes(im)


@case("PVH: another owner's note with the same value", 0, "has type 18 too", "QEMU -kernel PVH will boot")
def _():
    im = good_x86(64)
    im.notes.insert(0, note(18, u32(0x100800), owner=b"Other\0"))
    return fix_notes(im)


@case("PVH: no PT_NOTE", 1,
      "QEMU -kernel PVH will not boot: the note PHYS32_ENTRY at offset 0x24a8 is in no PT_NOTE", "FLAGS(4)",
      "Xen PV will boot", "until the image is stripped")
def _():
    im = good_x86(64)
    del im.segments[3]
    return im


@case("PVH: virtual entry", 1, "QEMU -kernel PVH will not boot",
      "the note PHYS32_ENTRY is 0xffffffff80100800, beyond 4 GiB", "start_p = start - KERNEL_BASE")
def _():
    return with_note(18, quad(KV + 0x100800))


@case("PVH: entry outside of the image", 1,
      "the note PHYS32_ENTRY is 0x800, where no byte of the file is loaded")
def _():
    return with_note(18, u32(0x800))


@case("PVH: entry at zeros", 1,
      "the note PHYS32_ENTRY is 0x100900, file offset 0x1900, where there are only zero bytes")
def _():
    return with_note(18, u32(0x100900))


@case("PVH: size of the note", 1, "the note PHYS32_ENTRY at offset 0x24a8 has 2 bytes", "write it as .long")
def _():
    return with_note(18, b"\0\x08")


@case("PVH: e_flags", 1, "e_flags is 0x4: QEMU refuses", "Xen PVH will boot")
def _():
    im = good_x86(64)
    im.flags = 4
    return im


@case("Xen: no XEN_VERSION", 1, "Xen PV will not boot: no note XEN_VERSION (type 5)", "Xen PVH will boot")
def _():
    return with_note(5, None)


@case("Xen: XEN_VERSION", 1, "the note XEN_VERSION at offset 0x2400 is \"xen-4.17\"")
def _():
    return with_note(5, "xen-4.17")


@case("Xen: LOADER", 1, "the note LOADER at offset 0x2430 is \"grub\"", "write \"generic\"")
def _():
    return with_note(8, "grub")


@case("Xen: no LOADER", 1, "no note LOADER (type 8)")
def _():
    return with_note(8, None)


@case("Xen: GUEST_OS linux does without LOADER", 0, "Xen PV will boot")
def _():
    im = with_note(8, None)
    im.note(6, "linux")
    return fix_notes(im)


@case("Xen: PADDR_OFFSET without VIRT_BASE", 1, "Xen PV will not boot: the note PADDR_OFFSET at offset",
      "needs a note VIRT_BASE (type 3)")
def _():
    return with_note(3, None)


@case("Xen: neither", 1,
      "the note ENTRY is 0xffffffff80101000, outside of the image at virtual 0x100000 to 0x106000")
def _():
    im = with_note(3, None)
    im.note(4, None)
    return fix_notes(im)


@case("Xen: VIRT_BASE with the load address in it", 1, "segment 1 (.text) is linked at virtual "
      "0xffffffff80101000, but Xen puts it at 0xffffffff80501000", "correct VIRT_BASE")
def _():
    im = good_x86(64)
    im.note(3, quad(KV + 0x400000))
    im.note(1, quad(KV + 0x501000))
    im.note(2, quad(KV + 0x502000))
    return fix_notes(im)


@case("Xen: PADDR_OFFSET that p_paddr does not count from", 1,
      "below VIRT_BASE: PADDR_OFFSET must be what p_paddr counts from")
def _():
    return with_note(4, quad(KV))


@case("Xen: VIRT_BASE not aligned", 1, "VIRT_BASE is 0xffffffff80000800, not a page address")
def _():
    return with_note(3, quad(KV + 0x800))


@case("Xen: VIRT_BASE at 1 MiB", 0, "Xen PV maps whole 4 MiB from there", "Xen PV will boot")
def _():
    im = good_x86(64)
    im.note(3, quad(KV + 0x100000))
    im.note(4, quad(0x100000))
    return fix_notes(im)


@case("Xen: in Xen's own range", 1, "overlaps Xen's own 0xffff800000000000 to 0xffff87ffffffffff",
      "link it elsewhere")
def _():
    im = good_x86(64)
    for kind, value in ((3, 0), (1, 0x101000), (2, 0x102000)):
        im.note(kind, quad(0xFFFF800000000000 + value))
    return fix_notes(im)


@case("Xen: not canonical", 1, "at virtual 0x800000100000 has no canonical address")
def _():
    im = good_x86(64)
    for kind, value in ((3, 0), (1, 0x101000), (2, 0x102000)):
        im.note(kind, quad(0x800000000000 + value))
    return fix_notes(im)


@case("Xen: HYPERCALL_PAGE not aligned", 1, "the note HYPERCALL_PAGE",
      "is 0xffffffff80102010, not page aligned", ".balign 4096")
def _():
    return with_note(2, quad(KV + 0x102010))


@case("Xen: HYPERCALL_PAGE outside of the image", 1,
      "is 0xffffffff80200000: that page is not inside of one segment", "reserve 4096 bytes")
def _():
    return with_note(2, quad(KV + 0x200000))


@case("Xen: physical ENTRY", 1,
      "the note ENTRY is 0x100800, outside of the image at virtual 0xffffffff80100000")
def _():
    return with_note(1, quad(0x100800))


@case("Xen: no ENTRY", 1, "e_entry (there is no note ENTRY) is 0x100800", "add a note ENTRY (type 1)")
def _():
    return with_note(1, None)


@case("Xen: ENTRY at zeros", 1,
      "the note ENTRY is 0xffffffff80101800, in segment 1 (.text), where there are only zero bytes")
def _():
    return with_note(1, quad(KV + 0x101800))


@case("Xen: size of ENTRY", 1, "the note ENTRY at offset", "has 12 bytes, which Xen reads as 0")
def _():
    return with_note(1, bytes(12))


@case("Xen: INIT_P2M in the image", 1, "the note INIT_P2M", "inside of the image")
def _():
    return with_note(15, quad(KV + 0x101000))


@case("Xen: FEATURES", 1, "requires \"!nonsense\", which Xen does not know")
def _():
    return with_note(10, "!writable_page_tables|pae_pgdir_above_4gb|!nonsense")


@case("Xen: SUPPORTED_FEATURES without dom0", 0, "lacks bit 11 (dom0)")
def _():
    return with_note(17, u32(1))


@case("Xen: BSD_SYMTAB", 0, "the note BSD_SYMTAB at offset", "write \"no\"")
def _():
    return with_note(11, "yes")


@case("Xen i386: no PAE_MODE", 1, "no note PAE_MODE (type 9)")
def _():
    return with_note(9, None, 32)


@case("Xen i386: PAE_MODE", 1, "is \"yes[extended-cr3]\": Xen 4.17 accepts exactly \"yes\"")
def _():
    return with_note(9, "yes[extended-cr3]", 32)


@case("Xen i386: PAE_MODE bimodal", 0, "Xen PV will boot (needs")
def _():
    return with_note(9, "bimodal", 32)


@case("Xen i386: HV_START_LOW", 1, "the note HV_START_LOW",
      "is 0xf5c00000, higher than Xen can start (0xf5800000)")
def _():
    return with_note(12, u32(0xF5C00000), 32)


@case("Xen i386: too high", 1, "the image ends at virtual 0xf5906000, in Xen's part of the address space")
def _():
    im = good_x86(32)
    for kind, value in ((3, 0), (1, 0x101000), (2, 0x102000)):
        im.note(kind, u32(0xF5800000 + value))
    return fix_notes(im)


# ---- sparc64 ----

@case("sparc64: entry not at a page", 1, "sun4u OpenBIOS will not boot: e_entry is physical 0x404100",
      ". = 0x404000", "sun4v ELF will boot", "one image for sun4u, sun4v and niagara")
def _():
    im = good_sparc64()
    im.blobs[0x4100] = im.blobs[0x4000]
    im.entry = 0x404100
    return im


@case("sparc64: entry not aligned", 1, "sun4v ELF will not boot: e_entry is physical 0x404002, not 4-aligned")
def _():
    im = good_sparc64()
    im.entry = 0x404002
    return im


@case("sparc64: nothing at the entry", 1,
      "the first instruction, at physical 0x404000 and file offset 0x4000, is 0")
def _():
    im = good_sparc64()
    im.blobs[0x4000] = bytes(4)
    im.blobs[0x5FF0] = b"\1"
    return im


@case("sparc64: entry outside of the image", 1, "no byte of the file is loaded at physical 0x502000")
def _():
    im = good_sparc64()
    im.entry = 0x502000
    return im


@case("sparc64: ends too high", 1,
      "sun4u OpenBIOS will not boot: segment 1 (.data) ends at physical 0x806000, beyond 0x800000",
      "sun4v ELF will boot")
def _():
    im = good_sparc64()
    im.segments[1].memsz = 0x400000
    return im


@case("sparc64: into the hypervisor's memory", 1,
      "sun4v ELF will not boot: segment 1 (.data) ends at physical 0x2406000, beyond 0x2000000")
def _():
    im = good_sparc64()
    im.segments[1].memsz = 0x2000000
    return im


@case("sparc64: writable text", 1,
      "sun4u OpenBIOS will not boot: segment 0 (.text) is writable and executable",
      "sun4v ELF will not boot: segment 0 (.text) is writable and executable", never=("warning:",))
def _():
    im = good_sparc64()
    im.segments[0].flags = 7
    return im


@case("sparc64: executable data", 1, "sun4v ELF will not boot: segment 1 (.data) is writable and executable")
def _():
    im = good_sparc64()
    im.segments[1].flags = 7
    return im


@case("sparc64: data in the text's translation", 0,
      "warning: segment 0 (.text) and segment 1 (.data) lie in the same 4 MiB", "AT()")
def _():
    im = good_sparc64()
    for s in im.segments[1:]:
        s.vaddr -= 0x400000
    for s in im.sections[1:]:
        s.addr -= 0x400000
    return im


@case("sparc64: too low", 1, "segment 0 (.text) is loaded at physical 0x4000, below 0x400000")
def _():
    im = good_sparc64()
    for s in im.segments + im.sections:
        for k in ("vaddr", "paddr", "addr"):
            if hasattr(s, k):
                setattr(s, k, getattr(s, k) - 0x400000)
    im.entry -= 0x400000
    return im


@case("sparc64: too small for OpenBIOS", 1, "sun4u OpenBIOS will not boot: the segments have 0x2100 bytes",
      "more than 0x4000", "sun4v ELF will boot")
def _():
    im = good_sparc64()
    im.segments[1].memsz = 0x100
    im.without(".bss")
    return im


@case("sparc64: little-endian", 1, "byte order is little-endian, but e_machine 43")
def _():
    im = good_x86(64)
    im.machine = 43
    return im


@case("32-bit SPARC", 1, "e_machine 18 is 32-bit SPARC", "-m64")
def _():
    im = good_sparc64()
    im.machine = 18
    return im
