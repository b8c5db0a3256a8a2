/*
 * Start of day: what every loader says, said one way.
 *
 * Whatever started the machine (Multiboot 1 or 2, PVH, Xen PV, OpenFirmware, a
 * sun4v hypervisor), our entry code checks and copies what it left behind into
 * one struct pv_boot, chooses a backend and calls
 *
 *	void pv_main(const struct pv_boot *boot);
 *
 * which the kernel defines. From then on nothing of the loader's memory is
 * needed: command line, memory map and module list are copies. Module contents
 * stay where they are and are marked PV_MEM_MODULE.
 *
 * Nothing of this is trusted (P12). What is merely odd (a range of size zero,
 * overlapping ranges, a module beyond memory, words of a module that cannot be read) is dropped
 * or clipped and counted in `oddities`; what makes the structure useless (wrong magic, no memory map,
 * text without an end) stops the start with one message.
 *
 * The map is sorted, without overlaps, page-aligned for PV_MEM_RAM, and says
 * RAM only for pages that nothing occupies: the kernel image, modules and
 * tables in use are carved out under kinds of their own. Page 0 is PV_MEM_BOOT
 * and never RAM: address 0 is NULL, and on x86 the firmware's vectors are there.
 *
 * Context: all functions any time, any CPU, no locks: they only read. But pv_boot_read_*() and
 * pv_boot_read_error() share memory of the library: one at a time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_BOOT_H
#define PV_BOOT_H

#include <pv/status.h>

PV_BEGIN_DECLS

enum pv_boot_how {
	PV_BOOT_NONE = 0,	/* pv_attach(): somebody else's entry code */
	PV_BOOT_MULTIBOOT1,
	PV_BOOT_MULTIBOOT2,
	PV_BOOT_PVH,
	PV_BOOT_XEN_PV,
	PV_BOOT_OPENFIRMWARE,
	PV_BOOT_SUN4V,
	PV_BOOT_HOW_COUNT
};

/* "multiboot2" and so on. */
const char *pv_boot_how_name(enum pv_boot_how how);

enum pv_mem {
	PV_MEM_RAM = 1,		/* free for the kernel */
	PV_MEM_KERNEL,		/* this image, with its bss */
	PV_MEM_MODULE,		/* contents of a boot module */
	PV_MEM_BOOT,		/* tables in use now; the kernel may have them after it replaced them */
	PV_MEM_ACPI,		/* ACPI tables; RAM once the kernel is done with them */
	PV_MEM_NVS,		/* firmware's; keep and save over sleep */
	PV_MEM_RESERVED,	/* do not touch */
	PV_MEM_BAD,		/* broken RAM */
	PV_MEM_PERSISTENT,	/* non-volatile RAM */
	PV_MEM_KIND_COUNT
};

const char *pv_mem_name(enum pv_mem kind);

struct pv_boot_range {
	pv_paddr base;
	uint64_t size;
	enum pv_mem kind;
};

struct pv_boot_module {
	pv_paddr base;
	uint64_t size;
	const char *args;	/* its command line, "" if none; ends within pv_boot.text */
};

enum pv_fb_kind {
	PV_FB_NONE = 0,
	PV_FB_RGB,		/* pixels, see the masks */
	PV_FB_TEXT		/* EGA text cells of 2 bytes */
};

struct pv_framebuffer {
	enum pv_fb_kind kind;
	pv_paddr base;
	uint32_t pitch;		/* bytes per line */
	uint32_t width, height;	/* pixels, or cells */
	uint8_t bits;		/* per pixel */
	uint8_t red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
};

struct pv_boot {
	uint32_t size;			/* of this structure; grows at the end */
	enum pv_boot_how how;
	const char *loader;		/* the loader's name for itself, "" if it gave none */
	const char *args;		/* command line without the image's own name */
	uint32_t oddities;		/* things dropped or clipped while reading */

	uint32_t nr_ranges;
	uint32_t nr_modules;
	struct pv_boot_range range[PV_BOOT_RANGES];
	struct pv_boot_module module[PV_BOOT_MODULES];

	pv_paddr acpi_rsdp;		/* 0: none given; the backend may still find one */
	pv_paddr device_tree;		/* flattened tree, or 0 */
	pv_paddr machine_description;	/* sun4v, or 0 */
	pv_paddr efi_system_table;	/* or 0; boot services may have ended */
	pv_paddr start_info;		/* the loader's own structure, for the curious; may be gone */
	struct pv_framebuffer fb;

	pv_paddr kernel_base;		/* the image as loaded */
	uint64_t kernel_size;

	uint32_t text_used;
	char text[PV_BOOT_TEXT];	/* every string above ends in here */
};

/* The boot data of this machine; NULL before stage EARLY, empty where pv_attach() was given none. */
const struct pv_boot *pv_boot_get(void);

/*
 * Look up NAME=VALUE or a bare NAME on the command line (words end at blanks; a
 * value may stand in double quotes). The last occurrence wins. PV_OK and the
 * value ("" for a bare name) in buf; PV_E_NOENT; PV_E_TOOLONG if it does not fit; PV_E_INVAL: no
 * name, or no room at all.
 */
pv_status pv_boot_option(const struct pv_boot *boot, const char *name, char *buf, size_t buf_size);

/* Bytes of kind RAM. */
uint64_t pv_boot_ram_bytes(const struct pv_boot *boot);

/*
 * The boot process of the library, for kernels that keep their own entry code
 * and still want their loader's data read: fill *boot from the structure of the
 * protocol. `at` translates: it returns a pointer through which `size` bytes of
 * physical memory at `base` can be read, or NULL when they cannot; nothing is
 * read without asking it. PV_E_FORMAT: not what the protocol says; PV_E_RANGE: part of it cannot be
 * read; PV_E_NOENT: no memory map, or no RAM in it; PV_E_FULL: more ranges than PV_BOOT_RANGES.
 */
typedef const void *(*pv_boot_at)(void *arg, pv_paddr base, uint64_t size);

struct pv_boot_reader {
	pv_boot_at at;
	void *arg;
	pv_paddr kernel_base;		/* the image, to be carved out */
	uint64_t kernel_size;
};

pv_status pv_boot_read_multiboot1(struct pv_boot *boot, const struct pv_boot_reader *r,
    uint32_t magic, pv_paddr info);
pv_status pv_boot_read_multiboot2(struct pv_boot *boot, const struct pv_boot_reader *r,
    uint32_t magic, pv_paddr info);
pv_status pv_boot_read_pvh(struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr info);

/* Why the last pv_boot_read_*() failed, a sentence naming the thing; valid until the next one. */
const char *pv_boot_read_error(void);

/* The kernel's own first function. */
void pv_main(const struct pv_boot *boot);

PV_END_DECLS
#endif
