/*
 * From what a loader passed to struct pv_boot. Where things are is noted first: by
 * the table of fields of a protocol, or from the tags of Multiboot 2. Then each is
 * read once, the strings of the kernel before those of modules, so that these
 * cannot take their room.
 *
 * All reading goes through the caller's `at`, which may show another place at the
 * next call, so nothing is kept but copies. An error does not end the reading, but
 * the first one is kept: what cannot be read is as if it were not there.
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

char pv_boot_reason[200];

/* Arguments of each: protocol, what, 64-bit address, two numbers, type of the tag. */
static const struct {
	pv_status status;
	const char *text;
} errors[] = {
	[PV_BOOT_UNREADABLE] = { PV_E_RANGE, "%s: %s at 0x%llx is not readable" },
	[PV_BOOT_LEAVES_MEMORY] = { PV_E_RANGE, "%s: %s at 0x%llx leaves readable memory after %u bytes" },
	[PV_BOOT_NO_END] = { PV_E_FORMAT, "%s: %s at 0x%llx has no end within %u bytes" },
	[PV_BOOT_WRONG_EAX] = { PV_E_FORMAT,
	    "%s: %s at 0x%llx: eax was 0x%x at the entry, a loader passes 0x%x" },
	[PV_BOOT_WRONG_MAGIC] = { PV_E_FORMAT, "%s: %s at 0x%llx begins with 0x%x, not 0x%x" },
	[PV_BOOT_WRONG_REGISTERS] = { PV_E_FORMAT,
	    "%s: %s say memory at 0x%llx, size 0x%08x%08x, where this image is not" },
	[PV_BOOT_WRONG_SIZE] = { PV_E_FORMAT, "%s: %s at 0x%llx has size %u: 16 to %u is possible" },
	[PV_BOOT_WRONG_TAG] = { PV_E_FORMAT,
	    "%s: %s at 0x%llx has size %u: 8 to what is left, %u, is possible (it is tag %u)" },
	[PV_BOOT_NO_END_TAG] = { PV_E_FORMAT,
	    "%s: %s at 0x%llx is the last of %u bytes of tags without an end tag" },
	[PV_BOOT_CUT_OFF] = { PV_E_RANGE, "%s: %s at 0x%llx of version %u is not readable to its end" },
	[PV_BOOT_TOO_MANY_BYTES] = { PV_E_FORMAT,
	    "%s: %s at 0x%llx tells of a memory map of %u bytes, more than %u" },
	[PV_BOOT_TOO_MANY_ENTRIES] = { PV_E_FORMAT,
	    "%s: %s at 0x%llx tells of a memory map of %u entries, more than %u" },
	[PV_BOOT_SMALL_ENTRIES] = { PV_E_FORMAT, "%s: %s at 0x%llx has %u bytes, %u is the least" },
	[PV_BOOT_WRONG_ENTRY] = { PV_E_FORMAT,
	    "%s: %s at 0x%llx has size %u: 20 to what is left, %u, is possible" },
	[PV_BOOT_NO_MAP] = { PV_E_NOENT, "%s: %s at 0x%llx: the loader gave no memory map (flags 0x%x)" },
	[PV_BOOT_NO_MAP_OF_VERSION] = { PV_E_NOENT,
	    "%s: %s at 0x%llx of version %u comes without a memory map" },
	[PV_BOOT_FULL] = { PV_E_FULL, "%s: %s up to 0x%llx has more than %u ranges beside RAM: "
	    "build with a larger PV_BOOT_RANGES" },
	[PV_BOOT_NO_RAM] = { PV_E_NOENT,
	    "%s: %s up to 0x%llx leaves no usable page of memory (%u ranges)" },
};

void
pv_boot_fail(enum pv_boot_error error, uint32_t n, uint32_t m)
{
	if (pv_build.status != PV_OK && pv_build.status != PV_E_NOENT)
		return;
	pv_build.status = errors[error].status;
	(void)pv_snprintf(pv_boot_reason, sizeof(pv_boot_reason), errors[error].text,
	    pv_boot_how_name(pv_build.boot->how), pv_build.what, (unsigned long long)pv_build.at, (unsigned)n,
	    (unsigned)m, (unsigned)pv_build.type);
}

const char *
pv_boot_read_error(void)
{
	return pv_boot_reason;
}

