/*
 * Multiboot 2 (Multiboot2 Specification 2.0, section 3.1) as GRUB 2.06 reads it:
 * the header, its tags, and what the tags change about loading and entry.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "pvcheck.h"

#define MAGIC		0xe85250d6u
#define SEARCH		32768u
#define MISPLACED_MAX	(1u << 20)	/* how far to look for a header that no loader finds */
#define ARCH_I386	0u
#define TAG_OPTIONAL	1u
#define INFO_LAST	21u		/* highest information tag that GRUB 2.06 knows */

enum {
	TAG_END, TAG_REQUEST, TAG_ADDRESS, TAG_ENTRY, TAG_CONSOLE, TAG_FRAMEBUFFER, TAG_ALIGN, TAG_EFI_BS,
	TAG_ENTRY_EFI32, TAG_ENTRY_EFI64, TAG_RELOCATABLE, TAG_COUNT
};

/* Bytes that GRUB reads of each; 0 for a tag that it does not know. */
static const uint8_t tag_size[TAG_COUNT] = { 8, 8, 24, 12, 12, 20, 8, 8, 0, 12, 24 };

struct tags {
	ck_u64 address, entry;	/* offsets of these tags, 0 if absent */
	bool ended;
};

static uint32_t
sum(const struct ck_image *im, ck_u64 off)
{
	return (ck_le32(im, off) + ck_le32(im, off + 4) + ck_le32(im, off + 8) + ck_le32(im, off + 12));
}

static bool
find(const struct ck_image *im, ck_u64 *off)
{
	for (*off = 0; *off + 16 <= SEARCH && ck_inside(im, *off, 16); *off += 8)
		if (ck_le32(im, *off) == MAGIC && sum(im, *off) == 0 && ck_le32(im, *off + 4) == ARCH_I386)
			return (true);
	return (false);
}

static void
near_misses(const struct ck_image *im, struct ck_report *r)
{
	ck_u64 off;

	for (off = 0; off < MISPLACED_MAX && ck_inside(im, off, 16); off++) {
		if (ck_le32(im, off) != MAGIC)
			continue;
		if (sum(im, off) == 0 && off % 8 != 0)
			ck_fail(r, CK_GRUB_MB2, "Multiboot2 header at offset 0x%llx is not 8-aligned: "
			    ".balign 8 before it", off);
		else if (sum(im, off) == 0 && off + 16 > SEARCH)
			ck_fail(r, CK_GRUB_MB2, "Multiboot2 header at offset 0x%llx: GRUB searches the "
			    "first %u bytes only; put its section first in the linker script, with KEEP()",
			    off, SEARCH);
		else if (sum(im, off) == 0)
			ck_fail(r, CK_GRUB_MB2, "Multiboot2 header at offset 0x%llx: architecture is %u, "
			    "but GRUB on a PC takes only 0 (i386, for 64-bit kernels too); set it and "
			    "correct the checksum", off, ck_le32(im, off + 4));
		else if (off % 8 == 0 && off < SEARCH)
			ck_fail(r, CK_GRUB_MB2, "Multiboot2 header at offset 0x%llx: magic + architecture "
			    "+ header_length 0x%x + checksum 0x%x is 0x%x and not 0; the checksum must be "
			    "0x%x", off, ck_le32(im, off + 8), ck_le32(im, off + 12), sum(im, off),
			    ck_le32(im, off + 12) - sum(im, off));
		else
			continue;
		return;
	}
}

static void
request_tag(const struct ck_image *im, struct ck_report *r, ck_u64 off, uint32_t size)
{
	ck_u64 at;

	for (at = off + 8; at + 4 <= off + size; at += 4) {
		if (ck_le32(im, at) <= INFO_LAST)
			continue;
		ck_fail(r, CK_GRUB_MB2, "Multiboot2 tag at offset 0x%llx requests information %u, which "
		    "GRUB refuses (\"unsupported information tag\"): mark the tag optional (flags bit 0)",
		    off, ck_le32(im, at));
		return;
	}
}

