/*
 * Multiboot 1 (Multiboot Specification 0.6.96, section 3.1) as QEMU's -kernel
 * and as GRUB read it. They search different ranges, which is the way to let one
 * file be Multiboot for GRUB and PVH for QEMU: a header from offset 8144 on is
 * seen by GRUB only. QEMU's choice between the two protocols is settled here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "pvcheck.h"

#define MAGIC		0x1badb002u
#define GRUB_SEARCH	8192u		/* the whole header lies in the first so many bytes */
#define QEMU_SEARCH	(GRUB_SEARCH - 48u)	/* the header starts below */
#define MISPLACED_MAX	(1u << 20)	/* how far to look for a header that no loader finds */
#define FLAG_VIDEO	0x4u
#define FLAG_UNKNOWN	0xfff8u		/* required bits that no loader knows */
#define FLAG_ADDRESS	0x10000u

static uint32_t
sum(const struct ck_image *im, ck_u64 off)
{
	return (ck_le32(im, off) + ck_le32(im, off + 4) + ck_le32(im, off + 8));
}

static bool
find(const struct ck_image *im, ck_u64 below, ck_u64 *off)
{
	for (*off = 0; *off < below && ck_inside(im, *off, 12); *off += 4)
		if (ck_le32(im, *off) == MAGIC && sum(im, *off) == 0)
			return (true);
	return (false);
}

/* No loader finds a header: is there one that was meant to be found? */
static void
near_misses(const struct ck_image *im, struct ck_report *r)
{
	ck_u64 off;

	for (off = 0; off < MISPLACED_MAX && ck_inside(im, off, 12); off++) {
		if (ck_le32(im, off) != MAGIC)
			continue;
		if (sum(im, off) == 0 && off + 12 > GRUB_SEARCH)
			ck_fail(r, CK_GRUB_MB1, "Multiboot1 header at offset 0x%llx: GRUB searches the "
			    "first %u bytes only; put its section first in the linker script, with KEEP()",
			    off, GRUB_SEARCH);
		else if (sum(im, off) == 0)
			ck_fail(r, CK_GRUB_MB1, "Multiboot1 header at offset 0x%llx is not 4-aligned: "
			    ".balign 4 before it", off);
		else if (off % 4 == 0 && off < GRUB_SEARCH)
			ck_fail(r, CK_GRUB_MB1, "Multiboot1 header at offset 0x%llx: magic + flags 0x%x + "
			    "checksum 0x%x is 0x%x and not 0; the checksum must be 0x%x, that is -(magic + "
			    "flags)", off, ck_le32(im, off + 4), ck_le32(im, off + 8), sum(im, off), -(MAGIC
			    + ck_le32(im, off + 4)));
		else
			continue;
		return;
	}
}

static void
raw(const struct ck_image *im, struct ck_report *r, enum ck_proto p, ck_u64 off)
{
	struct ck_raw w;

	w.header_off = off;
	w.header_addr = ck_le32(im, off + 12);
	w.load_addr = ck_le32(im, off + 16);
	w.load_end_addr = ck_le32(im, off + 20);
	w.bss_end_addr = ck_le32(im, off + 24);
	w.entry_addr = ck_le32(im, off + 28);
	ck_raw_copy(im, r, p, &w);
}

static void
grub(const struct ck_image *im, struct ck_report *r, ck_u64 off)
{
	uint32_t flags = ck_le32(im, off + 4), len;

	r->claimed[CK_GRUB_MB1] = true;
	if ((flags & FLAG_UNKNOWN) != 0)
		ck_fail(r, CK_GRUB_MB1, "Multiboot1 header at offset 0x%llx: flags 0x%x has bits of 0x%x, "
		    "which GRUB refuses (\"unsupported flag\"): clear them and correct the checksum", off,
		    flags, FLAG_UNKNOWN);
	len = (flags & FLAG_VIDEO) != 0 ? 48 : (flags & FLAG_ADDRESS) != 0 ? 32 : 12;
	if (off + len > GRUB_SEARCH || !ck_inside(im, off, len)) {
		ck_fail(r, CK_GRUB_MB1, "Multiboot1 header at offset 0x%llx with flags 0x%x has %u bytes, "
		    "of which some are beyond the first %u bytes of the file, which is all GRUB reads: put "
		    "it lower", off, flags, len, GRUB_SEARCH);
		return;
	}
	if ((flags & FLAG_VIDEO) != 0 && ck_le32(im, off + 32) > 1)
		ck_fail(r, CK_GRUB_MB1, "Multiboot1 header at offset 0x%llx: mode_type is %u, but only 0 "
		    "(graphics) and 1 (text) exist; correct it, or clear flag bit 2", off, ck_le32(im, off +
		    32));
	if ((flags & FLAG_ADDRESS) != 0)
		raw(im, r, CK_GRUB_MB1, off);
	else
		ck_grub_elf(im, r, CK_GRUB_MB1, GRUB_SEARCH, false);
}

