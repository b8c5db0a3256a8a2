"""Small kernel images for the tests of pvcheck, built byte by byte.

Nothing here judges an image. good_x86(64), good_x86(32) and good_sparc64() return images whose start code
runs on the real machine: it prints a letter and powers off (on Xen, by hypercalls), so that a verdict of
pvcheck can be compared with what QEMU, GRUB and Xen do.

SPDX-License-Identifier: BSD-2-Clause
"""
import struct

MB1 = 0x1BADB002
MB2 = 0xE85250D6
LOAD, DYNAMIC, INTERP, NOTE, TLS = 1, 2, 3, 4, 7
# mov $0x3f8,%dx; mov $'K',%al; out; mov $0x604,%dx; mov $0x2000,%ax; out; hlt; jmp: so in 32 and 64 bits.
PC_CODE = bytes.fromhex("66baf803b04bee66ba040666b8002066eff4ebfd")


def u32(*values):
    return struct.pack("<%dI" % len(values), *[v & 0xFFFFFFFF for v in values])


def mb1(flags=3, *fields):
    return u32(MB1, flags, -(MB1 + flags), *fields)


def mb2_tag(kind, body=b"", flags=0):
    tag = struct.pack("<HHI", kind, flags, 8 + len(body)) + body
    return tag + bytes(-len(tag) % 8)


def mb2(tags=(), arch=0, end=True):
    body = b"".join(tags) + (mb2_tag(0) if end else b"")
    size = 16 + len(body)
    return u32(MB2, arch, size, -(MB2 + arch + size)) + body


def note(kind, desc, owner=b"Xen\0", order="<", align=4):
    if isinstance(desc, str):
        desc = desc.encode() + b"\0"
    pad = lambda b: b + bytes(-len(b) % align)
    return struct.pack(order + "III", len(owner), len(desc), kind) + pad(owner) + pad(desc)


class Segment:
    def __init__(self, kind, flags, off, vaddr, paddr, filesz, memsz=None, align=0x1000):
        self.kind, self.flags, self.off, self.vaddr, self.paddr = kind, flags, off, vaddr, paddr
        self.filesz, self.memsz, self.align = filesz, filesz if memsz is None else memsz, align


class Section:
    def __init__(self, name, kind, flags, addr, off, size, link=0):
        self.name, self.kind, self.flags, self.addr, self.off, self.size, self.link = (
            name, kind, flags, addr, off, size, link)


