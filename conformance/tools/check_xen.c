/*
 * Starting by Xen: as a PV guest (paging on, virtual addresses) and as PVH. The
 * rules are those of xen/include/public/elfnote.h and of Xen 4.17's loader, for
 * the first domain and for others alike. Which notes there are is found by
 * check_notes.c. Whether a hypervisor has PV or 32-bit PV built in is its own affair.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "pvcheck.h"

#define HOLE_START	U64(0xffff800000000000)	/* Xen's own part of 64-bit addresses */
#define HOLE_END	U64(0xffff880000000000)
#define COMPAT_START	U64(0xf5800000)		/* where Xen starts in 32 bits at the latest */
#define FEATURE_DOM0	11

struct pv {				/* the image as Xen will map it */
	ck_u64 base, offset;		/* VIRT_BASE, PADDR_OFFSET */
	ck_u64 start, end, entry;	/* virtual */
};

static const char *
note_text(const struct ck_image *im, const struct ck_note *n, char *buf, size_t len)
{
	return (ck_str(im, n->desc, n->descsz, buf, len));
}

static bool
has_prefix(const struct ck_image *im, const struct ck_note *n, const char *prefix)
{
	char buf[64];

	return (n->present && strncmp(note_text(im, n, buf, sizeof(buf)), prefix, strlen(prefix)) == 0);
}

static void
identity_checks(const struct ck_image *im, struct ck_report *r, const struct ck_xen_notes *x)
{
	const struct ck_note *v = &x->n[CK_XEN_VERSION], *l = &x->n[CK_XEN_LOADER];
	const struct ck_note *p = &x->n[CK_XEN_PAE_MODE];
	char buf[32];

	if (!v->present)
		ck_fail(r, CK_XEN_PV, "no note XEN_VERSION (type 5): add one with the string \"xen-3.0\"");
	else if (!has_prefix(im, v, "xen-3.0"))
		ck_fail(r, CK_XEN_PV, "the note XEN_VERSION at offset 0x%llx is \"%s\": Xen accepts only "
		    "\"xen-3.0\"", v->off, note_text(im, v, buf, sizeof(buf)));
	if (!has_prefix(im, l, "generic") && !has_prefix(im, &x->n[CK_XEN_GUEST_OS], "linux")) {
		if (l->present)
			ck_fail(r, CK_XEN_PV, "the note LOADER at offset 0x%llx is \"%s\": write "
			    "\"generic\"", l->off, note_text(im, l, buf, sizeof(buf)));
		else
			ck_fail(r, CK_XEN_PV, "no note LOADER (type 8): add one with the string "
			    "\"generic\" (Xen would accept only a GUEST_OS that starts with \"linux\" "
			    "instead)");
	}
	if (im->machine != CK_EM_386)
		return;
	ck_remark(r, CK_XEN_PV, "needs a Xen built with CONFIG_PV32");
	(void)note_text(im, p, buf, sizeof(buf));
	if (!p->present)
		ck_fail(r, CK_XEN_PV, "no note PAE_MODE (type 9): a 32-bit kernel needs one with the "
		    "string \"yes\"");
	else if (strcmp(buf, "yes") != 0 && strstr(buf, "bimodal") == NULL)
		ck_fail(r, CK_XEN_PV, "the note PAE_MODE at offset 0x%llx is \"%s\": Xen 4.17 accepts "
		    "exactly \"yes\"", p->off, buf);
}

static void
number_checks(struct ck_report *r, const struct ck_xen_notes *x)
{
	static const unsigned numbers[] = { CK_XEN_ENTRY, CK_XEN_HYPERCALL_PAGE, CK_XEN_VIRT_BASE,
	    CK_XEN_PADDR_OFFSET, CK_XEN_INIT_P2M, CK_XEN_HV_START_LOW };
	const struct ck_note *n;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		n = &x->n[numbers[i]];
		if (n->present && n->descsz != 1 && n->descsz != 2 && n->descsz != 4 && n->descsz != 8)
			ck_fail(r, CK_XEN_PV, "the note %s at offset 0x%llx has %llu bytes, which Xen "
			    "reads as 0: write a .quad, or a .long on i386", ck_note_name(numbers[i]),
			    n->off, n->descsz);
	}
}

