/*
 * Why Xen may have refused a call: looked up in what this guest knows of itself, its
 * tables first of all. Nothing here is fast, and nothing of it runs before a refusal
 * except the look through a tree that is about to be pinned.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "mmu.h"
#include "p2m.h"
#include "refuse.h"
#include "../common/radix/radix.h"

#define FRAME(raw)	((unsigned long)(((raw) & PV_PTE_FRAME) >> PV_PAGE_SHIFT))

static char text[192];
static char *const nothing = NULL;

#define SAY(...)	((void)pv_snprintf(text, sizeof(text), __VA_ARGS__), text)

/* -- looking for a mapping --------------------------------------------------------- */

/* The address that entry i of a table begins at, which begins at `base`. The halves have a gap between them. */
static uintptr_t
address_of(unsigned i, unsigned level, uintptr_t base)
{
	const struct pv_radix_geometry *g = &pv_radix_geometry;

	if (level == g->top && i >= g->kernel_first)
		return g->kernel_start + (uintptr_t)(i - g->kernel_first) * pv_radix_span(level);
	return base + (uintptr_t)i * pv_radix_span(level);
}

/* The first address below `table`, which begins at `base`, where the frame is mapped writable. */
static bool
find_writable(pv_paddr table, unsigned level, uintptr_t base, unsigned long frame, uintptr_t *va)
{
	unsigned entries = level == pv_radix_geometry.top ? pv_radix_geometry.root_entries : 512;

	for (unsigned i = 0; i < entries; i++) {
		uintptr_t at = address_of(i, level, base);
		const uint64_t *window;
		uint64_t raw;
		pv_paddr below;

		if (at - pv_radix.hole_start < pv_radix.hole_size)
			continue;
		window = pv_window_open(table);
		if (window == NULL)
			return false;
		raw = PV_READ_SHARED(window[i]);
		pv_window_close((void *)(uintptr_t)window);
		if ((raw & PV_PTE_P) == 0)
			continue;
		/* By a recursive slot tables are seen as pages, without W. Entries of PAE's root have none. */
		if (level > 1 && (raw & PV_PTE_W) == 0 &&
		    (level < pv_radix_geometry.top || !pv_radix_geometry.root_plain))
			continue;
		if (level == 1 && FRAME(raw) == frame && (raw & PV_PTE_W) != 0) {
			*va = at;
			return true;
		}
		below = pv_xen_physical(FRAME(raw));
		if (level > 1 && (below.v & PV_XEN_MACHINE) == 0 &&
		    find_writable(below, level - 1, at, frame, va))
			return true;
	}
	return false;
}

/* In the space that runs here: the kernel's half and its own. */
static bool
is_writable(unsigned long frame, uintptr_t *va)
{
	return pv_xen_root.v != 0 && find_writable(pv_xen_root, pv_radix_geometry.top, 0, frame, va);
}

/* -- what is wrong with a frame ------------------------------------------------------- */

static char *
frame_wrong(unsigned long frame)
{
	if (frame == FRAME(PV_PTE_FRAME) || frame == PV_XEN_NO_FRAME)
		return SAY("the physical page has no machine frame: it is beyond this guest's memory, or in a balloon");
	if ((pv_xen_physical(frame).v & PV_XEN_MACHINE) != 0)
		return SAY("machine frame 0x%lx is not this guest's memory", frame);
	return nothing;
}

/* A frame that is to become, or to lead to, a table of this level. */
static char *
table_wrong(unsigned long frame, unsigned level)
{
	char *wrong = frame_wrong(frame);
	pv_paddr page = pv_xen_physical(frame);
	unsigned is = pv_xen_table_level(page);
	uintptr_t va;

	if (wrong != NULL)
		return wrong;
	if (is != 0 && is != level)
		return SAY("page 0x%llx is claimed as a table of level %u, not %u", (unsigned long long)page.v, is,
		    level);
	if (is_writable(frame, &va))
		return SAY("page 0x%llx is still mapped writable at 0x%lx: claim it, or map it read-only there",
		    (unsigned long long)page.v, (unsigned long)va);
	return nothing;
}

/* An entry of a table of this level; 0: not known to be one. */
static char *
entry_wrong(uint64_t raw, unsigned level)
{
	unsigned long frame = FRAME(raw);
	bool attribute;
	pv_paddr page;
	unsigned is;

	if ((raw & PV_PTE_P) == 0)
		return nothing;
	if (level > 1 && (raw & PV_PTE_PS) != 0)
		return SAY("large pages cannot be had here");
	if (level > 1)
		return table_wrong(frame, level - 1);
	attribute = (raw & (PV_PTE_PWT | PV_PTE_PCD | PV_PTE_PAT)) != 0 &&
	    (pv_xen_start_info->flags & XEN_SIF_INITDOMAIN) == 0;
	if (attribute && frame_wrong(frame) == NULL)
		return SAY("a domain without devices has no cache attribute but write-back");
	if ((raw & PV_XEN_PTE_MACHINE) != 0)
		return SAY("machine frame 0x%lx is no device's that this guest may use", frame);
	if (frame_wrong(frame) != NULL)
		return frame_wrong(frame);
	page = pv_xen_physical(frame);
	is = pv_xen_table_level(page);
	if (is != 0 && (raw & PV_PTE_W) != 0)
		return SAY("page 0x%llx is a page table of level %u: it may be mapped read-only",
		    (unsigned long long)page.v, is);
	if (pv_xen_mark_of(page) != 0 && (raw & PV_PTE_W) != 0)
		return SAY("page 0x%llx holds descriptors: it may be mapped read-only", (unsigned long long)page.v);
	return nothing;
}

