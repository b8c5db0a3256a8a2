/*
 * What lines are bound to in a guest with interrupts of its own: inputs of the
 * native controller and, above them, those of event channels. Linked by kernels that
 * use lines.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "events.h"
#include "pvh.h"

/* Above all inputs that native has. */
#define EVENT_INPUT	0x100u

static const struct pv_line_ops *
whose(uint32_t *input)
{
	if (*input < EVENT_INPUT)
		return &pv_native_input_ops;
	*input -= EVENT_INPUT;
	return &pv_xen_input_ops;
}

static pv_status
find(uint32_t source, uint32_t *input, uint32_t *flags)
{
	pv_status s;

	if (source - PV_XEN_LINE_VIRQ >= PV_XEN_LINE_PORT + PV_XEN_PORTS - PV_XEN_LINE_VIRQ)
		return pv_xenpvh_devices ? pv_native_input_ops.find(source, input, flags) : PV_E_NOENT;
	pv_xen_input_base = EVENT_INPUT;
	s = pv_xen_input_ops.find(source, input, flags);
	if (s == PV_OK)
		*input += EVENT_INPUT;
	return s;
}

static uint32_t
isa(uint32_t n)
{
	return pv_xenpvh_devices ? pv_native_input_ops.isa(n) : ~0u;
}

static pv_status
setup(uint32_t input, uint32_t flags, uint32_t cpu)
{
	return whose(&input)->setup(input, flags, cpu);
}

static pv_status
route(uint32_t input, uint32_t cpu)
{
	return whose(&input)->route(input, cpu);
}

static void
disconnect(uint32_t input)
{
	whose(&input)->remove(input);
}

static void
mask(uint32_t input)
{
	whose(&input)->mask(input);
}

static void
unmask(uint32_t input)
{
	whose(&input)->unmask(input);
}

static void
end(uint32_t input)
{
	whose(&input)->end(input);
}

static pv_status
send(uint32_t n, uint32_t cpu)
{
	return pv_xen_input_ops.send(n, cpu);
}

static pv_status
msi(uint32_t input, uint64_t *address, uint32_t *data)
{
	return whose(&input)->msi(input, address, data);
}

const struct pv_line_ops pv_xenpvh_input_ops = {
	.find = find,
	.isa = isa,
	.setup = setup,
	.route = route,
	.remove = disconnect,
	.mask = mask,
	.unmask = unmask,
	.end = end,
	.send = send,
	.msi = msi,
};
