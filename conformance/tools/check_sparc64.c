/*
 * sparc64 images: started by OpenBIOS on QEMU's sun4u machine, and by a
 * hypervisor or firmware that loads the ELF file on sun4v. One image serves both
 * when its first instruction is at physical 0x404000. The rules for OpenBIOS were
 * measured with QEMU 7.2: it is given e_entry and the total size only, maps that
 * many bytes from physical e_entry - 0x4000 at virtual 0x40000000 in 8 KiB pages,
 * and jumps to 0x40004000. libpv's start code has two translations of 4 MiB for
 * an image, one to execute and one to write, so that no segment can be both.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "pvcheck.h"

#define BASE		U64(0x400000)	/* a guest's memory starts here */
#define ENTRY		U64(0x404000)
#define SUN4U_END	U64(0x800000)	/* OpenBIOS maps VA = PA up to here */
#define SUN4V_END	U64(0x2000000)	/* the hypervisor's own memory, in this project's firmware */
#define SUN4U_PAGE	U64(0x2000)
#define TRANSLATION	U64(0x400000)
#define SUN4U_MIN	U64(0x4000)	/* what OpenBIOS maps below the entry, out of the total */

static ck_u64
total_memory(const struct ck_image *im)
{
	ck_u64 n = 0;
	unsigned i;

	for (i = 0; i < im->nseg; i++)
		if (ck_loads(&im->seg[i]))
			n = ck_add(n, im->seg[i].memsz);
	return (n);
}

static void
memory(const struct ck_image *im, struct ck_report *r, enum ck_proto p, ck_u64 end, const char *why)
{
	const struct ck_seg *s;
	unsigned i;
	char name[64];

	for (i = 0; i < im->nseg; i++) {
		s = &im->seg[i];
		if (!ck_loads(s))
			continue;
		(void)ck_seg_name(im, i, name, sizeof(name));
		if (s->paddr < BASE)
			ck_fail(r, p, "%s is loaded at physical 0x%llx, below 0x%llx, where firmware may "
			    "be: link the image at 0x%llx", name, s->paddr, BASE, ENTRY);
		else if (ck_add(s->paddr, s->memsz) > end)
			ck_fail(r, p, "%s ends at physical 0x%llx, beyond 0x%llx: %s; make the image "
			    "smaller, or allocate large tables at run time", name, ck_add(s->paddr,
			    s->memsz), end, why);
	}
}

static void
first_instruction(const struct ck_image *im, struct ck_report *r, enum ck_proto p)
{
	ck_u64 pa = ck_qemu_entry(im), at;
	int i = ck_phys_find(im, pa);

	if (p == CK_SUN4U && pa % SUN4U_PAGE != 0) {
		ck_fail(r, p, "e_entry is physical 0x%llx: OpenBIOS maps whole pages of 8 KiB and jumps to "
		    "the start of one; place the entry section first, `. = 0x%llx; .text : { "
		    "KEEP(*(.boot)) ... }`, with ENTRY() on its first instruction", pa, ENTRY);
		return;
	}
	if (p == CK_SUN4V && pa % 4 != 0) {
		ck_fail(r, p, "e_entry is physical 0x%llx, not 4-aligned as instructions are: give "
		    "ENTRY(symbol) in the linker script", pa);
		return;
	}
	if (i < 0) {
		ck_fail(r, p, "no byte of the file is loaded at physical 0x%llx, where the first "
		    "instruction must be: link the image there (p_paddr, with AT() if it is linked "
		    "elsewhere)", pa);
		return;
	}
	at = im->seg[i].off + (pa - im->seg[i].paddr);
	if (ck_inside(im, at, 4) && ck_get(im, at, 4) == 0)
		ck_fail(r, p, "the first instruction, at physical 0x%llx and file offset 0x%llx, is 0: "
		    "place the entry section there", pa, at);
}

static ck_u64
translation(ck_u64 va)
{
	return (va / TRANSLATION);
}

/* Does this one begin or end under a translation that a writable one needs? */
static bool
shared(const struct ck_seg *x, const struct ck_seg *w)
{
	return (translation(x->vaddr) <= translation(ck_add(w->vaddr, w->memsz - 1)) &&
	    translation(w->vaddr) <= translation(ck_add(x->vaddr, x->memsz - 1)));
}

static void
rights(const struct ck_image *im, struct ck_report *r)
{
	const struct ck_seg *x, *w;
	unsigned i, k;
	char one[64], two[64];

	for (i = 0; i < im->nseg; i++) {
		x = &im->seg[i];
		if (!ck_loads(x) || (x->flags & CK_PF_X) == 0)
			continue;
		(void)ck_seg_name(im, i, one, sizeof(one));
		if ((x->flags & CK_PF_W) != 0) {
			for (k = CK_SUN4U; k <= CK_SUN4V; k++)
				ck_fail(r, (enum ck_proto)k, "%s is writable and executable, and no "
				    "translation is both: what is executed belongs in a segment with "
				    "FLAGS(5), what is written in one with FLAGS(6)", one);
			continue;
		}
		for (k = 0; k < im->nseg; k++) {
			w = &im->seg[k];
			if (!ck_loads(w) || (w->flags & (CK_PF_W | CK_PF_X)) != CK_PF_W || !shared(x, w))
				continue;
			(void)ck_seg_name(im, k, two, sizeof(two));
			ck_warn(r, "%s and %s lie in the same 4 MiB of virtual addresses, which libpv's start "
			    "code can map to be executed or to be written: link what is written 0x%llx above "
			    "where it is loaded, by AT(), as examples/ld/sparc64.ld does", one, two, TRANSLATION);
		}
	}
}

void
ck_sparc64(const struct ck_image *im, struct ck_report *r)
{
	ck_u64 n = total_memory(im);

	r->claimed[CK_SUN4U] = true;
	r->claimed[CK_SUN4V] = true;
	if (ck_qemu_entry(im) != ENTRY)
		ck_warn(r, "e_entry is physical 0x%llx, not 0x%llx: one image for sun4u, sun4v and niagara "
		    "has its first instruction there", ck_qemu_entry(im), ENTRY);
	first_instruction(im, r, CK_SUN4U);
	first_instruction(im, r, CK_SUN4V);
	rights(im, r);
	memory(im, r, CK_SUN4U, SUN4U_END, "OpenBIOS maps no more at entry");
	memory(im, r, CK_SUN4V, SUN4V_END, "the hypervisor's own memory starts there");
	if (n <= SUN4U_MIN)
		ck_fail(r, CK_SUN4U, "the segments have 0x%llx bytes of memory: OpenBIOS maps that much "
		    "from 0x%llx below the entry on, so that the entry itself is not mapped; make it more "
		    "than 0x%llx, by a larger .bss for example", n, SUN4U_MIN, SUN4U_MIN);
}
