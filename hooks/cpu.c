/*
 * CPU, power: the public functions over the op table.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

static const char *const cap_names[PV_CAP_COUNT] = {
	[PV_CAP_NONE] = "none", [PV_CAP_PARAVIRT] = "paravirt", [PV_CAP_DIRECT_TABLES] = "direct-tables",
	[PV_CAP_SPLIT_ROOTS] = "split-roots", [PV_CAP_NX] = "nx", [PV_CAP_LARGE_PAGES] = "large-pages",
	[PV_CAP_GLOBAL_PAGES] = "global-pages", [PV_CAP_IST] = "ist", [PV_CAP_FAST_SYSCALL] = "fast-syscall",
	[PV_CAP_PORTS] = "ports", [PV_CAP_STOLEN_TIME] = "stolen-time", [PV_CAP_WALL_CLOCK] = "wall-clock",
	[PV_CAP_NMI] = "nmi", [PV_CAP_ACPI] = "acpi", [PV_CAP_STABLE_COUNTER] = "stable-counter",
};

const char *
pv_cap_name(enum pv_cap cap)
{
	return (unsigned)cap < PV_CAP_COUNT ? cap_names[cap] : "?";
}

void
pv_cpu_identify(struct pv_cpu_id *out)
{
	pv_ops.cpu.identify(out);
}

void
pv_cpu_idle(void)
{
	PV_OP_VOID_0(cpu.idle);
}

void
pv_cpu_halt(void)
{
	if (pv_backend_now() != NULL)
		pv_ops.cpu.halt();
	for (;;)
		pv_cpu_relax();
}

void
pv_code_sync(const void *start, size_t size)
{
	pv_ops.cpu.code_sync(start, size);
}

void
pv_switch_begin(void)
{
	PV_OP_VOID_0(cpu.switch_begin);
}

void
pv_switch_kernel_sp(uintptr_t top)
{
	PV_OP_VOID_1(cpu.switch_kernel_sp, top);
}

void
pv_switch_tls(uintptr_t base)
{
	PV_OP_VOID_1(cpu.switch_tls, base);
}

void
pv_switch_fpu(bool owned)
{
	PV_OP_VOID_1(cpu.switch_fpu, owned);
}

void
pv_switch_end(void)
{
	PV_OP_VOID_0(cpu.switch_end);
}

pv_status
pv_power_off(void)
{
	return pv_ops.power.off();
}

pv_status
pv_power_reboot(void)
{
	return pv_ops.power.reboot();
}

pv_status
pv_power_crash(void)
{
	return pv_ops.power.crash();
}
