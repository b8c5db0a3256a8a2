/*
 * The TLBs of this emulator's T1: loading and demapping entries, and MMU_MAP_ADDR,
 * MMU_UNMAP_ADDR and the demap calls, which do little else.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define ASI_IMMU	0x50
#define ASI_IDATA_IN	0x54
#define ASI_IDATA	0x55
#define ASI_IDEMAP	0x57
#define ASI_DMMU	0x58
#define ASI_DDATA_IN	0x5c
#define ASI_DDATA	0x5d
#define ASI_DDEMAP	0x5f
#define ASI_CONTEXT	0x21
#define PRIMARY		8
#define TAG_ACCESS	0x30
#define SUN4V_TTE	0x400ul		/* in a data-in address: the value has the sun4v format */
#define ENTRIES		64
#define DEMAP_CONTEXT	0x40ul
#define DEMAP_NUCLEUS	0x20ul

/* A 256 MiB page is in the TLB as 4 MiB slices: demapping one has to reach all of them. */
static bool sliced;

void
tlb_flush(unsigned kinds)
{
	/* Demap-all is taken for demap-page by QEMU 7.2. */
	for (uint64_t i = 0; i < ENTRIES; i++) {
		if (kinds & KIND_I)
			STXA(ASI_IDATA, i * 8, 0);
		if (kinds & KIND_D)
			STXA(ASI_DDATA, i * 8, 0);
	}
	if (kinds == (KIND_D | KIND_I))
		sliced = false;
}

static void
demap(uint64_t address, uint64_t context, unsigned kinds)
{
	uint64_t primary = LDXA(ASI_CONTEXT, PRIMARY);

	if (context == 0)
		address |= DEMAP_NUCLEUS;
	else if (context != primary)
		STXA(ASI_CONTEXT, PRIMARY, context);
	if (kinds & KIND_I)
		STXA(ASI_IDEMAP, address, 0);
	if (kinds & KIND_D)
		STXA(ASI_DDEMAP, address, 0);
	if (context != 0 && context != primary)
		STXA(ASI_CONTEXT, PRIMARY, primary);
}

void
tlb_demap_page(uint64_t va, uint64_t context, unsigned kinds)
{
	if (sliced)
		tlb_flush(kinds);
	else
		demap(va & ~0x1ffful, context, kinds);
}

void
tlb_demap_context(uint64_t context, unsigned kinds)
{
	demap(DEMAP_CONTEXT, context, kinds);
}

/* The TTE was checked (tte_physical()); what a guest keeps in its software bits does not get into the TLB. */
void
tlb_load(uint64_t va, uint64_t context, uint64_t tte, uint64_t pa, unsigned kind)
{
	uint64_t size = tte & TTE_SIZE, tag = (va & ~0x1ffful) | context;

	if (size == PAGE_256M) {
		size = PAGE_4M;
		sliced = true;
	}
	tte = (tte & (TTE_V | TTE_NFO | TTE_E | TTE_CP | TTE_CV | TTE_P | TTE_W)) | pa | size;
	if (kind == KIND_I) {
		STXA(ASI_IMMU, TAG_ACCESS, tag);
		STXA(ASI_IDATA_IN, SUN4V_TTE, tte);
	} else {
		STXA(ASI_DMMU, TAG_ACCESS, tag);
		STXA(ASI_DDATA_IN, SUN4V_TTE, tte);
	}
}

/*
 * The physical address that a TTE means for that address, as the TLB takes it. EOK, EBADPGSZ or ENORADDR. Of
 * a 256 MiB page it is the slice that counts, elsewhere all of the page has to be the guest's. Rights that it
 * cannot have are taken out.
 */
enum error
tte_physical(uint64_t *tte, uint64_t va, uint64_t *pa)
{
	unsigned code = *tte & TTE_SIZE;
	uint64_t size, ra = *tte & TTE_RA;

	if (code > PAGE_256M || !(PAGE_SIZES >> code & 1))
		return EBADPGSZ;
	size = 1ul << PAGE_SHIFT(code);
	ra &= ~(size - 1);
	if (code == PAGE_256M) {
		ra |= va & (size - 1) & ~((1ul << PAGE_SHIFT(PAGE_4M)) - 1);
		size = 1ul << PAGE_SHIFT(PAGE_4M);
	}
	*pa = ra_good(ra, size) ? ra : ldc_window(ra, size, tte);
	return *pa != 0 ? EOK : ENORADDR;
}

static uint64_t
bad_flags(const struct call *c, uint64_t flags)
{
	return refuse(c, EINVAL, "flags are 1, 2 or 3", flags);
}

static uint64_t
bad_context(const struct call *c, uint64_t context)
{
	return refuse(c, EINVAL, "no such context", context);
}

uint64_t
call_map_addr(struct call *c)
{
	uint64_t va = c->o[0], context = c->o[1], tte = c->o[2], flags = c->o[3], pa;
	enum error error;

	if (flags == 0 || flags > 3)
		return bad_flags(c, flags);
	if (context >= CONTEXTS)
		return bad_context(c, context);
	error = tte_physical(&tte, va, &pa);
	if (error != EOK)
		return refuse(c, error, error == EBADPGSZ ? "no such page size" : "not the guest's memory",
		    tte);
	if (!(tte & TTE_V))
		return EOK;
	if (flags & KIND_D)
		tlb_load(va, context, tte, pa, KIND_D);
	if (flags & KIND_I && tte & TTE_X)
		tlb_load(va, context, tte, pa, KIND_I);
	return EOK;
}

uint64_t
call_unmap_addr(struct call *c)
{
	uint64_t va = c->o[0], context = c->o[1], flags = c->o[2];

	if (flags == 0 || flags > 3)
		return bad_flags(c, flags);
	if (context >= CONTEXTS)
		return bad_context(c, context);
	tlb_demap_page(va, context, (unsigned)flags);
	return EOK;
}

static bool
cpu_list(const struct call *c)
{
	return c->o[0] != 0 || c->o[1] != 0;
}

static uint64_t
no_list(const struct call *c)
{
	return refuse(c, ENOTSUPPORTED, "a list of cpus", c->o[1]);
}

uint64_t
call_mmu_demap_page(struct call *c)
{
	uint64_t va = c->o[2], context = c->o[3], flags = c->o[4];

	if (cpu_list(c))
		return no_list(c);
	if (flags == 0 || flags > 3)
		return bad_flags(c, flags);
	if (context >= CONTEXTS)
		return bad_context(c, context);
	tlb_demap_page(va, context, (unsigned)flags);
	return EOK;
}

uint64_t
call_mmu_demap_ctx(struct call *c)
{
	uint64_t context = c->o[2], flags = c->o[3];

	if (cpu_list(c))
		return no_list(c);
	if (flags == 0 || flags > 3)
		return bad_flags(c, flags);
	if (context >= CONTEXTS)
		return bad_context(c, context);
	tlb_demap_context(context, (unsigned)flags);
	return EOK;
}

/* Permanent mappings come back at the next miss. */
uint64_t
call_mmu_demap_all(struct call *c)
{
	uint64_t flags = c->o[2];

	if (cpu_list(c))
		return no_list(c);
	if (flags == 0 || flags > 3)
		return bad_flags(c, flags);
	tlb_flush((unsigned)flags);
	return EOK;
}
