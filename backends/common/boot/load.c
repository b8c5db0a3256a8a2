/*
 * From what a loader passed to struct pv_boot. Where things are is noted first: by
 * the table of fields of a protocol, or from the tags of Multiboot 2. Then each is
 * read once, the strings of the kernel before those of modules, so that these
 * cannot take their room.
 *
 * An EFI memory map and a plain one speak of the same memory: both are laid over
 * each other. The ACPI root pointer of Multiboot 2 is a copy between its tags,
 * therefore its piece of them stays in the map as PV_MEM_BOOT.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stddef.h>
#include "build.h"
#include "../../../hooks/hooks_internal.h"

#define INFO_MIN		16u	/* of Multiboot 2: the head and the end tag */
#define INFO_MAX		(1u << 20)
#define TAG_HEAD		8u

#define LOWER_MAX		640u	/* KiB; the PC's video memory follows */

#define EFI_PAGE_SHIFT		12	/* on every architecture */
#define EFI_WRITE_BACK		(1u << 3)
#define EFI_SPECIAL_PURPOSE	(1u << 18)

/* The same in both Multiboots: 3.3 and 3.6.12. */
struct framebuffer {
	pv_le32 base[2];
	pv_le32 pitch, width, height;
	uint8_t bits, type;
	uint8_t colours[8];
};
PV_STATIC_ASSERT(offsetof(struct framebuffer, colours) == 22, "Multiboot's framebuffer");
PV_STATIC_ASSERT(PV_FB_RGB == 1 && PV_FB_TEXT == 2, "Multiboot's types of framebuffers");

/*
 * Position and size of red, green and blue. The table in section 3.3 of Multiboot 1 has them right
 * behind the type. The header file of that specification aligns them, and so do GRUB 2 and Multiboot 2.
 */
#define COLOURS			6u
#define FRAMEBUFFER_SHORT	28u
#define FRAMEBUFFER_LONG	30u

static uint64_t
wide(const pv_le32 *w)
{
	return (uint64_t)pv_le32_get(w[1]) << 32 | pv_le32_get(w[0]);
}

static void
take_text(struct pv_boot_build *b, const pv_le32 *w, const struct pv_boot_piece *t)
{
	(void)w;
	if (t == &b->tag[PV_BOOT_TAG_ARGS])
		b->boot->args = pv_boot_text(b, t, PV_BOOT_ARGS_MAX, "command line");
	else
		b->boot->loader = pv_boot_text(b, t, PV_BOOT_LOADER_MAX, "name of the loader");
}

static void
take_module(struct pv_boot_build *b, const pv_le32 *w, const struct pv_boot_piece *t)
{
	struct pv_boot_piece text = { wide(&w[4]), UINT32_MAX };
	uint64_t base = wide(&w[0]), size = wide(&w[2]);

	if (b->boot->how != PV_BOOT_PVH) {
		base = pv_le32_get(w[0]);
		/* Wraps for one that ends before it starts, and is odd for that. */
		size = pv_le32_get(w[1]) - base;
		text.at = pv_le32_get(w[2]);
	}
	if (b->boot->how == PV_BOOT_MULTIBOOT2) {
		text.at = t->at + 8;
		text.size = t->size - 8;
	}
	pv_boot_build_module(b, pv_pa(base), size, pv_boot_text(b, &text, PV_BOOT_ARGS_MAX,
	    "command line of a module"));
}

static void
take_framebuffer(struct pv_boot_build *b, const pv_le32 *w, const struct pv_boot_piece *t)
{
	struct framebuffer f = { .type = 0 };
	struct pv_framebuffer fb;

	(void)w;
	/* Multiboot 1 does not say how long it is. */
	if (!pv_boot_copy(b, &f, t->at, t->size < FRAMEBUFFER_LONG ? t->size : FRAMEBUFFER_LONG) &&
	    !pv_boot_fetch(b, &f, t->at, FRAMEBUFFER_SHORT, "the framebuffer's description"))
		return;
	/* 0 is a palette of colours, which pv_framebuffer has no form for. */
	if (f.type == 0)
		return;
	fb.kind = (enum pv_fb_kind)f.type;
	fb.base = pv_pa(wide(f.base));
	fb.pitch = pv_le32_get(f.pitch);
	fb.width = pv_le32_get(f.width);
	fb.height = pv_le32_get(f.height);
	fb.bits = f.bits;
	for (unsigned from = 2;; from = 0) {
		for (unsigned i = 0; i < COLOURS; i++)
			(&fb.red_pos)[i] = f.colours[from + i];
		if (pv_boot_build_framebuffer(b, &fb))
			return;
		if (from == 0)
			break;
	}
	pv_boot_build_odd(b, 1);
}

