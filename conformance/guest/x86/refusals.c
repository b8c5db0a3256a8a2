/*
 * Where the cases of xen/refusals.h run in a guest: pages of the kernel's pool, seen
 * through the direct map. They apply to a PV guest alone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../capture.h"
#include "../xen/refusals.h"

/* The image need not have the backend in it. */
extern const struct xen_start_info *pv_xen_start_info PV_WEAK;
long pv_xen_call(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d) PV_WEAK;

long
refusal_call(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	return pv_xen_call(nr, a, b, c, d);
}

static unsigned long
frame_of(unsigned long pfn)
{
	const unsigned long *p2m = (const unsigned long *)pv_xen_start_info->mfn_list;

	return p2m[pfn];
}

bool
refusal_applies(unsigned flags)
{
	if (&pv_xen_start_info == NULL || pv_xen_start_info == NULL)
		return false;
	if ((flags & REFUSAL_LEVELS4) != 0 && PV_TABLE_LEVELS < 4)
		return false;
	return (flags & REFUSAL_DOM0) == 0 || (pv_xen_start_info->flags & XEN_SIF_INITDOMAIN) != 0;
}

struct refusal_page
refusal_page(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr pa = suite_page();
	struct refusal_page page = { h->phys_to_virt(h->context, pa), frame_of(pa.v / PV_PAGE_SIZE) };

	for (unsigned i = 0; i < PV_PAGE_SIZE; i++)
		page.va[i] = 0;
	return page;
}

void
refusal_page_free(struct refusal_page page)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr pa;

	if (h->virt_to_phys(h->context, page.va, &pa) != PV_OK)
		pv_panic("a page of a case has no frame");
	suite_page_free(pa);
}

/*
 * RAM that is not ours: what the first domain was not given, or another one has. Xen's table must have
 * no number of ours for it. Where it has one that our list does not confirm, the frame may be ours all the
 * same: the shim puts others in the places of the rings, and leaves those that were there to the guest.
 */
unsigned long
refusal_foreign_frame(void)
{
	struct xen_machphys_mapping m2p;
	unsigned long frames = (unsigned long)XEN(XEN_MEMORY_OP, XEN_MEM_MAXIMUM_RAM_PAGE, 0, 0, 0);

	if (XEN(XEN_MEMORY_OP, XEN_MEM_MACHPHYS_MAPPING, &m2p, 0, 0) != 0)
		pv_panic("Xen does not say where its table is");
	for (unsigned long mfn = 0x4000; mfn < frames; mfn++) {
		if (((const unsigned long *)m2p.v_start)[mfn] >= pv_xen_start_info->nr_pages)
			return mfn;
	}
	pv_panic("all of the machine's memory is this guest's");
}

unsigned long
refusal_root(void)
{
	return frame_of((unsigned long)(pv_space_kernel()->root.v / PV_PAGE_SIZE));
}

void
refusal_touch_ldt(unsigned selector)
{
	unsigned rights;

	__asm__ volatile ("lar %1, %0" : "=r" (rights) : "r" (selector) : "cc");
}

bool
refusal_info_moved(void)
{
	return true;
}

#define DIFFERENCE(name, answer, why, says)	[name] = { answer, why, says },
static const struct {
	long answer;
	const char *why, *says;
} differences[] = {
	REFUSAL_DIFFERENCES(DIFFERENCE)
};

bool
refusal_differs(enum refusal_difference difference, long *answer)
{
	char word[40];

	if (!suite_option("below", word, sizeof(word)) || !suite_text_has(word, "shim"))
		return false;
	pv_printf("# Xen's shim: %s\n", differences[difference].why);
	if (differences[difference].says != NULL)
		pv_printf("# xen-complaint %s\n", differences[difference].says);
	*answer = differences[difference].answer;
	return true;
}

void
refusal_wrong(const char *file, unsigned line, const char *what, long got, long wanted)
{
	suite_fail(file, line, "%s gave %ld, not %ld", what, got, wanted);
}
