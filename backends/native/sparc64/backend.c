/*
 * The native backend on sparc64: a sun4u machine under OpenFirmware. Probe, setup
 * and the table; what it does not have yet comes from backends/common/sparc64.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/delay.h"
#include "../../common/sparc64/port.h"
#include "../../common/sparc64/wall.h"
#include "../../common/wall_base.h"
#include "native.h"

#define SFSR_WRITE	0x04u
#define EFFECT_WAIT_NS	1000000000u
#define FAULT_TAG	0
#define FAULT_SFSR	1
#define FAULT_SFAR	2

static bool
probe(const struct pv_start *start, const char **why)
{
	(void)start;
	if (!pv_native_of_present()) {
		*why = "it needs OpenFirmware, and nothing was in %o4 at entry";
		return false;
	}
	if (!pv_native_of_compatible(pv_native_of_peer(0), "sun4u")) {
		*why = "the firmware says that this machine is not compatible with sun4u";
		return false;
	}
	return true;
}

/* UltraSPARC I and II User's Manual 6.4, 6.9: the fault registers of the data MMU. */
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
	if (tt >= 0x68) {
		trap->address = pv_page_down(f->fault[FAULT_TAG]);
		trap->access |= tt >= 0x6c ? PV_ACCESS_WRITE | PV_ACCESS_PRESENT : PV_ACCESS_UNKNOWN;
		return (f->fault[FAULT_TAG] & PV_PAGE_MASK) != 0;
	}
	trap->address = f->fault[FAULT_SFAR];
	trap->access |= (f->fault[FAULT_SFSR] & SFSR_WRITE) != 0 ? PV_ACCESS_WRITE : PV_ACCESS_READ;
	if (tt == 0x30)
		trap->access |= PV_ACCESS_PRESENT;
	return (f->fault[FAULT_TAG] & PV_PAGE_MASK) != 0;
}

static pv_status
setup(const struct pv_start *start)
{
	(void)start;
	pv_sparc64_fault = fault;
	pv_sparc64_resolve = pv_native_corrected;
	pv_sparc64_to_user = pv_native_to_user;
	return pv_native_time_setup();
}

static pv_status
own_memory(const struct pv_boot *boot)
{
	return pv_hooks_set(pv_hooks_freestanding(boot));
}

static bool
has(enum pv_cap cap)
{
	if (cap == PV_CAP_PORTS)
		return pv_sparc64_ports != 0;
	if (cap == PV_CAP_WALL_CLOCK)
		return pv_wall_base_known();
	/* In the direct map pages are 4 MiB and data only. */
	return cap == PV_CAP_LARGE_PAGES || cap == PV_CAP_STABLE_COUNTER || cap == PV_CAP_NX;
}

/* No instruction of these CPUs waits for an interrupt. */
static void
pause(void)
{
	pv_cpu_relax();
}

static void
idle(void)
{
	pv_sparc64_idle(pause);
}

static void
identify(struct pv_cpu_id *out)
{
	uint64_t version;

	memset(out, 0, sizeof(*out));
	__asm__ volatile("rdpr %%ver, %0" : "=r" (version));
	(void)pv_snprintf(out->vendor, sizeof(out->vendor), "manufacturer 0x%x", (unsigned)(version >> 48));
	pv_native_of_get_text(pv_native_of_cpu(), "name", out->model, sizeof(out->model));
	out->family = 9;
	out->model_nr = (uint32_t)(version >> 32 & 0xffff);
	out->stepping = (uint32_t)(version >> 24 & 0xff);
	out->phys_bits = 41;
	out->virt_bits = 44;
}

/* Back from it, and a second later still there, means that it did not happen. */
static pv_status
power_command(const char *command)
{
	uint64_t passed;

	(void)pv_native_of_command(command);
	(void)pv_delay_by(pv_time_ns, EFFECT_WAIT_NS, &passed);
	return PV_E_REFUSED;
}

static pv_status
power_off(void)
{
	return power_command("power-off");
}

static pv_status
power_reboot(void)
{
	return power_command("reset-all");
}

/* Nobody is below who could be told. */
static pv_status
power_crash(void)
{
	pv_irq_disable();
	pv_printf("native: the kernel cannot go on; this machine stops here\n");
	pv_cpu_halt();
}

static const struct pv_isa_ops isa_ops = {
	.counter = pv_native_counter,
	.compare = pv_native_compare,
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

static const struct pv_time_ops time_ops = {
	.init = pv_sparc64_time_init,
	.lines = pv_sparc64_time_lines,
	.now = pv_sparc64_time_now,
	.stolen = pv_sparc64_time_stolen,
	.wall_get = pv_sparc64_wall_get,
	.wall_set = pv_sparc64_wall_set,
	.clock_page = pv_sparc64_clock_page,
	.delay = pv_sparc64_time_delay,
	.alarm = pv_sparc64_time_alarm,
	.source = pv_sparc64_time_source,
};

static const struct pv_power_ops power_ops = {
	.off = power_off,
	.reboot = power_reboot,
	.crash = power_crash,
};

static const struct pv_part parts[] = {
	PV_PART(isa, pv_native_tlb_ops),
	PV_PART(mmu, pv_native_space_ops),
	PV_PART(user, pv_sparc64_user_ops),
	{ 0, 0, NULL }
};

/* The first instructions of the image know this machine's start code by a weak name only: this links it. */
static void (*const start_code)(void) __attribute__((used)) = pv_native_start;

const struct pv_backend pv_native_backend = {
	.name = "native",
	.parent = &pv_sparc64_absent,
	.families = PV_FAMILY_ALL,
	.probe = probe,
	.setup = setup,
	.own_memory = own_memory,
	.has = has,
	.templates = pv_native_templates,
	.isa = &isa_ops,
	.console = &pv_native_console_ops,
	.cpu = &cpu_ops,
	.trap = &trap_ops,
	.mmu = &pv_native_mmu_ops,
	.line = &pv_native_line_ops,
	.io = &pv_native_io_ops,
	.time = &time_ops,
	.power = &power_ops,
	.parts = parts,
};