/* Copy bytes of the loader's memory, each one read once. False: not readable. */
static bool
copy(void *to, uint64_t from, uint32_t size)
{
	const struct pv_boot_reader *r = pv_build.reader;
	const uint8_t *p = NULL;
	uint8_t *out = to;

	pv_build.at = from;
	if (size == 0)
		return true;
	if (size <= UINT64_MAX - from)
		p = r->at(r->arg, pv_pa(from), size);
	if (p == NULL)
		return false;
	/* Byte by byte: loaders do not align everything, and the copy reads nothing twice (P1). */
	while (size-- != 0)
		*out++ = PV_READ_SHARED(*p++);
	return true;
}

const char *
pv_boot_text(const struct pv_boot_piece *from, uint32_t max, bool vital)
{
	struct pv_boot *boot = pv_build.boot;
	char *to = &boot->text[boot->text_used];
	uint32_t room = PV_BOOT_TEXT - boot->text_used, n = 0;
	enum pv_boot_error error = PV_BOOT_NO_END;

	if (from->at == 0)
		return boot->text;
	if (max > from->size)
		max = from->size;
	for (; n < max; n++) {
		if (n == room) {
			vital = false;
			break;
		}
		if (!copy(to + n, from->at + n, 1)) {
			error = PV_BOOT_LEAVES_MEMORY;
			break;
		}
		if (to[n] == '\0') {
			boot->text_used += n + 1;
			return to;
		}
	}
	pv_build.at = from->at;
	if (vital)
		pv_boot_fail(error, n, 0);
	else
		pv_boot_build_odd(1);
	/* What did not become a string leaves no trace. */
	memset(to, 0, n);
	return boot->text;
}

/* What Multiboot says of a framebuffer, the same in both: 3.3 and 3.6.12. */
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
#define COLOURS_SHIFT		2u
#define FRAMEBUFFER_PLAIN	24u
#define FRAMEBUFFER_SIZE	30u

static uint64_t
wide(const pv_le32 *w)
{
	return (uint64_t)pv_le32_get(w[1]) << 32 | pv_le32_get(w[0]);
}

static void
take_args(const pv_le32 *w, struct pv_boot_piece *t)
{
	(void)w;
	pv_build.boot->args = pv_boot_text(t, PV_BOOT_ARGS_MAX, true);
}

static void
take_loader(const pv_le32 *w, struct pv_boot_piece *t)
{
	(void)w;
	pv_build.boot->loader = pv_boot_text(t, PV_BOOT_LOADER_MAX, true);
}

static void
take_module(const pv_le32 *w, struct pv_boot_piece *t)
{
	struct pv_boot_piece text = { wide(&w[4]), UINT32_MAX };
	uint64_t base = wide(&w[0]), size = wide(&w[2]);

	if (pv_build.boot->how != PV_BOOT_PVH) {
		base = pv_le32_get(w[0]);
		/* Wraps for one that ends before it starts, and is odd for that. */
		size = pv_le32_get(w[1]) - base;
		text.at = pv_le32_get(w[2]);
	}
	if (pv_build.boot->how == PV_BOOT_MULTIBOOT2) {
		text.at = t->at + 8;
		text.size = t->size - 8;
	}
	/* QEMU leaves the address of a PVH module's words as it finds it in memory: after a restart it is any. */
	pv_boot_build_module(pv_pa(base), size, pv_boot_text(&text, PV_BOOT_ARGS_MAX, false));
}

static void
take_sizes(const pv_le32 *w, struct pv_boot_piece *t)
{
	(void)t;
	for (unsigned mib = 0; mib < 2; mib++) {
		uint32_t kib = pv_le32_get(w[mib]);

		if (mib == 0 && kib > LOWER_MAX) {
			pv_boot_build_odd(1);
			kib = LOWER_MAX;
		}
		if (kib != 0)
			pv_boot_build_range(pv_pa(mib << 20), (uint64_t)kib << 10, PV_MEM_RAM);
	}
}

static void
take_entry(const pv_le32 *w, struct pv_boot_piece *t)
{
	(void)t;
	/* In Multiboot 1, its size is in front. */
	if (pv_build.boot->how == PV_BOOT_MULTIBOOT1)
		w++;
	pv_boot_build_e820(pv_pa(wide(&w[0])), wide(&w[2]), pv_le32_get(w[4]));
}

