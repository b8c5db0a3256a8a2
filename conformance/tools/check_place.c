/*
 * Where an image lies in physical memory, and what a jump into it would find:
 * the questions that several boot protocols ask. It does not know how a protocol
 * finds its entry point.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdio.h>
#include <string.h>

#include "pvcheck.h"

#define FOUR_GIB	((ck_u64)1 << 32)
/* RAM below 4 GiB ends here at the latest on a PC (QEMU "pc" has 3 GiB, "q35" 2 or 2.75 GiB). */
#define PC_LOW_RAM_END	U64(0xc0000000)

void
ck_phys_range(const struct ck_image *im, ck_u64 *low, ck_u64 *high)
{
	const struct ck_seg *s;
	unsigned i;

	*low = U64_MAX;
	*high = 0;
	for (i = 0; i < im->nseg; i++) {
		s = &im->seg[i];
		if (!ck_loads(s))
			continue;
		if (s->paddr < *low)
			*low = s->paddr;
		if (ck_add(s->paddr, s->memsz) > *high)
			*high = ck_add(s->paddr, s->memsz);
	}
	if (*high == 0)
		*low = 0;
}

int
ck_phys_find(const struct ck_image *im, ck_u64 pa)
{
	const struct ck_seg *s;
	unsigned i;

	for (i = 0; i < im->nseg; i++) {
		s = &im->seg[i];
		if (ck_loads(s) && pa >= s->paddr && pa - s->paddr < s->filesz)
			return ((int)i);
	}
	return (-1);
}

bool
ck_phys_entry(const struct ck_image *im, struct ck_report *r, enum ck_proto p, ck_u64 pa, const char *what)
{
	const struct ck_seg *s;
	ck_u64 low, high, at, n;
	int i;

	ck_phys_range(im, &low, &high);
	if (pa >= FOUR_GIB) {
		ck_fail(r, p, "%s is 0x%llx, beyond 4 GiB, but the start is 32-bit: give the physical "
		    "address of the 32-bit entry (a linker symbol `start_p = start - KERNEL_BASE`)", what,
		    pa);
		return (false);
	}
	i = ck_phys_find(im, pa);
	if (i < 0) {
		ck_fail(r, p, "%s is 0x%llx, where no byte of the file is loaded (the image is at physical "
		    "0x%llx to 0x%llx): give the physical address of the 32-bit entry code", what,
		    pa, low, high);
		return (false);
	}
	s = &im->seg[i];
	at = ck_add(s->off, pa - s->paddr);
	n = s->filesz - (pa - s->paddr);
	if (ck_zero(im, at, n < 16 ? n : 16)) {
		ck_fail(r, p, "%s is 0x%llx, file offset 0x%llx, where there are only zero bytes and no "
		    "code: compare it with the address of the entry symbol (nm)", what, pa, at);
		return (false);
	}
	return (true);
}

ck_u64
ck_qemu_entry(const struct ck_image *im)
{
	const struct ck_seg *s;
	ck_u64 pa = im->entry;
	unsigned i;

	for (i = 0; i < im->nseg; i++) {
		s = &im->seg[i];
		if (s->type == CK_PT_LOAD && s->vaddr != s->paddr && im->entry >= s->vaddr &&
		    im->entry - s->vaddr < s->filesz && (s->flags & CK_PF_X) != 0)
			pa = im->entry - s->vaddr + s->paddr;
	}
	return (pa);
}

void
ck_pc_memory(const struct ck_image *im, struct ck_report *r, enum ck_proto p)
{
	const struct ck_seg *s;
	ck_u64 end;
	unsigned i;
	char name[64];

	for (i = 0; i < im->nseg; i++) {
		s = &im->seg[i];
		if (!ck_loads(s))
			continue;
		end = ck_add(s->paddr, s->memsz);
		(void)ck_seg_name(im, i, name, sizeof(name));
		if (end > PC_LOW_RAM_END) {
			ck_fail(r, p, "%s is loaded at physical 0x%llx to 0x%llx, where a PC has no RAM "
			    "below 4 GiB: %s", name, s->paddr, end, s->paddr == s->vaddr ? "p_paddr equals "
			    "p_vaddr, so give the output sections AT(ADDR(section) - KERNEL_BASE)" :
			    "correct the AT() of its output sections");
			return;
		}
		if (s->paddr < 0x1000) {
			ck_fail(r, p, "%s has LMA 0x%llx: the first page belongs to the firmware "
			    "(real-mode vectors); link the image at 0x100000, with a linker script of its "
			    "own", name, s->paddr);
			return;
		}
		if (s->paddr < 0x100000 && end > 0xa0000) {
			ck_fail(r, p, "%s is loaded at physical 0x%llx to 0x%llx, over video memory and "
			    "ROMs (0xa0000 to 0xfffff): link the image at 0x100000", name, s->paddr, end);
			return;
		}
	}
}

bool
ck_linux_header(const struct ck_image *im)
{
	return (ck_inside(im, 0x202, 4) && memcmp(im->data + 0x202, "HdrS", 4) == 0);
}

/*
 * Xen's libelf refuses a file whose section table ends beyond it, GRUB reports
 * a premature end; QEMU does not look.
 */
void
ck_section_table(const struct ck_image *im, struct ck_report *r, enum ck_proto p)
{
	if (im->shnum != 0 && !ck_inside(im, im->shoff, (ck_u64)im->shnum * im->shentsize))
		ck_fail(r, p, "file truncated: the table of %u sections at offset 0x%llx ends beyond the "
		    "file's %llu bytes; link it again, or strip by objcopy and not by cutting",
		    im->shnum, im->shoff, im->size);
}
