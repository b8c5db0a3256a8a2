/*
 * How struct pv_boot comes about: one builder that every boot protocol fills and
 * finishes, and the readers of loaders' structures. Backends whose memory map
 * comes from elsewhere (Xen PV, PVH without a map, OpenFirmware, sun4v) use it
 * directly:
 *
 *	struct pv_boot_build b;
 *
 *	s = pv_boot_parse_pvh(&b, &pv_boot_data, &reader, info);
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
 * Context: start of day, one CPU, no locks, no memory needed.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_BOOT_BUILD_H
#define PV_BOOT_BUILD_H

#include <pv/boot.h>

/* Tables and images to carve out, beside the modules. */
#define PV_BOOT_CLAIMS		32

/* Limits of one string: both together leave a quarter of the text to modules. */
#define PV_BOOT_ARGS_MAX	(PV_BOOT_TEXT / 2)
#define PV_BOOT_LOADER_MAX	(PV_BOOT_TEXT / 4)

struct pv_boot_build {
	struct pv_boot *boot;
	bool second_map;		/* another view of the same memory: overlaps are expected */
	bool full;			/* something that is not RAM found no room */
	uint32_t nr_claims;
	struct pv_boot_range claim[PV_BOOT_CLAIMS];
};

/* Start: *boot becomes empty. kernel_size 0: the image is not to be carved out. */
void pv_boot_build_begin(struct pv_boot_build *b, struct pv_boot *boot, enum pv_boot_how how,
    pv_paddr kernel_base, uint64_t kernel_size);

/*
 * A range of memory: any kind, any order, overlapping, empty or wrapping. KERNEL,
 * MODULE and BOOT take effect at the end, so they may come before the map.
 */
void pv_boot_build_range(struct pv_boot_build *b, pv_paddr base, uint64_t size, enum pv_mem kind);

/* What a memory map says, at once: BOOT is memory then, and not only carved out of it. */
void pv_boot_build_memory(struct pv_boot_build *b, pv_paddr base, uint64_t size, enum pv_mem kind);

/* What loaders without a map give: KiB of memory from 0, and from 1 MiB up to the first hole. */
void pv_boot_build_sizes(struct pv_boot_build *b, uint32_t lower_kib, uint32_t upper_kib);

/* pv_boot_build_memory() with the type number of ACPI's system address map (E820). */
void pv_boot_build_e820(struct pv_boot_build *b, pv_paddr base, uint64_t size, uint32_t type);

/*
 * A module. `args` must lie within boot->text. Whether its place is good is
 * judged at the end; a module of size 0 has no place and is kept.
 */
void pv_boot_build_module(struct pv_boot_build *b, pv_paddr base, uint64_t size, const char *args);

/* Do the numbers of a framebuffer fit each other, and does it lie outside of the kernel? */
bool pv_boot_framebuffer_good(const struct pv_boot *boot, const struct pv_framebuffer *fb);

/* Take the framebuffer if its numbers fit each other; else it is dropped and counted. */
void pv_boot_build_framebuffer(struct pv_boot_build *b, const struct pv_framebuffer *fb);

/* Count n things dropped or clipped; saturates. */
void pv_boot_build_odd(struct pv_boot_build *b, uint64_t n);

/*
 * The end. With PV_OK the map is made final: PV_OK, PV_E_NOENT without usable
 * memory, or PV_E_FULL. Any other status is handed through. On failure *boot
 * keeps its strings, but has neither ranges nor modules.
 */
pv_status pv_boot_build_end(struct pv_boot_build *b, pv_status so_far);

/* -- what the loader left behind (read.c) -- */

/* Copy `size` bytes of the loader's memory, each byte read once. False: not readable. */
bool pv_boot_fetch(const struct pv_boot_reader *r, void *to, pv_paddr from, uint64_t size);

/*
 * Copy a string of at most `max` bytes, its end included, into boot->text. PV_OK; PV_E_RANGE when
 * it runs out of readable memory and PV_E_FORMAT when it has no end, both told with `what`;
 * PV_E_TOOLONG, without a message, when boot->text has no room. *out is "" unless PV_OK.
 */
pv_status pv_boot_text(struct pv_boot_build *b, const struct pv_boot_reader *r, pv_paddr from,
    uint64_t max, const char *what, const char **out);

/* The same for a module: when boot->text has no room, the module does without it, which is odd. */
pv_status pv_boot_module_text(struct pv_boot_build *b, const struct pv_boot_reader *r, pv_paddr from,
    uint64_t max, const char *what, const char **out);

/* Behind the image's own name, if this loader puts it in front of the arguments. */
const char *pv_boot_without_name(const char *loader, const char *args);

/* Both Multiboots: what eax has to be at the entry. */
pv_status pv_boot_check_magic(const char *protocol, uint32_t magic, uint32_t wanted);

/* Keep the sentence for pv_boot_read_error(); returns s. */
pv_status pv_boot_fail(pv_status s, const char *format, ...) PV_PRINTF(2, 3);

/*
 * Read all that the protocol says, without the end. PV_OK; PV_E_NOENT: no memory
 * map, all else is filled and a map may be added; anything else is fatal.
 */
pv_status pv_boot_parse_multiboot1(struct pv_boot_build *b, struct pv_boot *boot,
    const struct pv_boot_reader *r, uint32_t magic, pv_paddr info);
pv_status pv_boot_parse_multiboot2(struct pv_boot_build *b, struct pv_boot *boot,
    const struct pv_boot_reader *r, uint32_t magic, pv_paddr info);
pv_status pv_boot_parse_pvh(struct pv_boot_build *b, struct pv_boot *boot,
    const struct pv_boot_reader *r, pv_paddr info);

#endif
