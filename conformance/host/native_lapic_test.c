/*
 * The local APIC on a made-up CPU: which mode is chosen from what CPUID, the base MSR
 * and ACPI say, and what is written to it. x2APIC is tested here because the emulator
 * of the boots has none.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native_lines.h"

#define BASE		0xfee00000u
#define NR_WRITES	64u

static struct {
	bool apic, x2apic, nolapic, has_base_msr, unmappable;
	uint64_t base_msr;
	uint64_t mapped_at;
	uint32_t reg[0x400];			/* by offset; the same behind both ways in */
	unsigned busy;				/* reads of the ICR that say so */
	unsigned in_service;			/* interrupts that nobody ended */
	struct {
		bool msr;
		uint32_t where;
		uint64_t value;
	} write[NR_WRITES];
	unsigned nr_writes, ends;
} hw;

static pv_native_vector_fn vectors[256];
struct pv_ops pv_ops;

static void
note(bool msr, uint32_t where, uint64_t value)
{
	if (hw.nr_writes < NR_WRITES) {
		hw.write[hw.nr_writes].msr = msr;
		hw.write[hw.nr_writes].where = where;
		hw.write[hw.nr_writes].value = value;
	}
	hw.nr_writes++;
}

static uint32_t
reg_read(uint32_t reg)
{
	if (reg == PV_LAPIC_ICR_LOW && hw.busy > 0) {
		hw.busy--;
		return 0x1000;
	}
	if (reg == PV_LAPIC_ISR + 0x10)
		return hw.in_service != 0 ? 0x80000000u : 0;
	return hw.reg[reg];
}

static void
reg_write(uint32_t reg, uint32_t value)
{
	if (reg == PV_LAPIC_EOI) {
		hw.ends++;
		if (hw.in_service > 0 && hw.in_service < 1000)
			hw.in_service--;
	}
	hw.reg[reg] = value;
}

static uint64_t
fake_rdmsr(uint32_t nr)
{
	ck_assert_uint_ge(nr, 0x800);
	ck_assert_msg((hw.base_msr & 0x400) != 0, "MSR 0x%x outside of x2APIC mode", nr);
	return reg_read((nr - 0x800) * 16);
}

static void
fake_wrmsr(uint32_t nr, uint64_t value)
{
	ck_assert_msg((hw.base_msr & 0x400) != 0, "MSR 0x%x outside of x2APIC mode", nr);
	note(true, nr, value);
	reg_write((nr - 0x800) * 16, (uint32_t)value);
}

static uint32_t
fake_read32(const volatile void *p)
{
	/* Not an assertion: those write to a pipe, and this is read a million times. */
	if ((hw.base_msr & 0x400) != 0)
		ck_abort_msg("register in memory in x2APIC mode");
	return reg_read((uint32_t)(uintptr_t)p - 0x1000);
}

static void
fake_write32(volatile void *p, uint32_t value)
{
	ck_assert_msg((hw.base_msr & 0x400) == 0, "register in memory in x2APIC mode");
	note(false, (uint32_t)(uintptr_t)p - 0x1000, value);
	reg_write((uint32_t)(uintptr_t)p - 0x1000, value);
}

pv_status
pv_x86_msr_read(uint32_t nr, uint64_t *value)
{
	ck_assert_uint_eq(nr, 0x1b);
	*value = hw.base_msr;
	return hw.has_base_msr ? PV_OK : PV_E_ABSENT;
}

pv_status
pv_x86_msr_write(uint32_t nr, uint64_t value)
{
	ck_assert_uint_eq(nr, 0x1b);
	/* From disabled straight to x2APIC is a fault (SDM, x2APIC state transitions). */
	if ((value & 0xc00) == 0xc00 && ((hw.base_msr & 0x800) == 0 || !hw.x2apic))
		return PV_E_ABSENT;
	hw.base_msr = value;
	return PV_OK;
}

bool
pv_native_cpu_feature(unsigned leaf, unsigned reg, unsigned bit)
{
	ck_assert_uint_eq(leaf, 1);
	return reg == 3 && bit == 9 ? hw.apic : reg == 2 && bit == 21 ? hw.x2apic : false;
}

bool
pv_wanted(const char *word)
{
	return strcmp(word, "nolapic") == 0 && hw.nolapic;
}

pv_status
pv_io_map(pv_paddr base, size_t size, unsigned flags, volatile void **out)
{
	ck_assert_uint_ge(size, 0x400);
	ck_assert_uint_eq(flags, PV_MAP_UC);
	hw.mapped_at = base.v;
	*out = (volatile void *)0x1000;
	return hw.unmappable ? PV_E_NOMEM : PV_OK;
}

void
pv_native_vector_set(unsigned nr, pv_native_vector_fn fn)
{
	vectors[nr] = fn;
}

static uint64_t told_spurious;

void
pv_lines_spurious(void)
{
	told_spurious++;
}

#define pv_native_rdmsr		fake_rdmsr
#define pv_native_wrmsr		fake_wrmsr
#define pv_mmio_read32		fake_read32
#define pv_mmio_write32		fake_write32
#include "../../backends/native/x86/lapic.c"

