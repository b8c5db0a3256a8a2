/*
 * The model's memory reservations, grants (version 1, within the domain) and physical
 * interrupts of a first domain.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "xen_model.h"

static bool
domain_known(uint16_t domain)
{
	return domain == 0 || domain == XEN_DOMID_SELF;
}

/* -- memory -------------------------------------------------------------------------- */

static long
decrease(const struct xen_memory_reservation *r)
{
	unsigned long *list = (unsigned long *)r->extent_start;
	unsigned long done;

	for (done = 0; done < r->nr_extents; done++) {
		struct xm_frame *f;

		if (xm_bad(&list[done]) || !xm_owned(list[done]))
			break;
		f = &xm.frame[list[done]];
		/* It is the guest's until the last mapping is gone, but no longer counts as its. */
		xm.pages--;
		xm.m2p[list[done]] = ~0ul;
		xm_put(f);
	}
	return (long)done;
}

static long
populate(const struct xen_memory_reservation *r, bool physmap)
{
	unsigned long *list = (unsigned long *)r->extent_start, done, mfn = 1;

	for (done = 0; done < r->nr_extents; done++) {
		while (mfn < XM_FRAMES && xm.frame[mfn].owner != XM_NOBODY)
			mfn++;
		if (xm_bad(&list[done]) || mfn == XM_FRAMES || xm.pages == XM_PAGES)
			break;
		xm.frame[mfn] = (struct xm_frame){ .owner = XM_GUEST, .refs = 1 };
		xm.pages++;
		xm.m2p[mfn] = physmap ? list[done] : ~0ul;
		list[done] = mfn;
	}
	return (long)done;
}

/* Reservations have no errors: they say how many extents were done. */
static long
reserve(unsigned long cmd, const struct xen_memory_reservation *r)
{
	if (xm_bad(r) || r->nr_extents > 1ul << 26 || !domain_known(r->domid) || r->extent_order != 0)
		return 0;
	return cmd == XEN_MEM_DECREASE_RESERVATION ? decrease(r) : populate(r, cmd == XEN_MEM_POPULATE_PHYSMAP);
}

static long
domain_op(unsigned long cmd, const struct xen_memory_domain *arg)
{
	if (xm_bad(arg))
		return -XEN_EFAULT;
	if (!domain_known(arg->domid))
		return -XEN_ESRCH;
	return cmd == XEN_MEM_CURRENT_RESERVATION ? (long)xm.pages : XM_PAGES;
}

static long
machphys(struct xen_machphys_mapping *arg)
{
	if (xm_bad(arg))
		return -XEN_EFAULT;
	arg->v_start = (unsigned long)xm.m2p;
	arg->v_end = (unsigned long)(xm.m2p + XM_FRAMES);
	arg->max_mfn = XM_FRAMES - 1;
	return 0;
}

/* The guest has no second translation that could be changed. */
static long
physmap(const uint16_t *domain)
{
	if (xm_bad(domain))
		return -XEN_EFAULT;
	return domain_known(*domain) ? -XEN_EACCES : -XEN_ESRCH;
}

/* The machine's memory map: all of it is RAM. Entries are address, size, type. */
static long
machine_map(struct xen_memory_map *map)
{
	static const struct __attribute__((packed)) {
		uint64_t base, size;
		uint32_t type;
	} ram = { 0, XM_FRAMES * 4096ull, 1 };

	if (xm_bad(map) || xm_bad((const void *)map->buffer))
		return -XEN_EFAULT;
	if (map->nr_entries < 1)
		return -XEN_EINVAL;
	memcpy((void *)map->buffer, &ram, sizeof(ram));
	map->nr_entries = 1;
	return 0;
}