class Image:
    """An ELF file in the making: change what you like, then bytes(image)."""

    def __init__(self, bits, order, machine, entry):
        self.bits, self.order, self.machine, self.entry = bits, order, machine, entry
        self.kind, self.version, self.flags = 2, 1, 0
        self.ident_class, self.ident_data = bits // 32, 1 if order == "<" else 2
        self.phoff, self.phentsize = (64, 56) if bits == 64 else (52, 32)
        self.segments, self.sections, self.blobs = [], [], {}
        self.notes, self.notes_at, self.notes_addr = [], None, 0
        self.shoff = self.shnum = None          # overrides
        self.size = 0                           # at least
        self.cut = None                         # truncate

    def segment(self, kind, n=0):
        return [s for s in self.segments if s.kind == kind][n]

    def section(self, name):
        return [s for s in self.sections if s.name == name][0]

    def without(self, name):
        self.sections = [s for s in self.sections if s.name != name]

    def note(self, kind, desc):
        """Replace (or with None drop) the Xen note of this type."""
        for i, n in enumerate(self.notes):
            if struct.unpack_from(self.order + "I", n, 8)[0] == kind:
                self.notes[i:i + 1] = [] if desc is None else [note(kind, desc, order=self.order)]
                return
        self.notes.append(note(kind, desc, order=self.order))

    def number(self, value):
        return struct.pack(self.order + ("Q" if self.bits == 64 else "I"), value)

    def _program_headers(self):
        fmt = "IIQQQQQQ" if self.bits == 64 else "IIIIIIII"
        out = b""
        for s in self.segments:
            if self.bits == 64:
                row = (s.kind, s.flags, s.off, s.vaddr, s.paddr, s.filesz, s.memsz, s.align)
            else:
                row = (s.kind, s.off, s.vaddr, s.paddr, s.filesz, s.memsz, s.flags, s.align)
            out += struct.pack(self.order + fmt, *row)
        return out

    def _section_headers(self, at):
        names = b"\0"
        rows = [(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)]
        for s in self.sections:
            rows.append((len(names), s.kind, s.flags, s.addr, s.off, s.size, s.link, 0, 1, 0))
            names += s.name.encode() + b"\0"
        rows.append((len(names), 3, 0, 0, at, len(names) + 10, 0, 0, 1, 0))
        names += b".shstrtab\0"
        fmt = self.order + ("IIQQQQIIQQ" if self.bits == 64 else "IIIIIIIIII")
        return names, b"".join(struct.pack(fmt, *r) for r in rows), len(rows)

    def fields(self):
        """(offset, width) of each number in the ELF header, the program headers and the section headers."""
        data, word = bytes(self), self.bits // 8
        get = lambda at, n: int.from_bytes(data[at:at + n], "little" if self.order == "<" else "big")
        widths = ([2, 2, 4, word, word, word, 4, 2, 2, 2, 2, 2, 2],
                  [4, 4] + [8] * 6 if self.bits == 64 else [4] * 8,
                  [4, 4] + [word] * 4 + [4, 4, word, word])
        starts = [16], [self.phoff + i * self.phentsize for i in range(len(self.segments))], []
        count = get(sum(widths[0]) + 16 - 4, 2)
        for i in range(count):
            starts[2].append(get(24 + 2 * word, word) + i * sum(widths[2]))
        return [(start + sum(row[:k]), row[k])
                for row, places in zip(widths, starts) for start in places for k in range(len(row))]

    def __bytes__(self):
        blobs = dict(self.blobs)
        if self.notes_at is not None:
            blobs[self.notes_at] = b"".join(self.notes)
        blobs[self.phoff] = self._program_headers()
        end = max([self.size] + [at + len(b) for at, b in blobs.items()])
        shoff, shnum, strndx, shentsize = 0, 0, 0, 64 if self.bits == 64 else 40
        if self.sections:
            names, table, shnum = self._section_headers(end)
            blobs[end] = names
            shoff, strndx = end + len(names) + -len(names) % 8, shnum - 1
            blobs[shoff] = table
        shoff = shoff if self.shoff is None else self.shoff
        shnum = shnum if self.shnum is None else self.shnum
        fmt = self.order + ("HHIQQQIHHHHHH" if self.bits == 64 else "HHIIIIIHHHHHH")
        head = struct.pack(fmt, self.kind, self.machine, self.version, self.entry, self.phoff, shoff,
                           self.flags, 64 if self.bits == 64 else 52, self.phentsize, len(self.segments),
                           shentsize, shnum, strndx)
        blobs[0] = b"\x7fELF" + bytes([self.ident_class, self.ident_data, 1]) + bytes(9) + head
        out = bytearray(max(self.size, *(at + len(b) for at, b in blobs.items())))
        for at, b in sorted(blobs.items()):
            out[at:at + len(b)] = b
        return bytes(out if self.cut is None else out[:self.cut])


def xen_pv_code(bits, text):
    """console_io(write, "X\\n"), then sched_op(shutdown, poweroff); data at the end of the code."""
    size = 0x40
    data = text + size
    if bits == 64:
        parts = ("b812000000 31ff be02000000 48c7c2", "0f05 b81d000000 bf02000000 48c7c6", "0f05 ebfe")
    else:
        parts = ("b812000000 31db b902000000 ba", "cd82 b81d000000 bb02000000 b9", "cd82 ebfe")
    write, shutdown, end = map(bytes.fromhex, parts)
    code = write + u32(data) + shutdown + u32(data + 4) + end
    return code.ljust(size, b"\x90") + b"X\n\0\0" + bytes(4)