static void
take_framebuffer(const pv_le32 *w, struct pv_boot_piece *t)
{
	const struct framebuffer *f = (const struct framebuffer *)w;
	struct pv_framebuffer fb;

	(void)t;
	/* 0 is a palette of colours, which pv_framebuffer has no form for. */
	if (f->type == 0)
		return;
	fb.kind = (enum pv_fb_kind)f->type;
	fb.base = pv_pa(wide(f->base));
	fb.pitch = pv_le32_get(f->pitch);
	fb.width = pv_le32_get(f->width);
	fb.height = pv_le32_get(f->height);
	fb.bits = f->bits;
	for (int from = COLOURS_SHIFT; from >= 0; from -= (int)COLOURS_SHIFT) {
		for (unsigned i = 0; i < COLOURS; i++)
			(&fb.red_pos)[i] = f->colours[(unsigned)from + i];
		if (pv_boot_build_framebuffer(&fb))
			return;
	}
	pv_boot_build_odd(1);
}

/* Of 32 bits or of 64. */
static void
take_efi_table(const pv_le32 *w, struct pv_boot_piece *t)
{
	(void)t;
	pv_build.boot->efi_system_table = pv_pa(wide(w));
}

/* Of Multiboot 2 it is a copy, between the tags: therefore this piece of them stays in the map. */
static void
take_acpi(const pv_le32 *w, struct pv_boot_piece *t)
{
	(void)w;
	pv_build.boot->acpi_rsdp = pv_pa(t->at);
	pv_boot_build_range(pv_pa(t->at), t->size, PV_MEM_BOOT);
}

static void
take_efi_entry(const pv_le32 *w, struct pv_boot_piece *t)
{
	bool services = pv_build.tag[PV_BOOT_TAG_EFI_SERVICES].at != 0;
	uint32_t type = pv_le32_get(w[0]);
	uint32_t kind = pv_boot_kinds[1 + services][type < PV_BOOT_TYPES ? type : 0];
	uint64_t pages = wide(&w[6]), size = pages << EFI_PAGE_SHIFT;
	pv_paddr base = pv_pa(wide(&w[2]));

	(void)t;
	if (pages >> (64 - EFI_PAGE_SHIFT) != 0)
		size = UINT64_MAX;
	if (kind == PV_MEM_RAM || kind == PV_MEM_BOOT) {
		/* What cannot be cached is no main memory; what is kept for a purpose is not for all. */
		if ((pv_le32_get(w[8]) & (EFI_WRITE_BACK | EFI_SPECIAL_PURPOSE)) != EFI_WRITE_BACK)
			kind = PV_MEM_RESERVED;
		else if (kind == PV_MEM_BOOT)
			pv_boot_build_range(base, size, PV_MEM_RAM);
	}
	pv_boot_build_range(base, size, (enum pv_mem)kind);
}

static void note_tag(const pv_le32 *w, struct pv_boot_piece *t);

/* What can be told, in the order of reading; modules are last. 0 is Multiboot 2's list of all. */
static const struct thing {
	uint8_t least;			/* bytes that it has at least */
	uint8_t fetch;			/* bytes of it, or of an entry of it, that are read at once; 0: none */
	uint8_t fewer;			/* so many of them may not exist */
	uint8_t list;			/* enum pv_boot_list */
	const char *what;
	void (*take)(const pv_le32 *w, struct pv_boot_piece *t);
} things[PV_BOOT_TAG_COUNT] = {
	[0] = { 0, TAG_HEAD, 0, PV_BOOT_TAGS, "a tag", note_tag },
	[PV_BOOT_TAG_ARGS] = { 0, 0, 0, 0, "command line", take_args },
	[PV_BOOT_TAG_LOADER] = { 0, 0, 0, 0, "name of the loader", take_loader },
	[PV_BOOT_TAG_MODULE] = { 8, 0, 0, PV_BOOT_MODULE_LIST, "an entry of the list of modules",
	    take_module },
	[PV_BOOT_TAG_SIZES] = { 8, 8, 0, 0, "the sizes of memory", take_sizes },
	[PV_BOOT_TAG_MAP] = { 8, 24, 0, PV_BOOT_MAPS, "an entry of the memory map", take_entry },
	[PV_BOOT_TAG_FRAMEBUFFER] = { FRAMEBUFFER_PLAIN, FRAMEBUFFER_SIZE, COLOURS_SHIFT, 0,
	    "the framebuffer's description", take_framebuffer },
	[PV_BOOT_TAG_EFI32] = { 4, 4, 0, 0, "the EFI table's tag", take_efi_table },
	[PV_BOOT_TAG_EFI64] = { 8, 8, 0, 0, "the EFI table's tag", take_efi_table },
	[PV_BOOT_TAG_ACPI_OLD] = { 20, 0, 0, 0, NULL, take_acpi },	/* ACPI 6.5, 5.2.5.3 */
	[PV_BOOT_TAG_ACPI_NEW] = { 36, 0, 0, 0, NULL, take_acpi },
	[PV_BOOT_TAG_EFI_MAP] = { 8, 40, 0, PV_BOOT_MAPS, "an entry of the EFI memory map", take_efi_entry },
};

