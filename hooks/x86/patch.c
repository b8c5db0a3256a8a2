/*
 * Rewriting x86 call sites.
 *
 * A site is a table call (ff 15 disp32, or ff 25 for a jump) and one-byte NOPs up to
 * its length. For the chosen backend it becomes the backend's instructions, if it
 * has a template that fits, or a direct call (e8 rel32) to the op; the rest is one
 * NOP. The old bytes must be exactly one of the two forms before anything is
 * written, and the new ones are read back (P14). Writing goes through a temporary
 * mapping of the frame, so that no address is ever writable and executable.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/isa.h>
#include PV_ISA_HEADER(site.h)
#include "../sites.h"

extern const struct pv_site __start_pv_sites[] PV_WEAK;
extern const struct pv_site __stop_pv_sites[] PV_WEAK;
extern const char pv_percpu_offset[] PV_WEAK;

#define MAX_SITE	16

/* What the architecture recommends as NOPs of 1 to 11 bytes. */
static const uint8_t nops[12][11] = {
	{ 0 },
	{ 0x90 },						/* nop */
	{ 0x66, 0x90 },						/* xchg %ax,%ax */
	{ 0x0f, 0x1f, 0x00 },					/* nopl (%eax) */
	{ 0x0f, 0x1f, 0x40, 0x00 },				/* nopl 0(%eax) */
	{ 0x0f, 0x1f, 0x44, 0x00, 0x00 },			/* nopl 0(%eax,%eax,1) */
	{ 0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00 },			/* nopw 0(%eax,%eax,1) */
	{ 0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00 },		/* nopl 0(%eax) with disp32 */
	{ 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },	/* the same with SIB */
	{ 0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
	{ 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
	{ 0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
};

unsigned
pv_isa_sites(void)
{
	return (unsigned)(__stop_pv_sites - __start_pv_sites);
}

static uint8_t *
site_address(const struct pv_site *s)
{
	return (uint8_t *)((uintptr_t)&s->where + (uintptr_t)(intptr_t)s->where);
}

/* Fill from..length with as few NOPs as there can be. */
static void
fill_nops(uint8_t *bytes, unsigned from, unsigned length)
{
	while (from < length) {
		unsigned n = length - from > 11 ? 11 : length - from;

		memcpy(bytes + from, nops[n], n);
		from += n;
	}
}

/* A record that is damaged may say more than a site can have. */
static unsigned
length_of(const struct pv_site *s)
{
	return s->length < MAX_SITE ? s->length : MAX_SITE;
}

/* The bytes the assembler left there. */
static void
table_form(const struct pv_site *s, const uint8_t *at, uint8_t *bytes)
{
	uint32_t operand = pv_isa_table_operand((uintptr_t)at, (uintptr_t)&pv_ops + s->op);

	memset(bytes, 0x90, length_of(s));
	bytes[0] = 0xff;
	bytes[1] = s->kind != 0 ? 0x25 : 0x15;
	memcpy(bytes + 2, &operand, 4);
}

static const struct pv_template *
template_of(const struct pv_site *s)
{
	/* A template belongs to the backend whose op is live: not to a parent's that was replaced. */
	for (const struct pv_backend *b = pv_backend_now(); b != NULL; b = b->parent) {
		pv_slot op = pv_backend_op(b, s->op / sizeof(pv_slot));

		for (const struct pv_template *t = b->templates; t != NULL && t->size != 0; t++)
			if (t->op == s->op && op == pv_table_real(s->op / sizeof(pv_slot)))
				return t;
		if (op != NULL)
			return NULL;
	}
	return NULL;
}

enum form {
	FORM_TABLE,
	FORM_DIRECT,
	FORM_INLINE
};

/* The bytes for the live table; which form they are. */
static enum form
patched_form(const struct pv_site *s, const uint8_t *at, uint8_t *bytes)
{
	const struct pv_template *t = template_of(s);
	uintptr_t target = (uintptr_t)pv_table_real(s->op / sizeof(pv_slot));
	intptr_t rel;
	int32_t rel32;

	if (t != NULL && t->size <= s->length) {
		memcpy(bytes, t->bytes, t->size);
		if (t->percpu_at != 0) {
			uint32_t disp;

			memcpy(&disp, bytes + t->percpu_at, 4);
			disp += (uint32_t)(uintptr_t)pv_percpu_offset;
			memcpy(bytes + t->percpu_at, &disp, 4);
		}
		fill_nops(bytes, t->size, s->length);
		return FORM_INLINE;
	}
	rel = (intptr_t)(target - ((uintptr_t)at + 5));
	rel32 = (int32_t)rel;
	if (rel != rel32) {
		table_form(s, at, bytes);
		return FORM_TABLE;
	}
	bytes[0] = s->kind != 0 ? 0xe9 : 0xe8;
	memcpy(bytes + 1, &rel32, 4);
	fill_nops(bytes, 5, s->length);
	return FORM_DIRECT;
}

static void
complain(const struct pv_site *s, const uint8_t *at, const char *what)
{
	pv_printf("pv: call site of %s at 0x%lx %s:", pv_op_name(s->op / sizeof(pv_slot)), (unsigned long)(uintptr_t)at,
	    what);
	for (unsigned i = 0; i < length_of(s); i++)
		pv_printf(" %02x", at[i]);
	pv_printf(". Nothing was written there; was the kernel's text changed after linking?\n");
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

static pv_status
check(unsigned n, uint8_t *plain, uint8_t *patched, enum form *form)
{
	const struct pv_site *s = &__start_pv_sites[n];
	uint8_t *at = site_address(s);

	if (s->length < 6 || s->length > MAX_SITE || s->op >= sizeof(struct pv_ops) ||
	    s->op % sizeof(pv_slot) != 0) {
		pv_printf("pv: record %u of the call sites is damaged (op %u, length %u)\n", n, s->op, s->length);
		return PV_E_FORMAT;
	}
	table_form(s, at, plain);
	*form = patched_form(s, at, patched);
	if (memcmp(at, plain, s->length) != 0 && memcmp(at, patched, s->length) != 0) {
		complain(s, at, "holds unexpected bytes");
		return PV_E_FORMAT;
	}
	return PV_OK;
}

pv_status
pv_isa_site_check(unsigned n)
{
	uint8_t plain[MAX_SITE], patched[MAX_SITE];
	enum form form;

	return check(n, plain, patched, &form);
}

pv_status
pv_isa_site_patch(unsigned n, bool on, struct pv_patch_result *result)
{
	const struct pv_site *s = &__start_pv_sites[n];
	uint8_t *at = site_address(s);
	uint8_t plain[MAX_SITE], patched[MAX_SITE];
	const uint8_t *wanted = on ? patched : plain;
	enum form form;
	pv_status status = check(n, plain, patched, &form);

	if (status == PV_OK && memcmp(at, wanted, s->length) != 0) {
		status = write_text(at, wanted, s->length);
		if (status == PV_OK && memcmp(at, wanted, s->length) != 0) {
			complain(s, at, "did not take the new bytes");
			status = PV_E_FORMAT;
		}
	}
	if (status != PV_OK)
		return status;
	result->inlined += on && form == FORM_INLINE;
	result->direct += on && form == FORM_DIRECT;
	result->left += !on || form == FORM_TABLE;
	return PV_OK;
}

void
pv_isa_site_info(unsigned n, struct pv_site_info *out)
{
	const struct pv_site *s = &__start_pv_sites[n];
	const uint8_t *at = site_address(s);

	memset(out, 0, sizeof(*out));
	out->address = (uintptr_t)at;
	out->op = pv_op_name(s->op / sizeof(pv_slot));
	out->length = s->length;
	table_form(s, at, out->before);
	memcpy(out->now, at, length_of(s));
	if (memcmp(out->now, out->before, length_of(s)) == 0)
		out->patched = 0;
	else
		out->patched = out->now[0] == 0xe8 || out->now[0] == 0xe9 ? 1 : 2;
}