static void
take_efi32(struct pv_boot_build *b, const pv_le32 *w, const struct pv_boot_piece *t)
{
	(void)t;
	b->boot->efi_system_table = pv_pa(pv_le32_get(w[0]));
}

static void
take_efi64(struct pv_boot_build *b, const pv_le32 *w, const struct pv_boot_piece *t)
{
	(void)t;
	b->boot->efi_system_table = pv_pa(wide(w));
}

static void
take_acpi(struct pv_boot_build *b, const pv_le32 *w, const struct pv_boot_piece *t)
{
	(void)w;
	b->boot->acpi_rsdp = pv_pa(t->at);
	pv_boot_build_range(b, pv_pa(t->at), t->size, PV_MEM_BOOT);
}

static void
take_sizes(struct pv_boot_build *b, const pv_le32 *w, const struct pv_boot_piece *t)
{
	uint32_t lower = pv_le32_get(w[0]), upper = pv_le32_get(w[1]);

	(void)t;
	if (b->tag[PV_BOOT_TAG_MAP].at != 0 || b->tag[PV_BOOT_TAG_EFI_MAP].at != 0)
		return;
	if (lower > LOWER_MAX) {
		pv_boot_build_odd(b, 1);
		lower = LOWER_MAX;
	}
	if (lower != 0)
		pv_boot_build_range(b, pv_pa(0), lower << 10, PV_MEM_RAM);
	if (upper != 0)
		pv_boot_build_range(b, pv_pa(1 << 20), (uint64_t)upper << 10, PV_MEM_RAM);
}

static void
take_entry(struct pv_boot_build *b, const pv_le32 *w, const struct pv_boot_piece *t)
{
	(void)t;
	/* Of Multiboot 1, its size is in front. */
	if (b->boot->how == PV_BOOT_MULTIBOOT1)
		w++;
	pv_boot_build_e820(b, pv_pa(wide(&w[0])), wide(&w[2]), pv_le32_get(w[4]));
}

static void
take_efi_entry(struct pv_boot_build *b, const pv_le32 *w, const struct pv_boot_piece *t)
{
	uint32_t type = pv_le32_get(w[0]);
	uint32_t kind = pv_boot_kinds[1][type < PV_BOOT_TYPES ? type : 0];
	pv_paddr base = pv_pa(wide(&w[2]));
	uint64_t pages = wide(&w[6]);
	uint64_t size = pages <= UINT64_MAX >> EFI_PAGE_SHIFT ? pages << EFI_PAGE_SHIFT : UINT64_MAX;

	(void)t;
	b->second_map = b->tag[PV_BOOT_TAG_MAP].at != 0;
	/* What cannot be cached is no main memory; what firmware keeps for a purpose is not for all. */
	if ((kind == PV_MEM_RAM || kind == PV_MEM_BOOT) &&
	    (pv_le32_get(w[8]) & (EFI_WRITE_BACK | EFI_SPECIAL_PURPOSE)) != EFI_WRITE_BACK)
		kind = PV_MEM_RESERVED;
	if (kind == PV_MEM_BOOT) {
		kind = PV_MEM_RAM;
		if (b->tag[PV_BOOT_TAG_EFI_SERVICES].at != 0)
			pv_boot_build_range(b, base, size, PV_MEM_BOOT);
	}
	pv_boot_build_range(b, base, size, (enum pv_mem)kind);
}