/* Where each byte goes: p_paddr - PADDR_OFFSET + VIRT_BASE. */
static bool
layout(const struct ck_image *im, struct ck_report *r, const struct ck_xen_notes *x, struct pv *v)
{
	ck_u64 low, high;

	if (x->n[CK_XEN_PADDR_OFFSET].present && !x->n[CK_XEN_VIRT_BASE].present) {
		ck_fail(r, CK_XEN_PV, "the note PADDR_OFFSET at offset 0x%llx needs a note VIRT_BASE (type "
		    "3): add one with the virtual address of physical 0", x->n[CK_XEN_PADDR_OFFSET].off);
		return (false);
	}
	v->base = x->n[CK_XEN_VIRT_BASE].value;
	v->offset = x->n[CK_XEN_PADDR_OFFSET].value;
	v->entry = x->n[CK_XEN_ENTRY].present ? x->n[CK_XEN_ENTRY].value : im->entry;
	ck_phys_range(im, &low, &high);
	v->start = low - v->offset + v->base;
	v->end = high - v->offset + v->base;
	if (v->start > v->end || v->base > v->start) {
		ck_fail(r, CK_XEN_PV, "physical 0x%llx to 0x%llx with VIRT_BASE 0x%llx and PADDR_OFFSET "
		    "0x%llx becomes virtual 0x%llx to 0x%llx, below VIRT_BASE: PADDR_OFFSET must be what "
		    "p_paddr counts from, 0 if it is physical", low, high, v->base, v->offset, v->start,
		    v->end);
		return (false);
	}
	return (true);
}

static void
base_checks(const struct ck_image *im, struct ck_report *r, const struct ck_xen_notes *x, const struct pv *v)
{
	const struct ck_note *low = &x->n[CK_XEN_HV_START_LOW];

	if ((v->base & 0xfff) != 0)
		ck_fail(r, CK_XEN_PV, "VIRT_BASE is 0x%llx, not a page address: align it to 4 MiB",
		    v->base);
	else if ((v->base & 0x3fffff) != 0)
		ck_warn(r, "VIRT_BASE is 0x%llx: Xen PV maps whole 4 MiB from there; align it to 4 MiB",
		    v->base);
	if (im->is64 && v->base < HOLE_END && v->end > HOLE_START)
		ck_fail(r, CK_XEN_PV, "the image at virtual 0x%llx to 0x%llx overlaps Xen's own 0x%llx to "
		    "0x%llx: link it elsewhere, for example at 0xffffffff80100000", v->start, v->end,
		    HOLE_START, HOLE_END - 1);
	if (im->is64 && v->start >= U64(0x800000000000) && v->start < HOLE_START)
		ck_fail(r, CK_XEN_PV, "the image at virtual 0x%llx has no canonical address: correct "
		    "VIRT_BASE 0x%llx", v->start, v->base);
	if (!im->is64 && v->end > COMPAT_START)
		ck_fail(r, CK_XEN_PV, "the image ends at virtual 0x%llx, in Xen's part of the address "
		    "space (from 0x%llx): link it lower, for example at 0xc0100000", v->end, COMPAT_START);
	if (!im->is64 && low->present && low->value > COMPAT_START)
		ck_fail(r, CK_XEN_PV, "the note HV_START_LOW at offset 0x%llx is 0x%llx, higher than Xen "
		    "can start (0x%llx): lower it, or leave it out", low->off, low->value,
		    COMPAT_START);
}

