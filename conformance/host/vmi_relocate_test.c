/*
 * What a ROM answers for its calls, true and false, and the stubs that come of it.
 * Source: backends/vmi/relocate.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "cases.h"
#include "../../backends/vmi/vmi.h"

#define BASE	0xc8000u
#define SIZE	0x4000u

/* The fake ROM: call n at BASE + 0x1000 + 32 n, IRET and SYSEXIT by jump. */
static uint64_t answers[VMI_NR_CALLS];
static unsigned asked;
static bool sysenter;
uint8_t pv_vmi_stubs[VMI_NR_CALLS * 8];
unsigned pv_vmi_ring;
/* Two leaves: a call and a jump, of two calls; the second one the ROM has not. */
const uint8_t pv_vmi_leaves[32];
const struct pv_vmi_leaf_call pv_vmi_leaf_calls[] = { { 2, VMI_GetCR2 }, { 16, VMI_SetCallbacks }, { 24, VMI_CLTS } };
__asm__(".globl pv_vmi_leaf_calls_end\n.set pv_vmi_leaf_calls_end, pv_vmi_leaf_calls + 12\n");

uint64_t pv_vmi_relocation_call(uintptr_t entry, uint32_t call);

uint64_t
pv_vmi_relocation_call(uintptr_t entry, uint32_t call)
{
	ck_assert_uint_eq(entry, BASE + VMI_AT_RELOCATION);
	ck_assert_uint_eq(call, asked);
	asked++;
	return answers[call];
}

static bool
native_has(enum pv_cap cap)
{
	ck_assert_int_eq(cap, PV_CAP_FAST_SYSCALL);
	return sysenter;
}
const struct pv_backend pv_native_backend = { .has = native_has };

static void
start(void)
{
	for (unsigned n = 0; n < VMI_NR_CALLS; n++)
		answers[n] = (uint64_t)VMI_KIND_CALL << 32 | (BASE + 0x1000 + 32 * n);
	answers[VMI_IRET] += 1ull << 32;
	answers[VMI_SYSEXIT] += 1ull << 32;
	answers[VMI_IODelay] = (uint64_t)VMI_KIND_NOP << 32;
	answers[VMI_SetCallbacks] = 0;
	memset(pv_vmi_stubs, 0xc3, sizeof(pv_vmi_stubs));
	asked = 0;
	sysenter = true;
	pv_vmi_ring = 0;
}

static const char *
relocate(enum vmi_call *call)
{
	asked = 0;
	return pv_vmi_relocate(BASE, SIZE, pv_vmi_stubs, call);
}

/* Where a stub leads, from its own place. */
static void
expect_stub(enum vmi_call call, uint8_t opcode)
{
	const uint8_t *stub = &pv_vmi_stubs[call * 8];
	uint32_t distance;

	ck_assert_uint_eq(stub[0], opcode);
	if (opcode == 0xc3)
		return;
	memcpy(&distance, stub + 1, 4);
	ck_assert_uint_eq((uint32_t)(uintptr_t)stub + 5 + distance, (uint32_t)answers[call]);
}

START_TEST(stubs_lead_there)
{
	enum vmi_call call;

	ck_assert_ptr_null(relocate(&call));
	ck_assert_uint_eq(asked, VMI_NR_CALLS);
	for (unsigned n = 0; n < VMI_NR_CALLS; n++) {
		bool there = n != VMI_IODelay && n != VMI_SetCallbacks;

		ck_assert_int_eq(pv_vmi_has((enum vmi_call)n), there);
		expect_stub((enum vmi_call)n, there ? 0xe9 : 0xc3);
	}
	ck_assert_int_eq(pv_vmi_answers[VMI_IODelay].kind, VMI_KIND_NOP);
}
END_TEST

/* The form with a return address on the stack: the stub makes one. */
START_TEST(ways_out_as_calls)
{
	enum vmi_call call;

	answers[VMI_IRET] -= 1ull << 32;
	answers[VMI_SYSEXIT] -= 1ull << 32;
	ck_assert_ptr_null(relocate(&call));
	expect_stub(VMI_IRET, 0xe8);
	expect_stub(VMI_SYSEXIT, 0xe8);
	expect_stub(VMI_SetCR3, 0xe9);
}
END_TEST

START_TEST(nothing_but_ways_out)
{
	enum vmi_call call;

	for (unsigned n = 0; n < VMI_NR_CALLS; n++)
		if (n != VMI_IRET && n != VMI_SYSEXIT)
			answers[n] = 0;
	ck_assert_ptr_null(relocate(&call));
	for (unsigned n = 0; n < VMI_NR_CALLS; n++)
		ck_assert_int_eq(pv_vmi_has((enum vmi_call)n), n == VMI_IRET || n == VMI_SYSEXIT);
}
END_TEST