/* Read one thing, or each entry of a list. */
static void
take(const struct thing *k, const struct pv_boot_piece *piece)
{
	const struct pv_boot_protocol *p = pv_build.protocol;
	struct pv_boot_piece t = *piece;
	uint32_t form = p->form[k->list], n = k->fetch, step, need;
	pv_le32 w[10] = { { 0 } };

	pv_build.what = k->what;
	if (k->list == PV_BOOT_MODULE_LIST)
		n = p->module;
	step = n;
	if (form == PV_BOOT_HEADED) {
		if (!copy(w, t.at, 8))
			goto unreadable;
		step = pv_le32_get(w[0]);
		if (step < n) {
			pv_boot_fail(PV_BOOT_SMALL_ENTRIES, step, n);
			return;
		}
		t.at += 8;
		t.size -= 8;
	}
	if (n > t.size)
		n = t.size;
	for (need = step; form == PV_BOOT_SINGLE || t.size >= need; t.at += step, t.size -= step) {
		if (!copy(w, t.at, n) && !copy(w, t.at, n - k->fewer))
			goto unreadable;
		if (form == PV_BOOT_SIZED) {
			uint32_t size = pv_le32_get(w[p->size_word]), left = t.size - p->size_extra;

			pv_build.type = pv_le32_get(w[0]);
			if (size < n - p->size_extra || size > left) {
				pv_boot_fail(p->wrong_size, size, left);
				return;
			}
			step = (size + p->size_extra + p->align) & ~(uint32_t)p->align;
		}
		k->take(w, &t);
		if (form == PV_BOOT_SINGLE)
			return;
		if (step > t.size)
			step = t.size;
	}
	if (t.size != 0)
		pv_boot_build_odd(1);
	/* Another map, if there is one, speaks of the same memory. */
	pv_build.second_map = k->list == PV_BOOT_MAPS;
	return;
unreadable:
	if (k->list == p->stale)
		pv_boot_build_odd(t.size / n);
	else
		pv_boot_fail(PV_BOOT_UNREADABLE, 0, 0);
}

static void
note(uint32_t tag, uint64_t at, uint32_t size)
{
	uint32_t i = tag != PV_BOOT_TAG_MODULE ? tag : PV_BOOT_TAG_COUNT + pv_build.nr_modules;

	if (tag >= PV_BOOT_TAG_COUNT)
		return;
	if (i == PV_BOOT_TAG_COUNT + PV_BOOT_MODULES || size < things[tag].least || pv_build.tag[i].at != 0) {
		pv_boot_build_odd(1);
		return;
	}
	pv_build.tag[i].at = at;
	pv_build.tag[i].size = size;
	pv_build.nr_modules += tag == PV_BOOT_TAG_MODULE;
}

static void
note_tag(const pv_le32 *w, struct pv_boot_piece *t)
{
	note(pv_build.type, t->at + TAG_HEAD, pv_le32_get(w[1]) - TAG_HEAD);
	/* What follows the end is not read. */
	if (pv_build.type == PV_BOOT_TAG_END)
		t->size = 0;
}

