/*
 * The pair of 8259 interrupt controllers: all there is without local APIC and
 * IOAPIC, and something to keep quiet otherwise. Intel 8259A data sheet; the
 * edge/level control registers are those of EISA and PCI chipsets.
 *
 * The gate is closed in all functions.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/latch.h"

#define MASTER		0x20u
#define SLAVE		0xa0u
#define DATA		1u		/* from a chip's first port */
#define ELCR		0x4d0u
#define CASCADE		2u		/* the master's input that the slave is on */

#define ICW1_INIT	0x11u		/* ICW4 follows, cascaded, edges unless ELCR says level */
#define ICW4_8086	0x01u
#define OCW2_END	0x60u		/* end of interrupt for the input in the low bits */
#define OCW3_READ_IRR	0x0au
#define OCW3_READ_ISR	0x0bu

/* The chipset's own inputs are edge-triggered: timer, keyboard, cascade, clock, coprocessor. */
#define ALWAYS_EDGE	0x2107u

static uint16_t masked = 0xffff;
static uint32_t latch;
static bool has_elcr;

static uint16_t
elcr(void)
{
	return (uint16_t)(pv_native_inb(ELCR) | pv_native_inb(ELCR + 1) << 8);
}

bool
pv_native_pic_init(void)
{
	static const struct {
		uint8_t port, value;
	} starts[] = {
		{ MASTER, ICW1_INIT }, { MASTER + DATA, PV_VECTOR_INPUT }, { MASTER + DATA, 1u << CASCADE },
		{ MASTER + DATA, ICW4_8086 },
		{ SLAVE, ICW1_INIT }, { SLAVE + DATA, PV_VECTOR_INPUT + 8 }, { SLAVE + DATA, CASCADE },
		{ SLAVE + DATA, ICW4_8086 }, { SLAVE + DATA, 0xff }, { MASTER + DATA, 0xff & ~(1u << CASCADE) },
	};
	unsigned rounds = sizeof(starts) / sizeof(starts[0]);
	bool here;

	PV_NATIVE_LOOP(rounds);
	for (unsigned i = 0; rounds != 0; i++, rounds--)
		pv_native_outb_pause(starts[i].port, starts[i].value);
	masked = 0xffff & ~(1u << CASCADE);
	here = pv_native_inb(MASTER + DATA) == (masked & 0xff) && pv_native_inb(SLAVE + DATA) == 0xff;
	/* Where no such register is, the bus reads as ones; these bits are zero in a real one. */
	has_elcr = here && (elcr() & ALWAYS_EDGE) == 0;
	return here;
}

uint32_t
pv_native_pic_wired(unsigned irq)
{
	return has_elcr && (elcr() >> irq & 1) != 0 ? PV_LINE_LEVEL | PV_LINE_LOW : PV_LINE_EDGE;
}

/* Polarity is fixed by the trigger: rising edges, or low levels that the chipset turns round. */
pv_status
pv_native_pic_set(unsigned irq, uint32_t flags)
{
	unsigned port = ELCR + irq / 8, bit = 1u << irq % 8;
	bool level = (flags & PV_LINE_LEVEL) != 0;

	if (level && (!has_elcr || (ALWAYS_EDGE >> irq & 1) != 0))
		return PV_E_ABSENT;
	if (!has_elcr)
		return PV_OK;
	pv_latch_take(&latch);
	if (level)
		pv_native_outb((uint16_t)port, (uint8_t)(pv_native_inb((uint16_t)port) | bit));
	else
		pv_native_outb((uint16_t)port, (uint8_t)(pv_native_inb((uint16_t)port) & ~bit));
	pv_latch_drop(&latch);
	return PV_OK;
}

void
pv_native_pic_mask(unsigned irq, bool mask)
{
	pv_latch_take(&latch);
	if (mask)
		masked |= (uint16_t)(1u << irq);
	else
		masked &= (uint16_t)~(1u << irq);
	if (irq < 8)
		pv_native_outb_pause(MASTER + DATA, masked & 0xff);
	else
		pv_native_outb_pause(SLAVE + DATA, masked >> 8);
	pv_latch_drop(&latch);
}

void
pv_native_pic_end(unsigned irq)
{
	pv_latch_take(&latch);
	if (irq >= 8)
		pv_native_outb_pause(SLAVE, OCW2_END | (irq - 8));
	pv_native_outb_pause(MASTER, OCW2_END | (irq >= 8 ? CASCADE : irq));
	pv_latch_drop(&latch);
}

bool
pv_native_pic_requested(unsigned irq)
{
	bool requested;

	pv_latch_take(&latch);
	pv_native_outb_pause(MASTER, OCW3_READ_IRR);
	requested = (pv_native_inb(MASTER) >> irq & 1) != 0;
	pv_latch_drop(&latch);
	return requested;
}

/*
 * A request that goes away before the CPU acknowledges it comes as the chip's lowest priority,
 * input 7, without its in-service bit. The slave's has been a real request to the master.
 */
bool
pv_native_pic_spurious(unsigned irq)
{
	uint8_t port = irq < 8 ? MASTER : SLAVE;
	bool in_service;

	if (irq % 8 != 7)
		return false;
	pv_latch_take(&latch);
	pv_native_outb_pause(port, OCW3_READ_ISR);
	in_service = (pv_native_inb(port) & 0x80) != 0;
	if (!in_service && irq >= 8)
		pv_native_outb_pause(MASTER, OCW2_END | CASCADE);
	pv_latch_drop(&latch);
	return !in_service;
}
