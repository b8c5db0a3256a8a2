/*
 * The bytes of sparc64 call sites: four instructions. Patched: the backend's own, or
 * a direct call (call disp30 reaches 2 GiB both ways), and one instruction that skips
 * the rest. The call comes last, so that it returns behind the site.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../sites.h"

#define WORD		4u
#define WORDS		(PV_SITE_LEAST / WORD)
#define NOP		0x01000000u	/* sethi 0, %g0 */
#define SKIP(words)	(0x30680000u | (words))	/* ba,a,pt %xcc, . + 4 * words */
#define CALL		0x40000000u	/* call . + 4 * disp30 */
#define SETHI_G1	0x03000000u
#define LDX_G1_G1	0xc2586000u	/* ldx [%g1 + simm13], %g1 */
#define JMPL_G1_O7	0x9fc04000u	/* jmpl %g1, %o7 */

/* SPARC instructions are big-endian whatever data are. */
static void
put(uint8_t *bytes, unsigned n, uint32_t word)
{
	for (unsigned i = 0; i < WORD; i++)
		bytes[WORD * n + i] = (uint8_t)(word >> (24 - 8 * i));
}

static void
fill(uint8_t *bytes, unsigned from, unsigned to)
{
	if (to > from + 1) {
		put(bytes, from, SKIP(to - from));
		from++;
	}
	for (; from < to; from++)
		put(bytes, from, NOP);
}

void
pv_isa_site_table(const struct pv_site *s, uint8_t *bytes)
{
	uintptr_t slot = (uintptr_t)&pv_ops + s->op;

	put(bytes, 0, SETHI_G1 | (uint32_t)(slot >> 10 & 0x3fffff));
	put(bytes, 1, LDX_G1_G1 | (uint32_t)(slot & 0x3ff));
	put(bytes, 2, JMPL_G1_O7);
	put(bytes, 3, NOP);
}

void
pv_isa_site_inline(const struct pv_site *s, const struct pv_template *t, uint8_t *bytes)
{
	(void)s;
	memcpy(bytes, t->bytes, PV_SITE_MOST);
	fill(bytes, t->size / WORD, WORDS);
}

bool
pv_isa_site_direct(const struct pv_site *s, pv_slot op, uint8_t *bytes)
{
	intptr_t words = ((intptr_t)op - (intptr_t)(pv_site_address(s) + 2 * WORD)) / (intptr_t)WORD;

	if (words < -(1l << 29) || words >= 1l << 29)
		return false;
	fill(bytes, 0, 2);
	put(bytes, 2, CALL | ((uint32_t)words & 0x3fffffff));
	put(bytes, 3, NOP);
	return true;
}

bool
pv_isa_site_is_direct(const struct pv_site *s, const uint8_t *bytes)
{
	(void)s;
	return bytes[2 * WORD] >> 6 == CALL >> 30;
}
