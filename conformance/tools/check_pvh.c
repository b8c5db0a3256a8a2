/*
 * `qemu -kernel` with a PVH note. QEMU finds the entry by a walk of its own
 * (include/hw/elf_ops.h and hw/i386/x86.c, QEMU 7.2), which differs from Xen's
 * in three ways that bite: it steps by the segment's p_align, it takes the first
 * note of type 18 whoever owns it, and it looks at nothing else when the file
 * has a Linux or a Multiboot1 header. check_multiboot1.c knows the last of these.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "pvcheck.h"

struct walk {
	bool found;
	unsigned seg;
	ck_u64 off, value;
};

static ck_u64
align_up(ck_u64 n, ck_u64 m)
{
	return ((n + m - 1) / m * m);
}

/*
 * QEMU compares the size of each single note with that of the segment, so that
 * the walk may leave the segment at its end; so does this one.
 */
static void
walk_segment(const struct ck_image *im, unsigned i, struct walk *k)
{
	const struct ck_seg *s = &im->seg[i];
	ck_u64 off = s->off, step;
	uint32_t namesz, descsz, type;

	if (s->filesz == 0 || s->align == 0 || s->align > 0x10000)
		return;
	while (ck_note_header(im, off, &namesz, &descsz, &type)) {
		if (type == CK_XEN_PHYS32_ENTRY) {
			k->found = true;
			k->seg = i;
			k->off = off;
			k->value = ck_get(im, off + 12 + align_up(namesz, s->align), 4);
			return;
		}
		step = 12 + align_up(namesz, s->align) + align_up(descsz, s->align);
		if (step > s->filesz)
			return;
		off += step;
	}
}

/* A PT_NOTE that the walk cannot even start on. */
static bool
bad_alignment(const struct ck_image *im, struct ck_report *r)
{
	unsigned i;

	for (i = 0; i < im->nseg; i++) {
		if (im->seg[i].type == CK_PT_NOTE && im->seg[i].filesz != 0 && im->seg[i].align == 0) {
			ck_fail(r, CK_QEMU_PVH, "segment %u (PT_NOTE) has p_align 0: QEMU divides by it "
			    "and crashes; .balign 4 the note section", i);
			return (true);
		}
	}
	return (false);
}

static void
compare_with_xen(const struct ck_image *im, struct ck_report *r, const struct walk *k,
    const struct ck_note *n)
{
	char owner[24];

	if (k->off == n->off)
		return;
	if (k->value == n->value) {
		ck_warn(r, "the note at offset 0x%llx has type 18 too, and QEMU takes it instead of the "
		    "Xen note at 0x%llx; the values agree, but keep only one", k->off, n->off);
		return;
	}
	ck_fail(r, CK_QEMU_PVH, "QEMU takes the first note of type 18 whoever owns it: the one at offset "
	    "0x%llx (owner \"%s\", value 0x%llx) and not the Xen note PHYS32_ENTRY at 0x%llx (value "
	    "0x%llx): put the .note.Xen sections first in the PT_NOTE segment, or discard the other note",
	    k->off, ck_str(im, k->off + 12, ck_get(im, k->off, 4), owner, sizeof(owner)), k->value, n->off,
	    n->value);
}

static void
no_note_found(const struct ck_image *im, struct ck_report *r, const struct ck_xen_notes *x)
{
	const struct ck_note *n = &x->n[CK_XEN_PHYS32_ENTRY];
	const struct ck_seg *s;
	unsigned i;

	for (i = 0; i < im->nseg; i++) {
		s = &im->seg[i];
		if (s->type == CK_PT_NOTE && n->off >= s->off && n->off - s->off < s->filesz) {
			ck_fail(r, CK_QEMU_PVH, "segment %u (PT_NOTE) has p_align %llu: QEMU steps by that "
			    "and misses the note PHYS32_ENTRY at offset 0x%llx; it must be 4: /DISCARD/ "
			    ".note.gnu.* and .balign 4 the Xen notes", i, s->align, n->off);
			return;
		}
	}
	ck_fail(r, CK_QEMU_PVH, "the note PHYS32_ENTRY at offset 0x%llx is in no PT_NOTE segment: add "
	    "`note PT_NOTE FLAGS(4)` to PHDRS and give the note section `:text :note`", n->off);
}

void
ck_pvh(const struct ck_image *im, struct ck_report *r)
{
	struct walk k = { false, 0, 0, 0 };
	struct ck_xen_notes x;
	const struct ck_note *n;
	unsigned i;

	ck_notes_read(im, &x);
	n = &x.n[CK_XEN_PHYS32_ENTRY];
	if (!n->present)
		return;
	r->claimed[CK_QEMU_PVH] = true;
	if (bad_alignment(im, r))
		return;
	for (i = 0; i < im->nseg; i++)	/* a later segment overrides an earlier one */
		if (im->seg[i].type == CK_PT_NOTE)
			walk_segment(im, i, &k);
	if (!k.found) {
		no_note_found(im, r, &x);
		return;
	}
	compare_with_xen(im, r, &k, n);
	if (im->seg[k.seg].align != 4)
		ck_warn(r, "segment %u (PT_NOTE) has p_align %llu, not 4: QEMU finds the note PHYS32_ENTRY "
		    "by luck only; /DISCARD/ .note.gnu.* and .balign 4 the Xen notes", k.seg,
		    im->seg[k.seg].align);
	if (n->descsz != 4 && n->descsz != 8)
		ck_fail(r, CK_QEMU_PVH, "the note PHYS32_ENTRY at offset 0x%llx has %llu bytes: QEMU reads "
		    "4; write it as .long", n->off, n->descsz);
	if ((im->flags & 0x00010004) != 0)
		ck_fail(r, CK_QEMU_PVH, "e_flags is 0x%x: QEMU refuses bits 0x10004; x86 has no e_flags, "
		    "so link with 0", im->flags);
	ck_pc_memory(im, r, CK_QEMU_PVH);
	(void)ck_phys_entry(im, r, CK_QEMU_PVH, k.value, "the note PHYS32_ENTRY");
}
