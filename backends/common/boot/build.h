/*
 * How struct pv_boot comes about: one builder that every boot protocol fills and
 * finishes, and the reader of loaders' structures. Backends whose memory map
 * comes from elsewhere (Xen PV, PVH without a map, OpenFirmware, sun4v) use it
 * directly:
 *
 *	s = pv_boot_parse(&pv_boot_data, &reader, &pv_boot_pvh, 0, info);
 *	if (s == PV_E_NOENT)			(all but the map is there)
 *		for each entry of the hypervisor's own map
 *			pv_boot_build_e820(entry.addr, entry.size, entry.type), s = PV_OK;
 *	s = pv_boot_build_end(s);
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
 * An error does not end a build, but the first one is kept and is what it comes to
 * (a missing map counts only if nothing else is wrong): so nobody has to ask after
 * each step.
 *
 * Context: start of day, one CPU, one build at a time, no locks, no memory needed.
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

/* What is being built. */
struct pv_boot_build {
	struct pv_boot *boot;
	const struct pv_boot_reader *reader;
	const struct pv_boot_protocol *protocol;
	pv_status status;		/* the first error */
	bool second_map;		/* another view of the same memory: overlaps are expected */
	bool full;			/* something that is not RAM found no room */
	uint32_t nr_modules;
	struct pv_boot_edge *edge_end;
	/* What was read last, for messages: its name, its place and, of a tag, the type. */
	const char *what;
	uint64_t at;
	uint32_t type;
	/* Where things are; modules are behind the others. */
	struct pv_boot_piece tag[PV_BOOT_TAG_COUNT + PV_BOOT_MODULES];
	struct pv_boot_edge edge[PV_BOOT_EDGES];
};

extern struct pv_boot_build pv_build;

/* Start: *boot becomes empty. kernel_size 0 in the reader: the image is not to be carved out. */
void pv_boot_build_begin(struct pv_boot *boot, enum pv_boot_how how, const struct pv_boot_reader *reader);

/*
 * A range of memory: any kind, any order, overlapping, empty or wrapping. KERNEL,
 * MODULE and BOOT are said on top of what the map says, so they may come before it.
 */
void pv_boot_build_range(pv_paddr base, uint64_t size, enum pv_mem kind);

/* The part of [base, base + size) of which no map has spoken so far. */
void pv_boot_build_rest(pv_paddr base, uint64_t size, enum pv_mem kind);

/* pv_boot_build_range() with the type number of ACPI's system address map (E820). */
void pv_boot_build_e820(pv_paddr base, uint64_t size, uint32_t type);

/*
 * A module. `args` must lie within boot->text. Whether its place is good is
 * judged at the end; a module of size 0 has no place and is kept.
 */
void pv_boot_build_module(pv_paddr base, uint64_t size, const char *args);

/*
 * Take the framebuffer if its numbers fit each other and it lies outside of the kernel. False: it
 * is not taken; whether that is odd the caller knows.
 */
bool pv_boot_build_framebuffer(const struct pv_framebuffer *fb);

/* Count n things dropped or clipped; saturates. */
void pv_boot_build_odd(uint32_t n);

/*
 * The end. With PV_OK the map is made final: PV_OK, PV_E_NOENT without usable
 * memory, or PV_E_FULL. Any other status is handed through. On failure *boot
 * keeps its strings, but has neither ranges nor modules.
 */
pv_status pv_boot_build_end(pv_status so_far);

/*
 * Kinds by the numbers of ACPI's system address map (E820), [0]; by those of UEFI, after boot
 * services ended, [1], and while they run, [2].
 */
#define PV_BOOT_TYPES		16
extern const uint8_t pv_boot_kinds[3][PV_BOOT_TYPES];

