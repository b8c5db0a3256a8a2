/*
 * Checks that hold whatever starts the image: is it linked for a machine that
 * libpv knows, do its segments lie in the file and apart from each other, and
 * does it rely on services that a kernel has not got (a dynamic linker,
 * constructors, thread-local storage).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdio.h>
#include <string.h>

#include "pvcheck.h"

static void
machine_checks(const struct ck_image *im, struct ck_report *r)
{
	bool x86 = im->machine == CK_EM_386 || im->machine == CK_EM_X86_64;

	if (im->machine == CK_EM_SPARC || im->machine == CK_EM_SPARC32PLUS)
		ck_error(r, "e_machine %u is 32-bit SPARC: compile and link with -m64", im->machine);
	else if (!x86 && im->machine != CK_EM_SPARCV9)
		ck_error(r, "e_machine is %u: no boot protocol is known for it (3 i386, 62 x86-64, 43 "
		    "sparc64); build with the toolchain of one of these", im->machine);
	else if (im->be == x86)
		ck_error(r, "byte order is %s-endian, but e_machine %u is a %s-endian machine: wrong "
		    "linker emulation", im->be ? "big" : "little", im->machine, x86 ? "little" : "big");
	else if (im->is64 != (im->machine != CK_EM_386))
		ck_error(r, "ELF class is %d-bit, but e_machine is %u: link %s", im->is64 ? 64 : 32,
		    im->machine, im->machine == CK_EM_386 ? "with -m elf_i386" : "with -m64 (x32 objects "
		    "are not a kernel)");
	if (im->type != CK_ET_EXEC && im->type != CK_ET_DYN)
		ck_error(r, "e_type is %u: %s", im->type, im->type == 1 ? "an object file, not linked yet; "
		    "link it without -r" : "neither an executable (2) nor a PIE (3); link it again");
}

static void
load_checks(const struct ck_image *im, struct ck_report *r, unsigned i)
{
	const struct ck_seg *s = &im->seg[i];
	ck_u64 top = im->is64 ? U64_MAX : UINT32_MAX;
	char name[64];

	(void)ck_seg_name(im, i, name, sizeof(name));
	if (s->filesz > s->memsz)
		ck_error(r, "%s: p_filesz 0x%llx is larger than p_memsz 0x%llx: a loader would write "
		    "behind it; link it again", name, s->filesz, s->memsz);
	if (!ck_inside(im, s->off, s->filesz))
		ck_error(r, "%s: file truncated, its bytes 0x%llx to 0x%llx end beyond the file's 0x%llx; "
		    "link or copy it again", name, s->off, ck_add(s->off, s->filesz), im->size);
	if (s->memsz != 0 && (s->paddr > top - (s->memsz - 1) || s->vaddr > top - (s->memsz - 1)))
		ck_error(r, "%s: p_paddr 0x%llx or p_vaddr 0x%llx plus p_memsz 0x%llx wraps around the "
		    "address space: correct the linker script", name, s->paddr, s->vaddr, s->memsz);
	if ((s->flags & CK_PF_W) != 0 && (s->flags & CK_PF_X) != 0 && im->machine != CK_EM_SPARCV9)
		ck_warn(r, "%s is writable and executable: a 32-bit start may need that for its own few "
		    "pages, everything else belongs in a segment with FLAGS(5) or FLAGS(6)", name);
	if ((s->flags & (CK_PF_R | CK_PF_W | CK_PF_X)) == 0)
		ck_warn(r, "%s has p_flags 0: Xen does not load it; give it FLAGS(4) in PHDRS", name);
}

static bool
touch(ck_u64 a, ck_u64 alen, ck_u64 b, ck_u64 blen)
{
	return (alen != 0 && blen != 0 && (a <= b ? b - a < alen : a - b < blen));
}

static void
overlap_checks(const struct ck_image *im, struct ck_report *r)
{
	const struct ck_seg *a, *b;
	unsigned i, k, n = 0;
	char one[64], two[64];

	for (i = 0; i < im->nseg; i++) {
		a = &im->seg[i];
		for (k = i + 1; k < im->nseg && ck_loads(a) && n < 4; k++) {
			b = &im->seg[k];
			if (!ck_loads(b))
				continue;
			if (touch(a->paddr, a->memsz, b->paddr, b->memsz)) {
				ck_error(r, "%s (physical 0x%llx+0x%llx) and %s (0x%llx+0x%llx) overlap in "
				    "physical memory: correct the AT() of their sections", ck_seg_name(im,
				    i, one, sizeof(one)), a->paddr, a->memsz, ck_seg_name(im, k, two,
				    sizeof(two)), b->paddr, b->memsz);
				n++;
			} else if (touch(a->vaddr, a->memsz, b->vaddr, b->memsz)) {
				ck_warn(r, "%s (virtual 0x%llx+0x%llx) and %s (0x%llx+0x%llx) overlap in "
				    "virtual memory: one of them is linked at a wrong address",
				    ck_seg_name(im, i, one, sizeof(one)), a->vaddr, a->memsz,
				    ck_seg_name(im, k, two, sizeof(two)), b->vaddr, b->memsz);
				n++;
			}
		}
	}
}

/* e_entry may be virtual, or physical when the start code is linked there. */
static void
entry_check(const struct ck_image *im, struct ck_report *r)
{
	const struct ck_seg *s;
	unsigned i;

	for (i = 0; i < im->nseg; i++) {
		s = &im->seg[i];
		if (ck_loads(s) && ((im->entry >= s->vaddr && im->entry - s->vaddr < s->memsz) ||
		    (im->entry >= s->paddr && im->entry - s->paddr < s->memsz)))
			return;
	}
	ck_warn(r, "e_entry 0x%llx is in no PT_LOAD segment: give ENTRY(symbol) in the linker script",
	    im->entry);
}

