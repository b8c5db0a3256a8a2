/*
 * ELF notes as Xen's loader (libelf) collects them, into one table. What the
 * values mean is for check_xen.c and check_pvh.c; QEMU walks the same notes by
 * rules of its own, which are in check_pvh.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "pvcheck.h"

static const char *const note_names[CK_XEN_NOTES] = {
	[CK_XEN_ENTRY] = "ENTRY",
	[CK_XEN_HYPERCALL_PAGE] = "HYPERCALL_PAGE",
	[CK_XEN_VIRT_BASE] = "VIRT_BASE",
	[CK_XEN_PADDR_OFFSET] = "PADDR_OFFSET",
	[CK_XEN_VERSION] = "XEN_VERSION",
	[CK_XEN_GUEST_OS] = "GUEST_OS",
	[CK_XEN_LOADER] = "LOADER",
	[CK_XEN_PAE_MODE] = "PAE_MODE",
	[CK_XEN_FEATURES] = "FEATURES",
	[CK_XEN_BSD_SYMTAB] = "BSD_SYMTAB",
	[CK_XEN_HV_START_LOW] = "HV_START_LOW",
	[CK_XEN_INIT_P2M] = "INIT_P2M",
	[CK_XEN_SUPPORTED_FEATURES] = "SUPPORTED_FEATURES",
	[CK_XEN_PHYS32_ENTRY] = "PHYS32_ENTRY"
};

const char *
ck_note_name(unsigned type)
{
	return (type < CK_XEN_NOTES && note_names[type] != NULL ? note_names[type] : "?");
}

bool
ck_note_header(const struct ck_image *im, ck_u64 off, uint32_t *namesz, uint32_t *descsz, uint32_t *type)
{
	if (!ck_inside(im, off, 12))
		return (false);
	*namesz = (uint32_t)ck_get(im, off, 4);
	*descsz = (uint32_t)ck_get(im, off + 4, 4);
	*type = (uint32_t)ck_get(im, off + 8, 4);
	return (true);
}

/* A number of another size than these reads as 0 in Xen. */
static ck_u64
note_value(const struct ck_image *im, ck_u64 desc, uint32_t descsz)
{
	if (descsz == 1 || descsz == 2 || descsz == 4 || descsz == 8)
		return (ck_get(im, desc, descsz));
	return (0);
}

static void
read_range(const struct ck_image *im, struct ck_xen_notes *x, ck_u64 off, ck_u64 len)
{
	ck_u64 end = ck_add(off, len), desc;
	uint32_t namesz, descsz, type;
	struct ck_note *n;

	while (off < end && ck_note_header(im, off, &namesz, &descsz, &type)) {
		desc = off + 12 + (((ck_u64)namesz + 3) & ~(ck_u64)3);
		if (ck_streq(im, off + 12, "Xen")) {
			x->count++;
			if (type < CK_XEN_NOTES && note_names[type] != NULL) {
				n = &x->n[type];
				n->present = true;
				n->off = off;
				n->desc = desc;
				n->descsz = descsz;
				n->value = note_value(im, desc, descsz);
			}
		}
		off = desc + (((ck_u64)descsz + 3) & ~(ck_u64)3);
	}
}

void
ck_notes_read(const struct ck_image *im, struct ck_xen_notes *x)
{
	unsigned i;

	memset(x, 0, sizeof(*x));
	for (i = 0; i < im->nseg; i++)	/* Xen takes offset 0 for a mistake of old binutils */
		if (im->seg[i].type == CK_PT_NOTE && im->seg[i].off != 0)
			read_range(im, x, im->seg[i].off, im->seg[i].filesz);
	x->in_segment = x->count > 0;
	for (i = 1; i < im->nsec && !x->in_segment; i++)
		if (im->sec[i].type == CK_SHT_NOTE)
			read_range(im, x, im->sec[i].off, im->sec[i].size);
}
