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
#define CALL_SIZE	6u	/* of any site's call, in both forms */
#define ADDRESS_SIZE	0x67	/* prefix; a near call or jump has no address that it could change */

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

static const char *
name_of(const struct pv_site *s)
{
	return pv_op_name(s->op / sizeof(pv_slot));
}

/* A record that is damaged may say more than a site can have. */
static unsigned
length_of(const struct pv_site *s)
{
	return s->length < MAX_SITE ? s->length : MAX_SITE;
}

/* The bytes the assembler left there. */
static void
table_form(const struct pv_site *s, uint8_t *bytes)
{
	uint32_t operand = pv_isa_table_operand((uintptr_t)site_address(s), (uintptr_t)&pv_ops + s->op);

	memset(bytes, 0x90, length_of(s));
	bytes[0] = 0xff;
	bytes[1] = s->kind != 0 ? 0x25 : 0x15;
	memcpy(bytes + 2, &operand, 4);
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
	unsigned *counter = &result->inlined, size = CALL_SIZE;

	table_form(s, bytes);
	if (t != NULL) {
		size = t->size;
		memcpy(bytes, t->bytes, MAX_SITE);
		if (t->percpu_at != 0) {
			uint32_t disp;

			memcpy(&disp, bytes + t->percpu_at, 4);
			disp += (uint32_t)(uintptr_t)pv_percpu_offset;
			memcpy(bytes + t->percpu_at, &disp, 4);
		}
	} else {
		intptr_t rel = (intptr_t)op - (intptr_t)(site_address(s) + CALL_SIZE);
		int32_t rel32 = (int32_t)rel;

		if (rel != rel32)
			return &result->left;
		counter = &result->direct;
		bytes[0] = ADDRESS_SIZE;
		bytes[1] = s->kind != 0 ? 0xe9 : 0xe8;
		memcpy(bytes + 2, &rel32, 4);
	}
	/* The rest with as few NOPs as there can be. */
	while (size < s->length) {
		unsigned n = s->length - size > 11 ? 11 : s->length - size;

		memcpy(bytes + size, nops[n], n);
		size += n;
	}
	return counter;
}

static pv_status
complain(const struct pv_site *s, const char *what)
{
	const uint8_t *at = site_address(s);

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

pv_status
pv_isa_site_patch(unsigned n, bool on, bool write, struct pv_patch_result *result)
{
	const struct pv_site *s = &__start_pv_sites[n];
	uint8_t *at = site_address(s), plain[MAX_SITE], live[MAX_SITE];
	const uint8_t *wanted = on ? live : plain;
	bool is_plain, is_live;
	unsigned *counter;
	pv_status status;

	if (s->length < CALL_SIZE || s->length > MAX_SITE || s->op >= sizeof(struct pv_ops) ||
	    s->op % sizeof(pv_slot) != 0) {
		pv_printf("pv: record %u of the call sites is damaged (op %u, length %u)\n", n, s->op, s->length);
		return PV_E_FORMAT;
	}
	table_form(s, plain);
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

void
pv_isa_site_info(unsigned n, struct pv_site_info *out)
{
	const struct pv_site *s = &__start_pv_sites[n];
	const uint8_t *at = site_address(s);

	memset(out, 0, sizeof(*out));
	out->address = (uintptr_t)at;
	out->op = name_of(s);
	out->length = s->length;
	table_form(s, out->before);
	memcpy(out->now, at, length_of(s));
	if (memcmp(out->now, out->before, length_of(s)) == 0)
		out->patched = 0;
	else
		out->patched = out->now[0] == ADDRESS_SIZE ? 1 : 2;
}
