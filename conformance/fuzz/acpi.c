/*
 * Fuzzing the ACPI reader: the input is physical memory, seen at two places, where
 * the BIOS has its tables and at 0, so that addresses within the input are short.
 *
 * A wrong checksum would end nearly every run at the first table. The first byte
 * of the input therefore says whether tables are given right ones: those that start
 * at a known signature and whose length lies within the input.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdlib.h>
#include <string.h>

#include "../../backends/common/acpi/reader.h"

#define BIOS		0xe0000u
#define INPUT_MOST	8192u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct input {
	uint8_t *bytes;
	size_t size;
} in;

pv_status
pv_phys_read(void *to, pv_paddr from, size_t size)
{
	uint64_t offset = from.v >= BIOS ? from.v - BIOS : from.v;

	if (offset > in.size || size > in.size - offset)
		return PV_E_RANGE;
	memcpy(to, in.bytes + offset, size);
	return PV_OK;
}

static void
set_sum(uint8_t *from, size_t size, uint8_t *sum_at)
{
	uint8_t sum = 0;

	*sum_at = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + from[i]);
	*sum_at = (uint8_t)-sum;
}

static void
set_sums(void)
{
	static const char signatures[8][5] = {
		"RSDT", "XSDT", "APIC", "FACP", "DSDT", "SSDT", "HPET", "MCFG"
	};

	for (size_t i = 0; i + 36 <= in.size; i++) {
		uint8_t *p = in.bytes + i;
		size_t length = p[4] | p[5] << 8;

		if (memcmp(p, "RSD PTR ", 8) == 0) {
			set_sum(p, 20, p + 8);
			set_sum(p, 36, p + 32);
		}
		for (unsigned k = 0; k < 8; k++)
			if (memcmp(p, signatures[k], 4) == 0 && length >= 36 && length <= in.size - i)
				set_sum(p, length, p + 9);
	}
}

static void
check(const struct pv_acpi *acpi)
{
	if (acpi->nr_cpus > PV_ACPI_CPUS || acpi->nr_ioapics > PV_ACPI_IOAPICS ||
	    acpi->nr_overrides > PV_ACPI_OVERRIDES || acpi->s5[0] > 7 || acpi->s5[1] > 7)
		abort();
	if ((acpi->has_hpet && acpi->hpet_base.v == 0) || (acpi->has_mcfg && acpi->mcfg_base.v == 0) ||
	    (acpi->nmi_lint > 1 && acpi->nmi_lint != 0xff))
		abort();
	for (unsigned i = 0; i < PV_ACPI_REGISTERS; i++)
		if (acpi->reg[i].space == 1 && acpi->reg[i].address > 0xffff)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pv_acpi acpi;
	pv_paddr rsdp = pv_pa(0);

	if (size < 2 || size > INPUT_MOST)
		return 0;
	in.size = size - 1;
	in.bytes = malloc(in.size);
	memcpy(in.bytes, data + 1, in.size);
	if ((data[0] & 1) != 0)
		set_sums();
	if ((data[0] & 2) != 0 || pv_acpi_find_rsdp(&rsdp) == PV_OK)
		if (pv_acpi_read(&acpi, rsdp) == PV_OK)
			check(&acpi);
	free(in.bytes);
	return 0;
}
