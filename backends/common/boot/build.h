/*
 * How struct pv_boot comes about: one builder that every boot protocol fills and
 * finishes, and the readers of loaders' structures. Backends whose memory map
 * comes from elsewhere (Xen PV, PVH without a map, OpenFirmware, sun4v) use it
 * directly:
 *
 *	struct pv_boot_build b;
 *
 *	s = pv_boot_parse(&b, &pv_boot_data, &reader, &pv_boot_pvh, 0, info);
 *	if (s == PV_E_NOENT)			(all but the map is there)
 *		for each entry of the hypervisor's own map
 *			pv_boot_build_e820(&b, entry.addr, entry.size, entry.type), s = PV_OK;
 *	s = pv_boot_build_end(&b, s);
 *
 * Rules of the map. It is kept sorted and without overlaps byte by byte; where
 * two sayings meet, the more restrictive kind wins, whatever the order of adding:
 *
 *	RAM < BOOT < MODULE < KERNEL < ACPI < PERSISTENT < NVS < RESERVED < BAD
 *
 * BOOT and MODULE are carved out of RAM only: a table in a ROM does not turn that
 * ROM into memory which a kernel could reclaim. KERNEL is listed in full. At the
 * end RAM shrinks to whole pages.
 *
 * The first PV_PAGE_SIZE bytes are never PV_MEM_RAM. If they are memory, they are
 * PV_MEM_BOOT: on x86 the firmware's vectors and data are in use there until the
 * kernel is done with them, and a page allocator that hands out address 0 breaks
 * every caller that takes it for NULL.
 *
 * When PV_BOOT_RANGES is too small, the smallest ranges of RAM are dropped and
 * counted as oddities. A range that is not RAM is never dropped: if only such
 * ranges are left, the end is PV_E_FULL.
 *
 * The first error of a build is kept, with its sentence, in the builder; what is
 * read after it counts for nothing.
 *
 * Context: start of day, one CPU, no locks, no memory needed.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_BOOT_BUILD_H
#define PV_BOOT_BUILD_H

#include <pv/boot.h>

/* Limits of one string: both together leave a quarter of the text to modules. */
#define PV_BOOT_ARGS_MAX	(PV_BOOT_TEXT / 2)
#define PV_BOOT_LOADER_MAX	(PV_BOOT_TEXT / 4)

/* From its base to that of the next one, all has been said to be the same: see build.c. */
struct pv_boot_edge {
	uint64_t base;
	uint32_t said;
};

/* Between the ranges there may be holes, and two edges more while a range is added. */
#define PV_BOOT_EDGES		(2 * PV_BOOT_RANGES + 3)

/* A piece of the loader's memory; at 0: there is none. */
struct pv_boot_piece {
	uint64_t at;
	uint32_t size;
};

/*
 * What a loader can tell of. The numbers are those of the tags of Multiboot 2 (3.6), which knows
 * all of it; the other protocols are put into its terms.
 */
enum pv_boot_tag {
	PV_BOOT_TAG_END = 0,
	PV_BOOT_TAG_ARGS = 1,
	PV_BOOT_TAG_LOADER = 2,
	PV_BOOT_TAG_MODULE = 3,
	PV_BOOT_TAG_SIZES = 4,		/* KiB of memory from 0, and from 1 MiB up to the first hole */
	PV_BOOT_TAG_MAP = 6,
	PV_BOOT_TAG_FRAMEBUFFER = 8,
	PV_BOOT_TAG_EFI32 = 11,
	PV_BOOT_TAG_EFI64 = 12,
	PV_BOOT_TAG_ACPI_OLD = 14,
	PV_BOOT_TAG_ACPI_NEW = 15,
	PV_BOOT_TAG_EFI_MAP = 17,
	PV_BOOT_TAG_EFI_SERVICES = 18,	/* boot services still run */
	PV_BOOT_TAG_COUNT
};

struct pv_boot_build {
	struct pv_boot *boot;
	const struct pv_boot_reader *reader;
	pv_status status;		/* the first error */
	bool second_map;		/* another view of the same memory: overlaps are expected */
	bool full;			/* something that is not RAM found no room */
	uint32_t nr_edges, nr_modules;
	uint32_t type;			/* of the tag that is looked at, for messages */
	struct pv_boot_piece tag[PV_BOOT_TAG_COUNT + PV_BOOT_MODULES];	/* where things are; modules last */
	struct pv_boot_edge edge[PV_BOOT_EDGES];
};

/* Start: *boot becomes empty. kernel_size 0 in the reader: the image is not to be carved out. */
void pv_boot_build_begin(struct pv_boot_build *b, struct pv_boot *boot, enum pv_boot_how how,
    const struct pv_boot_reader *reader);

/*
 * A range of memory: any kind, any order, overlapping, empty or wrapping. KERNEL,
 * MODULE and BOOT are said on top of what the map says, so they may come before it.
 */
void pv_boot_build_range(struct pv_boot_build *b, pv_paddr base, uint64_t size, enum pv_mem kind);

/* The part of [base, base + size) of which no map has spoken so far. */
void pv_boot_build_rest(struct pv_boot_build *b, pv_paddr base, uint64_t size, enum pv_mem kind);

/* pv_boot_build_range() with the type number of ACPI's system address map (E820). */
void pv_boot_build_e820(struct pv_boot_build *b, pv_paddr base, uint64_t size, uint32_t type);

/*
 * A module. `args` must lie within boot->text. Whether its place is good is
 * judged at the end; a module of size 0 has no place and is kept.
 */
