/*
 * The PCI host bridge of a sun4u machine (psycho, sabre): ports, configuration,
 * bus addresses, its own registers. All are reached at their physical addresses by
 * ASI, which needs no mapping.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/port.h"
#include "native.h"

/* UltraSPARC IIi User's Manual, 19.3: control of the IOMMU; bit 0: it translates. */
#define IOMMU_CONTROL		0x0200u
#define IOMMU_ON		0x1u
/* UltraSPARC I and II User's Manual, A.6: both caches on; their size, and that of a line. */
#define LSU_CACHES		0x3u
#define L1_SIZE			0x4000u
#define L1_LINE			32u
#define BUS_REACH		(1ull << 32)

static uint64_t bridge, config, config_size;

/* A bridge whose registers are those of UltraSPARC IIi's. */
static bool
known(uint32_t node)
{
	char model[16];

	pv_native_of_get_text(node, "model", model, sizeof(model));
	return pv_text_equal(model, "SUNW,sabre") || pv_text_equal(model, "SUNW,psycho");
}

void
pv_native_pci_setup(void)
{
	uint32_t node = pv_native_of_bridge();
	uint64_t size;
	pv_paddr pa;

	if (node == PV_OF_NONE)
		return;
	if (pv_native_of_pci_space(1, &pa, &size) == PV_OK && size >= 0x10000)
		pv_sparc64_ports = pa.v;
	if (pv_native_of_pci_space(0, &pa, &config_size) == PV_OK)
		config = pa.v;
	if (known(node) && pv_native_of_reg(node, &pa, &size) == PV_OK)
		bridge = pa.v;
}

bool
pv_native_bridge(void)
{
	return bridge != 0;
}

uint64_t
pv_native_bridge_read(uint32_t reg)
{
	uint64_t v;

	__asm__ volatile("ldxa [%1] 0x15, %0" : "=r" (v) : "r" (bridge + reg) : "memory");
	return v;
}

void
pv_native_bridge_write(uint32_t reg, uint64_t value)
{
	__asm__ volatile("stxa %0, [%1] 0x15" : : "r" (value), "r" (bridge + reg) : "memory");
}

/* Physical address of a register of configuration space; 0: beyond it. */
static uint64_t
config_at(struct pv_pci_address where, unsigned reg)
{
	uint64_t offset = (uint64_t)where.bus << 16 | (uint64_t)where.device << 11 |
	    (uint64_t)where.function << 8 | reg;

	return config != 0 && where.segment == 0 && offset < config_size ? config + offset : 0;
}

/* A data access error leaves its marks in the AFSR, and the first caches off with what they had. */
static void
forget_error(void)
{
	pv_irq_state state = pv_irq_save();
	uint64_t v;

	for (uint64_t at = 0; at < L1_SIZE; at += L1_LINE)
		__asm__ volatile("stxa %%g0, [%0] 0x67\n\tstxa %%g0, [%0] 0x47" : : "r" (at) : "memory");
	__asm__ volatile("membar #Sync\n\tldxa [%%g0] 0x45, %0" : "=r" (v));
	__asm__ volatile("stxa %0, [%%g0] 0x45\n\tmembar #Sync" : : "r" (v | LSU_CACHES) : "memory");
	__asm__ volatile("ldxa [%%g0] 0x4c, %0\n\tstxa %0, [%%g0] 0x4c\n\tmembar #Sync" : "=&r" (v) : : "memory");
	pv_irq_restore(state);
}

/* Where no function is, the bridge gives ones and takes what is written, or there is an error. */
static pv_status
pci_read(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value)
{
	uint64_t at = config_at(where, reg);

	*value = 0xffffffffu >> (32 - 8 * width);
	if (at != 0 && !pv_sparc64_probe(at, width, value))
		forget_error();
	return PV_OK;
}

static pv_status
pci_write(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value)
{
	uint64_t at = config_at(where, reg);

	if (at == 0)
		return config == 0 ? PV_E_ABSENT : PV_E_RANGE;
	if (!pv_sparc64_probe_write(at, width, value))
		forget_error();
	return PV_OK;
}

/* The IOMMU is as the firmware left it. Off, a bus address of 32 bits is the physical one. */
static pv_status
bus_address(pv_paddr pa, uint64_t size, pv_maddr *out)
{
	if (bridge != 0 && (pv_native_bridge_read(IOMMU_CONTROL) & IOMMU_ON) != 0)
		return PV_E_ABSENT;
	if (pa.v >= BUS_REACH || size > BUS_REACH - pa.v)
		return PV_E_RANGE;
	out->v = pa.v;
	return PV_OK;
}

const struct pv_io_ops pv_native_io_ops = {
	.in_string = pv_sparc64_in_string,
	.out_string = pv_sparc64_out_string,
	.pci_read = pci_read,
	.pci_write = pci_write,
	.bus_address = bus_address,
};