static void
start(void)
{
	power_on();
	hw.apic = hw.has_base_msr = true;
	hw.base_msr = BASE | 0x900;
	hw.reg[PV_LAPIC_ID] = 5u << 24;
}

/* -- which mode -- */

START_TEST(no_apic_is_left_alone)
{
	hw.apic = false;
	ck_assert(!pv_native_lapic_enable());
	hw.apic = hw.nolapic = true;
	mode = UNKNOWN;
	ck_assert(!pv_native_lapic_enable());
	ck_assert_uint_eq(hw.nr_writes, 0);
	ck_assert_uint_eq(hw.mapped_at, 0);
	/* The answer stays the same. */
	hw.nolapic = false;
	ck_assert(!pv_native_lapic_enable());
}
END_TEST

START_TEST(memory_mode_where_the_base_register_says)
{
	hw.base_msr = 0xfec70000u | 0x900;
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.mapped_at, 0xfec70000u);
	ck_assert_uint_eq(hw.base_msr, 0xfec70000u | 0x900);
}
END_TEST

START_TEST(disabled_by_firmware_is_enabled)
{
	hw.base_msr = BASE | 0x100;
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.base_msr, BASE | 0x900);
}
END_TEST

START_TEST(without_base_register_where_acpi_says_or_the_usual_place)
{
	hw.has_base_msr = false;
	has_firmware = true;
	firmware.lapic_base = pv_pa(0xfec80000u);
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.mapped_at, 0xfec80000u);
	mode = UNKNOWN;
	cpus[0].up = false;
	firmware.lapic_base = pv_pa(0);
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.mapped_at, BASE);
}
END_TEST

START_TEST(not_mappable_is_told)
{
	hw.unmappable = true;
	ck_assert(!pv_native_lapic_enable());
	ck_assert_uint_eq(logged_lines, 1);
	ck_assert_ptr_nonnull(strstr(logged, "fee00000"));
	ck_assert_uint_eq(hw.nr_writes, 0);
}
END_TEST

START_TEST(x2apic_left_on_is_used)
{
	hw.base_msr = BASE | 0xd00;
	hw.reg[PV_LAPIC_ID] = 0x12345;
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.mapped_at, 0);
	ck_assert_uint_eq(cpus[0].id, 0x12345);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_SVR], 0x1ff);
}
END_TEST

START_TEST(x2apic_is_turned_on_for_large_ids_only)
{
	hw.x2apic = true;
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.base_msr, BASE | 0x900);
	mode = UNKNOWN;
	cpus[0].up = false;
	has_firmware = true;
	firmware.nr_cpus = 2;
	firmware.cpu_apic_id[1] = 254;
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.base_msr, BASE | 0x900);
	mode = UNKNOWN;
	cpus[0].up = false;
	firmware.cpu_apic_id[1] = 255;
	hw.base_msr = BASE | 0x100;	/* and from the disabled state */
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.base_msr, BASE | 0xd00);
}
END_TEST

START_TEST(large_ids_without_x2apic_stay_in_memory)
{
	has_firmware = true;
	firmware.nr_cpus = 1;
	firmware.cpu_apic_id[0] = 1000;
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.base_msr, BASE | 0x900);
	ck_assert_uint_eq(hw.mapped_at, BASE);
}
END_TEST

/* -- what is set up -- */

START_TEST(enable_opens_nmi_and_the_virtual_wire)
{
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.write[0].where, PV_LAPIC_SVR);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_SVR], 0x1ff);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_TPR], 0);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_LVT_LINT0], 0x700);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_LVT_LINT1], 0x400);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_LVT_ERROR], PV_VECTOR_ERROR);
	ck_assert_uint_ne(hw.reg[PV_LAPIC_LVT_TIMER] & 0x10000, 0);
	pv_native_lapic_wire(false);
	ck_assert_uint_ne(hw.reg[PV_LAPIC_LVT_LINT0] & 0x10000, 0);
	pv_native_lapic_wire(true);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_LVT_LINT0], 0x700);
}
END_TEST

START_TEST(second_enable_writes_nothing)
{
	unsigned before;

	ck_assert(pv_native_lapic_enable());
	before = hw.nr_writes;
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.nr_writes, before);
}
END_TEST

START_TEST(other_cpus_have_no_virtual_wire)
{
	ck_assert(pv_native_lapic_enable());
	be_cpu(1);
	hw.reg[PV_LAPIC_ID] = 7u << 24;
	hw.mapped_at = 0;
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.mapped_at, 0);
	ck_assert_uint_ne(hw.reg[PV_LAPIC_LVT_LINT0] & 0x10000, 0);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_LVT_LINT1], 0x400);
}
END_TEST

START_TEST(nmi_on_lint0_if_the_firmware_says_so)
{
	has_firmware = firmware.has_madt = true;
	firmware.nmi_lint = 0;
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.reg[PV_LAPIC_LVT_LINT0], 0x400);
	ck_assert_uint_ne(hw.reg[PV_LAPIC_LVT_LINT1] & 0x10000, 0);
	pv_native_lapic_wire(false);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_LVT_LINT0], 0x400);
}
END_TEST

