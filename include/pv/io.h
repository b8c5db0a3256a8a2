/*
 * Devices: ports, memory-mapped registers, PCI configuration, bus addresses.
 *
 * Ports are little-endian by nature; pv_in16 and friends give CPU order. Mapped
 * registers have the byte order the caller declares with pv_le32/pv_be32 or by
 * the accessor's name. On machines without I/O ports the port functions reach
 * the I/O space of the PCI bus.
 *
 * Bus addresses are what a device must be told to reach memory: a kind of its
 * own (pv_maddr), because a hypervisor or an IOMMU may stand between.
 *
 * Context: ports, registers and PCI any context from stage EARLY on; mapping from
 * stage MMU.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_IO_H
#define PV_IO_H

#include <pv/mmu.h>
#include PV_ISA_HEADER(port.h)

PV_BEGIN_DECLS

/*
 * From the ISA's port.h:
 *	uint8_t pv_in8(uint16_t port);		void pv_out8(uint16_t port, uint8_t value);
 *	uint16_t pv_in16(uint16_t port);	void pv_out16(uint16_t port, uint16_t value);
 *	uint32_t pv_in32(uint16_t port);	void pv_out32(uint16_t port, uint32_t value);
 */

/* String forms: count items from one port. */
void pv_in8_string(uint16_t port, void *to, size_t count);
void pv_in16_string(uint16_t port, void *to, size_t count);
void pv_in32_string(uint16_t port, void *to, size_t count);
void pv_out8_string(uint16_t port, const void *from, size_t count);
void pv_out16_string(uint16_t port, const void *from, size_t count);
void pv_out32_string(uint16_t port, const void *from, size_t count);
/* The traditional pause of about 1 us between accesses to slow devices. */
void pv_port_delay(void);
/*
 * Let (or forbid) user mode to use ports [first, first+count) on this CPU. PV_E_ABSENT: no ports, or no
 * task state to say it in; PV_E_INVAL: count is 0 or too large; PV_E_REFUSED.
 */
pv_status pv_port_permit(uint16_t first, uint32_t count, bool allow);

/*
 * Map device registers; flags: PV_MAP_UC, _WC, _WT, or _WB for what is memory. The result is unmapped
 * by pv_io_unmap(), which panics if it is none. PV_E_REFUSED: also _UC, _WC and _WT where the layer
 * below gives us no devices; PV_E_INVAL: empty, wraps, other flags; PV_E_STAGE: there are no hooks
 * yet; and what hook va_alloc and mapping say (PV_E_NOMEM, PV_E_RANGE).
 */
pv_status pv_io_map(pv_paddr base, size_t size, unsigned flags, volatile void **out);
void pv_io_unmap(volatile void *p, size_t size);

PV_INLINE uint32_t
pv_mmio_read32(const volatile void *p)
{
	return *(const volatile uint32_t *)p;
}

PV_INLINE void
pv_mmio_write32(volatile void *p, uint32_t v)
{
	*(volatile uint32_t *)p = v;
}

/*
 * PCI configuration, 256 bytes per function; absent functions read all ones. width 1, 2, 4. PV_E_INVAL:
 * no such place, or reg is not a multiple of width. Only writing says PV_E_ABSENT: no PCI here, and
 * PV_E_RANGE: no such segment or bus; there reading gives all ones, too.
 */
struct pv_pci_address {
	uint16_t segment;
	uint8_t bus, device, function;
};
pv_status pv_pci_read(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value);
pv_status pv_pci_write(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value);

/*
 * What a device must be told for a physical address; PV_E_RANGE if it cannot reach it as one run;
 * PV_E_INVAL: empty, or wraps; PV_E_ABSENT: something stands between that libpv does not program.
 */
pv_status pv_bus_address(pv_paddr pa, uint64_t size, pv_maddr *out);
/*
 * Pages that one device can reach as one run, all bus addresses below `limit` (0: no limit).
 * Through the kernel's contiguous-page hook. PV_E_NOMEM: it has none, nothing, or nothing below `limit`;
 * PV_E_INVAL: no pages, or too many; and what pv_bus_address() says.
 */
pv_status pv_bus_alloc(size_t nr_pages, uint64_t limit, pv_paddr *pa, pv_maddr *bus);
void pv_bus_free(pv_paddr pa, size_t nr_pages);

/* Part of the op table. */
struct pv_io_ops {
	void (*in_string)(uint16_t port, void *to, size_t count, unsigned width);
	void (*out_string)(uint16_t port, const void *from, size_t count, unsigned width);
	void (*port_delay)(void);
	pv_status (*port_permit)(uint16_t first, uint32_t count, bool allow);
	pv_status (*pci_read)(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value);
	pv_status (*pci_write)(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value);
	pv_status (*bus_address)(pv_paddr pa, uint64_t size, pv_maddr *out);
};

PV_END_DECLS
#endif