/* False if GRUB would not get past this tag. */
static bool
one_tag(const struct ck_image *im, struct ck_report *r, ck_u64 off, struct tags *t)
{
	uint32_t type = ck_le32(im, off) & 0xffff, flags = ck_le32(im, off) >> 16;
	uint32_t size = ck_le32(im, off + 4);

	if (type == TAG_END) {
		t->ended = true;
		if (size != 8)
			ck_warn(r, "Multiboot2 end tag at offset 0x%llx has size %u: it should be 8", off,
			    size);
		return (false);
	}
	if (size == 0) {
		ck_fail(r, CK_GRUB_MB2, "Multiboot2 tag of type %u at offset 0x%llx has size 0: GRUB never "
		    "gets past it; correct the size (and .balign 8 before each tag)", type, off);
		return (false);
	}
	if (size < 8)
		ck_warn(r, "Multiboot2 tag of type %u at offset 0x%llx has size %u, less than its own 8 "
		    "bytes: correct it; GRUB does not mind, other loaders do", type, off, size);
	if (type >= TAG_COUNT || tag_size[type] == 0) {
		if ((flags & TAG_OPTIONAL) != 0)
			return (true);
		ck_fail(r, CK_GRUB_MB2, "Multiboot2 tag of type %u at offset 0x%llx is unknown to GRUB and "
		    "not optional: set flags bit 0 of the tag (or .balign 8 before it, if this is no tag)",
		    type, off);
		return (false);
	}
	if (size < tag_size[type]) {
		ck_fail(r, CK_GRUB_MB2, "Multiboot2 tag of type %u at offset 0x%llx has size %u, but GRUB "
		    "reads %u bytes of it: correct the tag", type, off, size, tag_size[type]);
		return (true);
	}
	if (type == TAG_REQUEST && (flags & TAG_OPTIONAL) == 0)
		request_tag(im, r, off, size);
	else if (type == TAG_ADDRESS)
		t->address = off;
	else if (type == TAG_ENTRY)
		t->entry = off;
	return (true);
}

/* GRUB goes by the end tag and never looks at header_length; other loaders do. */
static void
walk_tags(const struct ck_image *im, struct ck_report *r, ck_u64 head, struct tags *t)
{
	ck_u64 off = head + 16, end = head + (ck_u64)ck_le32(im, head + 8);
	unsigned before = r->nfail[CK_GRUB_MB2];

	while (off + 8 <= SEARCH && ck_inside(im, off, 8) && one_tag(im, r, off, t))
		off += ((ck_u64)ck_le32(im, off + 4) + 7) & ~(ck_u64)7;
	if (t->ended) {
		if (off + 8 > end)
			ck_warn(r, "Multiboot2 header at offset 0x%llx: header_length 0x%x ends before the "
			    "end tag at 0x%llx; GRUB does not mind, other loaders do", head, ck_le32(im,
			    head + 8), off);
	} else if (r->nfail[CK_GRUB_MB2] == before) {
		ck_fail(r, CK_GRUB_MB2, "Multiboot2 header at offset 0x%llx: no end tag (type 0, size 8) "
		    "in the first %u bytes of the file: end the list of tags with one", head, SEARCH);
	}
}

void
ck_multiboot2(const struct ck_image *im, struct ck_report *r)
{
	struct tags t = { 0, 0, false };
	struct ck_raw w;
	ck_u64 off;

	if (!find(im, &off)) {
		near_misses(im, r);
		return;
	}
	r->claimed[CK_GRUB_MB2] = true;
	walk_tags(im, r, off, &t);
	if (!t.ended)
		return;
	if (t.address != 0 && t.entry == 0) {
		ck_fail(r, CK_GRUB_MB2, "Multiboot2 address tag at offset 0x%llx without an entry address "
		    "tag (type 3): add one, or drop the address tag so that GRUB loads the ELF segments",
		    t.address);
	} else if (t.address != 0) {
		w.header_off = off;
		w.header_addr = ck_le32(im, t.address + 8);
		w.load_addr = ck_le32(im, t.address + 12);
		w.load_end_addr = ck_le32(im, t.address + 16);
		w.bss_end_addr = ck_le32(im, t.address + 20);
		w.entry_addr = ck_le32(im, t.entry + 8);
		if (w.load_addr == UINT32_MAX)		/* "from the start of the file" */
			w.load_addr = w.header_addr - (uint32_t)off;
		ck_raw_copy(im, r, CK_GRUB_MB2, &w);
	} else {
		ck_grub_elf(im, r, CK_GRUB_MB2, SEARCH, t.entry != 0);
		if (t.entry != 0)
			(void)ck_phys_entry(im, r, CK_GRUB_MB2, ck_le32(im, t.entry + 8),
			    "the entry address tag");
	}
}
