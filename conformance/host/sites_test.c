/*
 * The patcher of x86_64 on call sites that are made up: what they become, records
 * and text that are damaged, windows that fail. The library's own sites, of the
 * gate, are among them. Sources: hooks/sites.c, hooks/x86/patch.c,
 * hooks/x86_64/operand.c, hooks/{format,text,arith}.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/isa.h>
#include <sys/mman.h>

#include "../../hooks/sites.h"
#include "cases.h"

#define PAGE		4096u
#define NR		4u
#define LENGTH		11u
#define ACROSS		3u		/* the site that lies across two pages */
#define OP(n)		((uint16_t)((NR_ISA - 1 - (n)) * sizeof(pv_slot)))	/* the last ops of the ISA */
#define NR_ISA		(sizeof(struct pv_isa_ops) / sizeof(pv_slot))

struct pv_ops pv_ops;
DEFINE_GATE;
__asm__(".globl pv_percpu_offset\n.set pv_percpu_offset, 0x1230\n");

static struct pv_site mine[NR] __attribute__((section("pv_sites"), used));
static uint8_t text[2 * PAGE] __attribute__((aligned(4096))), scratch[PAGE], before[sizeof(text)];
static struct pv_hooks hooks;
static struct pv_template template[2];
static struct pv_backend backend = { .name = "some" };
static unsigned opened, open_now, windows;	/* windows: as many as there are */
static bool elsewhere;				/* windows show another frame */
static pv_slot far_op;

/* -- what the patcher calls --------------------------------------------------------------- */

void
pv_console_write(const char *line, size_t size)
{
	say(line, size);
}

const struct pv_backend *
pv_backend_now(void)
{
	return &backend;
}

const struct pv_hooks *
pv_hooks_get(void)
{
	return &hooks;
}

pv_status
pv_virt_to_phys(const volatile void *va, pv_paddr *pa)
{
	*pa = pv_pa((uintptr_t)va);
	return PV_OK;
}

static void
op(void)
{
}

pv_slot
pv_table_real(unsigned slot)
{
	if (far_op != NULL && slot == OP(0) / sizeof(pv_slot))
		return far_op;
	return slot < NR_ISA - NR ? ((pv_slot *)&pv_ops)[slot] : op;
}

pv_slot
pv_backend_op(const struct pv_backend *b, unsigned slot)
{
	ck_assert_ptr_eq(b, &backend);
	return slot < NR_ISA - NR ? ((pv_slot *)&pv_ops)[slot] : op;
}

const char *
pv_op_name(unsigned slot)
{
	return slot < sizeof(pv_ops) / sizeof(pv_slot) ? "an.op" : NULL;
}