/* What can be wrong; the sentences and the status of each are in load.c. */
enum pv_boot_error {
	PV_BOOT_UNREADABLE,
	PV_BOOT_LEAVES_MEMORY,
	PV_BOOT_NO_END,
	PV_BOOT_WRONG_EAX,
	PV_BOOT_WRONG_MAGIC,
	PV_BOOT_WRONG_REGISTERS,
	PV_BOOT_WRONG_SIZE,
	PV_BOOT_WRONG_TAG,
	PV_BOOT_NO_END_TAG,
	PV_BOOT_CUT_OFF,
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
 * An error: its status goes to pv_build.status, and its sentence, made of the protocol, pv_build.what,
 * pv_build.at and two numbers, where pv_boot_read_error() finds it.
 */
void pv_boot_fail(enum pv_boot_error error, uint32_t n, uint32_t m);
extern char pv_boot_reason[200];

/* -- what the loader left behind (load.c) -- */

/*
 * Copy a string of at most `max` bytes, its end included, into boot->text. Errors: it runs out of
 * readable memory, or has no end; both name pv_build.what, and are merely odd for a text that is not
 * vital. When boot->text has no room, that is odd. "" if it is not there or could not be had.
 */
const char *pv_boot_text(const struct pv_boot_piece *from, uint32_t max, bool vital);

/* Behind the image's own name, if this loader puts it in front of the arguments (options.c). */
const char *pv_boot_without_name(const char *loader, const char *args);

/* The head of a loader's structure, as words of 32 bits, and two of ours behind it. */
enum {
	PV_BOOT_HEAD_MAX = 17,
	PV_BOOT_ZERO = PV_BOOT_HEAD_MAX,	/* upper half of addresses of 32 bits */
	PV_BOOT_ONE,				/* number of things that there is one of */
	PV_BOOT_WORDS
};

/* How to find one thing by the head. */
struct pv_boot_field {
	uint8_t tag;			/* enum pv_boot_tag; 0 ends the list */
	uint8_t low, high;		/* words of its address */
	uint8_t count;			/* word that says how many units of it there are */
	uint32_t flag;			/* it is there if this one is set; PV_BOOT_ALWAYS */
	uint32_t unit;			/* bytes */
	uint32_t most;			/* units: more are an error, or, of modules, odd */
	uint32_t here;			/* not 0: no address, but it lies here, from the head's begin */
};
#define PV_BOOT_ALWAYS		(1u << 31)

/* Forms of lists. */
enum pv_boot_form {
	PV_BOOT_SINGLE = 0,		/* no list */
	PV_BOOT_LIST,			/* of entries of one size */
	PV_BOOT_HEADED,			/* in front is the size of the entries, in 8 bytes */
	PV_BOOT_SIZED			/* each entry has its own size in one of its words */
};

/* What can have the form of a list. */
enum pv_boot_list {
	PV_BOOT_NO_LIST = 0,
	PV_BOOT_MODULE_LIST,
	PV_BOOT_MAPS,
	PV_BOOT_TAGS,
	PV_BOOT_LISTS
};

struct pv_boot_protocol {
	uint8_t how;			/* enum pv_boot_how */
	uint8_t head, more;		/* bytes of the head; of its second part, if word `flags` is not 0 */
	uint8_t flags;			/* word of the flags, or of the version */
	uint8_t module;			/* bytes of what describes a module */
	uint8_t form[PV_BOOT_LISTS];	/* enum pv_boot_form */
	uint8_t stale;			/* the list that may be an old one: unreadable, it is odd */
	/* PV_BOOT_SIZED: the word of the size, bytes that it leaves out, alignment less 1. */
	uint8_t size_word, size_extra, align;
	uint8_t wrong_magic, wrong_size, too_many, no_map;	/* enum pv_boot_error */
	uint32_t magic;			/* in eax at the entry; of PVH, in the head's first word */
	const char *what;
	const struct pv_boot_field *field;	/* NULL: tags follow */
};

extern const struct pv_boot_protocol pv_boot_multiboot1, pv_boot_multiboot2, pv_boot_pvh;

/*
 * Read all that the protocol says, without the end. PV_OK; PV_E_NOENT: no memory
 * map, all else is filled and a map may be added; anything else is fatal.
 */
pv_status pv_boot_parse(struct pv_boot *boot, const struct pv_boot_reader *r,
    const struct pv_boot_protocol *p, uint32_t magic, pv_paddr info);

/*
 * A backend that can ask for the memory map that the loader did not give, with everything that
 * pv_boot_build_range() and the like add. PV_E_NOENT: it is not its machine. Any other failure has
 * its sentence in pv_boot_reason. Before anything else of that backend.
 */
pv_status pv_boot_ask_map(void) PV_WEAK;

/* The same with that and the end: what pv_boot_read_*() do. */
pv_status pv_boot_read(struct pv_boot *boot, const struct pv_boot_reader *r,
    const struct pv_boot_protocol *p, uint32_t magic, pv_paddr info);

#endif
