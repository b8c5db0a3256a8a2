/*
 * The sun4v backend: probe, setup and the table. The CPU's own registers serve the
 * gate, as on bare metal; idling and power are calls.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/wall.h"
#include "../../common/wall_base.h"
#include "sun4v.h"

#define FAULT_ADDRESS	1
#define FAULT_CONTEXT	2
#define PSTATE_IE	2ul

uint8_t pv_sun4v_fault_areas[PV_MAX_CPUS][PV_SUN4V_FAULT_AREA_SIZE] __attribute__((aligned(64)));

static bool
probe(const struct pv_start *start, const char **why)
{
	(void)start;
	if (!pv_sun4v_started())
		*why = "it was not a sun4v hypervisor that started this image: there was an OpenFirmware";
	return pv_sun4v_started();
}

/*
 * The fault status area as it was when the table's entry code read it: type, address, context of the
 * half that the trap is of. Fast misses leave the type alone.
 */
static bool
fault(struct pv_trap *trap)
{
	const struct pv_frame *f = trap->frame;
	unsigned tt = (unsigned)f->tt;

	if (tt <= 0x09 || (tt >= 0x64 && tt <= 0x67)) {
		trap->address = trap->pc;
		trap->access |= PV_ACCESS_EXEC | (tt == 0x08 ? PV_ACCESS_PRESENT : 0);
		return (trap->access & PV_ACCESS_USER) != 0;
	}
	/* The CPU tells the guest itself of these, and says nothing of where. */
	if (trap->cause == PV_CAUSE_ALIGNMENT)
		return false;
	trap->address = f->fault[FAULT_ADDRESS];
	trap->access |= tt >= 0x6c ? PV_ACCESS_WRITE | PV_ACCESS_PRESENT : PV_ACCESS_UNKNOWN;
	if (tt == 0x30)
		trap->access |= PV_ACCESS_PRESENT;
	return f->fault[FAULT_CONTEXT] != 0;
}

static pv_status
setup(const struct pv_start *start)
{
	(void)start;
	pv_sparc64_fault = fault;
	pv_sparc64_to_user = pv_sun4v_to_user;
	pv_sun4v_negotiate();
	pv_sun4v_time_setup();
	pv_sun4v_lines_setup();
	return PV_OK;
}

static pv_status
own_memory(const struct pv_boot *boot)
{
	return pv_hooks_set(pv_hooks_freestanding(boot));
}

static bool
has(enum pv_cap cap)
{
	if (cap == PV_CAP_WALL_CLOCK)
		return pv_wall_base_known();
	return cap == PV_CAP_PARAVIRT || cap == PV_CAP_STABLE_COUNTER || cap == PV_CAP_LARGE_PAGES ||
	    cap == PV_CAP_NX;
}

static void
ask(const char *call, unsigned function)
{
	int64_t status = pv_sun4v_fast(function, 0, 0, NULL);

	if (status != PV_SUN4V_EOK)
		(void)pv_sun4v_refused("cpu.idle", call, 0, status);
}

/*
 * What comes between the look and the call has to end CPU_YIELD: so nothing is taken
 * (PSTATE.IE), and nothing is masked (PIL). It may also return for no reason; a
 * refusal makes a busy wait, which is still right. A hypervisor that cannot see
 * PSTATE.IE being set tells of a mondo at the next call.
 */
static void
pause(void)
{
	uint64_t pstate;

	__asm__ volatile("rdpr %%pstate, %0" : "=r" (pstate));
	__asm__ volatile("wrpr %0, 0, %%pstate\n\twrpr %%g0, 0, %%pil" : : "r" (pstate & ~PSTATE_IE) : "memory");
	if (pv_sparc64_softint() == 0)
		ask("CPU_YIELD", PV_SUN4V_CPU_YIELD);
	__asm__ volatile("wrpr %%g0, 15, %%pil\n\twrpr %0, 0, %%pstate" : : "r" (pstate) : "memory");
	if (pv_sparc64_softint() == 0)
		ask("CPU_MYID", PV_SUN4V_CPU_MYID);
}

static void
idle(void)
{
	pv_sparc64_idle(pause);
}

static void
identify(struct pv_cpu_id *out)
{
	const char *model = pv_sun4v_machine.model;

	memset(out, 0, sizeof(*out));
	(void)pv_snprintf(out->vendor, sizeof(out->vendor), "sun4v");
	(void)pv_snprintf(out->model, sizeof(out->model), "%s", model[0] != '\0' ? model : "unknown");
	out->family = 9;
	out->phys_bits = 56;
	out->virt_bits = 44;
}