/* What can be told, in the order of reading; modules are last. */
static const struct thing {
	uint8_t least;			/* bytes that it has at least */
	uint8_t fetch;			/* bytes of it, or of an entry of it, that are read at once */
	bool list;
	const char *what;
	void (*take)(struct pv_boot_build *b, const pv_le32 *w, const struct pv_boot_piece *t);
} things[PV_BOOT_TAG_COUNT] = {
	[PV_BOOT_TAG_ARGS] = { 0, 0, false, NULL, take_text },
	[PV_BOOT_TAG_LOADER] = { 0, 0, false, NULL, take_text },
	[PV_BOOT_TAG_MODULE] = { 8, 0, false, "an entry of the list of modules", take_module },
	[PV_BOOT_TAG_SIZES] = { 8, 8, false, "the sizes of memory", take_sizes },
	[PV_BOOT_TAG_MAP] = { 8, 24, true, "an entry of the memory map", take_entry },
	[PV_BOOT_TAG_FRAMEBUFFER] = { 24, 0, false, NULL, take_framebuffer },
	[PV_BOOT_TAG_EFI32] = { 4, 4, false, "the EFI table's tag", take_efi32 },
	[PV_BOOT_TAG_EFI64] = { 8, 8, false, "the EFI table's tag", take_efi64 },
	[PV_BOOT_TAG_ACPI_OLD] = { 20, 0, false, NULL, take_acpi },	/* ACPI 6.5, 5.2.5.3 */
	[PV_BOOT_TAG_ACPI_NEW] = { 36, 0, false, NULL, take_acpi },
	[PV_BOOT_TAG_EFI_MAP] = { 8, 40, true, "an entry of the EFI memory map", take_efi_entry },
};

/* Read a thing, or each entry of a list. */
static void
take(struct pv_boot_build *b, const struct pv_boot_protocol *p, const struct thing *k, const struct pv_boot_piece *t)
{
	uint32_t left = t->size, step = k->fetch, fetch = k->fetch;
	uint64_t at = t->at;
	pv_le32 w[10];

	if (k == &things[PV_BOOT_TAG_MODULE])
		fetch = p->module;
	if (k->list && p->how == PV_BOOT_MULTIBOOT2) {
		/* The size of an entry is in front. */
		if (!pv_boot_fetch(b, w, at, 8, k->what))
			return;
		step = pv_le32_get(w[0]);
		if (step < fetch) {
			(void)pv_boot_fail(b, PV_BOOT_SMALL_ENTRIES, k->what, at, step, fetch);
			return;
		}
		at += 8;
		left -= 8;
	}
	while (!k->list || left >= step) {
		if (fetch != 0 && !pv_boot_copy(b, w, at, fetch)) {
			/*
			 * QEMU's option ROM for PVH, when there is no module, leaves number and list as it
			 * finds them: after a reset they are what the kernel before had in that memory. So
			 * there it is odd, and no reason not to start.
			 */
			if (p->how == PV_BOOT_PVH && !k->list)
				pv_boot_build_odd(b, 1);
			else
				(void)pv_boot_fail(b, PV_BOOT_UNREADABLE, k->what, at, 0, 0);
			return;
		}
		if (k->list && p->how == PV_BOOT_MULTIBOOT1) {
			/* In front of each is the size of what follows it. */
			uint32_t rest = pv_le32_get(w[0]);

			if (rest < fetch - 4 || rest > left - 4) {
				(void)pv_boot_fail(b, PV_BOOT_WRONG_ENTRY, k->what, at, rest, left - 4);
				return;
			}
			at += rest + 4 - step;
			left -= rest + 4 - step;
		}
		k->take(b, w, t);
		if (!k->list)
			return;
		at += step;
		left -= step;
	}
	if (left != 0)
		pv_boot_build_odd(b, 1);
}

static void
note(struct pv_boot_build *b, uint32_t tag, uint64_t at, uint32_t size)
{
	uint32_t i = tag != PV_BOOT_TAG_MODULE ? tag : PV_BOOT_TAG_COUNT + b->nr_modules;

	if (tag >= PV_BOOT_TAG_COUNT)
		return;
	if (i == PV_BOOT_TAG_COUNT + PV_BOOT_MODULES || size < things[tag].least || b->tag[i].at != 0) {
		pv_boot_build_odd(b, 1);
		return;
	}
	b->tag[i].at = at;
	b->tag[i].size = size;
	b->nr_modules += tag == PV_BOOT_TAG_MODULE;
}

static void
find_fields(struct pv_boot_build *b, const struct pv_boot_protocol *p, const pv_le32 *w, uint64_t info)
{
	for (const struct pv_boot_field *f = p->field; f->tag != 0; f++) {
		uint64_t at = (uint64_t)pv_le32_get(w[f->high]) << 32 | pv_le32_get(w[f->low]);
		uint32_t n = pv_le32_get(w[f->count]), size = f->unit;

		if (((pv_le32_get(w[p->flags]) | PV_BOOT_ALWAYS) & f->flag) == 0)
			continue;
		if (f->here != 0)
			at = info + f->here;
		if (n > f->most) {
			pv_boot_build_odd(b, n - f->most);
			if (f->tag != PV_BOOT_TAG_MODULE)
				(void)pv_boot_fail(b, p->too_many, "the memory map", at, n, f->most);
			n = f->most;
		}
		if (f->tag != PV_BOOT_TAG_MODULE) {
			size *= n;
			n = n != 0;
		}
		for (; n != 0; n--, at += size)
			note(b, f->tag, at, size);
	}
}

