/*
 * What lines are bound to on bare metal x86: inputs of the interrupt controllers,
 * messages, software and cross lines. Which line is bound to what is kept in
 * backends/common/lines.c, bringing the controllers up is in lines.c; this is linked
 * by kernels that use lines.
 *
 * An input is a vector (native.h has the rule). With IOAPICs it is given to a
 * global system interrupt when that is first bound, so a machine may have more of
 * those than there are vectors; messages take inputs from the top. The registry
 * calls find, setup and remove one at a time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

#define MSI_ADDRESS	0xfee00000u
#define MSI_MOST_ID	255u

enum kind {
	FREE = 0,
	PIN,		/* of an IOAPIC */
	PIC,		/* of the 8259 */
	MESSAGE
};

static struct input {
	uint32_t gsi;
	uint32_t cpu;
	uint8_t kind;
	bool connected;
} inputs[PV_NATIVE_INPUTS];

/* Beside pv_native_lines.soft_sent. */
static uint32_t cross_sent;

/* -- vectors -- */

/* What this CPU sent to itself. */
void
pv_native_own_taken(void)
{
	uint32_t cross = cross_sent;

	cross_sent = 0;
	pv_native_lines.soft_sent = false;
	for (uint32_t n = 0; n < 4; n++)
		if ((cross >> n & 1) != 0)
			pv_lines_deliver_cross(n);
	pv_lines_deliver_soft();
}

static void
input_taken(struct pv_frame *frame)
{
	uint32_t input = pv_native_vector_input((unsigned)frame->vector);
	bool own = pv_native_lines.soft_sent;

	/* Before the handlers: the timer's asks whether it has to hurry. */
	pv_native_lines.soft_sent = false;
	if (pv_native_is_pic(input) && pv_native_pic_spurious(input))
		pv_lines_spurious();
	else
		pv_lines_deliver(input);
	if (own || pv_native_lines.soft_sent)
		pv_native_own_taken();
}

static void
soft_taken(struct pv_frame *frame)
{
	(void)frame;
	if (pv_native_lines.lapic)
		pv_native_lapic_end();
	pv_native_own_taken();
}

static void
cross_taken(struct pv_frame *frame)
{
	pv_native_lapic_end();
	pv_lines_deliver_cross((uint32_t)frame->vector - PV_VECTOR_CROSS);
}

void
pv_native_inputs_init(void)
{
	for (uint32_t i = 0; i < PV_NATIVE_INPUTS; i++)
		pv_native_vector_set(pv_native_input_vector(i), input_taken);
	for (unsigned n = 0; n < 4; n++)
		pv_native_vector_set(PV_VECTOR_CROSS + n, cross_taken);
	pv_native_vector_set(PV_VECTOR_SOFT, soft_taken);
}

/* -- which input -- */

/* An input that is not connected: `wanted` if that one is free, else the last or the first. */
static pv_status
unused(uint32_t wanted, bool from_top, uint32_t *input)
{
	uint32_t least = pv_native_lines.with == PV_NATIVE_PIC ? PV_NATIVE_ISA : 0;

	if (wanted >= least && wanted < PV_NATIVE_INPUTS && !inputs[wanted].connected) {
		*input = wanted;
		return PV_OK;
	}
	for (uint32_t i = least; i < PV_NATIVE_INPUTS; i++) {
		uint32_t at = from_top ? PV_NATIVE_INPUTS - 1 - (i - least) : i;

		if (!inputs[at].connected) {
			*input = at;
			return PV_OK;
		}
	}
	return PV_E_FULL;
}

static pv_status
find_pin(uint32_t gsi, uint32_t *input)
{
	for (uint32_t i = 0; i < PV_NATIVE_INPUTS; i++) {
		if (inputs[i].connected && inputs[i].kind == PIN && inputs[i].gsi == gsi) {
			*input = i;
			return PV_OK;
		}
	}
	return unused(gsi, false, input);
}

static pv_status
find(uint32_t source, uint32_t *input, uint32_t *flags)
{
	uint32_t wired;
	enum kind kind;
	pv_status s;

	if (pv_native_lines.pit && source == pv_native_lines.pit_source)
		return PV_E_BUSY;
	if (source == PV_LINE_MSI) {
		kind = MESSAGE;
		wired = PV_LINE_EDGE;
		s = pv_native_lines.lapic ? unused(PV_NATIVE_INPUTS, true, input) : PV_E_NOENT;
	} else if (pv_native_lines.with == PV_NATIVE_IOAPIC) {
		if (!pv_native_ioapic_has(source))
			return PV_E_NOENT;
		kind = PIN;
		wired = pv_native_ioapic_wired(source);
		s = find_pin(source, input);
	} else {
		/* Input 2 of the first 8259 is the second one. */
		if (source >= PV_NATIVE_ISA || source == 2)
			return PV_E_NOENT;
		kind = PIC;
		wired = pv_native_pic_wired(source);
		*input = source;
		s = PV_OK;
	}
	if (s != PV_OK)
		return s;
	if ((*flags & PV_LINE_AS_WIRED) != 0)
		*flags = (*flags & ~(PV_LINE_LEVEL | PV_LINE_LOW)) | wired;
	/* A message is what its device writes: always an edge. */
	if (kind == MESSAGE && (*flags & (PV_LINE_LEVEL | PV_LINE_LOW | PV_LINE_SHARED)) != 0)
		return PV_E_ABSENT;
	if (!inputs[*input].connected) {
		inputs[*input].kind = (uint8_t)kind;
		inputs[*input].gsi = source;
	}
	return PV_OK;
}

