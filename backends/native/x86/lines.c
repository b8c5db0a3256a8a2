/*
 * The interrupt controller of bare metal x86: local APIC with IOAPICs where the
 * ACPI tables show them, else the 8259. Here it is brought up with all inputs
 * masked, and takes what comes without having been asked for, and the PIT where
 * that is the timer. What lines are bound to is in inputs.c, of which there is
 * nothing in a kernel that binds none.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/acpi/acpi.h"

struct pv_native_lines pv_native_lines;

/* Also for an input that was disconnected while its interrupt was under way. */
void
pv_native_input_end(uint32_t input)
{
	if (pv_native_is_pic(input))
		pv_native_pic_end(input);
	else
		pv_native_lapic_end();
}

static void
unexpected(struct pv_frame *frame)
{
	uint32_t input = pv_native_vector_input((unsigned)frame->vector);

	pv_lines_spurious();
	if (!pv_native_is_pic(input) || !pv_native_pic_spurious(input))
		pv_native_input_end(input);
}

static pv_status
init(void)
{
	const struct pv_acpi *acpi = pv_native_acpi();

	pv_native_lines.lapic = pv_native_lapic_enable();
	pv_native_lines.with = 0;
	/* Also where it is not used: a request that it makes once more must not look like a fault. */
	if ((acpi == NULL || !acpi->has_madt || acpi->has_8259) && pv_native_pic_init())
		pv_native_lines.with = PV_NATIVE_PIC;
	if (pv_native_lines.lapic && acpi != NULL && acpi->has_madt && pv_native_ioapic_init(acpi)) {
		pv_native_lapic_wire(false);
		pv_native_lines.with = PV_NATIVE_IOAPIC;
	}
	if (pv_native_lines.with == 0) {
		pv_log("lines: neither local APIC with IOAPIC nor 8259 answers: "
		    "this machine cannot interrupt");
		return PV_E_ABSENT;
	}
	for (uint32_t i = 0; i < PV_NATIVE_INPUTS; i++)
		pv_native_vector_set(pv_native_input_vector(i), unexpected);
	if (pv_native_inputs_init != NULL)
		pv_native_inputs_init();
	return PV_OK;
}

static const char *
name(void)
{
	static const char *const names[] = { "none", "8259", "lapic+ioapic" };

	return names[pv_native_lines.with];
}

/* -- the PIT as the timer: its interrupt comes to the timers, not to a line -- */

static void
pit_taken(struct pv_frame *frame)
{
	(void)frame;
	pv_native_pic_end(0);
	if (pv_native_lines.soft_sent)
		pv_native_own_taken();
	pv_timers_run();
}

pv_status
pv_native_lines_pit(void)
{
	uint32_t cpu, gsi = 0;		/* as its local APIC is called; the source */

	if (pv_native_lines.with == PV_NATIVE_PIC) {
		pv_native_vector_set(PV_VECTOR_INPUT, pit_taken);
		pv_native_pic_mask(0, false);
	} else {
		gsi = pv_native_ioapic_isa(0);
		if (!pv_native_ioapic_has(gsi) || pv_native_lapic_address(0, &cpu) != PV_OK)
			return PV_E_NOENT;
		/* What the chip gives is a rising edge, whatever the firmware says. */
		pv_native_ioapic_set(gsi, PV_VECTOR_TIMER, PV_LINE_EDGE, cpu);
		pv_native_ioapic_mask(gsi, false);
	}
	pv_native_lines.pit = true;
	pv_native_lines.pit_source = gsi;
	return PV_OK;
}

bool
pv_native_lines_pit_waits(void)
{
	if (pv_native_lines.with == PV_NATIVE_PIC)
		return pv_native_pic_requested(0);
	return (pv_native_lapic_read(PV_LAPIC_IRR + PV_VECTOR_TIMER / 32 * 16) >> PV_VECTOR_TIMER % 32 & 1) != 0;
}

const struct pv_line_ops pv_native_line_ops = {
	.init = init,
	.name = name,
};