START_TEST(leftovers_are_ended_with_a_bound)
{
	hw.in_service = 3;
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_eq(hw.ends, 3);
	cpus[0].up = false;
	hw.ends = 0;
	hw.in_service = 1000;		/* never goes away */
	ck_assert(pv_native_lapic_enable());
	ck_assert_uint_le(hw.ends, 256);
}
END_TEST

START_TEST(errors_are_told_a_few_times_and_ended)
{
	ck_assert(pv_native_lapic_enable());
	hw.ends = 0;
	hw.reg[PV_LAPIC_ESR] = 0x40;
	for (unsigned i = 0; i < 10; i++)
		vectors[PV_VECTOR_ERROR](NULL);
	ck_assert_uint_eq(hw.ends, 10);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_ESR], 0);
	ck_assert_uint_eq(logged_lines, 4);
}
END_TEST

START_TEST(spurious_vector_is_counted_and_not_ended)
{
	ck_assert(pv_native_lapic_enable());
	hw.ends = 0;
	vectors[PV_VECTOR_SPURIOUS](NULL);
	ck_assert_uint_eq(hw.ends, 0);
	ck_assert_uint_eq(told_spurious, 1);
}
END_TEST

/* -- sending -- */

START_TEST(send_to_oneself_needs_no_address)
{
	ck_assert(pv_native_lapic_enable());
	hw.nr_writes = 0;
	ck_assert_int_eq(pv_native_lapic_send(0, 0xf4), PV_OK);
	ck_assert_uint_eq(hw.nr_writes, 1);
	ck_assert_uint_eq(hw.reg[PV_LAPIC_ICR_LOW], 0x440f4);
	ck_assert_uint_eq(test_gate, 1);
}
END_TEST

START_TEST(send_to_another_writes_the_address_first)
{
	ck_assert(pv_native_lapic_enable());
	be_cpu(1);
	hw.reg[PV_LAPIC_ID] = 9u << 24;
	ck_assert(pv_native_lapic_enable());
	hw.nr_writes = 0;
	hw.busy = 3;
	ck_assert_int_eq(pv_native_lapic_send(0, 0xf0), PV_OK);
	ck_assert_uint_eq(hw.nr_writes, 2);
	ck_assert_uint_eq(hw.write[0].where, PV_LAPIC_ICR_HIGH);
	ck_assert_uint_eq(hw.write[0].value, 5u << 24);
	ck_assert_uint_eq(hw.write[1].where, PV_LAPIC_ICR_LOW);
	ck_assert_uint_eq(hw.write[1].value, 0x40f0);
}
END_TEST

START_TEST(send_in_x2apic_mode_is_one_write)
{
	hw.base_msr = BASE | 0xd00;
	hw.reg[PV_LAPIC_ID] = 0x12345;
	ck_assert(pv_native_lapic_enable());
	hw.nr_writes = 0;
	hw.busy = 3;			/* not asked */
	ck_assert_int_eq(pv_native_lapic_send(0, 0xf4), PV_OK);
	ck_assert_uint_eq(hw.nr_writes, 1);
	ck_assert_uint_eq(hw.write[0].where, 0x830);
	ck_assert_uint_eq(hw.write[0].value, 0x12345ull << 32 | 0x40f4);
	ck_assert_uint_eq(test_gate, 1);
}
END_TEST

START_TEST(send_fails_with_a_reason)
{
	uint32_t id;

	ck_assert(pv_native_lapic_enable());
	ck_assert_int_eq(pv_native_lapic_send(1, 0xf0), PV_E_RANGE);
	ck_assert_int_eq(pv_native_lapic_send(PV_MAX_CPUS, 0xf0), PV_E_RANGE);
	ck_assert_int_eq(pv_native_lapic_address(1, &id), PV_E_RANGE);
	hw.busy = ~0u;
	hw.nr_writes = 0;
	ck_assert_int_eq(pv_native_lapic_send(0, 0xf0), PV_E_TIMEOUT);
	ck_assert_uint_eq(hw.nr_writes, 0);
	ck_assert_uint_eq(test_gate, 1);
}
END_TEST

int
main(void)
{
	const TTest *const *const cases[] = {
		&no_apic_is_left_alone, &memory_mode_where_the_base_register_says,
		&disabled_by_firmware_is_enabled,
		&without_base_register_where_acpi_says_or_the_usual_place, &not_mappable_is_told,
		&x2apic_left_on_is_used, &x2apic_is_turned_on_for_large_ids_only,
		&large_ids_without_x2apic_stay_in_memory, &enable_opens_nmi_and_the_virtual_wire,
		&second_enable_writes_nothing, &other_cpus_have_no_virtual_wire,
		&nmi_on_lint0_if_the_firmware_says_so, &leftovers_are_ended_with_a_bound,
		&errors_are_told_a_few_times_and_ended, &spurious_vector_is_counted_and_not_ended,
		&send_to_oneself_needs_no_address, &send_to_another_writes_the_address_first,
		&send_in_x2apic_mode_is_one_write, &send_fails_with_a_reason,
	};

	return run_cases("the local APIC", start, cases, sizeof(cases) / sizeof(cases[0]));
}
