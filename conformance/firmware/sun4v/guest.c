/*
 * From reset to the guest: what its first strand finds in its registers, and what a
 * strand finds that CPU_START started.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define ENTRY_RAW	0x20		/* the power-on vector of the image's real trap table */
#define ENTRY_NOT_TOLD	0x404000ul
#define FW_CFG_KERNEL	0x07
#define PIL_CLOSED	15

struct strand *current_strand, *next_strand;
struct strand strands[STRANDS];
uint64_t image_base, image_size;

void *memset(void *to, int c, size_t size);

/* What a strand finds in the registers that nobody promises anything about. */
static void
spoil(struct strand *s)
{
	for (unsigned at = S_TRAPS; at < S_STATE; at += 8)
		SAVED(s, at) = NOTHING_PROMISED;
	for (unsigned at = S_O; at < S_L; at += 8)
		SAVED(s, at) = NOTHING_PROMISED;
	for (unsigned at = S_FLOATS; at < S_Y; at += 8)
		SAVED(s, at) = NOTHING_PROMISED;
	for (unsigned i = 0; i < SCRATCHPADS; i++)
		SAVED(s, S_SCRATCH + 8 * i) = NOTHING_PROMISED;
	STATE(s, ST_CLEANWIN) = 2;
	STATE(s, ST_WSTATE) = 077;
	STATE(s, ST_FPRS) = 7;
	STATE(s, ST_SOFTINT) = 0x1ffff;
	STATE(s, ST_STICK_CMPR) = STATE(s, ST_TICK_CMPR) = 0x1000;	/* on, and long over */
	STATE(s, ST_PRIMARY) = NOTHING_PROMISED % CONTEXTS;
	STATE(s, ST_SECONDARY) = NOTHING_PROMISED % CONTEXTS;
	SAVED(s, S_TRAPS + 24) = SAVED(s, S_TRAPS + 56) = 0;	/* TT is promised */
}

/* TL = GL = 2, as behind the trap of power-on; it goes on by a retry from TL 3. */
void
strand_begin(struct strand *s, uint64_t pc, uint64_t rtba, uint64_t argument)
{
	uint32_t id = s->id;
	uint64_t *top = &SAVED(s, S_TRAPS + 2 * 32);

	memset(s, 0, sizeof(*s));
	s->id = id;
	s->state = CPU_RUNNING;
	s->rtba = rtba;
	spoil(s);
	SAVED(s, S_O) = argument;
	SAVED(s, S_BUSY) = 1;
	SAVED(s, S_TL) = 3;
	top[3] = 0;
	top[0] = 2ul << 40 | PSTATE_PRIV << 8;
	top[1] = pc;
	top[2] = pc + 4;
	STATE(s, ST_CANSAVE) = NWINDOWS - 2;
	STATE(s, ST_PIL) = PIL_CLOSED;
}

/* The block of the guest's memory with that address. */
static const struct memory *
block_of(uint64_t ra)
{
	for (unsigned i = 0; i < 2; i++)
		if (ra >= memory[i].base && ra - memory[i].base < memory[i].size)
			return &memory[i];
	end("fatal: the guest would start at %x, which is none of its memory", ra);
}

/* Called by start.S with what QEMU says of the RAM; then the first strand runs. */
void
hv_start(uint64_t ram)
{
	const struct memory *block;
	struct strand *s = &strands[0];
	uint64_t pc, base;

	board_init(ram);
	words_read();
	pc = words.raw ? words.raw + ENTRY_RAW : words.start ? words.start : board_number(FW_CFG_KERNEL, 8);
	if (pc == 0)
		pc = ENTRY_NOT_TOLD;
	block = block_of(pc);
	image_base = block->base;
	image_size = block->size < IMAGE_MOST ? block->size : IMAGE_MOST;
	md_build();
	tlb_flush(KIND_D | KIND_I);
	for (uint32_t i = 0; i < STRANDS; i++) {
		strands[i].id = i;
		strands[i].state = i != 0 && i == words.broken ? CPU_ERROR : CPU_STOPPED;
	}
	base = words.raw ? words.raw : block->base;
	strand_begin(s, pc, base, 0);
	if (!words.raw)
		SAVED(s, S_O + 4 * 8) = 0;	/* no OpenFirmware: who copies a raw image does not say so */
	SAVED(s, S_WINDOWS + 64) = base;	/* %i0 and %i1 of window 0 */
	SAVED(s, S_WINDOWS + 72) = block->size - (base - block->base);
	current_strand = s;
}
