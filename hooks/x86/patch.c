/*
 * The bytes of x86 call sites. Before patching: a table call (ff 15 disp32, or ff 25
 * for a jump) and one-byte NOPs. Patched: the backend's instructions or a direct call
 * (67 e8 rel32), and as few NOPs as there can be.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../sites.h"

extern const char pv_percpu_offset[] PV_WEAK;

#define CALL_SIZE	PV_SITE_LEAST	/* of any site's call, in both forms */
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

void
pv_isa_site_table(const struct pv_site *s, uint8_t *bytes)
{
	uint32_t operand = pv_isa_table_operand((uintptr_t)pv_site_address(s), (uintptr_t)&pv_ops + s->op);

	memset(bytes, 0x90, pv_site_length(s));
	bytes[0] = 0xff;
	bytes[1] = s->kind != 0 ? 0x25 : 0x15;
	memcpy(bytes + 2, &operand, 4);
}

static void
fill(const struct pv_site *s, uint8_t *bytes, unsigned size)
{
	while (size < s->length) {
		unsigned n = s->length - size > 11 ? 11 : s->length - size;

		memcpy(bytes + size, nops[n], n);
		size += n;
	}
}

void
pv_isa_site_inline(const struct pv_site *s, const struct pv_template *t, uint8_t *bytes)
{
	memcpy(bytes, t->bytes, PV_SITE_MOST);
	if (t->percpu_at != 0) {
		uint32_t disp;

		memcpy(&disp, bytes + t->percpu_at, 4);
		disp += (uint32_t)(uintptr_t)pv_percpu_offset;
		memcpy(bytes + t->percpu_at, &disp, 4);
	}
	fill(s, bytes, t->size);
}

bool
pv_isa_site_direct(const struct pv_site *s, pv_slot op, uint8_t *bytes)
{
	intptr_t rel = (intptr_t)op - (intptr_t)(pv_site_address(s) + CALL_SIZE);
	int32_t rel32 = (int32_t)rel;

	if (rel != rel32)
		return false;
	bytes[0] = ADDRESS_SIZE;
	bytes[1] = s->kind != 0 ? 0xe9 : 0xe8;
	memcpy(bytes + 2, &rel32, 4);
	fill(s, bytes, CALL_SIZE);
	return true;
}

bool
pv_isa_site_is_direct(const struct pv_site *s, const uint8_t *bytes)
{
	(void)s;
	return bytes[0] == ADDRESS_SIZE;
}