/* The segment that Xen puts at virtual `va`, or -1. */
static int
mapped_at(const struct ck_image *im, const struct pv *v, ck_u64 va)
{
	const struct ck_seg *s;
	ck_u64 at;
	unsigned i;

	for (i = 0; i < im->nseg; i++) {
		s = &im->seg[i];
		at = s->paddr - v->offset + v->base;
		if (ck_loads(s) && va >= at && va - at < s->memsz)
			return ((int)i);
	}
	return (-1);
}

static void
entry_checks(const struct ck_image *im, struct ck_report *r, const struct ck_xen_notes *x, const struct pv *v)
{
	const struct ck_note *n = &x->n[CK_XEN_ENTRY];
	const char *what = n->present ? "the note ENTRY" : "e_entry (there is no note ENTRY)";
	const struct ck_seg *s;
	ck_u64 in, at;
	char name[64];
	int i;

	i = mapped_at(im, v, v->entry);
	if (i < 0) {
		ck_fail(r, CK_XEN_PV, "%s is 0x%llx, outside of the image at virtual 0x%llx to 0x%llx%s",
		    what, v->entry, v->start, v->end, n->present ? ": give the virtual address of the PV "
		    "entry, and VIRT_BASE and PADDR_OFFSET so that p_paddr - PADDR_OFFSET + VIRT_BASE is "
		    "the linked address" : ": add a note ENTRY (type 1) with the virtual address of the PV "
		    "entry");
		return;
	}
	s = &im->seg[i];
	at = s->paddr - v->offset + v->base;
	in = v->entry - at;
	(void)ck_seg_name(im, (unsigned)i, name, sizeof(name));
	if (at != s->vaddr)
		ck_fail(r, CK_XEN_PV, "%s is linked at virtual 0x%llx, but Xen puts it at 0x%llx (p_paddr "
		    "0x%llx - PADDR_OFFSET 0x%llx + VIRT_BASE 0x%llx): correct VIRT_BASE", name, s->vaddr,
		    at, s->paddr, v->offset, v->base);
	if (in >= s->filesz || ck_zero(im, ck_add(s->off, in), s->filesz - in < 16 ? s->filesz - in : 16))
		ck_fail(r, CK_XEN_PV, "%s is 0x%llx, in %s, where there are only zero bytes and no code: "
		    "compare it with the address of the entry symbol (nm)", what, v->entry, name);
}

static void
hypercall_page_checks(const struct ck_image *im, struct ck_report *r, const struct ck_xen_notes *x,
    const struct pv *v)
{
	const struct ck_note *n = &x->n[CK_XEN_HYPERCALL_PAGE];
	int i;

	if (!n->present)
		return;
	if ((n->value & 0xfff) != 0) {
		ck_fail(r, CK_XEN_PV, "the note HYPERCALL_PAGE at offset 0x%llx is 0x%llx, not page "
		    "aligned: .balign 4096 before the page", n->off, n->value);
		return;
	}
	i = mapped_at(im, v, n->value);
	if (i < 0 || mapped_at(im, v, n->value + 0xfff) != i)
		ck_fail(r, CK_XEN_PV, "the note HYPERCALL_PAGE at offset 0x%llx is 0x%llx: that page is "
		    "not inside of one segment of the image (virtual 0x%llx to 0x%llx); reserve 4096 bytes "
		    "in .text and give their virtual address", n->off, n->value, v->start, v->end);
}