/* None of these calls returns when it works. The core trap's needs no agreement on a group. */
static pv_status
power_off(void)
{
	pv_status s = pv_sun4v_refused("power.off", "MACH_EXIT", 0, pv_sun4v_fast(PV_SUN4V_MACH_EXIT, 0, 0, NULL));

	pv_log("sun4v: the hypervisor refuses MACH_EXIT: ending by API_EXIT");
	(void)pv_sun4v_core(PV_SUN4V_API_EXIT, 0, 0, 0, NULL);
	return s;
}

static pv_status
power_reboot(void)
{
	return pv_sun4v_refused("power.reboot", "MACH_SIR", 0, pv_sun4v_fast(PV_SUN4V_MACH_SIR, 0, 0, NULL));
}

/* A code other than 0 says that it was no regular end. */
static pv_status
power_crash(void)
{
	int64_t status;

	pv_printf("sun4v: the kernel cannot go on; this guest ends with code 1\n");
	status = pv_sun4v_core(PV_SUN4V_API_EXIT, 1, 0, 0, NULL);
	pv_printf("sun4v: the hypervisor refuses API_EXIT: ending by MACH_EXIT\n");
	(void)pv_sun4v_fast(PV_SUN4V_MACH_EXIT, 1, 0, NULL);
	return pv_sun4v_refused("power.crash", "API_EXIT", 1, status);
}

static const struct pv_isa_ops isa_ops = {
	.counter = pv_sun4v_counter,
	.compare = pv_sun4v_compare,
};

static const struct pv_cpu_ops cpu_ops = {
	.idle = idle,
	.halt = pv_sparc64_halt,
	.identify = identify,
	.code_sync = pv_sparc64_code_sync,
};

static const struct pv_trap_ops trap_ops = {
	.init = pv_sparc64_trap_init,
};

/* No bus is between: what a device of the hypervisor is told are real addresses. */
static pv_status
bus_address(pv_paddr pa, uint64_t size, pv_maddr *out)
{
	if (pa.v >= PV_SPARC64_DIRECT_SIZE || size > PV_SPARC64_DIRECT_SIZE - pa.v)
		return PV_E_RANGE;
	out->v = pa.v;
	return PV_OK;
}

/* No function is there, so all registers read ones. */
static pv_status
pci_read(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value)
{
	(void)where;
	(void)reg;
	*value = 0xffffffffu >> (32 - 8 * width);
	return PV_OK;
}

static pv_status
pci_write(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value)
{
	(void)where;
	(void)reg;
	(void)width;
	(void)value;
	return PV_E_ABSENT;
}

static const struct pv_io_ops io_ops = {
	.pci_read = pci_read,
	.pci_write = pci_write,
	.bus_address = bus_address,
};

static const struct pv_power_ops power_ops = {
	.off = power_off,
	.reboot = power_reboot,
	.crash = power_crash,
};

static const struct pv_template templates[] = {
	{ .op = __builtin_offsetof(struct pv_ops, isa.counter), .size = 12,
	  .bytes = { PV_SPARC64_CODE(0x91460000u),			/* rd %stick, %o0 */
	    PV_SPARC64_CODE(0x912a3001u),				/* sllx %o0, 1, %o0 */
	    PV_SPARC64_CODE(0x91323001u) } },				/* srlx %o0, 1, %o0 */
	{ .op = __builtin_offsetof(struct pv_ops, isa.compare), .size = 4,
	  .bytes = { PV_SPARC64_CODE(0xb3822000u) } },			/* wr %o0, 0, %stick_cmpr */
	{ .op = __builtin_offsetof(struct pv_ops, isa.context_set), .size = 12,
	  .bytes = { PV_SPARC64_CODE(0x92102010u),			/* mov 0x10, %o1 */
	    PV_SPARC64_CODE(0xd0f24420u),				/* stxa %o0, [%o1]ASI_MMU */
	    PV_SPARC64_CODE(0x8143e040u) } },				/* membar #Sync */
	{ .size = 0 }
};

static const struct pv_part parts[] = {
	PV_PART(isa, pv_sun4v_tlb_ops),
	PV_PART(mmu, pv_sun4v_space_ops),
	PV_PART(user, pv_sparc64_user_ops),
	{ 0, 0, NULL }
};

/* The first instructions of the image know this machine's start code by a weak name only: this links it. */
static void (*const start_code)(void) __attribute__((used)) = pv_sun4v_start;

const struct pv_backend pv_sun4v_backend = {
	.name = "sun4v",
	.parent = &pv_sparc64_absent,
	.families = PV_FAMILY_ALL,
	.probe = probe,
	.setup = setup,
	.own_memory = own_memory,
	.has = has,
	.templates = templates,
	.isa = &isa_ops,
	.console = &pv_sun4v_console_ops,
	.cpu = &cpu_ops,
	.trap = &trap_ops,
	.line = &pv_sun4v_line_ops,
	.io = &io_ops,
	.mmu = &pv_sun4v_mmu_ops,
	.time = &pv_sun4v_time_ops,
	.power = &power_ops,
	.parts = parts,
};
