/*
 * What the files of the image checker (pvcheck) share: the image as read from
 * the file, and the report that the checks write into. Nothing here knows a
 * boot protocol; each protocol has its own file. Every access to the image goes
 * through ck_get(), ck_byte() or ck_str(), which check their bounds, because the
 * file is untrusted. The ELF constants are the checker's own (System V ABI,
 * chapters 4 and 5), so that it also builds where there is no <elf.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PVCHECK_H
#define PVCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CK_ET_EXEC = 2, CK_ET_DYN = 3,
	CK_EM_SPARC = 2, CK_EM_386 = 3, CK_EM_SPARC32PLUS = 18, CK_EM_SPARCV9 = 43, CK_EM_X86_64 = 62,
	CK_PT_LOAD = 1, CK_PT_DYNAMIC = 2, CK_PT_INTERP = 3, CK_PT_NOTE = 4, CK_PT_TLS = 7,
	CK_PF_X = 1, CK_PF_W = 2, CK_PF_R = 4,
	CK_SHT_SYMTAB = 2, CK_SHT_RELA = 4, CK_SHT_NOTE = 7, CK_SHT_NOBITS = 8, CK_SHT_REL = 9,
	CK_SHF_ALLOC = 2
};

typedef unsigned long long ck_u64;	/* prints by %llx without a macro */
#define U64(n)	n##ULL
#define U64_MAX	((ck_u64)-1)

struct ck_seg {
	uint32_t type, flags;
	ck_u64 off, vaddr, paddr, filesz, memsz, align;
};

struct ck_sec {
	uint32_t name, type, link;
	ck_u64 flags, addr, off, size;
};

struct ck_image {
	const char *path;
	uint8_t *data;
	ck_u64 size;
	bool is64, be;
	uint16_t type, machine;
	uint32_t flags;
	ck_u64 entry, phoff, shoff;
	unsigned phentsize, shentsize, shstrndx;
	unsigned nseg, nsec;		/* nsec is 0 when the table does not lie in the file */
	unsigned shnum;			/* as the header has it */
	struct ck_seg *seg;
	struct ck_sec *sec;
};

enum ck_proto {
	CK_QEMU_PVH, CK_QEMU_MB1, CK_GRUB_MB1, CK_GRUB_MB2, CK_XEN_PV, CK_XEN_PVH, CK_SUN4U, CK_SUN4V,
	CK_NPROTO
};

enum ck_kind {
	CK_ERROR,	/* breaks the image whatever starts it */
	CK_WARNING,	/* works, but is rarely meant */
	CK_FAIL,	/* one protocol will not boot it, and why */
	CK_REMARK	/* one protocol: more about "will boot" or "n/a" */
};

struct ck_msg {
	enum ck_kind kind;
	enum ck_proto proto;
	char text[480];
};

struct ck_report {
	bool claimed[CK_NPROTO];
	unsigned nfail[CK_NPROTO], nerror;
	unsigned nmsg, lost;
	struct ck_msg msg[160];
	char sites[200];
};

#ifdef __GNUC__
#define CK_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define CK_PRINTF(f, a)
#endif

/* check_report.c */
void ck_error(struct ck_report *r, const char *fmt, ...) CK_PRINTF(2, 3);
void ck_warn(struct ck_report *r, const char *fmt, ...) CK_PRINTF(2, 3);
/* The image claims `p` and will not boot by it. */
void ck_fail(struct ck_report *r, enum ck_proto p, const char *fmt, ...) CK_PRINTF(3, 4);
void ck_remark(struct ck_report *r, enum ck_proto p, const char *fmt, ...) CK_PRINTF(3, 4);
/* The row name "GRUB multiboot" and the option name "grub-mb1". */
const char *ck_proto_title(enum ck_proto p);
const char *ck_proto_option(enum ck_proto p);
bool ck_proto_exists(const struct ck_image *im, enum ck_proto p);
void ck_print(const struct ck_image *im, const struct ck_report *r);
/* Would everything that was claimed work, and does anything? `want` is a mask, 0 for "as claimed". */
bool ck_verdict(const struct ck_report *r, unsigned want);

/* check_elf.c */
/* 0, or -1 with errno; the caller frees im->data by ck_free(). */
int ck_read_file(struct ck_image *im, const char *path);
/* NULL, or why this is no ELF file that can be looked at. */
const char *ck_parse(struct ck_image *im, char *why, size_t len);
void ck_free(struct ck_image *im);
bool ck_inside(const struct ck_image *im, ck_u64 off, ck_u64 len);
/* Number of `width` (1, 2, 4, 8) bytes in the file's byte order; 0 outside of the file. */
ck_u64 ck_get(const struct ck_image *im, ck_u64 off, unsigned width);
/* Little-endian 32 bits, as Multiboot headers are, whatever the file is. */
uint32_t ck_le32(const struct ck_image *im, ck_u64 off);
/* Printable copy of a string in the file: stops at NUL, at `max` bytes or at the end of the file. */
const char *ck_str(const struct ck_image *im, ck_u64 off, ck_u64 max, char *buf, size_t len);
bool ck_streq(const struct ck_image *im, ck_u64 off, const char *s);
bool ck_zero(const struct ck_image *im, ck_u64 off, ck_u64 len);
ck_u64 ck_add(ck_u64 a, ck_u64 b);	/* saturates */
bool ck_loads(const struct ck_seg *s);		/* PT_LOAD with something in it */
const char *ck_sec_name(const struct ck_image *im, const struct ck_sec *s, char *buf, size_t len);
const struct ck_sec *ck_sec_find(const struct ck_image *im, const char *name);
/* "segment 2" or "segment 2 (.data)". */
const char *ck_seg_name(const struct ck_image *im, unsigned i, char *buf, size_t len);

