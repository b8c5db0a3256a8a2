/*
 * Which console a guest with page tables of its own has: as first domain Xen's, as
 * another one the ring that the domain's parameters tell of, else what bare metal
 * would have (an HVM guest sees a PC's serial port).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "console.h"
#include "pvh.h"

static bool plain;		/* the parent's */
static pv_paddr page;		/* of the ring; 0: there is none */
static uint32_t port;

/* A page on the entry code's tables. NULL: they do not reach there, or they are not ours. */
static void *
see(pv_paddr pa)
{
	if (pa.v < pv_direct_map.size)
		return (void *)(pv_direct_map.base + (uintptr_t)pa.v);
	return pv_direct_map.size != 0 ? pv_xenpvh_boot_map(pa) : NULL;
}

void
pv_xenpvh_console_choose(void)
{
	void *ring;

	if (plain || pv_xen_console_chosen() || !pv_xenpvh_calls())
		return;
	if (pv_xen_first_domain()) {
		pv_xen_console_calls();
		return;
	}
	page = pv_pa(pv_xenpvh_param(XEN_HVM_PARAM_CONSOLE_PFN) << PV_PAGE_SHIFT);
	port = (uint32_t)pv_xenpvh_param(XEN_HVM_PARAM_CONSOLE_EVTCHN);
	ring = page.v != 0 && pv_started.how == PV_BOOT_PVH ? see(page) : NULL;
	if (ring != NULL)
		pv_xen_console_ring(ring, port);
	else
		plain = true;
}

static const struct pv_console_ops *
console(void)
{
	pv_xenpvh_console_choose();
	return pv_xen_console_chosen() ? &pv_xen_console_ops : pv_native_backend.console;
}

void
pv_xenpvh_console_lost(void)
{
	if (page.v != 0 && !plain)
		pv_xen_console_calls();
}

pv_status
pv_xenpvh_console_remap(void)
{
	volatile void *ring;
	pv_status s;

	if (page.v == 0 || plain)
		return PV_OK;
	s = pv_io_map(page, PV_PAGE_SIZE, PV_MAP_WB, &ring);
	if (s == PV_OK)
		pv_xen_console_ring((struct xen_console_ring *)(uintptr_t)ring, port);
	return s;
}

static void
write(const char *text, size_t size)
{
	console()->write(text, size);
}

static int
get(void)
{
	return console()->get();
}

static const char *
name(void)
{
	return console()->name();
}

const struct pv_console_ops pv_xenpvh_console_ops = {
	.write = write,
	.get = get,
	.name = name,
};
