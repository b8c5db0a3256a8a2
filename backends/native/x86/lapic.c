/*
 * The local APIC of each CPU: enabling, ending interrupts, sending them to other
 * CPUs. Its timer is time.c's. Intel SDM volume 3, chapter "Advanced Programmable
 * Interrupt Controller"; MultiProcessor Specification 3.6.2 for the virtual wire.
 *
 * Registers are memory (xAPIC), or MSRs where the firmware left it in x2APIC mode
 * or the machine has CPUs that xAPIC cannot address.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/acpi/acpi.h"

#define MSR_APIC_BASE	0x1bu
#define BASE_X2APIC	0x400u
#define BASE_ENABLED	0x800u
#define BASE_ADDRESS	(~0xfffull)
#define BASE_USUAL	0xfee00000u
#define MSR_X2APIC	0x800u		/* + register / 16 */
#define XAPIC_MOST_ID	254u

#define SVR_ENABLED	0x100u
#define LVT_MASKED	0x10000u
#define LVT_EXTINT	0x700u
#define LVT_NMI		0x400u
#define ICR_BUSY	0x1000u
#define ICR_ASSERT	0x4000u
#define ICR_SELF	0x40000u
#define ICR_SPINS	1000000u
#define ERRORS_TOLD	4u

enum mode {
	UNKNOWN = 0,
	NONE,
	XAPIC,
	X2APIC
};

static enum mode mode;
static volatile uint8_t *regs;
static struct {
	uint32_t id;
	bool up;
} cpus[PV_MAX_CPUS];

/* -- registers -- */

uint32_t
pv_native_lapic_read(unsigned reg)
{
	if (mode == X2APIC)
		return (uint32_t)pv_native_rdmsr(MSR_X2APIC + reg / 16);
	return pv_mmio_read32(regs + reg);
}

void
pv_native_lapic_write(unsigned reg, uint32_t value)
{
	if (mode == X2APIC)
		pv_native_wrmsr(MSR_X2APIC + reg / 16, value);
	else
		pv_mmio_write32(regs + reg, value);
}

void
pv_native_lapic_end(void)
{
	pv_native_lapic_write(PV_LAPIC_EOI, 0);
}

/* -- start -- */

/* The machine has CPUs that xAPIC cannot address, and x2APIC. */
static bool
needs_x2apic(const struct pv_acpi *acpi)
{
	for (unsigned i = 0; acpi != NULL && i < acpi->nr_cpus && i < PV_ACPI_CPUS; i++)
		if (acpi->cpu_apic_id[i] > XAPIC_MOST_ID)
			return pv_native_cpu_feature(1, 2, 21);
	return false;
}

static enum mode
map(pv_paddr base)
{
	volatile void *p;

	if (pv_io_map(base, PV_PAGE_SIZE, PV_MAP_UC, &p) != PV_OK) {
		pv_log("lapic at 0x%llx cannot be mapped: falling back to the 8259",
		    (unsigned long long)base.v);
		return NONE;
	}
	regs = (volatile uint8_t *)p;
	return XAPIC;
}

/* False: the register refuses it. */
static bool
set_base(uint64_t *base, uint32_t bit)
{
	*base |= bit;
	return pv_x86_msr_write(MSR_APIC_BASE, *base) == PV_OK;
}

/* Once for the machine, and the enable bit once for each CPU. */
static enum mode
discover(void)
{
	const struct pv_acpi *acpi = pv_native_acpi();
	uint64_t base;

	if (!pv_native_cpu_feature(1, 3, 9) || pv_wanted("nolapic"))
		return NONE;
	if (pv_x86_msr_read(MSR_APIC_BASE, &base) != PV_OK) {
		/* Before the Pentium Pro there is no such register, and the place is fixed. */
		return map(pv_pa(acpi != NULL && acpi->lapic_base.v != 0 ? acpi->lapic_base.v : BASE_USUAL));
	}
	if ((base & BASE_ENABLED) == 0 && !set_base(&base, BASE_ENABLED))
		return NONE;
	/* The step to x2APIC is allowed from the enabled state only. */
	if ((base & BASE_X2APIC) != 0 || (needs_x2apic(acpi) && set_base(&base, BASE_X2APIC)))
		return X2APIC;
	return regs != NULL ? XAPIC : map(pv_pa(base & BASE_ADDRESS));
}

/* What the firmware took and never ended would block everything of its priority and below. */
static void
end_leftovers(void)
{
	for (unsigned i = 0; i < 256; i++) {
		uint32_t in_service = 0;

		for (unsigned reg = 0; reg < 8; reg++)
			in_service |= pv_native_lapic_read(PV_LAPIC_ISR + 16 * reg);
		if (in_service == 0)
			return;
		pv_native_lapic_end();
	}
}