static void
qemu(const struct ck_image *im, struct ck_report *r, ck_u64 off)
{
	r->claimed[CK_QEMU_MB1] = true;
	if ((ck_le32(im, off + 4) & FLAG_ADDRESS) != 0) {
		raw(im, r, CK_QEMU_MB1, off);
		return;
	}
	if (im->machine == CK_EM_X86_64) {
		ck_fail(r, CK_QEMU_MB1, "Multiboot1 header at offset 0x%llx of an x86-64 ELF file: QEMU "
		    "loads only i386 ones so; put the header at offset %u so that QEMU takes PVH and GRUB "
		    "still finds it, or set flag bit 16 and the address fields", off, QEMU_SEARCH);
		return;
	}
	ck_pc_memory(im, r, CK_QEMU_MB1);
	(void)ck_phys_entry(im, r, CK_QEMU_MB1, ck_qemu_entry(im), "e_entry as a physical address");
}

/*
 * QEMU asks: a Linux header? a Multiboot1 header? a PVH note? and stays with the
 * first yes, working or not.
 */
static void
qemu_choice(const struct ck_image *im, struct ck_report *r, bool has_grub, ck_u64 grub_off)
{
	ck_u64 off;
	bool visible = find(im, QEMU_SEARCH, &off);

	if (ck_linux_header(im)) {
		if (visible)
			ck_fail(r, CK_QEMU_MB1, CK_LINUX_HEADER, "QEMU");
		if (r->claimed[CK_QEMU_PVH])
			ck_fail(r, CK_QEMU_PVH, CK_LINUX_HEADER, "QEMU");
		return;
	}
	if (visible) {
		qemu(im, r, off);
		if (!r->claimed[CK_QEMU_PVH])
			return;
		if (r->nfail[CK_QEMU_MB1] == 0 && r->nfail[CK_QEMU_PVH] == 0) {
			r->claimed[CK_QEMU_PVH] = false;
			ck_remark(r, CK_QEMU_PVH, "hidden by the Multiboot1 header at offset 0x%llx, which "
			    "QEMU takes first", off);
		} else {
			ck_fail(r, CK_QEMU_PVH, "the Multiboot1 header at offset 0x%llx hides the note "
			    "PHYS32_ENTRY, because QEMU takes Multiboot1 first: put the header at offset "
			    "%u, where only GRUB looks", off, QEMU_SEARCH);
		}
	} else if (has_grub && r->claimed[CK_QEMU_PVH]) {
		ck_remark(r, CK_QEMU_MB1, "the header at offset 0x%llx is behind QEMU's search, so that it "
		    "takes PVH", grub_off);
	} else if (has_grub) {
		ck_fail(r, CK_QEMU_MB1, "Multiboot1 header at offset 0x%llx: QEMU searches only below "
		    "offset %u; put the header lower, or add a note PHYS32_ENTRY so that QEMU takes PVH",
		    grub_off, QEMU_SEARCH);
	}
}

void
ck_multiboot1(const struct ck_image *im, struct ck_report *r)
{
	ck_u64 off = 0;
	bool has = find(im, GRUB_SEARCH, &off) && off + 12 <= GRUB_SEARCH;

	if (has)
		grub(im, r, off);
	else
		near_misses(im, r);
	qemu_choice(im, r, has, off);
}
