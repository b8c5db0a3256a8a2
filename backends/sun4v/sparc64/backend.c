/*
 * The sun4v backend: probe, setup and the table. The CPU's own registers serve the
 * gate and the timer, as on bare metal; console, idling and power are calls.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v.h"
#include "../../common/boot/build.h"

/*
 * Counter rate where no machine description tells: that of QEMU's T1 and of no
 * other machine, so it is said aloud.
 */
#define ASSUMED_HZ	100000000u
#define COMPARE_OFF	(1ul << 63)

extern const char pv_image_start[] PV_WEAK, pv_image_end[] PV_WEAK;

static bool started;
static uint64_t memory_end;

/* Called by start.S. */
void
pv_sun4v_begin(uint64_t memory_base, uint64_t memory_size)
{

	struct pv_start start = { .how = PV_BOOT_SUN4V, .word = { memory_base, memory_size } };
	uint64_t image = (uintptr_t)pv_image_start;
	uint64_t image_size = (uintptr_t)pv_image_end - (uintptr_t)pv_image_start;
	struct pv_boot_reader reader = { .kernel_base = pv_pa(image), .kernel_size = image_size };

	started = true;
	pv_cpu_init(pv_cpu(), 0);
	pv_boot_build_begin(&pv_boot_data, PV_BOOT_SUN4V, &reader);
	pv_build.what = "%i0 and %i1 at entry";
	pv_build.at = memory_base;
	/* What the registers say is believed only if it holds the image. */
	if (image < memory_base || image + image_size - memory_base > memory_size ||
	    memory_base + memory_size < memory_base)
		pv_boot_fail(PV_BOOT_WRONG_REGISTERS, (uint32_t)(memory_size >> 32), (uint32_t)memory_size);
	else
		pv_boot_build_range(pv_pa(memory_base), memory_size, PV_MEM_RAM);
	memory_end = memory_base + memory_size;
	/* Real addresses are physical addresses, and the MMU is off. */
	pv_direct_map.size = memory_end;
	pv_begin(pv_boot_build_end(pv_build.status), &start);
}

static bool
probe(const struct pv_start *start, const char **why)
{
	(void)start;
	if (!started)
		*why = "it was not a sun4v hypervisor that started this image: there was an OpenFirmware";
	return started;
}

static uint64_t
counter(void)
{
	uint64_t v;

	__asm__ volatile("rd %%asr24, %0" : "=r" (v));
	return v & ~COMPARE_OFF;
}

static void
compare(uint64_t when)
{
	__asm__ volatile("wr %0, 0, %%asr25" : : "r" (when) : "memory");
}

/* The MMU is off: whatever the hypervisor reports as a fault has no more detail than its PC. */
static void
fault(struct pv_trap *trap)
{
	trap->access |= PV_ACCESS_UNKNOWN;
}

static pv_status
setup(const struct pv_start *start)
{
	pv_status s = pv_sun4v_negotiate();

	(void)start;
	if (s != PV_OK)
		return s;
	pv_sparc64_fault = fault;
	pv_sparc64_time_set(ASSUMED_HZ, "stick", "assumed");
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
	return cap == PV_CAP_PARAVIRT || cap == PV_CAP_STABLE_COUNTER;
}

/*
 * With the gate closed an interrupt is not taken, but ends CPU_YIELD; it may also
 * return for no reason. A refusal makes a busy wait, which is still right.
 */
static void
idle(void)
{
	(void)pv_sun4v_fast(PV_SUN4V_CPU_YIELD, 0, 0, NULL);
	pv_irq_enable();
}

static void
identify(struct pv_cpu_id *out)
{
	memset(out, 0, sizeof(*out));
	(void)pv_snprintf(out->vendor, sizeof(out->vendor), "sun4v");
	(void)pv_snprintf(out->model, sizeof(out->model), "unknown (no machine description)");
	out->family = 9;
}

static pv_status
time_init(void)
{
	pv_log("sun4v: no machine description is read yet: %%stick is assumed to run at %u Hz", ASSUMED_HZ);
	return pv_sparc64_time_init();
}

static pv_status
wall_get(uint64_t *ns)
{
	uint64_t seconds;
	int64_t status = pv_sun4v_fast(PV_SUN4V_TOD_GET, 0, 0, &seconds);

	if (status != PV_SUN4V_EOK)
		return pv_sun4v_refused("time.wall_get", "TOD_GET", 0, status);
	*ns = seconds * PV_NS_PER_SEC;
	return PV_OK;
}

static pv_status
wall_set(uint64_t ns)
{
	uint64_t seconds = ns / PV_NS_PER_SEC;
	int64_t status = pv_sun4v_fast(PV_SUN4V_TOD_SET, seconds, 0, NULL);

	return status == PV_SUN4V_EOK ? PV_OK : pv_sun4v_refused("time.wall_set", "TOD_SET", seconds, status);
}

/* Neither call returns when it works. */
static pv_status
power_off(void)
{
	return pv_sun4v_refused("power.off", "MACH_EXIT", 0, pv_sun4v_fast(PV_SUN4V_MACH_EXIT, 0, 0, NULL));
}

static pv_status
power_reboot(void)
{
	return pv_sun4v_refused("power.reboot", "MACH_SIR", 0, pv_sun4v_fast(PV_SUN4V_MACH_SIR, 0, 0, NULL));
}

/* The core trap, which needs no agreement; a code other than 0 says that it was no regular end. */
static pv_status
power_crash(void)
{
	return pv_sun4v_refused("power.crash", "API_EXIT", 1, pv_sun4v_core(PV_SUN4V_API_EXIT, 1, 0, 0, NULL));
}

static const struct pv_isa_ops isa_ops = {
	.counter = counter,
	.compare = compare,
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
	.init = time_init,
	.lines = pv_sparc64_time_lines,
	.now = pv_sparc64_time_now,
	.stolen = pv_sparc64_time_stolen,
	.wall_get = wall_get,
	.wall_set = wall_set,
	.delay = pv_sparc64_time_delay,
	.alarm = pv_sparc64_time_alarm,
	.source = pv_sparc64_time_source,
};

static const struct pv_power_ops power_ops = {
	.off = power_off,
	.reboot = power_reboot,
	.crash = power_crash,
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
	.isa = &isa_ops,
	.console = &pv_sun4v_console_ops,
	.cpu = &cpu_ops,
	.trap = &trap_ops,
	.time = &time_ops,
	.power = &power_ops,
};
