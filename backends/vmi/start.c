/*
 * VMI_Init, and what follows it: from then on each op whose call the ROM has goes
 * there (ops.c). It is late, at stage MMU: the kernel's own tables run by then, nothing is
 * mapped where the ROM may have its hole, and all before is bare metal's. If the ROM
 * refuses or answers nonsense, it stays so.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"
#include "../common/radix/radix.h"
#include "../common/x86/registers.h"
#include "../../hooks/x86/uframe.h"
#include "../../hooks/table.h"

struct pv_vmi_rom pv_vmi_rom;
uintptr_t pv_vmi_low;
bool pv_vmi_on;
unsigned pv_vmi_ring;

extern uint8_t pv_vmi_stubs[];
uint32_t pv_vmi_init_call(uintptr_t entry);

#define OP(member)	__builtin_offsetof(struct pv_ops, member)

/* In the map of our own entry code, where it is not: its tables have an entry for each page there. */
static void
make_executable(void)
{
	uintptr_t va = (uintptr_t)pv_page_down(pv_vmi_low + pv_vmi_rom.at);
	uintptr_t end = (uintptr_t)pv_page_up(pv_vmi_low + pv_vmi_rom.at + pv_vmi_rom.size);

	for (; va < end; va += PV_PAGE_SIZE) {
		struct pv_radix_place place;

		pv_radix_find(pv_space_kernel(), va, 1, &place);
		(void)pv_pte_exchange(place.where, pv_pte_of(place.entry.v & ~(PV_PTE_NX | PV_PTE_W)));
		pv_radix_close(&place);
		pv_flush_page(pv_va(va));
	}
}

/*
 * Text that is written: our stubs with the leaves behind them, and native's leaves, either on one page. With the two
 * windows of a walk through the tables that are four, as many as a kernel promises.
 */
static const uint8_t *const texts[] = { pv_vmi_stubs, pv_native_leaves };
#define TEXTS	(sizeof(texts) / sizeof(texts[0]))
static uint8_t *windows[TEXTS];

static void
windows_close(void)
{
	const struct pv_hooks *h = pv_hooks_get();

	for (unsigned n = TEXTS; n-- > 0; windows[n] = NULL)
		if (windows[n] != NULL)
			h->unmap_frame(h->context, windows[n]);
}

/* Before the ROM begins: afterwards it is too late to do without. */
static bool
windows_open(void)
{
	const struct pv_hooks *h = pv_hooks_get();

	for (unsigned n = 0; n < TEXTS; n++) {
		pv_paddr pa;

		if (pv_virt_to_phys(texts[n], &pa) == PV_OK)
			windows[n] = h->map_frame(h->context, pv_pa(pv_page_down(pa.v)));
		if (windows[n] == NULL) {
			windows_close();
			return false;
		}
	}
	return true;
}

static uint8_t *
window_on(const uint8_t *text)
{
	unsigned n = 0;

	while (n < TEXTS - 1 && pv_page_down((uintptr_t)texts[n]) != pv_page_down((uintptr_t)text))
		n++;
	return windows[n] + ((uintptr_t)text & PV_PAGE_MASK);
}

/* Native's drivers use ports and the counter by these; sites use ours. */
static void
leaves_by_rom(void)
{
	static const uint8_t calls[PV_NATIVE_LEAVES] = {
		VMI_INB, VMI_INW, VMI_INL, VMI_OUTB, VMI_OUTW, VMI_OUTL, VMI_RDTSC
	};

	for (unsigned i = 0; i < PV_NATIVE_LEAVES; i++) {
		const uint8_t *leaf = pv_native_leaves + i * PV_NATIVE_LEAF_BYTES;

		if (pv_vmi_has((enum vmi_call)calls[i]))
			pv_vmi_lead(window_on(leaf), (uintptr_t)leaf, (enum vmi_call)calls[i]);
	}
	pv_vmi_leaves_aim(window_on(pv_vmi_leaves));
	pv_code_sync(pv_native_leaves, PV_NATIVE_LEAVES * PV_NATIVE_LEAF_BYTES);
}

