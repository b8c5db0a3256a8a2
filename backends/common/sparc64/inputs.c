/*
 * Device interrupts noted by the trap table, given to lines one by one; masking.
 *
 * A source that has told stays quiet until it is made idle. So nothing at the
 * controller is touched to mask an input: one that comes while it is masked is kept,
 * one that is ended while it is masked is made idle when that is over. Both machines
 * keep what comes meanwhile.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "inputs.h"

#define OPEN	0x1u	/* not masked */
#define CAME	0x2u	/* while masked: not yet given to its lines */
#define OWED	0x4u	/* ended while masked: not yet idle */
#define BEGUN	0x8u	/* somebody has bound it */

uint64_t pv_sparc64_pending[PV_SPARC64_INPUTS / 64];
const struct pv_sparc64_inputs_ops *pv_sparc64_inputs_ops;

static uint8_t state[PV_SPARC64_WIRES];

static void
note(uint32_t input)
{
	__atomic_fetch_or(&pv_sparc64_pending[input / 64], 1ull << input % 64, __ATOMIC_SEQ_CST);
	pv_sparc64_softint_set(1ul << PV_SPARC64_DEVICE_LEVEL);
}

static void
deliver(uint32_t input)
{
	if (input >= PV_SPARC64_INPUT_CROSS && input < PV_SPARC64_INPUT_SOFT)
		pv_lines_deliver_cross(input - PV_SPARC64_INPUT_CROSS);
	else if (input == PV_SPARC64_INPUT_SOFT)
		pv_lines_deliver_soft();
	else if (input >= PV_SPARC64_WIRES)
		pv_sparc64_inputs_ops->other(input);
	else if ((state[input] & BEGUN) == 0)
		pv_lines_spurious();	/* and quiet from now on: who binds it makes it idle */
	else if ((state[input] & OPEN) == 0)
		state[input] |= CAME;
	else
		pv_lines_deliver(input);
}

/* None at all: what was noted after the interrupt had been cleared was found by the run before. */
void
pv_sparc64_inputs_deliver(void)
{
	for (uint32_t word = 0; word < PV_SPARC64_INPUTS / 64; word++) {
		uint64_t bits = pv_sparc64_pending[word];

		if (bits == 0)
			continue;
		bits = __atomic_exchange_n(&pv_sparc64_pending[word], 0, __ATOMIC_SEQ_CST);
		for (uint32_t n = 0; n < 64; n++)
			if ((bits >> n & 1) != 0)
				deliver(64 * word + n);
	}
}

void
pv_sparc64_input_begin(uint32_t input)
{
	state[input] = BEGUN;
}

void
pv_sparc64_input_forget(uint32_t input)
{
	state[input] = 0;
}

void
pv_sparc64_input_mask(uint32_t input)
{
	state[input] &= (uint8_t)~OPEN;
}

void
pv_sparc64_input_unmask(uint32_t input)
{
	uint8_t was = state[input];

	state[input] = OPEN | BEGUN;
	if ((was & OWED) != 0)
		pv_sparc64_inputs_ops->idle(input);
	if ((was & CAME) != 0)
		note(input);
}

void
pv_sparc64_input_end(uint32_t input)
{
	if ((state[input] & OPEN) == 0)
		state[input] |= OWED;
	else
		pv_sparc64_inputs_ops->idle(input);
}
