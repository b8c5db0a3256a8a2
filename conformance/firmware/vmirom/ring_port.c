/*
 * Ports of programs, in the personality that keeps ring 0: the processor's task is the
 * ROM's and has all of them closed, so what the client's own task opens is done here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define TASK_PORTS	25u	/* word of the task; its high half is where the bitmap starts */
#define FIRST_PORT_TRY	4u	/* ring.S: after CPUID, WRMSR, RDMSR, RDPMC */
#define OUTPUT		6u	/* long, byte, word and three strings later */

/* Whether the bitmap of the client's task has WIDTH ports from PORT on, all 0. */
static bool
permitted(uint32_t port, uint32_t width)
{
	const struct ring *g = &ram()->ring;
	const uint32_t *d = (const uint32_t *)(g->gdt.base + (g->tr & 0xfff8));
	uint32_t limit = (d[0] & 0xffff) | (d[1] & 0xf0000);
	const uint8_t *task = (const uint8_t *)(d[0] >> 16 | (d[1] & 0xff) << 16 | (d[1] & 0xff000000));
	uint32_t at = ((const uint32_t *)task)[TASK_PORTS] >> 16;

	if (g->tr == 0)
		return false;
	at += port / 8;
	if (at + 1 > limit)
		return false;
	return (((uint32_t)task[at] | (uint32_t)task[at + 1] << 8) >> port % 8 & ((1u << width) - 1)) == 0;
}

/* True: it was an instruction for a port that is the program's, and it has been done. No strings. */
bool
ring_port(struct trap *t)
{
	const uint8_t *at = (const uint8_t *)t->eip;
	struct frame f = { .eax = t->eax, .edx = t->edx };
	uint32_t which = FIRST_PORT_TRY, width = 4;
	bool word = at[0] == 0x66, immediate;

	at += word;
	if ((at[0] & 0xf4) != 0xe4)
		return false;
	immediate = !(at[0] & 8);
	if (!(at[0] & 1)) {
		which += 1;
		width = 1;
	} else if (word) {
		which += 2;
		width = 2;
	}
	if (at[0] & 2)
		which += OUTPUT;
	f.edx = immediate ? at[1] : t->edx & 0xffff;
	if (!permitted(f.edx, width) || ring_try(&f, which))
		return false;
	t->eax = f.eax;
	t->eip += word + 1u + immediate;
	return true;
}
