/*
 * The MMU of a sun4v guest as backends/common/tsb needs it: what a TLB entry looks
 * like, which buffers the hypervisor looks through, and how TLBs forget (UltraSPARC
 * Virtual Machine Specification, "MMU services").
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v.h"
#include "../../common/tsb/tsb.h"

#define TTE_VALID	(1ull << 63)
#define TTE_E		0x800u
#define TTE_CP		0x400u
#define TTE_CV		0x200u
#define TTE_P		0x100u
#define TTE_X		0x080u
#define TTE_W		0x040u
#define TTE_4M		3u
/* Real addresses are bits 55 to 13. */
#define LAST_RA		((1ull << 56) - 1)

/* Fast misses of data, stores that are not allowed. */
#define TT_DATA_MISS	0x68u
#define TT_PROTECTION	0x6cu
#define TT_PROTECTION_LAST 0x6fu

#define SIZES(code)	(1u << (code))
#define ANY_CONTEXT	0xffffffffu
#define DIRECT_ENTRIES	(1u << PV_SUN4V_DIRECT_SHIFT)

/* What MMU_TSB_CTX0 and its sister take. */
static struct descriptor {
	uint16_t index_size, ways;
	uint32_t entries, context, sizes;
	uint64_t base, reserved;
} descriptor[2] __attribute__((aligned(32)));

extern volatile struct pv_tsb_pair pv_sun4v_direct_buffer[];
volatile struct pv_tsb_pair pv_sun4v_direct_buffer[DIRECT_ENTRIES]
    __attribute__((aligned(DIRECT_ENTRIES * sizeof(struct pv_tsb_pair))));

uint64_t
pv_sun4v_tte_bits(unsigned flags)
{
	/* The data cache is written through always: what write-through adds is to keep out of it. */
	static const uint16_t cache[] = { TTE_CP | TTE_CV, TTE_CP, 0, TTE_E };
	uint64_t tte = TTE_VALID | cache[(flags & PV_MAP_CACHE_MASK) / PV_MAP_WT];

	if ((flags & PV_MAP_LARGE) != 0)
		tte |= TTE_4M;
	if ((flags & PV_PROT_USER) == 0)
		tte |= TTE_P;
	if ((flags & PV_PROT_WRITE) != 0)
		tte |= TTE_W;
	return tte | ((flags & PV_PROT_EXEC) != 0 ? TTE_X : 0);
}

/*
 * Nothing of ours can be the matter with these calls, and a translation that stays would be believed: where
 * one is refused the next larger one is tried, and without the largest it does not go on.
 */
void
pv_sun4v_demap_page(uintptr_t va, unsigned context)
{
	int64_t status = pv_sun4v_fast5(PV_SUN4V_MMU_DEMAP_PAGE, 0, 0, va, context, PV_SUN4V_MMU_BOTH, NULL);

	if (status == PV_SUN4V_EOK)
		return;
	(void)pv_sun4v_refused("mmu.sync", "MMU_DEMAP_PAGE", va, status);
	pv_sun4v_demap_context(context);
}

void
pv_sun4v_demap_context(unsigned context)
{
	int64_t status = pv_sun4v_fast5(PV_SUN4V_MMU_DEMAP_CTX, 0, 0, context, PV_SUN4V_MMU_BOTH, 0, NULL);

	if (status == PV_SUN4V_EOK)
		return;
	(void)pv_sun4v_refused("mmu.sync", "MMU_DEMAP_CTX", context, status);
	pv_sun4v_demap_all();
}

void
pv_sun4v_demap_all(void)
{
	int64_t status = pv_sun4v_fast5(PV_SUN4V_MMU_DEMAP_ALL, 0, 0, PV_SUN4V_MMU_BOTH, 0, 0, NULL);

	if (status != PV_SUN4V_EOK)
		pv_panic("mmu.sync: MMU_DEMAP_ALL: the hypervisor says %s, and old translations stay",
		    pv_sun4v_error_name(status));
}

/* What traps.S (call_refused) left of the fault that this frame is of. */
static bool
take_refusal(const struct pv_frame *frame, int64_t *status)
{
	volatile uint64_t *type = (volatile uint64_t *)(void *)(pv_sun4v_fault_areas[pv_cpu_nr()] +
	    PV_SUN4V_FAULT_DATA + PV_SUN4V_FAULT_TYPE);
	uint64_t told = frame->fault[0];

	if (told >> PV_SUN4V_FAULT_REFUSED != 1)
		return false;
	*type = 0;
	*status = (int64_t)(told & ((1ull << PV_SUN4V_FAULT_REFUSED) - 1));
	return true;
}

