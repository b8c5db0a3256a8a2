/*
 * What the parts of the self-test guest share. It shares no code with libpv, nor with the
 * hypervisor: numbers and rules are those of the interface. Addresses are plain numbers
 * here, and a real address is the virtual one wherever nothing else is said.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "asm.h"
#include "numbers.h"

typedef uint64_t u64;

#define KIB		1024ul
#define MIB		(1024ul * KIB)
#define PAGE		(8 * KIB)
#define ARRAY(a)	(sizeof(a) / sizeof((a)[0]))

/* A case: fails by calling wrong(). The point is what it checks, and where that is said. */
struct test {
	const char *set, *name, *point;
	void (*run)(void);
};
#define TEST(s, n, p)									\
static void test_##s##_##n(void);							\
static const struct test entry_##s##_##n						\
__attribute__((used, section(".tests"), aligned(8))) = { #s, #s "." #n, p, test_##s##_##n };	\
static void										\
test_##s##_##n(void)

struct entry {
	u64 pc, tl, gl, pstate, pil, tba, tt, asi, cwp, cansave, canrestore, otherwin, i[2], o[6], how,
	    stick_cmpr, cleanwin;
};
struct trap {
	u64 tt, tl, gl, pc, npc, tstate, pil, pstate;
	u64 fault[16];
	u64 half, action, arg[3], count, result, spare[33];
};
struct queue {
	u64 count, base, mask, log, traps, tstate, tl, spare;
};
struct strand {
	u64 fault, timer, softint, stack, function, arg[3];
	struct queue queue[4];
	u64 spare[24];
	struct trap trap[2];
};
struct call {
	u64 o[6], pstate, spoilt;
};
#define AT(type, member, at)	_Static_assert(offsetof(struct type, member) == (at), #at)
AT(entry, how, ENTRY_HOW);
AT(entry, o, ENTRY_O);
AT(trap, half, TRAP_HALF);
AT(trap, result, TRAP_RESULT);
AT(strand, function, STRAND_FUNCTION);
AT(strand, queue, STRAND_QUEUE);
AT(strand, trap, STRAND_TRAP);
AT(queue, tl, QUEUE_TL);
AT(call, spoilt, CALL_SPOILT);
_Static_assert(sizeof(struct queue) == 1 << QUEUE_BITS && sizeof(struct trap) == 1 << TRAP_BITS &&
    sizeof(struct strand) == STRAND_SIZE, "as the assembly has them");

/* main.c */
void print(const char *format, ...);		/* %s, %x, %u, %c; all arguments 64 bits wide */
void wrong(const char *format, ...);
bool asked(const char *word);
u64 asked_number(const char *word, u64 otherwise);	/* WORD=NUMBER */
void announce(const char *pattern);
void end_here(void);				/* the run's end is this case's: count it as good before */
/* zeroed, aligned to its size; given back at the case's end */
void *page_pool(u64 size);
#define CHECK(condition)								\
	do {										\
		if (!(condition))							\
			wrong("line %u: %s", (u64)__LINE__, #condition);		\
	} while (0)
#define IS(value, wanted)	is(#value, (u64)(value), (u64)(wanted), __LINE__)
bool is(const char *what, u64 value, u64 wanted, u64 line);

/* hv.c: results of the last call in %o0 to %o5; the status is the value. */
extern struct call last;
extern u64 flip;				/* bits of PSTATE to turn over around each call */
u64 hv(u64 trap, u64 function, u64 a, u64 b, u64 c, u64 d, u64 e);
#define FAST(...)		FAST_(__VA_ARGS__, 0, 0, 0, 0, 0)
#define FAST_(f, a, b, c, d, e, ...)	hv(0x80, f, a, b, c, d, e)
#define CORE(...)		CORE_(__VA_ARGS__, 0, 0, 0)
#define CORE_(f, a, b, c, ...)	hv(0xff, f, a, b, c, 0, 0)
void need_group(u64 group, u64 major, u64 minor);
void negotiate(void);

/* names.c: calls that are refused, which is announced */
bool refused(u64 error, u64 line, u64 trap, u64 function, u64 a, u64 b, u64 c, u64 d, u64 e);
#define REFUSED(error, ...)	REFUSED_(error, 0x80, __VA_ARGS__, 0, 0, 0, 0, 0)
#define REFUSED_(error, trap, f, a, b, c, d, e, ...)	refused(error, __LINE__, trap, f, a, b, c, d, e)
bool named_call(u64 function);
void answered(u64 trap, u64 function);
void say_answered(void);
u64 bad_ra(u64 n);
u64 block_end(u64 ra);
u64 memory_end(u64 ra);
u64 past_end(u64 bytes);

/* md.c */
const char *md_problem(void);			/* 0: well formed; reads the description at the first call */
extern uint8_t md[64 * KIB];
extern u64 md_size;
int md_next(int node, const char *name);	/* first with -1; -1: no more */
int md_arc(int node, const char *arc, int after, const char *name);
bool md_value(int node, const char *name, u64 *value);
const char *md_string(int node, const char *name);
const uint8_t *md_data(int node, const char *name, u64 *size);
const char *md_name(int node);

/* access.c */
struct tsb { u64 tag, data; };
struct tsb_descriptor {
	uint16_t index_size, associativity;
	uint32_t entries, context, sizes;
	u64 base, zero;
};
extern uint8_t fault_area[128];
extern u64 first_fault_area;			/* what it was when nobody had told one */
void mmu_on(void);
void mmu_off(void);
struct tsb_descriptor *tsb_describe(struct tsb_descriptor *d, struct tsb *base, u64 entries, u64 index_size,
    u64 sizes);
struct tsb *tsb_make(u64 call, u64 index_size, u64 sizes, uint32_t context);
struct tsb *tsb_put(struct tsb *base, u64 index_size, u64 va, u64 context, u64 data);
u64 tte(const void *ra, u64 bits);

/* What the next trap of that level does. */
struct trap *skip_next(u64 tl);
struct trap *resume_next(u64 tl, const void *pc);
struct trap *run_next(u64 tl, const void *routine, u64 a, u64 b);
struct trap *put_next(u64 tl, struct tsb *at, u64 tag, u64 value);
struct trap *trap_of(u64 tl);
u64 traps(void);				/* at TL 1, so far */

/* Accesses: the trap type that came of them, 0 for none. */
u64 load_asi(u64 va, u64 asi, u64 *value);
u64 store_asi(u64 va, u64 asi, u64 value);
u64 load(u64 va);				/* the value; FAULTED after a trap */
u64 exec(u64 va);
u64 user(u64 pc, u64 context, u64 a, u64 b);
extern u64 user_result, user_pstate;
#define FAULTED	0xbadbadul
#define POISON	0xfeedfacecafebeeful
void poison_fault_area(void);
bool fault_is(u64 half, u64 type, u64 address, u64 context, u64 line);
#define FAULT(half, type, address, context)	fault_is(half, type, (u64)(address), context, __LINE__)

/* strand.c */
extern volatile u64 step, seen[8];
void strand_start(u64 cpu, void (*function)(struct strand *));
void strand_stop(u64 cpu);
void wait_for(u64 wanted);			/* until the other strand is at that step */
void strand_busy(void);				/* beside all cases, on cpu 3 */
bool strand_was_busy(void);
void give_way(void);				/* for good */
u64 quietly(u64 function, u64 a, u64 b, u64 c, u64 *result);	/* a call that is not the case's */

/* t_queue.c: queues whose entries are logged, see traps.S */
struct queue *queue_open(u64 queue, u64 entries);
void queue_close(u64 queue);
u64 *queue_entry(u64 queue, u64 number);

/* head.S, traps.S, calls.S */
extern struct entry boot_entry, strand_state;
extern struct strand strands[4];
extern uint8_t elf_entry[], strand_entry[], trap_table[], __image_start[], __image_end[];
extern uint8_t nested_load[], nested_exec[], nested_trap[], nested_gl[], nested_queue[], nested_yield[],
    nested_store[], nested_exec_resume[];
extern uint8_t exec_resume[], user_resume[], user_load[], user_store[], user_done[], user_call[],
    return_o7[], return_g2[];
void call_80(struct call *c);
void call_81(struct call *c);
void call_82(struct call *c);
void call_83(struct call *c);
void call_84(struct call *c);
void call_85(struct call *c);
void call_86(struct call *c);
void call_fe(struct call *c);
void call_ff(struct call *c);
u64 mmu_switch(u64 on, u64 address);
u64 probe_load(u64 va, u64 asi);
void probe_store(u64 va, u64 asi, u64 value);
u64 probe_atomic(u64 va, u64 asi, u64 value);
void probe_exec(u64 va);
void probe_trap(void);
u64 probe_little(u64 va);
u64 count_after_call(u64 pstate);		/* a call, and how often the instruction behind it is done */
u64 registers_over_yields(u64 number, u64 yields);
u64 get_tick(void);
void yield_at(u64 tl, u64 gl);			/* with interrupts on */
u64 probe_kept(u64 va, u64 ccr);
u64 probe_user(u64 pc, u64 context, u64 a, u64 b, u64 pstate);
u64 queue_get(u64 at);
void queue_set(u64 at, u64 value);
u64 queue_get_g(u64 at);
u64 queue_get_o(u64 at);
u64 queue_get_l(u64 at);
u64 queue_get_i(u64 at);
void queue_set_l(u64 at, u64 value);
void queue_clear(u64 at);
u64 get_stick(void);
void set_stick_cmpr(u64 value);
void set_tick_cmpr(u64 value);
void set_softint(u64 bits);
u64 get_softint(void);
void set_pil(u64 level);
void set_pstate(u64 value);
void set_context(u64 at, u64 context);
u64 get_scratch(u64 at);
void set_scratch(u64 at, u64 value);
void flush_windows(void);
void trap_at_entry(void);
void call_at_tl3(void);
void load_at_gl2(u64 va);
void float_set(u64 value);			/* all of the FPU's registers, which is on */
u64 float_wrong(u64 value);
u64 deep(u64 n);				/* so many frames, and back; the sum of 1 to n */
void sync_code(const void *code);
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
void test_main(void);
void unexpected_trap(const struct trap *t);

#endif