static void
find_tags(struct pv_boot_build *b, const struct pv_boot_protocol *p, const pv_le32 *w, uint64_t info)
{
	uint32_t total = pv_le32_get(w[0]), size;

	if (total < INFO_MIN || total > INFO_MAX || total > UINT64_MAX - info) {
		(void)pv_boot_fail(b, PV_BOOT_WRONG_SIZE, p->what, info, total, INFO_MAX);
		return;
	}
	for (uint32_t at = TAG_HEAD; at + TAG_HEAD <= total; at += (size + 7) & ~7u) {
		pv_le32 head[2];

		if (!pv_boot_fetch(b, head, info + at, TAG_HEAD, "a tag"))
			return;
		b->type = pv_le32_get(head[0]);
		size = pv_le32_get(head[1]);
		if (size < TAG_HEAD || size > total - at) {
			(void)pv_boot_fail(b, PV_BOOT_WRONG_TAG, "a tag", info + at, size, total - at);
			return;
		}
		if (b->type == PV_BOOT_TAG_END)
			return;
		note(b, b->type, info + at + TAG_HEAD, size - TAG_HEAD);
	}
	(void)pv_boot_fail(b, PV_BOOT_NO_END_TAG, p->what, info, total, 0);
}

pv_status
pv_boot_parse(struct pv_boot_build *b, struct pv_boot *boot, const struct pv_boot_reader *r,
    const struct pv_boot_protocol *p, uint32_t magic, pv_paddr info)
{
	pv_le32 w[PV_BOOT_WORDS] = { { 0 } };
	uint32_t more;

	w[PV_BOOT_ONE] = pv_le32_of(1);
	pv_boot_build_begin(b, boot, (enum pv_boot_how)p->how, r);
	boot->start_info = info;
	if (p->how != PV_BOOT_PVH && magic != p->magic)
		return pv_boot_fail(b, PV_BOOT_WRONG_EAX, p->what, info.v, magic, p->magic);
	if (!pv_boot_fetch(b, w, info.v, p->head, p->what))
		return b->status;
	if (p->how == PV_BOOT_PVH && pv_le32_get(w[0]) != p->magic)
		return pv_boot_fail(b, PV_BOOT_WRONG_MAGIC, p->what, info.v, pv_le32_get(w[0]), p->magic);
	more = pv_le32_get(w[p->flags]);
	if (p->more != 0 && more != 0 && !pv_boot_copy(b, (uint8_t *)w + p->head, info.v + p->head, p->more))
		(void)pv_boot_fail(b, PV_BOOT_CUT_OFF, p->what, info.v, more, 0);
	if (p->field != NULL)
		find_fields(b, p, w, info.v);
	else
		find_tags(b, p, w, info.v);
	if (b->status != PV_OK)
		return b->status;
	for (uint32_t i = 0; i < PV_BOOT_TAG_COUNT + b->nr_modules; i++) {
		const struct thing *k = &things[i < PV_BOOT_TAG_COUNT ? i : PV_BOOT_TAG_MODULE];

		if (k->take != NULL && (i >= PV_BOOT_TAG_COUNT || b->tag[i].at != 0))
			take(b, p, k, &b->tag[i]);
	}
	if (p->how != PV_BOOT_PVH)
		boot->args = pv_boot_without_name(boot->loader, boot->args);
	if (b->tag[PV_BOOT_TAG_SIZES].at == 0 && b->tag[PV_BOOT_TAG_MAP].at == 0 &&
	    b->tag[PV_BOOT_TAG_EFI_MAP].at == 0)
		(void)pv_boot_fail(b, p->no_map, p->what, info.v, more, 0);
	return b->status;
}

pv_status
pv_boot_read(struct pv_boot *boot, const struct pv_boot_reader *r, const struct pv_boot_protocol *p,
    uint32_t magic, pv_paddr info)
{
	static struct pv_boot_build b;

	return pv_boot_build_end(&b, pv_boot_parse(&b, boot, r, p, magic, info));
}