/* FEATURES is "a|b|!c"; "!c" must be known to Xen's loader. */
static void
feature_checks(const struct ck_image *im, struct ck_report *r, const struct ck_xen_notes *x)
{
	static const char *const known[] = { "writable_page_tables", "writable_descriptor_tables",
	    "auto_translated_physmap", "supervisor_mode_kernel", "pae_pgdir_above_4gb",
	    "hvm_callback_vector", "dom0" };
	const struct ck_note *f = &x->n[CK_XEN_FEATURES], *s = &x->n[CK_XEN_SUPPORTED_FEATURES];
	const char *p;
	size_t i, n;
	char buf[512];

	for (p = f->present ? note_text(im, f, buf, sizeof(buf)) : ""; *p != '\0'; p += n + (p[n] == '|')) {
		n = strcspn(p, "|");
		if (p[0] != '!')
			continue;
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (strlen(known[i]) == n - 1 && memcmp(known[i], p + 1, n - 1) == 0)
				break;
		if (i == sizeof(known) / sizeof(known[0]))
			ck_fail(r, CK_XEN_PV, "the note FEATURES at offset 0x%llx requires \"%.*s\", which "
			    "Xen does not know: correct the name, or drop the \"!\"", f->off, (int)n, p);
	}
	if (s->present && (ck_get(im, s->desc, s->descsz < 4 ? 0 : 4) >> FEATURE_DOM0 & 1) == 0)
		ck_warn(r, "the note SUPPORTED_FEATURES at offset 0x%llx lacks bit 11 (dom0): Xen will not "
		    "start the image as its first domain; set it, or leave the note out", s->off);
	if (has_prefix(im, &x->n[CK_XEN_BSD_SYMTAB], "yes"))
		ck_warn(r, "the note BSD_SYMTAB at offset 0x%llx is \"yes\": Xen copies the symbols behind "
		    "the image, where libpv does not expect them; write \"no\"",
		    x->n[CK_XEN_BSD_SYMTAB].off);
}

static void
pv_checks(const struct ck_image *im, struct ck_report *r, const struct ck_xen_notes *x)
{
	const struct ck_note *p2m = &x->n[CK_XEN_INIT_P2M];
	struct pv v;

	r->claimed[CK_XEN_PV] = true;
	if (ck_linux_header(im))
		ck_fail(r, CK_XEN_PV, CK_LINUX_HEADER, "Xen");
	identity_checks(im, r, x);
	number_checks(r, x);
	feature_checks(im, r, x);
	ck_section_table(im, r, CK_XEN_PV);
	if (!layout(im, r, x, &v))
		return;
	base_checks(im, r, x, &v);
	entry_checks(im, r, x, &v);
	hypercall_page_checks(im, r, x, &v);
	if (p2m->present && p2m->value >= v.start && p2m->value < v.end)
		ck_fail(r, CK_XEN_PV, "the note INIT_P2M at offset 0x%llx is 0x%llx, inside of the image: "
		    "give an address that nothing else uses, for example 0xffffff0000000000", p2m->off,
		    p2m->value);
}

void
ck_xen(const struct ck_image *im, struct ck_report *r)
{
	struct ck_xen_notes x;
	const struct ck_note *pvh;

	ck_notes_read(im, &x);
	if (x.count == 0)
		return;
	pvh = &x.n[CK_XEN_PHYS32_ENTRY];
	if (pvh->present) {
		r->claimed[CK_XEN_PVH] = true;
		if (ck_linux_header(im))
			ck_fail(r, CK_XEN_PVH, CK_LINUX_HEADER, "Xen");
		ck_pc_memory(im, r, CK_XEN_PVH);
		ck_section_table(im, r, CK_XEN_PVH);
		(void)ck_phys_entry(im, r, CK_XEN_PVH, pvh->value, "the note PHYS32_ENTRY");
	}
	/* A PVH-only kernel may carry XEN_VERSION and the like, but never these. */
	if (!pvh->present || x.n[CK_XEN_ENTRY].present || x.n[CK_XEN_VIRT_BASE].present ||
	    x.n[CK_XEN_PADDR_OFFSET].present)
		pv_checks(im, r, &x);
	if (!x.in_segment)
		ck_warn(r, "the Xen notes are in sections only, in no PT_NOTE segment: Xen finds them "
		    "until the image is stripped of its sections; add `note PT_NOTE FLAGS(4)` to PHDRS");
}
