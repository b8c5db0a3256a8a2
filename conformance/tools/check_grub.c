/*
 * What the two Multiboot protocols share: loading as an ELF file, by the rules
 * of GRUB 2.06, and copying the file as it lies, which the address fields of
 * either header ask for. Neither knows how a header is found.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "pvcheck.h"

/*
 * GRUB translates e_entry by the first program header, of any type, whose
 * virtual range contains it, and insists on one even when a tag gives another entry.
 */
static void
grub_entry(const struct ck_image *im, struct ck_report *r, enum ck_proto p, bool overridden)
{
	const struct ck_seg *s;
	unsigned i;

	for (i = 0; i < im->nseg; i++) {
		s = &im->seg[i];
		if (im->entry >= s->vaddr && im->entry - s->vaddr < s->memsz) {
			if (!overridden)
				(void)ck_phys_entry(im, r, p, im->entry - s->vaddr + s->paddr,
				    "e_entry as a physical address");
			return;
		}
	}
	ck_fail(r, p, "e_entry 0x%llx is in no segment's virtual range, by which GRUB translates it: link "
	    "the 32-bit entry code at its physical address (VMA = LMA) and give ENTRY(symbol)", im->entry);
}

/* GRUB copies every section without an address into memory, whatever its type. */
static void
grub_sections(const struct ck_image *im, struct ck_report *r, enum ck_proto p)
{
	const struct ck_sec *s;
	char name[64];
	unsigned i;

	ck_section_table(im, r, p);
	for (i = 0; i < im->nsec; i++) {
		s = &im->sec[i];
		if (p == CK_GRUB_MB2 && (s->type == CK_SHT_REL || s->type == CK_SHT_RELA)) {
			ck_fail(r, p, "section %u (%s) holds relocations, which GRUB multiboot2 refuses "
			    "(\"ELF files with relocs\"): link without --emit-relocs, or strip the section "
			    "headers of a PIE", i, ck_sec_name(im, s, name, sizeof(name)));
			return;
		}
		if (s->addr == 0 && s->size != 0 && !ck_inside(im, s->off, s->size)) {
			ck_fail(r, p, "section %u (%s) has no address and its bytes 0x%llx to 0x%llx end "
			    "beyond the file: GRUB reads such sections, \"premature end of file\"; link it "
			    "again, or strip it", i, ck_sec_name(im, s, name, sizeof(name)), s->off,
			    ck_add(s->off, s->size));
			return;
		}
	}
}

void
ck_grub_elf(const struct ck_image *im, struct ck_report *r, enum ck_proto p, uint32_t search, bool has_entry)
{
	ck_u64 end = ck_add(im->phoff, (ck_u64)im->nseg * im->phentsize);

	if (end > search)
		ck_fail(r, p, "program headers end at offset 0x%llx: GRUB reads them only in the first %u "
		    "bytes; put them at the start of the file", end, search);
	ck_pc_memory(im, r, p);
	grub_entry(im, r, p, has_entry);
	grub_sections(im, r, p);
}

/* One PT_LOAD against a copy of `load` bytes of the file from `text_off` to physical load_addr. */
static bool
raw_segment(const struct ck_image *im, struct ck_report *r, enum ck_proto p, const struct ck_raw *w,
    unsigned i, ck_u64 text_off, ck_u64 load)
{
	const struct ck_seg *s = &im->seg[i];
	ck_u64 load_end = w->load_addr + load, end = ck_add(s->paddr, s->memsz), at, gap, n;
	ck_u64 image_end = w->bss_end_addr != 0 ? w->bss_end_addr : load_end;
	char name[64];

	(void)ck_seg_name(im, i, name, sizeof(name));
	if (s->filesz != 0 && (s->paddr < w->load_addr || ck_add(s->paddr, s->filesz) > load_end)) {
		ck_fail(r, p, "%s (physical 0x%llx+0x%llx) is not inside of load_addr 0x%x to "
		    "load_end_addr 0x%llx: correct these fields of the header at offset 0x%llx", name,
		    s->paddr, s->filesz, w->load_addr, load_end, w->header_off);
		return (false);
	}
	if (end > image_end) {
		ck_fail(r, p, "%s ends at physical 0x%llx, behind bss_end_addr 0x%x (load_end_addr "
		    "0x%llx): set bss_end_addr in the header at offset 0x%llx to the end of .bss", name,
		    end, w->bss_end_addr, load_end, w->header_off);
		return (false);
	}
	at = text_off + (s->paddr - w->load_addr);
	if (s->filesz != 0 && s->off != at) {
		ck_fail(r, p, "%s is at file offset 0x%llx, but the copy that the address fields ask for "
		    "brings 0x%llx to its physical 0x%llx: keep file and memory contiguous (-z "
		    "max-page-size=0x1000, pad .data to a page)", name, s->off, at, s->paddr);
		return (false);
	}
	gap = ck_add(s->paddr, s->filesz);
	if (s->paddr >= w->load_addr && s->memsz > s->filesz && gap < load_end) {
		n = (end < load_end ? end : load_end) - gap;
		if (!ck_zero(im, text_off + (gap - w->load_addr), n)) {
			ck_fail(r, p, "%s has 0x%llx bytes to be zeroed at physical 0x%llx, but the copy "
			    "puts other bytes of the file there: place .bss last", name, s->memsz -
			    s->filesz, gap);
			return (false);
		}
	}
	return (true);
}

void
ck_raw_copy(const struct ck_image *im, struct ck_report *r, enum ck_proto p, const struct ck_raw *w)
{
	ck_u64 before = (ck_u64)w->header_addr - w->load_addr, text_off, load;
	unsigned i;

	if (w->header_addr < w->load_addr || before > w->header_off) {
		ck_fail(r, p, "header_addr 0x%x and load_addr 0x%x of the header at offset 0x%llx do not "
		    "fit: header_addr is the physical address of the header itself, load_addr that of the "
		    "first byte to load", w->header_addr, w->load_addr, w->header_off);
		return;
	}
	text_off = w->header_off - before;
	if (w->load_end_addr != 0 && w->load_end_addr < w->load_addr) {
		ck_fail(r, p, "load_end_addr 0x%x of the header at offset 0x%llx is below load_addr 0x%x: "
		    "give the end of .data", w->load_end_addr, w->header_off, w->load_addr);
		return;
	}
	load = w->load_end_addr != 0 ? w->load_end_addr - w->load_addr : im->size - text_off;
	if (!ck_inside(im, text_off, load)) {
		ck_fail(r, p, "load_end_addr 0x%x of the header at offset 0x%llx asks for bytes 0x%llx to "
		    "0x%llx of a file of 0x%llx: give the end of .data, not of .bss", w->load_end_addr,
		    w->header_off, text_off, text_off + load, im->size);
		return;
	}
	if (w->bss_end_addr != 0 && w->bss_end_addr < w->load_addr + load) {
		ck_fail(r, p, "bss_end_addr 0x%x of the header at offset 0x%llx is below the end of what "
		    "is loaded, 0x%llx: give the end of .bss", w->bss_end_addr, w->header_off, w->load_addr
		    + load);
		return;
	}
	for (i = 0; i < im->nseg; i++)
		if (ck_loads(&im->seg[i]) && !raw_segment(im, r, p, w, i, text_off, load))
			return;
	ck_pc_memory(im, r, p);
	(void)ck_phys_entry(im, r, p, w->entry_addr, "entry_addr");
}