long
xm_memory_op(unsigned long cmd, unsigned long arg, unsigned long c, unsigned long d)
{
	(void)c;
	(void)d;
	switch (cmd) {
	case XEN_MEM_INCREASE_RESERVATION:
	case XEN_MEM_DECREASE_RESERVATION:
	case XEN_MEM_POPULATE_PHYSMAP:
		return reserve(cmd, (const struct xen_memory_reservation *)arg);
	case XEN_MEM_MAXIMUM_RAM_PAGE:
		return XM_FRAMES;
	case XEN_MEM_CURRENT_RESERVATION:
	case XEN_MEM_MAXIMUM_RESERVATION:
		return domain_op(cmd, (const struct xen_memory_domain *)arg);
	case XEN_MEM_MACHPHYS_MAPPING:
		return machphys((struct xen_machphys_mapping *)arg);
	case XEN_MEM_ADD_TO_PHYSMAP:
	case XEN_MEM_REMOVE_FROM_PHYSMAP:
		return physmap((const uint16_t *)arg);
	case XEN_MEM_MACHINE_MEMORY_MAP:
		return machine_map((struct xen_memory_map *)arg);
	default:
		return -XEN_ENOSYS;	/* the first domain has no map of its own, either */
	}
}

/* -- grants ----------------------------------------------------------------------------- */

static struct xen_grant_entry *
grant(uint32_t ref)
{
	if (ref >= xm.grant_frames * 512)
		return NULL;
	return (struct xen_grant_entry *)xm_at(xm.grant_frame[ref / 512]) + ref % 512;
}

static int16_t
setup_table(const struct xen_setup_table *s)
{
	if (!domain_known(s->dom))
		return XEN_GNTST_BAD_DOMAIN;
	if (s->nr_frames > XM_GRANTS)
		return XEN_GNTST_GENERAL_ERROR;
	while (xm.grant_frames < s->nr_frames) {
		unsigned long mfn = XM_FRAMES - 1 - xm.grant_frames;

		/* Xen's page, lent to the guest for good. */
		xm.frame[mfn] = (struct xm_frame){ .owner = XM_GUEST, .type = XM_WRITABLE, .valid = true,
			.types = 1, .refs = 1 };
		memset(xm_at(mfn), 0, 4096);
		xm.grant_frame[xm.grant_frames++] = mfn;
	}
	for (unsigned i = 0; i < s->nr_frames; i++)
		((unsigned long *)s->frame_list)[i] = xm.grant_frame[i];
	return XEN_GNTST_OKAY;
}

/* The entry that maps the address is changed as an ordinary one is. */
static bool
host_map(uint64_t va, uint64_t entry)
{
	uint64_t *where = xm_leaf(xm.root, (uintptr_t)va);
	unsigned long mfn;

	if (where == NULL)
		return false;
	mfn = (unsigned long)((const char *)where - (const char *)xm_at(0)) / 4096;
	return xm_owned(mfn) && xm.frame[mfn].type == XM_L1 &&
	    xm_entry_set(&xm.frame[mfn], (va >> 12) & 511, entry, false) == 0;
}

static int16_t
map_ref(struct xen_map_grant_ref *m)
{
	bool writable = (m->flags & XEN_GNTMAP_READONLY) == 0;
	struct xen_grant_entry *e;
	unsigned h = 0;

	if ((m->flags & (XEN_GNTMAP_HOST_MAP | XEN_GNTMAP_DEVICE_MAP)) == 0)
		return XEN_GNTST_BAD_GNTREF;
	if (!domain_known(m->dom))
		return XEN_GNTST_BAD_DOMAIN;
	e = grant(m->ref);
	if (e == NULL || (e->flags & XEN_GTF_TYPE_MASK) != XEN_GTF_PERMIT_ACCESS || !domain_known(e->domid))
		return XEN_GNTST_BAD_GNTREF;
	if (writable && (e->flags & XEN_GTF_READONLY) != 0)
		return XEN_GNTST_GENERAL_ERROR;
	while (h < 32 && xm.grant_map[h].used)
		h++;
	if (h == 32)
		return XEN_GNTST_NO_SPACE;
	if (!host_map(m->host_addr, (uint64_t)e->frame << 12 | XM_P | XM_AD | (writable ? XM_W : 0)))
		return XEN_GNTST_GENERAL_ERROR;
	xm.grant_map[h].used = true;
	xm.grant_map[h].writable = writable;
	xm.grant_map[h].ref = m->ref;
	xm.grant_map[h].at = m->host_addr;
	xm.grant_pins[m->ref]++;
	e->flags |= XEN_GTF_READING | (writable ? XEN_GTF_WRITING : 0);
	m->handle = h;
	m->dev_bus_addr = (uint64_t)e->frame << 12;
	return XEN_GNTST_OKAY;
}