static unsigned
ring_now(void)
{
	uint16_t cs;

	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	return cs & 3;
}

/* STAC, CLAC and XSETBV are for ring 0 alone; no thread has state that wants more than FXSAVE yet. */
static void
leave_ring0(void)
{
	pv_x86_msr_reader = pv_vmi_msr_read;
	pv_x86_msr_writer = pv_vmi_msr_write;
	pv_native_cr4_withhold(PV_CR4_SMAP | PV_CR4_OSXSAVE);
	if (!pv_vmi_has(VMI_GetCR4) || !pv_vmi_has(VMI_SetCR4))
		return;
	pv_vmi_rom_SetCR4(pv_vmi_rom_GetCR4() & ~(PV_CR4_SMAP | PV_CR4_OSXSAVE));
	pv_x86_smap = false;
}

static void
take_calls(void)
{
	leaves_by_rom();
	if (pv_vmi_has(VMI_GetCR0))
		pv_vmi_cr0_ts = pv_vmi_rom_GetCR0() | PV_CR0_TS;
	pv_vmi_take_ops();
	if (pv_vmi_ring != 0)
		leave_ring0();
}

/* False: not, and the console says why. */
static bool
begin(uint8_t *stubs)
{
	uintptr_t base = pv_vmi_low + pv_vmi_rom.at;
	unsigned at = (unsigned)(pv_vmi_rom.at);
	enum vmi_call call;
	uint32_t refused;
	const char *why;

	pv_hypercalls++;
	refused = pv_vmi_init_call(base + VMI_AT_INIT);
	if (refused != 0) {
		pv_log("vmi: the ROM at 0x%x refuses to start (VMI_Init gives %d): going on natively", at,
		    (int)refused);
		return false;
	}
	pv_vmi_ring = ring_now();
	pv_hypercalls += VMI_NR_CALLS;
	why = pv_vmi_relocate(base, pv_vmi_rom.size, stubs, &call);
	pv_code_sync(pv_vmi_stubs, VMI_NR_CALLS * 8);
	if (why == NULL)
		return true;
	if (pv_vmi_ring != 0) {
		take_calls();	/* without the ROM's ports nothing can be said */
		pv_panic("vmi: the ROM at 0x%x: its answer for %s %s, and it took ring 0 away", at,
		    pv_vmi_call_name(call), why);
	}
	pv_log("vmi: the ROM at 0x%x: its answer for %s %s: going on natively", at, pv_vmi_call_name(call), why);
	return false;
}

/* Calls of no use are as if they were not there. To try them takes ports. */
static void
leave_time(void)
{
	if (!pv_vmi_has(VMI_GetCycleCounter) || (pv_families() & PV_FAMILY_TIME) == 0 || pv_vmi_time_goes())
		return;
	for (unsigned call = VMI_GetCycleFrequency; call <= VMI_WallclockUpdated; call++)
		pv_vmi_answers[call].kind = VMI_KIND_NONE;
	for (unsigned n = 0; n < sizeof(struct pv_time_ops) / sizeof(pv_slot); n++) {
		pv_slot op = pv_backend_op(&pv_native_backend, OP(time) / sizeof(pv_slot) + n);

		if (op != NULL)
			pv_table_override(OP(time) + n * sizeof(pv_slot), op);
	}
}

void
pv_vmi_start(void)
{
	if (!pv_started.attach)
		make_executable();
	if (!windows_open()) {
		pv_log("vmi: the library's text cannot be written: going on natively");
		return;
	}
	/* Open from before the ROM has the page tables until it knows them. */
	if (begin(window_on(pv_vmi_stubs))) {
		if (pv_vmi_ring == 0)
			pv_vmi_tables_tell();
		take_calls();
		if (pv_vmi_ring != 0)	/* what that does needs the calls */
			pv_vmi_tables_tell();
		leave_time();
		pv_vmi_on = true;
		pv_vmi_segments_tell();
		if (pv_vmi_user_start != NULL)
			pv_vmi_user_start();
	}
	windows_close();
}