static void
note_tags(const pv_le32 *w, uint64_t info)
{
	uint32_t total = pv_le32_get(w[0]);
	struct pv_boot_piece tags = { info + TAG_HEAD, total - TAG_HEAD };

	if (total < INFO_MIN || total > INFO_MAX || total > UINT64_MAX - info) {
		pv_boot_fail(PV_BOOT_WRONG_SIZE, total, INFO_MAX);
		return;
	}
	take(&things[PV_BOOT_TAG_END], &tags);
	if (pv_build.tag[PV_BOOT_TAG_END].at == 0)
		pv_boot_fail(PV_BOOT_NO_END_TAG, total, 0);
}

static void
note_fields(const struct pv_boot_protocol *p, const pv_le32 *w, uint64_t info)
{
	for (const struct pv_boot_field *f = p->field; f->tag != 0; f++) {
		uint64_t at = (uint64_t)pv_le32_get(w[f->high]) << 32 | pv_le32_get(w[f->low]);
		uint32_t n = pv_le32_get(w[f->count]);

		if (((pv_le32_get(w[p->flags]) | PV_BOOT_ALWAYS) & f->flag) == 0 || n == 0)
			continue;
		if (f->here != 0)
			at = info + f->here;
		if (n > f->most) {
			if (f->tag == PV_BOOT_TAG_MODULE)
				pv_boot_build_odd(n - f->most);
			else
				pv_boot_fail(p->too_many, n, f->most);
			n = f->most;
		}
		note(f->tag, at, n * f->unit);
	}
}

pv_status
pv_boot_parse(struct pv_boot *boot, const struct pv_boot_reader *r, const struct pv_boot_protocol *p,
    uint32_t magic, pv_paddr info)
{
	pv_le32 w[PV_BOOT_WORDS] = { { 0 } };
	struct pv_boot_piece *t = pv_build.tag;
	uint32_t flags;

	w[PV_BOOT_ONE] = pv_le32_of(1);
	pv_boot_build_begin(boot, (enum pv_boot_how)p->how, r);
	boot->start_info = info;
	pv_build.protocol = p;
	pv_build.what = p->what;
	pv_build.at = info.v;
	/* Where no loader left anything, nothing is read. PVH's word is in the head itself. */
	if (p->how == PV_BOOT_PVH || magic == p->magic) {
		if (!copy(w, info.v, p->head)) {
			pv_boot_fail(PV_BOOT_UNREADABLE, 0, 0);
			return pv_build.status;
		}
		if (p->how == PV_BOOT_PVH)
			magic = pv_le32_get(w[0]);
	}
	if (magic != p->magic) {
		pv_boot_fail(p->wrong_magic, magic, p->magic);
		return pv_build.status;
	}
	flags = pv_le32_get(w[p->flags]);
	if (flags != 0 && !copy((uint8_t *)w + p->head, info.v + p->head, p->more))
		pv_boot_fail(PV_BOOT_CUT_OFF, flags, 0);
	if (p->field != NULL)
		note_fields(p, w, info.v);
	else
		note_tags(w, info.v);
	if (t[PV_BOOT_TAG_MAP].at != 0 || t[PV_BOOT_TAG_EFI_MAP].at != 0)
		t[PV_BOOT_TAG_SIZES].at = 0;
	else if (t[PV_BOOT_TAG_SIZES].at == 0)
		pv_boot_fail(p->no_map, flags, 0);
	if (t[PV_BOOT_TAG_ACPI_NEW].at != 0)
		t[PV_BOOT_TAG_ACPI_OLD].at = 0;
	for (const struct thing *k = &things[1]; k < &things[PV_BOOT_TAG_COUNT]; k++)
		if ((++t)->at != 0 && k->take != NULL)
			take(k, t);
	for (uint32_t i = 0; i < pv_build.nr_modules; i++)
		take(&things[PV_BOOT_TAG_MODULE], ++t);
	if (p->how != PV_BOOT_PVH)
		boot->args = pv_boot_without_name(boot->loader, boot->args);
	return pv_build.status;
}

pv_status
pv_boot_read(struct pv_boot *boot, const struct pv_boot_reader *r, const struct pv_boot_protocol *p,
    uint32_t magic, pv_paddr info)
{
	pv_status s = pv_boot_parse(boot, r, p, magic, info);

	if (s == PV_E_NOENT && pv_boot_ask_map != NULL)
		s = pv_boot_ask_map();
	return pv_boot_build_end(s);
}