/* check_place.c */
/* Lowest and one past the highest physical address of the PT_LOADs. */
void ck_phys_range(const struct ck_image *im, ck_u64 *low, ck_u64 *high);
/* PT_LOAD that has `pa` among its bytes of the file, or -1. */
int ck_phys_find(const struct ck_image *im, ck_u64 pa);
/* Is `pa` a place to jump to? Else a failure of `p` that calls it `what`. */
bool ck_phys_entry(const struct ck_image *im, struct ck_report *r, enum ck_proto p, ck_u64 pa,
    const char *what);
/* e_entry as QEMU's ELF loader translates it: by the file bytes of an executable segment, or not at all. */
ck_u64 ck_qemu_entry(const struct ck_image *im);
/* Can the PT_LOADs be put where p_paddr says on a PC? Else failures of `p`. */
void ck_pc_memory(const struct ck_image *im, struct ck_report *r, enum ck_proto p);
/* Is the section table inside of the file, for those loaders that read it? Else a failure of `p`. */
void ck_section_table(const struct ck_image *im, struct ck_report *r, enum ck_proto p);

/* Would a loader that knows Linux take the file for a bzImage? And what to say then. */
bool ck_linux_header(const struct ck_image *im);
#define CK_LINUX_HEADER	"offset 0x202 holds \"HdrS\": %s takes the file for a Linux bzImage; " \
    "move other data there"

/* One per subject, in the file of that name. */
void ck_image_checks(const struct ck_image *im, struct ck_report *r);
void ck_site_checks(const struct ck_image *im, struct ck_report *r);
void ck_multiboot1(const struct ck_image *im, struct ck_report *r);	/* after ck_pvh() */
void ck_multiboot2(const struct ck_image *im, struct ck_report *r);
void ck_pvh(const struct ck_image *im, struct ck_report *r);
void ck_xen(const struct ck_image *im, struct ck_report *r);
void ck_sparc64(const struct ck_image *im, struct ck_report *r);

/* check_grub.c: what `multiboot` and `multiboot2` of GRUB have in common */
struct ck_raw {				/* the address fields of either header */
	ck_u64 header_off;		/* of the header in the file */
	uint32_t header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr;
};
/* GRUB loads an ELF file; its headers must lie in the first `search` bytes. Does a tag override e_entry? */
void ck_grub_elf(const struct ck_image *im, struct ck_report *r, enum ck_proto p, uint32_t search,
    bool has_entry);
/* The loader copies the file as it lies; does that give the same memory as the PT_LOADs? */
void ck_raw_copy(const struct ck_image *im, struct ck_report *r, enum ck_proto p, const struct ck_raw *w);

/* check_notes.c */
enum {
	CK_XEN_ENTRY = 1, CK_XEN_HYPERCALL_PAGE = 2, CK_XEN_VIRT_BASE = 3, CK_XEN_PADDR_OFFSET = 4,
	CK_XEN_VERSION = 5, CK_XEN_GUEST_OS = 6, CK_XEN_LOADER = 8, CK_XEN_PAE_MODE = 9, CK_XEN_FEATURES = 10,
	CK_XEN_BSD_SYMTAB = 11, CK_XEN_HV_START_LOW = 12, CK_XEN_INIT_P2M = 15,
	CK_XEN_SUPPORTED_FEATURES = 17, CK_XEN_PHYS32_ENTRY = 18, CK_XEN_NOTES = 19
};
struct ck_note {
	bool present;
	ck_u64 off;			/* of the note in the file */
	ck_u64 desc, descsz;
	ck_u64 value;			/* of a number */
};
struct ck_xen_notes {
	unsigned count;			/* of notes with the owner "Xen" */
	bool in_segment;		/* found through PT_NOTE, not only through SHT_NOTE */
	struct ck_note n[CK_XEN_NOTES];
};
/* As Xen reads them: PT_NOTE segments, else SHT_NOTE sections; the last of a type counts. */
void ck_notes_read(const struct ck_image *im, struct ck_xen_notes *x);
bool ck_note_header(const struct ck_image *im, ck_u64 off, uint32_t *namesz, uint32_t *descsz,
    uint32_t *type);
const char *ck_note_name(unsigned type);

#endif