/*
 * Dynamic entries are pairs {tag, value}. Only PIE kernels may have any, and only
 * those that relocate themselves.
 */
static void
dynamic_checks(const struct ck_image *im, struct ck_report *r, const struct ck_seg *s)
{
	enum { DT_NEEDED = 1, DT_RELASZ = 8, DT_RELSZ = 18, DT_INIT_ARRAYSZ = 27 };
	unsigned w = im->is64 ? 8 : 4;
	ck_u64 at, tag, value, relocs = 0;
	bool needed = false, ctors = false;

	for (at = 0; at + 2 * w <= s->filesz && ck_inside(im, ck_add(s->off, at), 2 * w); at += 2 * w) {
		tag = ck_get(im, s->off + at, w);
		value = ck_get(im, s->off + at + w, w);
		if (tag == 0)
			break;
		if (tag == DT_NEEDED)
			needed = true;
		else if (tag == DT_RELASZ || tag == DT_RELSZ)
			relocs = ck_add(relocs, value);
		else if (tag == DT_INIT_ARRAYSZ && value != 0)
			ctors = true;
	}
	if (needed)
		ck_error(r, "PT_DYNAMIC at offset 0x%llx has DT_NEEDED: a kernel cannot load shared "
		    "libraries; link with -nostdlib -static or -static-pie", s->off);
	if (relocs != 0)
		ck_warn(r, "PT_DYNAMIC at offset 0x%llx has 0x%llx bytes of relocations: no boot loader "
		    "applies them; the start code must, or link with -no-pie", s->off, relocs);
	if (ctors && ck_sec_find(im, ".init_array") == NULL)
		ck_warn(r, "PT_DYNAMIC at offset 0x%llx has DT_INIT_ARRAY: constructors never run in a "
		    "kernel; call the code from pv_main()", s->off);
}

static void
runtime_checks(const struct ck_image *im, struct ck_report *r)
{
	static const char *const ctors[] = { ".preinit_array", ".init_array", ".fini_array", ".ctors",
	    ".dtors" };
	static const char *const tls[] = { ".tdata", ".tbss" };
	const struct ck_sec *s;
	bool said_tls = false;
	size_t k;
	unsigned i;

	for (k = 0; k < sizeof(ctors) / sizeof(ctors[0]); k++) {
		s = ck_sec_find(im, ctors[k]);
		if (s != NULL && s->size != 0)
			ck_warn(r, "section %s has 0x%llx bytes: constructors and destructors never run in "
			    "a kernel; call the code from pv_main()", ctors[k], s->size);
	}
	for (k = 0; k < sizeof(tls) / sizeof(tls[0]); k++) {
		s = ck_sec_find(im, tls[k]);
		if (s == NULL || s->size == 0)
			continue;
		ck_warn(r, "section %s has 0x%llx bytes: thread-local storage is never set up in a kernel; "
		    "use per-CPU data", tls[k], s->size);
		said_tls = true;
	}
	for (i = 0; i < im->nseg; i++) {
		if (im->seg[i].type == CK_PT_INTERP)
			ck_error(r, "segment %u is PT_INTERP at offset 0x%llx: the image waits for a "
			    "dynamic linker; link with -static (or -static-pie) and -nostdlib", i,
			    im->seg[i].off);
		else if (im->seg[i].type == CK_PT_DYNAMIC)
			dynamic_checks(im, r, &im->seg[i]);
		else if (im->seg[i].type == CK_PT_TLS && im->seg[i].memsz != 0 && !said_tls)
			ck_warn(r, "segment %u is PT_TLS with 0x%llx bytes: thread-local storage is never "
			    "set up in a kernel; use per-CPU data", i, im->seg[i].memsz);
	}
}

static void
note_segment_checks(const struct ck_image *im, struct ck_report *r, unsigned i)
{
	const struct ck_seg *s = &im->seg[i];

	if (!ck_inside(im, s->off, s->filesz))
		ck_error(r, "segment %u (PT_NOTE): file truncated, its bytes 0x%llx to 0x%llx end beyond "
		    "the file's 0x%llx; link or copy it again", i, s->off, ck_add(s->off, s->filesz),
		    im->size);
}

void
ck_image_checks(const struct ck_image *im, struct ck_report *r)
{
	unsigned i, n = 0;

	machine_checks(im, r);
	for (i = 0; i < im->nseg; i++) {
		if (ck_loads(&im->seg[i])) {
			load_checks(im, r, i);
			n++;
		} else if (im->seg[i].type == CK_PT_NOTE) {
			note_segment_checks(im, r, i);
		}
	}
	if (n == 0)
		ck_error(r, "no PT_LOAD segment: nothing would be loaded; give the sections a PT_LOAD in "
		    "PHDRS");
	else
		entry_check(im, r);
	overlap_checks(im, r);
	runtime_checks(im, r);
}
