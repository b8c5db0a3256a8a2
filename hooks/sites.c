/*
 * Call sites: walking the records, and rewriting all of them. What the bytes are
 * is the ISA's business (hooks/<isa>/patch.c): those of the table call, for the chosen
 * backend its instructions if it has a template that fits, or a direct call to the op.
 *
 * The old bytes must be exactly one of the two forms before anything is written, and
 * the new ones are read back (P14). Writing goes through a temporary mapping of the
 * frame, or the direct map where that shows text writable (sparc64), so that no address
 * is ever writable and executable.
 *
 * One CPU runs while sites are rewritten, with the gate closed; the patcher itself
 * contains no site that it could run through half-written.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sites.h"

extern const struct pv_site __start_pv_sites[] PV_WEAK;
extern const struct pv_site __stop_pv_sites[] PV_WEAK;

static unsigned
nr_sites(void)
{
	return (unsigned)(__stop_pv_sites - __start_pv_sites);
}

uint8_t *
pv_site_address(const struct pv_site *s)
{
	return (uint8_t *)((uintptr_t)&s->where + (uintptr_t)(intptr_t)s->where);
}

unsigned
pv_site_length(const struct pv_site *s)
{
	return s->length < PV_SITE_MOST ? s->length : PV_SITE_MOST;
}

static const char *
name_of(const struct pv_site *s)
{
	return pv_op_name(s->op / sizeof(pv_slot));
}

/* A template belongs to the backend whose op is live: not to a parent's that was replaced. */
static const struct pv_template *
template_of(const struct pv_site *s, pv_slot op)
{
	for (const struct pv_backend *b = pv_backend_now(); b != NULL; b = b->parent)
		for (const struct pv_template *t = b->templates; t != NULL && t->size != 0; t++)
			if (t->op == s->op && t->size <= s->length && pv_backend_op(b, s->op / sizeof(pv_slot)) == op)
				return t;
	return NULL;
}

/* The bytes for the live table; which member of the result counts them. */
static unsigned *
live_form(const struct pv_site *s, uint8_t *bytes, struct pv_patch_result *result)
{
	pv_slot op = pv_table_real(s->op / sizeof(pv_slot));
	const struct pv_template *t = template_of(s, op);

	if (t != NULL) {
		pv_isa_site_inline(s, t, bytes);
		return &result->inlined;
	}
	if (pv_isa_site_direct(s, op, bytes))
		return &result->direct;
	pv_isa_site_table(s, bytes);
	return &result->left;
}

static pv_status
complain(const struct pv_site *s, const char *what)
{
	const uint8_t *at = pv_site_address(s);

	pv_printf("pv: call site of %s at 0x%lx %s:", name_of(s), (unsigned long)(uintptr_t)at, what);
	for (unsigned i = 0; i < s->length; i++)
		pv_printf(" %02x", at[i]);
	pv_printf(". Nothing was written there; was the kernel's text changed after linking?\n");
	return PV_E_FORMAT;
}

/*
 * Store through windows on the frames; a site may lie across two. The windows' hooks may have
 * call sites of their own, this one among them: so all windows are open before the first byte
 * changes, and nothing fetched before is executed after the last.
 */
static pv_status
write_text(uint8_t *at, const uint8_t *bytes, unsigned length)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint8_t *first = at - ((uintptr_t)at & PV_PAGE_MASK);
	unsigned pages = (uintptr_t)(at - first) + length > PV_PAGE_SIZE ? 2 : 1, open = 0;
	volatile uint8_t *window[2];
	pv_status s = PV_OK;

	while (open < pages && s == PV_OK) {
		pv_paddr pa;

		s = pv_virt_to_phys(first + open * PV_PAGE_SIZE, &pa);
		if (s != PV_OK)
			break;
		window[open] = h->map_frame(h->context, pa);
		if (window[open] != NULL)
			open++;
		else
			s = PV_E_NOMEM;
	}
	/* Not a string function: those may be the kernel's, with sites of their own. */
	for (unsigned i = 0; i < length && s == PV_OK; i++) {
		uintptr_t offset = (uintptr_t)(at - first) + i;

		window[offset >> PV_PAGE_SHIFT][offset & PV_PAGE_MASK] = bytes[i];
	}
	if (s == PV_OK)
		pv_ops.cpu.code_sync(at, length);
	while (open-- > 0)
		h->unmap_frame(h->context, (void *)(uintptr_t)window[open]);
	return s;
}

/*
 * See whether the bytes of site n are what the record says, and if `write` is set rewrite them for
 * the live table, or back to the table call. PV_E_FORMAT: they are not; nothing was written, and
 * the console names the site. Counts what the site is, or would be.
 */
static pv_status
patch_site(unsigned n, bool on, bool write, struct pv_patch_result *result)
{
	const struct pv_site *s = &__start_pv_sites[n];
	uint8_t *at = pv_site_address(s), plain[PV_SITE_MOST], live[PV_SITE_MOST];
	const uint8_t *wanted = on ? live : plain;
	bool is_plain, is_live;
	unsigned *counter;
	pv_status status;

	if (s->length < PV_SITE_LEAST || s->length > PV_SITE_MOST || s->op >= sizeof(struct pv_ops) ||
	    s->op % sizeof(pv_slot) != 0) {
		pv_printf("pv: record %u of the call sites is damaged (op %u, length %u)\n", n, s->op, s->length);
		return PV_E_FORMAT;
	}
	pv_isa_site_table(s, plain);
	counter = live_form(s, live, result);
	is_plain = memcmp(at, plain, s->length) == 0;
	is_live = memcmp(at, live, s->length) == 0;
	if (!is_plain && !is_live)
		return complain(s, "holds unexpected bytes");
	if (write && !(on ? is_live : is_plain)) {
		status = write_text(at, wanted, s->length);
		if (status != PV_OK)
			return status;
		if (memcmp(at, wanted, s->length) != 0)
			return complain(s, "did not take the new bytes");
	}
	++*(on ? counter : &result->left);
	return PV_OK;
}

pv_status
pv_patch(bool on, struct pv_patch_result *result)
{
	struct pv_patch_result r;
	pv_irq_state gate;
	pv_status s = PV_OK;

	if (pv_backend_now() == NULL || pv_hooks_get()->map_frame == NULL)
		return PV_E_STAGE;
	/* The gate's own site may be among those rewritten: it is whole before and after. */
	gate = pv_irq_save();
	/* All or none: whether the text is as it was linked is known before the first byte is written. */
	for (int write = 0; write < 2; write++) {
		r = (struct pv_patch_result){ .sites = nr_sites() };
		for (unsigned i = 0; i < r.sites && s == PV_OK; i++)
			s = patch_site(i, on, write, &r);
	}
	pv_irq_restore(gate);
	if (result != NULL)
		*result = r;
	return s;
}

pv_status
pv_site_get(unsigned n, struct pv_site_info *out)
{
	const struct pv_site *s;
	const uint8_t *at;

	if (n >= nr_sites())
		return PV_E_NOENT;
	s = &__start_pv_sites[n];
	at = pv_site_address(s);
	memset(out, 0, sizeof(*out));
	out->address = (uintptr_t)at;
	out->op = name_of(s);
	out->length = s->length;
	pv_isa_site_table(s, out->before);
	memcpy(out->now, at, pv_site_length(s));
	if (memcmp(out->now, out->before, pv_site_length(s)) == 0)
		out->patched = 0;
	else
		out->patched = pv_isa_site_is_direct(s, out->now) ? 1 : 2;
	return PV_OK;
}