void pv_boot_build_module(struct pv_boot_build *b, pv_paddr base, uint64_t size, const char *args);

/*
 * Take the framebuffer if its numbers fit each other and it lies outside of the kernel. False: it
 * is not taken; whether that is odd the caller knows.
 */
bool pv_boot_build_framebuffer(struct pv_boot_build *b, const struct pv_framebuffer *fb);

/* Count n things dropped or clipped; saturates. */
void pv_boot_build_odd(struct pv_boot_build *b, uint32_t n);

/*
 * The end. With PV_OK the map is made final: PV_OK, PV_E_NOENT without usable
 * memory, or PV_E_FULL. Any other status is handed through. On failure *boot
 * keeps its strings, but has neither ranges nor modules.
 */
pv_status pv_boot_build_end(struct pv_boot_build *b, pv_status so_far);

/* Kinds by the numbers of ACPI's system address map (E820), [0], and by those of UEFI, [1]. */
#define PV_BOOT_TYPES		15
extern const uint8_t pv_boot_kinds[2][PV_BOOT_TYPES];

/* -- what the loader left behind (read.c) -- */

/* Copy `size` bytes of the loader's memory, each byte read once. False: not readable. */
bool pv_boot_copy(const struct pv_boot_build *b, void *to, uint64_t from, uint32_t size);

/* The same, and what is not readable is an error that names `what`. */
bool pv_boot_fetch(struct pv_boot_build *b, void *to, uint64_t from, uint32_t size, const char *what);

/*
 * Copy a string of at most `max` bytes, its end included, into boot->text. Errors: it runs out of
 * readable memory, or has no end; both name `what`. When boot->text has no room, that is odd. "" if
 * it is not there or could not be had.
 */
const char *pv_boot_text(struct pv_boot_build *b, const struct pv_boot_piece *from, uint32_t max,
    const char *what);

/* Behind the image's own name, if this loader puts it in front of the arguments (options.c). */
const char *pv_boot_without_name(const char *loader, const char *args);

/* What can be wrong; the sentences and the status of each are in read.c. */
enum pv_boot_error {
	PV_BOOT_UNREADABLE,
	PV_BOOT_LEAVES_MEMORY,
	PV_BOOT_NO_END,
	PV_BOOT_WRONG_EAX,
	PV_BOOT_WRONG_MAGIC,
	PV_BOOT_WRONG_REGISTERS,
	PV_BOOT_CUT_OFF,
	PV_BOOT_WRONG_SIZE,
	PV_BOOT_WRONG_TAG,
	PV_BOOT_NO_END_TAG,
	PV_BOOT_TOO_MANY_BYTES,
	PV_BOOT_TOO_MANY_ENTRIES,
	PV_BOOT_SMALL_ENTRIES,
	PV_BOOT_WRONG_ENTRY,
	PV_BOOT_NO_MAP,
	PV_BOOT_NO_MAP_OF_VERSION,
	PV_BOOT_FULL,
	PV_BOOT_NO_RAM,
};

/*
 * Keep the sentence for pv_boot_read_error(), unless there is one: the first error counts. Each is
 * made of the protocol, `what`, an address and two numbers.
 */
pv_status pv_boot_fail(struct pv_boot_build *b, enum pv_boot_error error, const char *what, uint64_t at, uint32_t n,
    uint32_t m);
extern char pv_boot_reason[200];

/* -- protocols (load.c) -- */

/* The head of a loader's structure, as words of 32 bits; two more stand in for what it does not have. */
enum {
	PV_BOOT_HEAD_MAX = 17,
	PV_BOOT_ZERO = PV_BOOT_HEAD_MAX,
	PV_BOOT_ONE,
	PV_BOOT_WORDS
};

/* How to find one thing by the head. */
struct pv_boot_field {
	uint8_t tag;			/* enum pv_boot_tag; 0 ends the list */
	uint8_t low, high;		/* words of its address; PV_BOOT_ZERO, PV_BOOT_ZERO: it is in the head */
	uint8_t count;			/* word that says how many units of it there are */
	uint32_t flag;			/* there if this one is set */
	uint32_t unit;			/* bytes */
	uint32_t most;			/* units: more are an error, or, of modules, odd */
	uint32_t here;			/* offset from the head's begin, if it is there */
};
#define PV_BOOT_ALWAYS		(1u << 31)

struct pv_boot_protocol {
	uint8_t how;			/* enum pv_boot_how */
	uint8_t head, more;		/* bytes of the head, and of its second part, if word `flags` is not 0 */
	uint8_t flags;			/* word of the flags, or of the version */
	uint8_t module;			/* bytes of what describes a module */
	uint8_t too_many, no_map;	/* enum pv_boot_error */
	uint32_t magic;			/* in eax at the entry, or PVH: the head's first word */
	const char *what;
	const struct pv_boot_field *field;	/* NULL: tags follow */
};

extern const struct pv_boot_protocol pv_boot_multiboot1, pv_boot_multiboot2, pv_boot_pvh;

/*
 * Read all that the protocol says, without the end. PV_OK; PV_E_NOENT: no memory
 * map, all else is filled and a map may be added; anything else is fatal.
 */
pv_status pv_boot_parse(struct pv_boot_build *b, struct pv_boot *boot, const struct pv_boot_reader *r,
    const struct pv_boot_protocol *p, uint32_t magic, pv_paddr info);

/* The same with the end: what pv_boot_read_*() do. */
pv_status pv_boot_read(struct pv_boot *boot, const struct pv_boot_reader *r, const struct pv_boot_protocol *p,
    uint32_t magic, pv_paddr info);

#endif