#define KIND(kind)	((uint64_t)(kind) << 32)
static const struct {
	enum vmi_call call;
	uint64_t answers;
	const char *why;
} lies[] = {
	{ VMI_WBINVD, KIND(4) | (BASE + 0x100), "unknown kind" },
	{ VMI_CPUID, KIND(0xff), "unknown kind" },
	{ VMI_SetLazyMode, KIND(1) | 1ull << 40 | (BASE + 0x100), "reserved bits" },
	{ VMI_SetCR0, 1ull << 63, "reserved bits" },
	{ VMI_SetCR3, KIND(1) | (BASE - 1), "outside of the ROM" },
	{ VMI_SetCR3, KIND(1) | (BASE + SIZE), "outside of the ROM" },
	{ VMI_Halt, KIND(1), "outside of the ROM" },
	{ VMI_IRET, KIND(2) | 0xffffffff, "outside of the ROM" },
	{ VMI_SetCR3, KIND(2) | (BASE + 0x100), "is a jump" },
	{ VMI_EnableInterrupts, KIND(2) | (BASE + 0x100), "is a jump" },
	{ VMI_IRET, 0, "no way to user mode" },
	{ VMI_IRET, KIND(3), "no way to user mode" },
	{ VMI_SYSEXIT, 0, "no way to user mode" },
	{ VMI_GetInterruptMask, 0, "interrupt gate" },
	{ VMI_SetInterruptMask, KIND(3), "interrupt gate" },
	{ VMI_GetCycleCounter, 0, "of time" },
	{ VMI_WallclockUpdated, KIND(3), "of time" },
};

START_TEST(each_lie_is_named)
{
	enum vmi_call call;
	const char *why;

	answers[lies[_i].call] = lies[_i].answers;
	why = relocate(&call);
	ck_assert_ptr_nonnull(why);
	ck_assert_msg(strstr(why, lies[_i].why) != NULL, "lie %d: %s", _i, why);
	ck_assert_int_eq(call, lies[_i].call);
	/* Nothing of it is used. */
	for (unsigned n = 0; n < VMI_NR_CALLS; n++) {
		ck_assert(!pv_vmi_has((enum vmi_call)n));
		ck_assert_uint_eq(pv_vmi_stubs[n * 8], 0xc3);
	}
}
END_TEST

/* Without ring 0 there is no going on without the ROM: what is good is what it says so by. */
START_TEST(in_ring1_what_is_good_is_used)
{
	bool answer_is_bad = strstr(lies[_i].why, "interrupt gate") == NULL && strstr(lies[_i].why, "of time") == NULL;
	enum vmi_call call;

	pv_vmi_ring = 1;
	answers[lies[_i].call] = lies[_i].answers;
	answers[VMI_SetDR] = KIND(4);		/* the first is named, each is left out */
	ck_assert_ptr_nonnull(relocate(&call));
	ck_assert_int_eq(call, answer_is_bad && lies[_i].call < VMI_SetDR ? lies[_i].call : VMI_SetDR);
	ck_assert(!pv_vmi_has(lies[_i].call));
	ck_assert(!pv_vmi_has(VMI_SetDR));
	ck_assert_uint_eq(pv_vmi_stubs[VMI_SetDR * 8], 0xc3);
	expect_stub(VMI_OUTB, 0xe9);
}
END_TEST

START_TEST(no_sysexit_without_sysenter)
{
	enum vmi_call call;

	sysenter = false;
	answers[VMI_SYSEXIT] = 0;
	ck_assert_ptr_null(relocate(&call));
	expect_stub(VMI_SYSEXIT, 0xc3);
}
END_TEST

/* Only where the instruction goes to is changed, and only of calls that the ROM has. */
START_TEST(leaves_lead_there)
{
	static const uint8_t at[] = { 2, 24 };
	uint8_t text[sizeof(pv_vmi_leaves)];
	enum vmi_call call;

	memset(text, 0xe8, sizeof(text));
	ck_assert_ptr_null(relocate(&call));
	pv_vmi_leaves_aim(text);
	for (unsigned i = 0; i < 2; i++) {
		uint32_t distance, entry = (uint32_t)answers[i == 0 ? VMI_GetCR2 : VMI_CLTS];

		memcpy(&distance, &text[at[i] + 1], 4);
		ck_assert_uint_eq((uint32_t)(uintptr_t)pv_vmi_leaves + at[i] + 5 + distance, entry);
		memset(&text[at[i] + 1], 0xe8, 4);
	}
	for (unsigned i = 0; i < sizeof(text); i++)
		ck_assert_uint_eq(text[i], 0xe8);
}
END_TEST

START_TEST(calls_have_names)
{
	ck_assert_str_eq(pv_vmi_call_name(VMI_CPUID), "CPUID");
	ck_assert_str_eq(pv_vmi_call_name(VMI_SetPxELong), "SetPxELong");
	ck_assert_str_eq(pv_vmi_call_name(VMI_SetLazyMode), "SetLazyMode");
	ck_assert_str_eq(pv_vmi_call_name((enum vmi_call)VMI_NR_CALLS), "?");
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ stubs_lead_there, 0 }, { ways_out_as_calls, 0 }, { nothing_but_ways_out, 0 },
		{ each_lie_is_named, sizeof(lies) / sizeof(lies[0]) },
		{ in_ring1_what_is_good_is_used, sizeof(lies) / sizeof(lies[0]) }, { no_sysexit_without_sysenter, 0 },
		{ leaves_lead_there, 0 }, { calls_have_names, 0 },
	};

	return RUN_CASES("vmi_relocate", start, cases);
}
