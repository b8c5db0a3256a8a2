/*
 * What the ROM answers for each call: asked once, checked, then written into the
 * stubs by which everybody calls.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"

#define STUB_BYTES	8u
#define CALL_REL	0xe8
#define JUMP_REL	0xe9
#define RETURN		0xc3

struct pv_vmi_answer pv_vmi_answers[VMI_NR_CALLS];

extern const uint8_t pv_vmi_stubs[];
uint64_t pv_vmi_relocation_call(uintptr_t entry, uint32_t call);

const char *
pv_vmi_call_name(enum vmi_call call)
{
	static const char *const names[VMI_NR_CALLS] = {
#define X(number, name)	[number] = #name,
		VMI_CALLS(X)
#undef X
	};

	return (unsigned)call < VMI_NR_CALLS ? names[call] : "?";
}

/* One answer: low half the entry, then the kind, then nothing. One that cannot be is as NONE. */
static const char *
take(enum vmi_call call, uint64_t said, uintptr_t base, uint32_t size, bool sysenter)
{
	uint8_t kind = (uint8_t)(said >> 32);
	bool there = kind == VMI_KIND_CALL || kind == VMI_KIND_JUMP;

	pv_vmi_answers[call] = (struct pv_vmi_answer){ 0, VMI_KIND_NONE };
	if (said >> 40 != 0)
		return "has reserved bits set";
	if (kind > VMI_KIND_NOP)
		return "is of an unknown kind";
	if (kind == VMI_KIND_JUMP && call != VMI_IRET && call != VMI_SYSEXIT)
		return "is a jump, and this call returns";
	if (there && (uint32_t)said - base >= size)
		return "lies outside of the ROM";
	pv_vmi_answers[call] = (struct pv_vmi_answer){ (uint32_t)said, kind };
	return !there && (call == VMI_IRET || (call == VMI_SYSEXIT && sysenter)) ? "leaves no way to user mode" : NULL;
}

/* Calls that go together: half of them would mean two kinds of state. */
static const struct {
	uint8_t first, last;
	const char *why;
} groups[] = {
	{ VMI_EnableInterrupts, VMI_SetInterruptMask, "is missing, and others of the interrupt gate are there" },
	{ VMI_GetCycleFrequency, VMI_WallclockUpdated, "is missing, and others of time are there" },
};

const char *
pv_vmi_answers_take(const uint64_t *said, uintptr_t base, uint32_t size, bool sysenter, enum vmi_call *call)
{
	const char *first = NULL;

	for (unsigned n = 0; n < VMI_NR_CALLS; n++) {
		const char *why = take((enum vmi_call)n, said[n], base, size, sysenter);

		if (why != NULL && first == NULL) {
			first = why;
			*call = (enum vmi_call)n;
		}
	}
	if (first != NULL)
		return first;
	for (unsigned i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		unsigned there = 0;

		for (unsigned n = groups[i].first; n <= groups[i].last; n++) {
			there += pv_vmi_has((enum vmi_call)n);
			if (!pv_vmi_has((enum vmi_call)n))
				*call = (enum vmi_call)n;
		}
		if (there != 0 && there != (unsigned)groups[i].last - groups[i].first + 1)
			return groups[i].why;
	}
	return NULL;
}

/* What is `at`, a call or jump of five bytes seen at `window`, leads to the ROM's call. */
static void
aim(volatile uint8_t *window, uintptr_t at, enum vmi_call call)
{
	const struct pv_vmi_answer *a = &pv_vmi_answers[call];
	uint32_t distance = a->entry - (uint32_t)(at + 5);

	for (unsigned i = 0; i < 4; i++)
		window[1 + i] = (uint8_t)(distance >> (8 * i));
}

void
pv_vmi_lead(volatile uint8_t *window, uintptr_t at, enum vmi_call call)
{
	const struct pv_vmi_answer *a = &pv_vmi_answers[call];

	if (!pv_vmi_has(call)) {
		*window = RETURN;
		return;
	}
	aim(window, at, call);
	/* Called, but what does not return is jumped to. */
	window[0] = (call == VMI_IRET || call == VMI_SYSEXIT) && a->kind == VMI_KIND_CALL ? CALL_REL : JUMP_REL;
}

void
pv_vmi_leaves_aim(volatile uint8_t *window)
{
	for (const struct pv_vmi_leaf_call *c = pv_vmi_leaf_calls; c < pv_vmi_leaf_calls_end; c++)
		if (pv_vmi_has((enum vmi_call)c->call))
			aim(window + c->at, (uintptr_t)pv_vmi_leaves + c->at, (enum vmi_call)c->call);
}

const char *
pv_vmi_relocate(uintptr_t base, uint32_t size, uint8_t *stubs, enum vmi_call *call)
{
	static uint64_t said[VMI_NR_CALLS];
	const char *why;

	for (unsigned n = 0; n < VMI_NR_CALLS; n++)
		said[n] = pv_vmi_relocation_call(base + VMI_AT_RELOCATION, n);
	/* Without SYSENTER there is no SYSEXIT to give. */
	why = pv_vmi_answers_take(said, base, size, pv_native_backend.has(PV_CAP_FAST_SYSCALL), call);
	if (why != NULL && pv_vmi_ring == 0)
		memset(pv_vmi_answers, 0, sizeof(pv_vmi_answers));
	for (unsigned n = 0; n < VMI_NR_CALLS; n++)
		pv_vmi_lead(&stubs[n * STUB_BYTES], (uintptr_t)&pv_vmi_stubs[n * STUB_BYTES], (enum vmi_call)n);
	return why;
}