static void
error(struct pv_frame *frame)
{
	static unsigned told;

	(void)frame;
	/* A write makes the register show what came since the last one. */
	pv_native_lapic_write(PV_LAPIC_ESR, 0);
	if (told < ERRORS_TOLD) {
		told++;
		pv_log("lapic of CPU %u reports error 0x%x", (unsigned)pv_cpu_nr(),
		    (unsigned)pv_native_lapic_read(PV_LAPIC_ESR));
	}
	pv_native_lapic_end();
}

/* Not an interrupt but the absence of one: nothing is in service, nothing to end. */
static void
spurious(struct pv_frame *frame)
{
	(void)frame;
	pv_lines_spurious();
}

/* The NMI input is LINT1 unless the firmware says LINT0; the 8259, if wired up, is on LINT0. */
static uint32_t
lint0(bool wire)
{
	const struct pv_acpi *acpi = pv_native_acpi();

	if (acpi != NULL && acpi->has_madt && acpi->nmi_lint == 0)
		return LVT_NMI;
	return wire && pv_cpu_nr() == 0 ? LVT_EXTINT : LVT_EXTINT | LVT_MASKED;
}

void
pv_native_lapic_wire(bool on)
{
	pv_native_lapic_write(PV_LAPIC_LVT_LINT0, lint0(on));
}

static void
set_up(void)
{
	/* While it is disabled by software all LVT entries are forced to masked: enable first. */
	static const struct {
		uint32_t reg, value;
	} starts[] = {
		{ PV_LAPIC_SVR, SVR_ENABLED | PV_VECTOR_SPURIOUS },
		{ PV_LAPIC_TPR, 0 },
		{ PV_LAPIC_LVT_TIMER, LVT_MASKED | PV_VECTOR_TIMER },
		{ PV_LAPIC_LVT_ERROR, PV_VECTOR_ERROR },
		{ PV_LAPIC_ESR, 0 },
	};

	pv_native_vector_set(PV_VECTOR_SPURIOUS, spurious);
	pv_native_vector_set(PV_VECTOR_ERROR, error);
	for (unsigned i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		pv_native_lapic_write(starts[i].reg, starts[i].value);
	pv_native_lapic_wire(true);
	pv_native_lapic_write(PV_LAPIC_LVT_LINT1, lint0(false) == LVT_NMI ? LVT_MASKED | LVT_NMI : LVT_NMI);
	end_leftovers();
}

bool
pv_native_lapic_enable(void)
{
	uint32_t cpu = pv_cpu_nr(), id;

	if (mode == NONE || cpus[cpu].up)
		return mode != NONE;
	mode = discover();
	if (mode == NONE)
		return false;
	set_up();
	id = pv_native_lapic_read(PV_LAPIC_ID);
	cpus[cpu].id = mode == X2APIC ? id : id >> 24;
	cpus[cpu].up = true;
	return true;
}

/* -- sending -- */

pv_status
pv_native_lapic_address(uint32_t cpu, uint32_t *id)
{
	if (cpu >= PV_MAX_CPUS || !cpus[cpu].up)
		return PV_E_RANGE;
	*id = cpus[cpu].id;
	return PV_OK;
}

pv_status
pv_native_lapic_send(uint32_t cpu, unsigned vector)
{
	uint32_t low = ICR_ASSERT | vector, spins = 0, id;
	pv_status s = pv_native_lapic_address(cpu, &id);
	pv_irq_state gate;

	if (s != PV_OK)
		return s;
	gate = pv_irq_save();
	if (mode == X2APIC) {
		/* One MSR for both halves and nothing to wait for, but it can overtake earlier stores. */
		__asm__ volatile("mfence; lfence" ::: "memory");
		pv_native_wrmsr(MSR_X2APIC + PV_LAPIC_ICR_LOW / 16, (uint64_t)id << 32 | low);
		pv_irq_restore(gate);
		return PV_OK;
	}
	while ((pv_native_lapic_read(PV_LAPIC_ICR_LOW) & ICR_BUSY) != 0 && spins++ < ICR_SPINS)
		pv_cpu_relax();
	if (spins > ICR_SPINS) {
		s = PV_E_TIMEOUT;
	} else if (cpu == pv_cpu_nr()) {
		pv_native_lapic_write(PV_LAPIC_ICR_LOW, ICR_SELF | low);
	} else {
		pv_native_lapic_write(PV_LAPIC_ICR_HIGH, id << 24);
		pv_native_lapic_write(PV_LAPIC_ICR_LOW, low);
	}
	pv_irq_restore(gate);
	return s;
}
