/*
 * Mondo and error queues. This emulator has no queue registers: the guest's accesses to
 * them, each behind a marker (README), are replaced by traps, one number for each
 * different instruction, and done here. Delivery is on the way out of the hypervisor.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define MARKER		0x01000025u	/* sethi 0x25, %g0 */
#define TA		0x91d02000u	/* ta 0 */
#define NUMBERS		31u		/* traps 0xe0 to 0xfe */
#define ASI_QUEUE	0x25u
#define OP3_LDXA	0x1bu
#define OP3_STXA	0x1eu
#define REGISTERS	0x3c0u		/* head and tail of each queue from there on */
#define LINE		8		/* words of 64 bits that are looked at together */
#define CHUNK		0x10000u
#define CHUNKS		(IMAGE_MOST / CHUNK)
#define ENTRIES_MOST	0x100000u

static uint32_t instructions[NUMBERS];
static unsigned instruction_count;

static bool
is_access(uint32_t word)
{
	uint32_t op3 = word >> 19 & 0x3f;

	return word >> 30 == 3 && (op3 == OP3_LDXA || op3 == OP3_STXA) && !(word >> 13 & 1) &&
	    (word >> 5 & 0xff) == ASI_QUEUE;
}

/* The word behind a marker. False: too many different ones. */
static bool
replace(volatile uint32_t *word)
{
	uint32_t old = *word;
	unsigned n = 0;

	if (!is_access(old))
		return true;
	while (n < instruction_count && instructions[n] != old)
		n++;
	if (n == NUMBERS)
		return false;
	if (n == instruction_count)
		instructions[instruction_count++] = old;
	*word = TA | (TT_QUEUE - 0x100 + n);
	__asm__ volatile("flush %0" : : "r" (word) : "memory");
	return true;
}

/* Eight words that are not all 0. The last of them may be a marker for the word behind. */
static bool
replace_in_line(const uint64_t *line)
{
	for (const uint64_t *at = line; at < line + LINE; at++) {
		if (*at >> 32 == MARKER && !replace((volatile uint32_t *)(uintptr_t)at + 1))
			return false;
		if ((uint32_t)*at == MARKER && ra_good((uintptr_t)(at + 1), 4) &&
		    !replace((volatile uint32_t *)(uintptr_t)(at + 1)))
			return false;
	}
	return true;
}

/*
 * Looks through the image, each time: it may have changed since. It is whole at the first time: later ones
 * leave out the chunks that had nothing but zeroes then.
 */
static bool
queue_patch(void)
{
	static bool empty[CHUNKS];

	for (uint64_t n = 0; n < image_size / CHUNK; n++) {
		const uint64_t *line = (const uint64_t *)(image_base + n * CHUNK), *end = line + CHUNK / 8;
		bool some = false;

		for (; !empty[n] && line < end; line += LINE) {
			if ((line[0] | line[1] | line[2] | line[3] |
			    line[4] | line[5] | line[6] | line[7]) == 0)
				continue;
			some = true;
			if (!replace_in_line(line))
				return false;
		}
		empty[n] = !some;
	}
	return true;
}

/* A register of the guest's by its number in instructions; the trap was one that saves them all. */
static uint64_t
get_register(const struct strand *s, uint32_t number)
{
	static const uint16_t at[4] = { S_G, S_O, S_L, S_I };

	number &= 31;
	return number == 0 ? 0 : SAVED((struct strand *)(uintptr_t)s, at[number / 8] + number % 8 * 8);
}

static void
set_register(struct strand *s, uint32_t number, uint64_t value)
{
	static const uint16_t at[4] = { S_G, S_O, S_L, S_I };

	if ((number & 31) != 0)
		SAVED(s, at[number / 8 & 3] + number % 8 * 8) = value;
}

/* The address of the load or store that trapped, MMU off; 0 if it is not to be had. */
uint64_t
access_address(const struct strand *s)
{
	uint64_t pc = RDPR(tpc), offset;
	uint32_t word;

	if (!ra_good(pc, 4) || pc % 4 != 0)
		return 0;
	word = *(const volatile uint32_t *)pc;
	offset = word >> 13 & 1 ? (uint64_t)((int64_t)((uint64_t)word << 51) >> 51) : get_register(s, word);
	return word >> 30 == 3 ? get_register(s, word >> 14) + offset : 0;
}

static uint64_t
bad_access(struct strand *s, const char *reason, uint64_t address)
{
	complain(s, reason, address);
	describe(s, true, TT_DFAULT, FT_INVALID_ASI, address & ~0x1ffful, 0);
	return give_trap(s, TT_DFAULT);
}

