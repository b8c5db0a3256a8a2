/*
 * Physical interrupts of a first domain: the pins of the IOAPICs, which Xen drives.
 *
 * Xen has read the ACPI tables and wired the ISA interrupts as they say; what it made
 * of them is read back from the redirection entries, so no table is read here. Pins
 * beyond are PCI's, level-triggered and active low (PCI 2.2.6), until somebody who
 * executes AML says otherwise. Only the IOAPIC at the architectural address can be
 * asked without the tables.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "events.h"
#include "refuse.h"

#define IOAPIC		0xfec00000ul
#define REG_VERSION	0x01u
#define REG_ENTRY(pin)	(0x10u + 2 * (pin))
#define MOST_PINS	120u
#define ENTRY_LEVEL	0x08000u
#define ENTRY_LOW	0x02000u
#define ENTRY_VECTOR	0x000ffu
#define NR_ISA		16u
#define ISA_TIMER	0u
#define ISA_CASCADE	2u

static uint32_t nr_pins;

/* A bit for each interrupt whose end Xen wants to be told, kept by Xen; else it is told of all. */
static uint8_t eoi_map[4096] __attribute__((aligned(4096)));
static bool eoi_mapped;

/* A refusal is kept, with what was asked about; but for one that is an answer. */
static long
ask(unsigned op, void *arg, uint64_t what, long answer)
{
	struct pv_xen_refused r = { .op = op == XEN_PHYSDEVOP_EOI ? "line.end" : "line.setup", .nr = XEN_PHYSDEV_OP,
	    .index = -1, .nr_args = 2, .arg = { op, what } };

	r.code = pv_xen_call(XEN_PHYSDEV_OP, op, (unsigned long)arg, 0, 0);
	if (r.code < 0 && r.code != answer)
		pv_xen_refused(&r);
	return r.code;
}

static bool
read_ioapic(uint32_t reg, uint32_t *value)
{
	struct xen_physdev_apic apic = { .apic_physbase = IOAPIC, .reg = reg };

	if (ask(XEN_PHYSDEVOP_APIC_READ, &apic, reg, 0) < 0)
		return false;
	*value = apic.value;
	return true;
}

void
pv_xen_pirq_start(void)
{
	struct xen_physdev_pirq_eoi_gmfn map;
	uint32_t version;

	if (nr_pins != 0 || pv_xen_start_info == NULL || !pv_xen_first_domain())
		return;
	if (!read_ioapic(REG_VERSION, &version)) {
		pv_log("lines: Xen has no IOAPIC at 0x%lx: there are no physical interrupts", IOAPIC);
		return;
	}
	nr_pins = (version >> 16 & 0xff) + 1;
	if (nr_pins > MOST_PINS)
		nr_pins = MOST_PINS;
	map.gmfn = (unsigned long)pv_xen_mfn_of(eoi_map);
	eoi_mapped = ask(XEN_PHYSDEVOP_PIRQ_EOI_GMFN_V2, &map, map.gmfn, -XEN_ENOSYS) == 0;
}

/* How Xen has wired a pin; false: it is not wired yet. */
static bool
wired_as(uint32_t pin, uint32_t *flags)
{
	uint32_t entry;

	if (!read_ioapic(REG_ENTRY(pin), &entry) || (entry & ENTRY_VECTOR) == 0)
		return false;
	*flags = ((entry & ENTRY_LEVEL) != 0 ? PV_LINE_LEVEL : 0) | ((entry & ENTRY_LOW) != 0 ? PV_LINE_LOW : 0);
	return true;
}

bool
pv_xen_pirq_has(uint32_t gsi, uint32_t *wired)
{
	/* The timer behind ISA interrupt 0, on pin 2 nearly everywhere, is Xen's own. */
	if (gsi >= nr_pins || gsi == ISA_TIMER || gsi == ISA_CASCADE)
		return false;
	if (!wired_as(gsi, wired))
		*wired = gsi < NR_ISA ? PV_LINE_EDGE : PV_LINE_LEVEL | PV_LINE_LOW;
	return true;
}

uint32_t
pv_xen_pirq_isa(uint32_t n)
{
	uint32_t wired;

	return pv_xen_pirq_has(n, &wired) ? n : ~0u;
}

/*
 * A mapping stays, bound or not: Xen takes the right to an interrupt away with its mapping, from a first
 * domain too, and nobody can give it back.
 */
pv_status
pv_xen_pirq_map(uint32_t gsi, uint32_t flags, uint32_t *pirq)
{
	struct xen_physdev_setup_gsi setup = {
		.gsi = (int)gsi, .triggering = (flags & PV_LINE_LEVEL) != 0, .polarity = (flags & PV_LINE_LOW) != 0,
	};
	struct xen_physdev_map_pirq map = {
		.domid = XEN_DOMID_SELF, .type = XEN_MAP_PIRQ_TYPE_GSI, .index = (int)gsi, .pirq = (int)gsi,
	};
	uint32_t asked = flags & (PV_LINE_LEVEL | PV_LINE_LOW), wired;
	long result;

	/* Xen wires a pin once. That it was done before is no error if it was done like this. */
	if (!wired_as(gsi, &wired) || wired != asked) {
		result = ask(XEN_PHYSDEVOP_SETUP_GSI, &setup, gsi, -XEN_EEXIST);
		if (result < 0 && result != -XEN_EEXIST)
			return PV_E_REFUSED;
		if (!wired_as(gsi, &wired) || wired != asked)
			return PV_E_ABSENT;
	}
	if (ask(XEN_PHYSDEVOP_MAP_PIRQ, &map, gsi, 0) < 0)
		return PV_E_REFUSED;
	*pirq = (uint32_t)map.pirq;
	return PV_OK;
}

void
pv_xen_pirq_eoi(uint32_t pirq)
{
	struct xen_physdev_eoi eoi = { pirq };

	if (eoi_mapped && pirq < 8 * sizeof(eoi_map) &&
	    (__atomic_load_n(&eoi_map[pirq / 8], __ATOMIC_RELAXED) >> pirq % 8 & 1) == 0)
		return;
	/* One that Xen does not wait for is no error. */
	(void)ask(XEN_PHYSDEVOP_EOI, &eoi, pirq, 0);
}
