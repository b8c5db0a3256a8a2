/*
 * A model of a sun4v machine, on which host tests run the real sparc64 image: strands
 * that execute its instructions one by one, and the hypervisor below them. For what
 * QEMU's T1 does not have: queue registers and their traps, real addresses that are no
 * physical ones, with holes between, the execute and cache bits of translations, and
 * strands that take turns at any instruction.
 *
 * Not modelled: floating point, user mode, store buffers (memory is in order for
 * everybody), time but as a count of instructions, LDC, PCI. Whatever the hypervisor
 * would refuse, or a CPU does otherwise than the model, ends the test with
 * model_broken(); model.refuse lets one call be refused.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOST_SUN4V_MODEL_H
#define PV_HOST_SUN4V_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../backends/sun4v/sparc64/sun4v_asm.h"

#define STRANDS		3u
#define WINDOWS		8u
#define NR_TLB		16u		/* few, so that entries come and go */
#define NR_PERM		8u
#define NR_RANGES	6u
#define NR_SOURCES	8u
#define QUEUES		4u
#define PAGE		0x2000ull

enum { CPU_MONDO, DEVICE_MONDO, RESUMABLE, NONRESUMABLE };

/* %pstate, %ccr */
#define IE		0x02u
#define PRIV		0x04u
#define PEF		0x10u
#define CC_C		1u
#define CC_V		2u
#define CC_Z		4u
#define CC_N		8u

struct tlb_entry {
	uint64_t va, size, tte;
	unsigned context;
	bool valid;
};

struct queue {
	uint64_t ra, entries, head, tail;
};

struct tsb {
	unsigned index_size, context_shared;
	uint64_t entries, sizes, base;
};

struct strand {
	unsigned id;
	bool running;
	/* registers */
	uint64_t g[4][8], in[WINDOWS][8], local[WINDOWS][8];
	uint64_t pc, npc, y, tba, softint, compare, scratch[8];
	uint64_t tstate[3], tpc[3], tnpc[3], tt[3];
	unsigned ccr, asi, fprs, tl, gl, pstate, pil;
	unsigned cwp, cansave, canrestore, cleanwin, otherwin, wstate;
	/* memory management */
	bool mmu;
	unsigned primary, secondary;
	uint64_t fault_area;
	struct tsb tsb[2][2];		/* contexts 0, others */
	unsigned nr_tsb[2];
	struct tlb_entry itlb[NR_TLB], dtlb[NR_TLB];
	unsigned next_i, next_d;
	uint64_t fetch_va;		/* the page that was fetched from last, if fetch_from */
	const uint8_t *fetch_from;
	struct queue queue[QUEUES];
	uint64_t instructions;
	/* of the instruction under way: has it trapped, did it touch memory or a register of the machine */
	bool trapped, touched;
	uint64_t touched_ra;		/* the last one's */
};

/* A block of real memory, wherever it lies here: that is the physical address. */
struct range {
	uint64_t ra, size;
	uint8_t *host, *kept;		/* kept: as it was at model_keep() */
	uint8_t *dirty;			/* one for each page */
	bool device;			/* registers: nothing may be cached or executed */
};

enum vintr_state { IDLE, RECEIVED, DELIVERED };

struct source {
	uint64_t handle, ino, cookie, target;
	bool valid, pending;
	bool level;			/* pending until the guest's handler has made it quiet */
	enum vintr_state state;
	unsigned raised, queued;	/* times */
};

struct perm {
	uint64_t va, tte;
	unsigned which;
	bool valid;
};

struct model {
	struct strand strand[STRANDS];
	struct perm perm[NR_PERM];
	struct source source[NR_SOURCES];
	unsigned nr_sources;
	uint64_t groups;
	unsigned major[8];
	/* what the guest said: characters, API_EXIT or MACH_EXIT, the last model_point() and its words */
	char said[16384];
	unsigned saying;
	bool ended;
	uint64_t code, point, word[4];
	uint64_t calls;
	/* the machine description */
	uint8_t md[4096];
	uint64_t md_size;
};
extern struct model model;