static void
set_head(struct strand *s, struct queue *q, uint64_t head)
{
	if (head % ENTRY_SIZE != 0 || head >= q->size)
		complain(s, "a queue's head is set to what is no entry of it", head);
	q->head = q->size != 0 ? head & (q->size - ENTRY_SIZE) : 0;
}

/* ta 0xe0 and up. */
uint64_t
queue_access(struct strand *s, uint64_t tt)
{
	uint64_t n = tt - TT_QUEUE, address;
	uint32_t word;
	struct queue *q;
	bool tail;

	if (n >= instruction_count) {
		complain(s, "a trap instruction that no call has", tt - 0x100);
		SAVED(s, S_O) = EBADTRAP;
		return LEAVE_DONE;
	}
	word = instructions[n];
	address = get_register(s, word >> 14) + get_register(s, word);
	if (address % 8 != 0)
		return bad_access(s, "a queue register's address is not aligned to 8", address);
	if (address < REGISTERS || address >= REGISTERS + QUEUES * 16)
		return bad_access(s, "no such queue register", address);
	q = &s->queue[(address - REGISTERS) / 16];
	tail = address & 8;
	if ((word >> 19 & 0x3f) == OP3_LDXA)
		set_register(s, word >> 25, tail ? q->tail : q->head);
	else if (tail)
		return bad_access(s, "a queue's tail is the hypervisor's to set", address);
	else
		set_head(s, q, get_register(s, word >> 25));
	return LEAVE_DONE;
}

/* False: it is full, or not there. */
bool
queue_put(struct strand *s, unsigned queue, const uint64_t *entry)
{
	struct queue *q = &s->queue[queue];
	uint64_t next = q->size != 0 ? (q->tail + ENTRY_SIZE) & (q->size - 1) : 0;

	if (next == q->head)
		return false;
	for (unsigned i = 0; i < 8; i++)
		poke(q->base + q->tail + 8 * i, entry[i]);
	q->tail = next;
	if (queue == QUEUE_NONRESUMABLE)
		s->nonresumable = true;
	return true;
}

/*
 * On the way out: the trap of a queue that has something, if the guest takes it now; else as it was. A guest
 * at its last level has to come down first.
 */
uint64_t
queue_deliver(struct strand *s, uint64_t how)
{
	uint64_t tstate = RDPR(tstate);
	unsigned queue = 0;

	intr_poll();
	if (RDPR(tl) > 2 || TSTATE_GL(tstate) >= 2)
		return how;
	if (s->nonresumable)
		queue = QUEUE_NONRESUMABLE;
	else {
		if (!(TSTATE_PSTATE(tstate) & PSTATE_IE))
			return how;
		while (queue < QUEUE_NONRESUMABLE && s->queue[queue].head == s->queue[queue].tail)
			queue++;
		if (queue == QUEUE_NONRESUMABLE)
			return how;
	}
	s->nonresumable = false;
	if (how == LEAVE_DONE) {
		WRPR(tpc, RDPR(tnpc));
		WRPR(tnpc, RDPR(tnpc) + 4);
	}
	return give_trap(s, TT_CPU_MONDO + queue);
}

uint64_t
call_cpu_qconf(struct call *c)
{
	uint64_t queue = c->o[0] - QUEUE_FIRST, base = c->o[1], entries = c->o[2];
	uint64_t size = entries * ENTRY_SIZE;
	struct queue *q;

	if (queue >= QUEUES)
		return refuse(c, EINVAL, "no such queue", c->o[0]);
	if (entries == 1 || entries > ENTRIES_MOST || (entries & (entries - 1)) != 0)
		return refuse(c, EINVAL, "entries are 0 or a power of two from 2 on", entries);
	if (entries != 0 && base % size != 0)
		return refuse(c, EBADALIGN, "the base is not aligned to the size", base);
	if (entries != 0 && !ra_good(base, size))
		return refuse(c, ENORADDR, "the queue is not in the guest's memory", base);
	if (entries != 0 && !queue_patch())
		return refuse(c, EINVAL, "more than 31 different accesses to queue registers",
		    instruction_count);
	q = &c->strand->queue[queue];
	q->base = entries != 0 ? base : 0;
	q->size = size;
	q->head = q->tail = 0;
	return EOK;
}

uint64_t
call_cpu_qinfo(struct call *c)
{
	uint64_t queue = c->o[0] - QUEUE_FIRST;

	if (queue >= QUEUES)
		return refuse(c, EINVAL, "no such queue", c->o[0]);
	c->o[1] = c->strand->queue[queue].base;
	c->o[2] = c->strand->queue[queue].size / ENTRY_SIZE;
	return EOK;
}