static uint32_t
isa(uint32_t n)
{
	if (pv_native_lines.with == PV_NATIVE_IOAPIC)
		return pv_native_ioapic_isa(n);
	return pv_native_lines.with == PV_NATIVE_PIC && n != 2 ? n : ~0u;
}

/* -- connecting -- */

/* Where interrupts for a CPU are addressed to. The 8259 reaches the boot CPU only. */
static pv_status
address(const struct input *in, uint32_t cpu, uint32_t *id)
{
	pv_status s;

	*id = 0;
	if (in->kind == PIC)
		return cpu == 0 ? PV_OK : PV_E_RANGE;
	s = pv_native_lapic_address(cpu, id);
	return s == PV_OK && *id > MSI_MOST_ID ? PV_E_RANGE : s;
}

static pv_status
setup(uint32_t input, uint32_t flags, uint32_t cpu)
{
	struct input *in = &inputs[input];
	uint32_t id;
	pv_status s = address(in, cpu, &id);

	if (s == PV_OK && in->kind == PIC)
		s = pv_native_pic_set(input, flags);
	if (s != PV_OK)
		return s;
	if (in->kind == PIN)
		pv_native_ioapic_set(in->gsi, pv_native_input_vector(input), flags, id);
	in->cpu = cpu;
	in->connected = true;
	return PV_OK;
}

static pv_status
route(uint32_t input, uint32_t cpu)
{
	struct input *in = &inputs[input];
	uint32_t id;
	pv_status s = address(in, cpu, &id);

	if (s != PV_OK)
		return s;
	if (in->kind == PIN)
		pv_native_ioapic_route(in->gsi, id);
	in->cpu = cpu;
	return PV_OK;
}

static void
set_masked(uint32_t input, bool masked)
{
	const struct input *in = &inputs[input];

	if (in->kind == PIN)
		pv_native_ioapic_mask(in->gsi, masked);
	else if (in->kind == PIC)
		pv_native_pic_mask(input, masked);
	/* A message is masked in its device; one that comes all the same is remembered by the registry. */
}

static void
mask(uint32_t input)
{
	set_masked(input, true);
}

static void
unmask(uint32_t input)
{
	set_masked(input, false);
}

static void
disconnect(uint32_t input)
{
	set_masked(input, true);
	inputs[input].connected = false;
}

static pv_status
msi(uint32_t input, uint64_t *where, uint32_t *data)
{
	const struct input *in = &inputs[input];
	uint32_t id;

	if (in->kind != MESSAGE)
		return PV_E_INVAL;
	if (address(in, in->cpu, &id) != PV_OK)
		return PV_E_RANGE;
	*where = MSI_ADDRESS | id << 12;
	*data = pv_native_input_vector(input);
	return PV_OK;
}

/* -- sending -- */

/*
 * Without local APIC the only software interrupt is the instruction, and it does not ask whether
 * the gate is open. If it is closed, the next interrupt of any device does the work, and the
 * timer's is made to come at once.
 */
static pv_status
send_to_self(uint32_t n)
{
	pv_irq_state gate = pv_irq_save();
	bool open = pv_irq_state_enabled(gate);

	if (n < 4)
		cross_sent |= 1u << n;
	pv_native_lines.soft_sent = true;
	if (!open)
		pv_ops.time.alarm(1);
	pv_irq_restore(gate);
	if (open)
		__asm__ volatile("int %0" : : "i" (PV_VECTOR_SOFT) : "memory", "cc");
	return PV_OK;
}

static pv_status
send(uint32_t n, uint32_t cpu)
{
	if (pv_native_lines.with == 0)
		return PV_E_STAGE;
	if (pv_native_lines.lapic)
		return pv_native_lapic_send(cpu, n < 4 ? PV_VECTOR_CROSS + n : PV_VECTOR_SOFT);
	/* Nothing else starts further CPUs, so there are none. */
	return cpu == pv_cpu_nr() ? send_to_self(n) : PV_E_RANGE;
}

const struct pv_line_ops pv_native_input_ops = {
	.find = find,
	.isa = isa,
	.setup = setup,
	.route = route,
	.remove = disconnect,
	.mask = mask,
	.unmask = unmask,
	.end = pv_native_input_end,
	.send = send,
	.msi = msi,
};