static void *
map_frame(void *context, pv_paddr frame)
{
	void *page = (void *)(uintptr_t)frame.v;

	(void)context;
	ck_assert_uint_eq(frame.v & PV_PAGE_MASK, 0);
	if (open_now == windows)
		return NULL;
	opened++;
	open_now++;
	if (elsewhere)
		return scratch;
	ck_assert_int_eq(mprotect(page, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
	return page;
}

static void
unmap_frame(void *context, void *va)
{
	(void)context;
	ck_assert_uint_eq((uintptr_t)va & PV_PAGE_MASK & (elsewhere ? 0 : ~0ul), 0);
	open_now--;
}

static void
code_sync(const void *at, size_t size)
{
	(void)at;
	(void)size;
}

/* -- sites ---------------------------------------------------------------------------------- */

static uint8_t *
at(unsigned n)
{
	return n == ACROSS ? text + PAGE - 3 : text + 32 * n;
}

static void
start(void)
{
	pv_ops.isa.irq_save = host_irq_save;
	pv_ops.isa.irq_restore = host_irq_restore;
	pv_ops.cpu.code_sync = code_sync;
	hooks.map_frame = map_frame;
	hooks.unmap_frame = unmap_frame;
	windows = 4;
	said[0] = '\0';
	memset(text, 0xcc, sizeof(text));
	for (unsigned n = 0; n < NR; n++) {
		uint32_t operand = (uint32_t)((uintptr_t)&pv_ops + OP(n) - (uintptr_t)(at(n) + 6));

		mine[n] = (struct pv_site){ .where = (int32_t)((intptr_t)at(n) - (intptr_t)&mine[n].where),
		    .op = OP(n), .length = LENGTH, .kind = n == 1 };
		memset(at(n), 0x90, LENGTH);
		at(n)[0] = 0xff;
		at(n)[1] = n == 1 ? 0x25 : 0x15;
		memcpy(at(n) + 2, &operand, 4);
	}
	memcpy(before, text, sizeof(text));
}

static void
assert_direct(unsigned n)
{
	static const uint8_t nop[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
	int32_t rel = (int32_t)((intptr_t)op - (intptr_t)(at(n) + 6));

	ck_assert_uint_eq(at(n)[0], 0x67);
	ck_assert_uint_eq(at(n)[1], n == 1 ? 0xe9 : 0xe8);
	ck_assert_mem_eq(at(n) + 2, &rel, 4);
	ck_assert_mem_eq(at(n) + 6, nop, sizeof(nop));
}

static void
assert_untouched(void)
{
	ck_assert_mem_eq(text, before, sizeof(text));
	ck_assert_uint_eq(opened, 0);
	ck_assert_uint_eq(host_gate, GATE_OPEN);
}

START_TEST(calls_and_jumps_become_direct_and_go_back)
{
	struct pv_patch_result r;

	ck_assert_int_eq(pv_patch(true, &r), PV_OK);
	for (unsigned n = 0; n < NR; n++)
		assert_direct(n);
	ck_assert_uint_ge(r.sites, NR + 2);
	ck_assert_uint_eq(r.direct, r.sites);
	ck_assert_uint_eq(r.inlined + r.left, 0);
	/* One that lies across two pages wants two windows. */
	ck_assert_uint_eq(opened, r.sites + 1);
	ck_assert_uint_eq(open_now, 0);
	/* What stands already is not written again. */
	ck_assert_int_eq(pv_patch(true, NULL), PV_OK);
	ck_assert_uint_eq(opened, r.sites + 1);
	ck_assert_int_eq(pv_patch(false, &r), PV_OK);
	ck_assert_uint_eq(r.left, r.sites);
	ck_assert_mem_eq(text, before, sizeof(text));
	ck_assert_uint_eq(host_gate, GATE_OPEN);
}
END_TEST

START_TEST(a_template_with_a_per_cpu_field)
{
	static const uint8_t wanted[] = { 0x65, 0x8b, 0x04, 0x25, 0x38, 0x12, 0, 0, 0x0f, 0x1f, 0x00 };
	struct pv_patch_result r;

	template[0] = (struct pv_template){ .op = OP(2), .size = 8, .percpu_at = 4,
	    .bytes = { 0x65, 0x8b, 0x04, 0x25, 8, 0, 0, 0 } };
	backend.templates = template;
	ck_assert_int_eq(pv_patch(true, &r), PV_OK);
	ck_assert_uint_eq(r.inlined, 1);
	ck_assert_mem_eq(at(2), wanted, sizeof(wanted));
	assert_direct(0);
	ck_assert_int_eq(pv_patch(false, NULL), PV_OK);
	ck_assert_mem_eq(text, before, sizeof(text));
}
END_TEST

START_TEST(a_template_that_does_not_fit)
{
	template[0] = (struct pv_template){ .op = OP(2), .size = LENGTH + 1 };
	backend.templates = template;
	ck_assert_int_eq(pv_patch(true, NULL), PV_OK);
	assert_direct(2);
}
END_TEST

START_TEST(an_op_out_of_reach)
{
	struct pv_patch_result r;

	far_op = (pv_slot)0x7fff00000000ul;
	ck_assert_int_eq(pv_patch(true, &r), PV_OK);
	ck_assert_uint_eq(r.left, 1);
	ck_assert_mem_eq(at(0), before, LENGTH);
	assert_direct(1);
}
END_TEST

/* -- damage -------------------------------------------------------------------------------- */

static const uint8_t lengths[] = { 0, 1, 5, 17, 128, 255 };

START_TEST(a_damaged_length)
{
	char words[80];
	struct pv_patch_result r;
	struct pv_site_info info;
	unsigned found = 0;

	mine[2].length = lengths[_i];
	ck_assert_int_eq(pv_patch(true, &r), PV_E_FORMAT);
	snprintf(words, sizeof(words), "of the call sites is damaged (op %u, length %u)\n", OP(2), lengths[_i]);
	assert_said(words);
	ck_assert_uint_eq(r.inlined + r.direct + r.left, 0);
	assert_untouched();
	/* It can be looked at. */
	for (unsigned n = 0; pv_site_get(n, &info) == PV_OK; n++)
		found += info.address == (uintptr_t)at(2) && info.length == lengths[_i];
	ck_assert_uint_eq(found, 1);
	mine[2].length = LENGTH;
	ck_assert_int_eq(pv_patch(true, NULL), PV_OK);
}
END_TEST

static const uint16_t ops[] = { 1, 4, sizeof(struct pv_ops), sizeof(struct pv_ops) - 1, 0xfff8, 0xffff };

START_TEST(a_damaged_op)
{
	char words[80];
	struct pv_site_info info;

	mine[0].op = ops[_i];
	ck_assert_int_eq(pv_patch(true, NULL), PV_E_FORMAT);
	snprintf(words, sizeof(words), "of the call sites is damaged (op %u, length %u)\n", ops[_i], LENGTH);
	assert_said(words);
	assert_untouched();
	for (unsigned n = 0; pv_site_get(n, &info) == PV_OK; n++)
		ck_assert_uint_le(info.length, sizeof(info.now));
	mine[0].op = OP(0);
	ck_assert_int_eq(pv_patch(true, NULL), PV_OK);
}
END_TEST

START_TEST(damaged_text)
{
	at(3)[_i] ^= 0x40;
	memcpy(before, text, sizeof(text));
	ck_assert_int_eq(pv_patch(true, NULL), PV_E_FORMAT);
	assert_said("pv: call site of an.op at 0x");
	assert_said(" holds unexpected bytes: ");
	assert_untouched();
	at(3)[_i] ^= 0x40;
	ck_assert_int_eq(pv_patch(true, NULL), PV_OK);
}
END_TEST

/* -- windows ------------------------------------------------------------------------------- */

/* Both are open before the first byte is written. */
START_TEST(too_few_windows)
{
	windows = 1;
	ck_assert_int_eq(pv_patch(true, NULL), PV_E_NOMEM);
	ck_assert_mem_eq(at(ACROSS), before + (at(ACROSS) - text), LENGTH);
	ck_assert_uint_eq(open_now, 0);
	windows = 2;
	ck_assert_int_eq(pv_patch(true, NULL), PV_OK);
	assert_direct(ACROSS);
}
END_TEST

START_TEST(a_window_on_something_else)
{
	elsewhere = true;
	ck_assert_int_eq(pv_patch(true, NULL), PV_E_FORMAT);
	assert_said(" did not take the new bytes: ");
	ck_assert_mem_eq(text, before, sizeof(text));
	ck_assert_uint_eq(open_now, 0);
}
END_TEST

START_TEST(before_there_are_hooks)
{
	hooks.map_frame = NULL;
	ck_assert_int_eq(pv_patch(true, NULL), PV_E_STAGE);
	assert_untouched();
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ calls_and_jumps_become_direct_and_go_back, 0 }, { a_template_with_a_per_cpu_field, 0 },
		{ a_template_that_does_not_fit, 0 }, { an_op_out_of_reach, 0 },
		{ a_damaged_length, sizeof(lengths) }, { a_damaged_op, sizeof(ops) / sizeof(ops[0]) },
		{ damaged_text, LENGTH }, { too_few_windows, 0 }, { a_window_on_something_else, 0 },
		{ before_there_are_hooks, 0 },
	};

	return RUN_CASES("sites", start, cases);
}