/* -- what tests order -- */
struct order {
	/* RA is refused by a call from now on, instead of the end of the test: counted */
	bool bad_ra_expected;
	unsigned bad_ra;
	/* a translation without a cache bit is what the guest wants */
	bool uncached_expected;
	/* what %ftail reads instead of the tail, once: malformed */
	bool bad_tail;
	uint64_t tail;
	/* called after each instruction that touched memory or a register of the machine */
	void (*after_access)(struct strand *s);
};
extern struct order order;
extern struct range range[NR_RANGES];
extern unsigned nr_ranges;

void model_broken(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* -- sun4v_model_machine.c -- */
/* A machine of these blocks, the image raw at the start of the first, at rest before its first instruction. */
struct block {
	uint64_t ra, size;
	bool device;
};
void model_start(const struct block *blocks, unsigned nr, const char *args);
/* Queue sizes as the machine description tells, log2 of entries: from the next start on. */
extern unsigned model_queue_bits;
/* It has no memory in it. */
extern bool model_without_memory;
uint64_t model_symbol(const char *name);
/* Behind it: of functions in C, and those that tell their size. */
uint64_t model_symbol_end(const char *name);
/* The state of all, to come back to. */
void model_keep(void);
void model_back(void);
/* Run until a point is reached or the guest ends; at most so many instructions. */
bool model_run(struct strand *s, uint64_t most);
/* The real address of a linked one; words there. */
uint64_t model_linked(uint64_t va);
uint64_t model_word(uint64_t va);
void model_word_set(uint64_t va, uint64_t value);

/* -- sun4v_model_cpu.c -- */
void model_step(struct strand *s);
void model_trap(struct strand *s, unsigned tt);
uint64_t model_reg(const struct strand *s, unsigned r);
void model_reg_set(struct strand *s, unsigned r, uint64_t v);

/* -- sun4v_model_mmu.c -- */
/* Real memory: NULL where there is none of this size. */
uint8_t *model_real(uint64_t ra, uint64_t size, bool write);
uint64_t model_get(const uint8_t *p, unsigned width);
void model_put(uint8_t *p, unsigned width, uint64_t v);
bool model_fetch(struct strand *s, uint32_t *word);
/* False: it has trapped. */
bool model_load(struct strand *s, unsigned asi, uint64_t va, unsigned width, uint64_t *v);
bool model_store(struct strand *s, unsigned asi, uint64_t va, unsigned width, uint64_t v);
/* Compare and swap; *v: the new value, then what was there. */
bool model_cas(struct strand *s, unsigned asi, uint64_t va, unsigned width, uint64_t old, uint64_t *v);
/* For the calls: EOK or an error. */
unsigned model_map(struct strand *s, uint64_t va, unsigned context, uint64_t tte, unsigned which);
void model_demap(struct strand *s, uint64_t va, unsigned context, unsigned which);
void model_demap_context(struct strand *s, unsigned context, unsigned which);
/* A TTE that a hypervisor takes: EOK, or why not. */
unsigned model_tte_check(uint64_t va, uint64_t tte, uint64_t *size);

/* -- sun4v_model_calls.c -- */
void model_call(struct strand *s, unsigned trap);

/* -- sun4v_model_queues.c -- */
/* The source wants to tell, again if it has told before. */
void model_raise(unsigned source);
/* An entry of 64 bytes; false: no room. */
bool model_enqueue(struct strand *s, unsigned queue, const uint64_t words[8]);
/* Whatever waits for room or for IDLE goes now, if it can. */
void model_pump(void);
unsigned model_queue_access(struct strand *s, uint64_t va, bool write, uint64_t *v);
/* A trap of a queue that is due, or 0. */
unsigned model_queue_trap(const struct strand *s);
/* CPU_MONDO_SEND: by real addresses, as a guest would. */
unsigned model_mondo_send(const struct strand *from, uint64_t n, uint64_t list, uint64_t data);

#endif