def good_x86(bits):
    """One image for every x86 protocol but QEMU's Multiboot1, which the place of the header keeps for PVH."""
    base = 0xFFFFFFFF80000000 if bits == 64 else 0xC0000000
    im = Image(bits, "<", 62 if bits == 64 else 3, 0x100800)
    im.base = base
    im.segments = [Segment(LOAD, 7, 0x1000, 0x100000, 0x100000, 0x1000),
                   Segment(LOAD, 5, 0x2000, base + 0x101000, 0x101000, 0x2000),
                   Segment(LOAD, 6, 0x4000, base + 0x103000, 0x103000, 0x100, 0x3000),
                   Segment(NOTE, 4, 0x2400, base + 0x101400, 0x101400, 0, align=4)]
    im.blobs = {0x1000: mb2([mb2_tag(1, u32(6, 3), flags=1), mb2_tag(3, u32(0x100800)), mb2_tag(6)]),
                0x1800: PC_CODE, 0x1FD0: mb1(), 0x2000: xen_pv_code(bits, base + 0x101000),
                0x2200: b"\1" * 24, 0x3000: b"\xc3" * 0x1000, 0x4000: b"data" * 0x40}
    im.notes_at = 0x2400
    im.notes = [note(5, "xen-3.0"), note(6, "test"), note(8, "generic"), note(3, im.number(base)),
                note(4, im.number(0)), note(1, im.number(base + 0x101000)),
                note(2, im.number(base + 0x102000)), note(18, u32(0x100800))]
    if bits == 32:
        im.notes.append(note(9, "yes"))
    size = sum(map(len, im.notes))
    im.segments[3].filesz = im.segments[3].memsz = size
    im.sections = [Section(".boot", 1, 7, 0x100000, 0x1000, 0x1000),
                   Section(".text", 1, 6, base + 0x101000, 0x2000, 0x200),
                   Section("pv_sites", 1, 2, base + 0x101200, 0x2200, 24),
                   Section(".notes", 7, 2, base + 0x101400, 0x2400, size),
                   Section(".data", 1, 3, base + 0x103000, 0x4000, 0x100),
                   Section(".bss", 8, 3, base + 0x103100, 0x4100, 0x2F00)]
    return im


def fix_notes(im):
    """The PT_NOTE segment and section after notes were changed."""
    size = sum(map(len, im.notes))
    for s in im.segments:
        if s.kind == NOTE:
            s.filesz = s.memsz = size
    for s in im.sections:
        if s.kind == 7:
            s.size = size
    return im


def early_mb1(bits):
    """The variant for `qemu -kernel` by Multiboot1: the header low in the file, address fields if 64-bit."""
    im = good_x86(bits)
    del im.blobs[0x1FD0]
    if bits == 32:
        im.blobs[0x1100] = mb1()
    else:
        im.blobs[0x1100] = mb1(0x10003, 0x100100, 0x100000, 0x103100, 0x106000, 0x100800)
    return im


def good_sparc64():
    im = Image(64, ">", 43, 0x404000)
    im.segments = [Segment(LOAD, 5, 0x4000, 0x404000, 0x404000, 0x2000),
                   Segment(LOAD, 6, 0x6000, 0x806000, 0x406000, 0x100, 0x4000)]
    im.blobs = {0x4000: sun4u_code(), 0x6000: b"data" * 0x40}
    im.sections = [Section(".text", 1, 6, 0x404000, 0x4000, 0x2000),
                   Section(".data", 1, 3, 0x806000, 0x6000, 0x100),
                   Section(".bss", 8, 3, 0x806100, 0x6100, 0x3F00)]
    return im


def sun4u_code():
    """Position-independent: store 'K' at 0x1fe020003f8 (UART), 0x01000000 at 0x1fe02007240 (power off)."""
    sethi = lambda reg, v: 0x01000000 | reg << 25 | v >> 10
    orlo = lambda reg, v: 0x80102000 | reg << 25 | reg << 14 | (v & 0x3FF)
    sllx = lambda reg, n: 0x81287000 | reg << 25 | reg << 14 | n
    orr = lambda rd, a, b: 0x80100000 | rd << 25 | a << 14 | b
    mov = lambda rd, v: 0x80102000 | rd << 25 | v
    sta = lambda op3, rd, rs: 0xC0000000 | rd << 25 | op3 << 19 | rs << 14 | 0x15 << 5
    words = [mov(1, 0x1FE), sllx(1, 32),
             sethi(2, 0x020003F8), orlo(2, 0x020003F8), orr(2, 1, 2), mov(3, ord("K")), sta(0x15, 3, 2),
             sethi(2, 0x02007240), orlo(2, 0x02007240), orr(2, 1, 2), sethi(3, 0x01000000), sta(0x14, 3, 2),
             0x10800000, 0x01000000]            # ba .; nop
    return b"".join(struct.pack(">I", w) for w in words)