/*
 * A store by a translation that does not allow one yet, whose MMU_UNMAP_ADDR was refused: the page is
 * forgotten by other calls, and the store finds the new translation. Of the direct map before there are buffers
 * nothing is known but by MMU_MAP_ADDR.
 */
bool
pv_sun4v_resolve(struct pv_frame *frame)
{
	uintptr_t va = frame->fault[1];
	int64_t status;

	if (frame->tt < TT_DATA_MISS || frame->tt > TT_PROTECTION_LAST || !take_refusal(frame, &status))
		return false;
	if (frame->tt >= TT_PROTECTION) {
		(void)pv_sun4v_refused("mmu.miss", "MMU_UNMAP_ADDR", va, status);
		pv_sun4v_demap_page(va, (unsigned)frame->fault[2]);
		return true;
	}
	pv_printf("libpv: this hypervisor refuses MMU_MAP_ADDR of 0x%lx with error %s: a sun4v guest cannot start "
	    "without it\n", (unsigned long)va, pv_sun4v_error_name(status));
	(void)pv_sun4v_core(PV_SUN4V_API_EXIT, 1, 0, 0, NULL);
	pv_panic("MMU_MAP_ADDR was refused, and API_EXIT");
}

/* The kernel reaches user memory through the secondary context; user mode gets it as its primary one. */
void
pv_sun4v_context_set(unsigned context)
{
	__asm__ volatile("stxa %0, [%1] %2\n\tmembar #Sync"
	    : : "r" ((uint64_t)context), "r" (0x10), "i" (PV_SUN4V_ASI_MMU) : "memory");
}

static const struct pv_tsb_machine machine = {
	.last_pa = LAST_RA,
	.own_start = PV_SPARC64_IMAGE,
	.own_end = PV_SPARC64_IMAGE + PV_SPARC64_IMAGE_SIZE,
	.bits = pv_sun4v_tte_bits,
	.demap_page = pv_sun4v_demap_page,
	.demap_context = pv_sun4v_demap_context,
	.demap_all = pv_sun4v_demap_all,
	.context_set = pv_sun4v_context_set,
};

/* -- buffers ------------------------------------------------------------------ */

static void
describe(struct descriptor *d, pv_paddr base, uint32_t entries, unsigned size, uint32_t sizes)
{
	*d = (struct descriptor){ (uint16_t)size, 1, entries, ANY_CONTEXT, sizes, base.v, 0 };
}

static pv_status
configure(const char *op, const char *call, unsigned function, unsigned nr)
{
	pv_paddr pa;
	pv_status s = pv_virt_to_phys(descriptor, &pa);
	int64_t status;

	if (s != PV_OK)
		return s;
	status = pv_sun4v_fast(function, nr, pa.v, NULL);
	return status == PV_SUN4V_EOK ? PV_OK : pv_sun4v_refused(op, call, pa.v, status);
}

pv_status
pv_sun4v_buffer_set(const char *op, pv_paddr base, uint32_t entries, uint32_t sizes)
{
	describe(&descriptor[0], base, entries, 0, sizes);
	return configure(op, "MMU_TSB_CTXNON0", PV_SUN4V_MMU_TSB_CTXNON0, 1);
}

/*
 * The buffer of all contexts, which has the pieces of large pages, too; for the kernel also the direct
 * map's. Two are what a T1 looks at.
 */
static pv_status
buffers(void)
{
	const uint32_t sizes = SIZES(0) | SIZES(TTE_4M);
	pv_paddr all, direct;
	pv_status s = pv_virt_to_phys(pv_tsb_buffer, &all);

	if (s == PV_OK)
		s = pv_virt_to_phys(pv_sun4v_direct_buffer, &direct);
	if (s != PV_OK)
		return s;
	describe(&descriptor[0], all, PV_TSB_ENTRIES, 0, sizes);
	describe(&descriptor[1], direct, DIRECT_ENTRIES, TTE_4M, SIZES(TTE_4M));
	s = configure("mmu.init", "MMU_TSB_CTX0", PV_SUN4V_MMU_TSB_CTX0, 2);
	return s == PV_OK ? pv_sun4v_buffer_set("mmu.init", all, PV_TSB_ENTRIES, sizes) : s;
}

static pv_status
init(struct pv_space *kernel)
{
	pv_status s;

	pv_tsb_wipe();
	for (unsigned i = 0; i < DIRECT_ENTRIES; i++)
		pv_sun4v_direct_buffer[i].tag = 1ull << PV_TSB_TAG_INVALID;
	s = buffers();
	return s == PV_OK ? pv_tsb_init(kernel, &machine) : s;
}

const struct pv_mmu_ops pv_sun4v_mmu_ops = {
	.init = init,
	.map = pv_tsb_map,
	.unmap = pv_tsb_remove,
	.sync = pv_tsb_sync,
};