static int16_t
unmap_ref(const struct xen_unmap_grant_ref *u)
{
	if (u->handle >= 32 || !xm.grant_map[u->handle].used)
		return XEN_GNTST_BAD_HANDLE;
	if (u->host_addr != xm.grant_map[u->handle].at || !host_map(u->host_addr, 0))
		return XEN_GNTST_GENERAL_ERROR;
	xm.grant_map[u->handle].used = false;
	if (--xm.grant_pins[xm.grant_map[u->handle].ref] == 0)
		grant(xm.grant_map[u->handle].ref)->flags &= (uint16_t)~(XEN_GTF_READING | XEN_GTF_WRITING);
	return XEN_GNTST_OKAY;
}

static long
set_version(struct xen_set_version *v)
{
	bool known = v->version == 1;

	v->version = 1;
	return known ? 0 : -XEN_EINVAL;
}

static int16_t
query_size(struct xen_query_size *q)
{
	if (!domain_known(q->dom))
		return XEN_GNTST_BAD_DOMAIN;
	q->nr_frames = xm.grant_frames;
	q->max_nr_frames = XM_GRANTS;
	return XEN_GNTST_OKAY;
}

long
xm_grant_op(unsigned long cmd, unsigned long arg, unsigned long nr, unsigned long d)
{
	(void)d;
	if (cmd != XEN_GNTTABOP_MAP_GRANT_REF && cmd != XEN_GNTTABOP_UNMAP_GRANT_REF &&
	    cmd != XEN_GNTTABOP_SETUP_TABLE && cmd != XEN_GNTTABOP_QUERY_SIZE && cmd != XEN_GNTTABOP_SET_VERSION)
		return -XEN_ENOSYS;
	if (xm_bad((const void *)arg))
		return -XEN_EFAULT;
	if (cmd == XEN_GNTTABOP_SET_VERSION)
		return set_version((struct xen_set_version *)arg);
	if (cmd == XEN_GNTTABOP_SETUP_TABLE || cmd == XEN_GNTTABOP_QUERY_SIZE) {
		if (nr != 1)
			return -XEN_EINVAL;
		if (cmd == XEN_GNTTABOP_SETUP_TABLE)
			((struct xen_setup_table *)arg)->status = setup_table((const struct xen_setup_table *)arg);
		else
			((struct xen_query_size *)arg)->status = query_size((struct xen_query_size *)arg);
		return 0;
	}
	for (unsigned long i = 0; i < nr; i++) {
		struct xen_map_grant_ref *m = (struct xen_map_grant_ref *)arg + i;
		struct xen_unmap_grant_ref *u = (struct xen_unmap_grant_ref *)arg + i;

		if (cmd == XEN_GNTTABOP_MAP_GRANT_REF)
			m->status = map_ref(m);
		else
			u->status = unmap_ref(u);
	}
	return 0;
}

/* -- physical interrupts and ports --------------------------------------------------------- */

static long
map_pirq(struct xen_physdev_map_pirq *m)
{
	if (!domain_known(m->domid))
		return -XEN_ESRCH;
	if (m->type != XEN_MAP_PIRQ_TYPE_GSI || m->index < 0 || m->index >= 24)
		return -XEN_EINVAL;
	if (m->pirq < 0)
		m->pirq = m->index;
	if (m->pirq >= (int)XM_PIRQS)
		return -XEN_EINVAL;
	if (xm.pirq_denied[m->pirq])
		return -XEN_EPERM;
	xm.pirq_mapped[m->pirq] = true;
	return 0;
}

