/*
 * What the patcher makes of call sites on sparc64, held against instructions that the
 * assembler made of hand-written text (words.S), and what the sites do.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/sparc64/hot.h>
#include "../capture.h"
#include "../suites.h"

#define WORD		4u
#define SITE_WORDS	4u
#define NOP		0x01000000u
#define PASS_BY(words)	(0x30680000u | (words))	/* ba,a,pt %xcc: nothing that it jumps over is executed */

/* words.S: each op as one would write it by hand; the end of one is the start of the next. */
extern const uint32_t words_tick[], words_stick[], words_compare[], words_context_sun4u[], words_context_sun4v[];
extern const uint32_t words_end[];

static bool
unpatched(void)
{
	return suite_text_is(suite_mode(), "unpatched");
}

/* The first site of an op; NULL: there is none. */
static const uint32_t *
site_of(const char *op, unsigned *patched)
{
	static struct pv_site_info info;

	for (unsigned i = 0; pv_site_get(i, &info) == PV_OK; i++)
		if (suite_text_is(info.op, op)) {
			*patched = info.patched;
			return (const uint32_t *)info.address;
		}
	return NULL;
}

/* The words themselves, and at most one instruction more. */
static void
is_bare(const uint32_t *site, const uint32_t *words, const uint32_t *end)
{
	unsigned n = (unsigned)(end - words);

	CHECK(n <= SITE_WORDS);
	for (unsigned i = 0; i < n; i++)
		CHECK_EQ(site[i], words[i]);
	if (n < SITE_WORDS)
		CHECK_EQ(site[n], n == SITE_WORDS - 1 ? NOP : PASS_BY(SITE_WORDS - n));
}

static void
counter_is_its_instructions(void)
{
	unsigned patched;
	const uint32_t *site = site_of("isa.counter", &patched);

	CHECK(site != NULL);
	if (unpatched())
		CHECK_EQ(patched, 0);
	else if (!pv_has(PV_CAP_PARAVIRT)) {
		CHECK_EQ(patched, 2);
		is_bare(site, words_tick, words_stick);
	} else {
		CHECK_EQ(patched, 2);
		is_bare(site, words_stick, words_compare);
	}
}

/* UltraSPARC II must read back what was written, in one cache line: a direct call on bare metal. */
static void
compare_is_its_instruction(void)
{
	unsigned patched;
	const uint32_t *site = site_of("isa.compare", &patched);

	CHECK(site != NULL);
	if (unpatched())
		CHECK_EQ(patched, 0);
	else if (!pv_has(PV_CAP_PARAVIRT))
		CHECK_EQ(patched, 1);
	else {
		CHECK_EQ(patched, 2);
		is_bare(site, words_compare, words_context_sun4u);
	}
}

static void
context_is_its_instructions(void)
{
	unsigned patched;
	const uint32_t *site = site_of("isa.context_set", &patched);

	CHECK(site != NULL);
	CHECK_EQ(patched, unpatched() ? 0 : 2);
	if (!unpatched() && !pv_has(PV_CAP_PARAVIRT))
		is_bare(site, words_context_sun4u, words_context_sun4v);
	else if (!unpatched())
		is_bare(site, words_context_sun4v, words_end);
}

/* A direct call: one instruction skips two, then `call` and its delay slot. */
static void
direct_calls_reach_their_ops(void)
{
	struct pv_site_info info;
	unsigned nr = 0;

	for (unsigned i = 0; pv_site_get(i, &info) == PV_OK; i++) {
		const uint32_t *w = (const uint32_t *)info.address;
		uintptr_t to;

		if (info.patched != 1)
			continue;
		nr++;
		CHECK_EQ(w[0], PASS_BY(2));
		CHECK_EQ(w[2] >> 30, 1);
		CHECK_EQ(w[3], NOP);
		to = (uintptr_t)(w + 2) + (uintptr_t)((intptr_t)(int32_t)(w[2] << 2));
		CHECK_EQ(to, (uintptr_t)((pv_slot *)&pv_ops)[pv_op_slot(info.op)]);
	}
	CHECK(unpatched() ? nr == 0 : nr > 0);
}

static void
counter_moves_and_never_back(void)
{
	uint64_t last = pv_counter(), first = last, now = last;

	for (unsigned i = 0; i < 100000; i++) {
		now = pv_counter();
		CHECK(now >= last && now >> 63 == 0);
		last = now;
	}
	CHECK(now > first);
}

/* Nothing else may be asking: the timers' own alarm is put back by the next one set. */
static void
compare_interrupts(void)
{
	struct pv_time_source source;
	uint64_t start, wait, took = 0, pending = 0;
	pv_irq_state gate;

	/* Long enough for an emulator on a busy host to be early, should it be so. */
	pv_time_source(&source);
	wait = source.hz / 10;
	gate = pv_irq_save();
	start = pv_counter();
	pv_compare(start + wait);
	while (pending == 0 && took < 100 * wait) {
		took = pv_counter() - start;
		__asm__ volatile("rd %%softint, %0" : "=r" (pending));
	}
	took = pv_counter() - start;
	pv_compare(~0ull);
	__asm__ volatile("wr %0, 0, %%clear_softint" : : "r" (0x10001ul) : "memory");
	pv_irq_restore(gate);
	CHECK((pending & 0x10001) != 0);
	CHECK(took >= wait);
}

static const struct suite_case cases[] = {
	{ "counter_is_its_instructions", counter_is_its_instructions, "pv_patch", 0 },
	{ "compare_is_its_instruction", compare_is_its_instruction, "pv_patch", 0 },
	{ "context_is_its_instructions", context_is_its_instructions, "pv_patch", 0 },
	{ "direct_calls_reach_their_ops", direct_calls_reach_their_ops, "pv_patch", 0 },
	{ "counter_moves_and_never_back", counter_moves_and_never_back, "isa.counter", 0 },
	{ "compare_interrupts", compare_interrupts, "isa.compare isa.counter", 0 },
};
SUITE(suite_words, "words", cases);
