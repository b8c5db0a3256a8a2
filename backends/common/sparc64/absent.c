/*
 * Ops that no sparc64 backend has yet: each says so. This is the parent of both
 * backends, so an op leaves this file the moment a backend gets its own.
 *
 * Stage LINES is reached without a controller: what is bound then fails with
 * PV_E_ABSENT or PV_E_NOENT.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sparc64.h"
#include "port.h"

static void PV_NORETURN
missing(const char *op)
{
	pv_panic("%s: this operation does not exist on sparc64 yet", op);
}

static pv_status
nothing_to_do(void)
{
	return PV_OK;
}

static pv_status
absent(void)
{
	return PV_E_ABSENT;
}

static pv_status
line_find(uint32_t source, uint32_t *input, uint32_t *flags)
{
	(void)source;
	(void)input;
	(void)flags;
	return PV_E_NOENT;
}

static pv_status
line_setup(uint32_t input, uint32_t flags, uint32_t cpu)
{
	(void)input;
	(void)flags;
	(void)cpu;
	return PV_E_ABSENT;
}

static void
line_input(uint32_t input)
{
	(void)input;
	missing("interrupt lines");
}

static uint32_t
line_isa(uint32_t n)
{
	(void)n;
	return ~0u;
}

static pv_status
line_route(uint32_t input, uint32_t cpu)
{
	(void)input;
	(void)cpu;
	return PV_E_ABSENT;
}

static pv_status
line_msi(uint32_t input, uint64_t *address, uint32_t *data)
{
	(void)input;
	(void)address;
	(void)data;
	return PV_E_INVAL;
}

static const char *
line_name(void)
{
	return "none";
}

static void
io_port_delay(void)
{
	pv_ops.time.delay(PV_NS_PER_US);
}

static pv_status
io_port_permit(uint16_t first, uint32_t count, bool allow)
{
	(void)first;
	(void)count;
	(void)allow;
	return PV_E_ABSENT;
}

static const struct pv_cpu_ops cpu_ops = {
	.switch_begin = pv_sparc64_switch_begin,
	.switch_kernel_sp = pv_sparc64_switch_kernel_sp,
	.switch_tls = pv_sparc64_switch_tls,
	.switch_fpu = pv_sparc64_switch_fpu,
	.switch_end = pv_sparc64_switch_end,
};

static const struct pv_trap_ops trap_ops = {
	.nmi_enable = absent,
};

static const struct pv_line_ops line_ops = {
	.init = nothing_to_do,
	.find = line_find,
	.isa = line_isa,
	.setup = line_setup,
	.route = line_route,
	.remove = line_input,
	.mask = line_input,
	.unmask = line_input,
	.end = line_input,
	.send = pv_sparc64_line_send,
	.msi = line_msi,
	.name = line_name,
};

static const struct pv_io_ops io_ops = {
	.in_string = pv_sparc64_in_string,
	.out_string = pv_sparc64_out_string,
	.port_delay = io_port_delay,
	.port_permit = io_port_permit,
};

const struct pv_backend pv_sparc64_absent = {
	.name = "absent",
	.cpu = &cpu_ops,
	.trap = &trap_ops,
	.line = &line_ops,
	.io = &io_ops,
};