static long
unmap_pirq(const struct xen_physdev_unmap_pirq *u)
{
	if (!domain_known(u->domid))
		return -XEN_ESRCH;
	if (u->pirq < 0 || u->pirq >= (int)XM_PIRQS || !xm.pirq_mapped[u->pirq])
		return -XEN_EINVAL;
	xm.pirq_mapped[u->pirq] = false;
	xm.pirq_denied[u->pirq] = true;
	return 0;
}

static long
irq_op(unsigned long cmd, uint32_t irq, uint32_t *flags)
{
	if (irq >= XM_PIRQS)
		return -XEN_EINVAL;
	if (cmd == XEN_PHYSDEVOP_EOI) {
		if (!xm.pirq_mapped[irq])
			return -XEN_EINVAL;
		xm.pirq_masked[irq] = false;
	} else {
		*flags = XEN_IRQSTAT_NEEDS_EOI;
	}
	return 0;
}

/* The IOAPIC as Xen shows it to the first domain: 24 pins, those of ISA wired as edges. */
static long
apic_read(struct xen_physdev_apic *a)
{
	unsigned pin = (a->reg - 0x10) / 2;

	if (a->apic_physbase != 0xfec00000)
		return -XEN_EINVAL;
	a->value = a->reg == 1 ? 23u << 16 | 0x20 : 0;
	if (a->reg >= 0x10 && (a->reg & 1) == 0 && pin < 24)
		a->value = xm.pin[pin];
	return 0;
}

static long
setup_gsi(const struct xen_physdev_setup_gsi *s)
{
	if (s->gsi < 0 || s->gsi >= 24)
		return -XEN_EINVAL;
	if ((xm.pin[s->gsi] & 0xff) != 0)
		return -XEN_EEXIST;
	xm.pin[s->gsi] = (0x30u + (unsigned)s->gsi) | (s->triggering != 0 ? 0x8000u : 0) |
	    (s->polarity != 0 ? 0x2000u : 0);
	return 0;
}

long
xm_physdev_op(unsigned long cmd, unsigned long arg, unsigned long c, unsigned long d)
{
	static const bool known[32] = { [XEN_PHYSDEVOP_SET_IOPL] = true, [XEN_PHYSDEVOP_SET_IOBITMAP] = true,
		[XEN_PHYSDEVOP_EOI] = true, [XEN_PHYSDEVOP_IRQ_STATUS_QUERY] = true,
		[XEN_PHYSDEVOP_MAP_PIRQ] = true, [XEN_PHYSDEVOP_UNMAP_PIRQ] = true,
		[XEN_PHYSDEVOP_SETUP_GSI] = true, [XEN_PHYSDEVOP_APIC_READ] = true };

	(void)c;
	(void)d;
	if (cmd >= 32 || !known[cmd])
		return -XEN_ENOSYS;
	if (xm_bad((const void *)arg))
		return -XEN_EFAULT;
	switch (cmd) {
	case XEN_PHYSDEVOP_SET_IOPL:
		if (((const struct xen_physdev_set_iopl *)arg)->iopl > 3)
			return -XEN_EINVAL;
		xm.iopl = ((const struct xen_physdev_set_iopl *)arg)->iopl;
		return 0;
	case XEN_PHYSDEVOP_SET_IOBITMAP:
		return ((const struct xen_physdev_set_iobitmap *)arg)->nr_ports > 65536 ? -XEN_EINVAL : 0;
	case XEN_PHYSDEVOP_MAP_PIRQ:
		return map_pirq((struct xen_physdev_map_pirq *)arg);
	case XEN_PHYSDEVOP_UNMAP_PIRQ:
		return unmap_pirq((const struct xen_physdev_unmap_pirq *)arg);
	case XEN_PHYSDEVOP_SETUP_GSI:
		return setup_gsi((const struct xen_physdev_setup_gsi *)arg);
	case XEN_PHYSDEVOP_APIC_READ:
		return apic_read((struct xen_physdev_apic *)arg);
	default:
		return irq_op(cmd, ((struct xen_physdev_irq_status_query *)arg)->irq,
		    &((struct xen_physdev_irq_status_query *)arg)->flags);
	}
}