/* -- before a tree is pinned --------------------------------------------------------- */

struct wrong_entry {
	pv_paddr table;
	unsigned level, index;
	char *why;
};

static bool
tree_right(pv_paddr table, unsigned level, struct wrong_entry *out)
{
	const struct pv_radix_geometry *g = &pv_radix_geometry;
	unsigned entries = level == g->top ? g->root_entries : 512;

	for (unsigned i = 0; i < entries; i++) {
		const uint64_t *window = pv_window_open(table);
		bool shared = level == g->top && i >= g->kernel_first;
		uint64_t raw;

		/* What Xen put into a root once it puts there again. */
		if (shared && address_of(i, level, 0) - pv_radix.hole_start < pv_radix.hole_size) {
			if (window != NULL)
				pv_window_close((void *)(uintptr_t)window);
			continue;
		}
		if (window == NULL)
			return true;
		raw = PV_READ_SHARED(window[i]);
		pv_window_close((void *)(uintptr_t)window);
		if ((raw & PV_PTE_P) == 0)
			continue;
		/* Of the kernel's half all is in use already. */
		out->why = shared ? frame_wrong(FRAME(raw)) : level > 1 || (raw & PV_PTE_W) != 0 ?
		    entry_wrong(raw, level) : nothing;
		if (out->why != NULL) {
			out->table = table;
			out->level = level;
			out->index = i;
			return false;
		}
		if (level > 1 && !shared && !tree_right(pv_xen_physical(FRAME(raw)), level - 1, out))
			return false;
	}
	return true;
}

static void
record_wrong(const char *op, unsigned level, const struct wrong_entry *wrong)
{
	struct pv_refusal r = { .op = op, .nr_args = 3, .index = -1, .code = -XEN_EINVAL };

	r.call = pv_xen_call_name(XEN_MMUEXT_OP, XEN_MMUEXT_PIN_L1_TABLE + level - 1);
	r.arg[0] = wrong->table.v;
	r.arg[1] = wrong->level;
	r.arg[2] = wrong->index;
	r.code_name = pv_xen_error_name(r.code);
	pv_xen_record(&r, wrong->why);
}

bool
pv_xen_preflight(const char *op, pv_paddr table, unsigned level)
{
	struct wrong_entry wrong;
	pv_irq_state gate;
	bool right = tree_right(table, level, &wrong);

	if (right)
		return true;
	/* Once more for the reason: an interrupt may have had one to look for in between. */
	gate = pv_irq_save();
	right = tree_right(table, level, &wrong);
	if (!right)
		record_wrong(op, level, &wrong);
	pv_irq_restore(gate);
	return right;
}

/* -- by call ------------------------------------------------------------------------ */

static const char *
update_why(const struct pv_xen_refused *r)
{
	unsigned long table = (unsigned long)(r->arg[0] >> PV_PAGE_SHIFT);
	pv_paddr page = pv_xen_physical(table);

	if (r->arg[2] != XEN_DOMID_SELF)
		return "the frame may not be the other domain's, or not granted to this one";
	if ((page.v & PV_XEN_MACHINE) != 0)
		return SAY("the entry lies in machine frame 0x%lx, which is not this guest's", table);
	return entry_wrong(r->arg[1], pv_xen_table_level(page) != 0 ? pv_xen_table_level(page) : 1);
}

static const char *
pin_why(const struct pv_xen_refused *r, unsigned level)
{
	unsigned long frame = (unsigned long)r->arg[0];
	pv_paddr page = pv_xen_physical(frame);
	const char *wrong = frame_wrong(frame);
	struct wrong_entry entry;

	if (wrong != NULL)
		return wrong;
	wrong = table_wrong(frame, level);
	if (wrong == NULL && !tree_right(page, level, &entry))
		wrong = entry.why;
	/* The page is marked by the claim that is refused here, too: last. */
	if (wrong == NULL && pv_xen_mark_of(page) == (PV_XEN_PINNED | level))
		return SAY("page 0x%llx is already pinned at level %u", (unsigned long long)page.v, level);
	return wrong;
}

static const char *
ext_why(const struct pv_xen_refused *r)
{
	unsigned long frame = (unsigned long)r->arg[0];
	const char *wrong;

	switch (r->cmd) {
	case XEN_MMUEXT_PIN_L1_TABLE:
	case XEN_MMUEXT_PIN_L2_TABLE:
	case XEN_MMUEXT_PIN_L3_TABLE:
	case XEN_MMUEXT_PIN_L4_TABLE:
		return pin_why(r, r->cmd - XEN_MMUEXT_PIN_L1_TABLE + 1);
	case XEN_MMUEXT_UNPIN_TABLE:
		wrong = frame_wrong(frame);
		return wrong != NULL ? wrong : "it is not pinned";
	case XEN_MMUEXT_NEW_BASEPTR:
	case XEN_MMUEXT_NEW_USER_BASEPTR:
		return table_wrong(frame, pv_radix_geometry.top);
	default:
		return NULL;
	}
}

const char *
pv_xen_why(const struct pv_xen_refused *r)
{
	switch (r->nr) {
	case XEN_MMU_UPDATE:
		return update_why(r);
	case XEN_MMUEXT_OP:
		return ext_why(r);
	case XEN_UPDATE_VA_MAPPING:
		return entry_wrong(r->arg[1], 1);
	default:
		return r->code == -XEN_EFAULT ? "an argument lies at an address that is not mapped" :
		    r->code == -XEN_ENOSYS ? "this hypervisor does not have the call" :
		    r->code == -XEN_EPERM ? "this domain is not privileged to do that" : NULL;
	}
}
