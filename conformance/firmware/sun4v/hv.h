/*
 * What the files of the hypervisor share: a strand, a call, the guest, and who does what.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef HV_H
#define HV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "strand.h"

#define STRANDS		4
#define TSBS		2	/* of a context kind; more are accepted and not looked at, as on a T1 */
#define TSBS_MOST	16
#define PERMS		8
#define CHANNELS	4
#define NO_CONTEXT	~0u

struct tsb {
	uint64_t base, entries;
	uint32_t context, shift;
};

struct queue {
	uint64_t base, size;		/* in bytes; 0: not configured */
	uint64_t head, tail;
};

enum cpu_state { CPU_STOPPED = 1, CPU_RUNNING, CPU_ERROR };

struct strand {
	uint8_t saved[S_END];		/* strand.h */
	uint32_t id;
	enum cpu_state state;
	uint64_t rtba, fault_area;
	bool mmu, yielded;
	bool nonresumable;		/* such an error was queued, and its trap not given */
	uint32_t calls;			/* since it has the CPU */
	uint32_t tsb_count[2];		/* of context 0, and of the others */
	struct tsb tsb[2][TSBS];
	uint64_t tsb_descriptors[2][TSBS_MOST][4];
	struct queue queue[QUEUES];
};

/* A word of a strand's saved state. */
#define SAVED(s, offset) (*(uint64_t *)(void *)((s)->saved + (offset)))
#define STATE(s, word)	SAVED(s, S_STATE + 8 * (word))

/* One call: arguments and results are the guest's %o0 to %o5. */
struct call {
	struct strand *strand;
	const char *name;
	uint64_t *o;
	uint64_t pc;
	unsigned results;		/* in %o1 and up */
};

/* Where the sources promise nothing, a register has this and a small number. */
#define NOTHING_PROMISED 0xbad0bad0bad0bad0ul

struct board {
	const char *name;
	uint64_t uart, log_uart;	/* log_uart 0: none */
	uint64_t high;			/* where the guest's second block of memory starts */
	bool pci;			/* the sun4u machine's board: fw_cfg, power, reset */
};

struct memory {
	uint64_t base, size;
};

struct module {
	uint64_t base, size;
	const char *text;
};

#define MODULES		4
#define WORD_NAME	32

struct words {
	uint64_t start;			/* 0: not told */
	uint64_t raw;			/* 0: an ELF file */
	uint32_t strands, slice, delay;
	uint32_t broken;		/* this one is in error; 0: none */
	bool log_calls;
	bool tests;			/* the guest may have TEST_REFUSE */
	char refuse[WORD_NAME];
	uint64_t refuse_number, refuse_error, refuse_count, refuse_said;
	bool refuse_later;		/* all behind that one, too */
	const char *args;
	uint32_t modules;
	struct module module[MODULES];
};

extern struct strand *current_strand, *next_strand;
extern struct strand strands[STRANDS];
extern struct words words;
extern const struct board *board;
extern struct memory memory[2];		/* the guest's; size 0: none */
#define IMAGE_MOST	0x2000000ul
extern uint64_t image_base, image_size;		/* at most that */

/* board.c */
void board_init(uint64_t ram);
void board_fw_cfg(unsigned key, void *to, uint32_t size);
uint64_t board_number(unsigned key, uint32_t size);
bool board_put(uint64_t uart, uint8_t c);
int board_get(void);
#define GOT_NOTHING	(-1)
#define GOT_BREAK	(-2)
uint64_t board_time(void);
void board_off(void) __attribute__((noreturn));
void board_reset(void) __attribute__((noreturn));

/* log.c: %s, %d (decimal), %x (hexadecimal with 0x); numbers are 64 bits. */
void say(const char *format, ...);
void kill_guest(const struct strand *s, uint64_t tt, const char *reason) __attribute__((noreturn));
void end(const char *format, ...) __attribute__((noreturn));
void complain(const struct strand *s, const char *reason, uint64_t value);
const char *error_name(uint64_t error);
void hv_fatal(uint64_t tt, uint64_t pc, uint64_t tl) __attribute__((noreturn));

/* words.c */
void words_read(void);

/* md.c */
void md_build(void);
uint64_t call_mach_desc(struct call *c);

/* memory.c */
bool ra_good(uint64_t ra, uint64_t size);
uint64_t peek(uint64_t pa);
void poke(uint64_t pa, uint64_t value);
uint64_t call_mem_scrub(struct call *c), call_mem_sync(struct call *c);

/* call.c */
uint64_t refuse(const struct call *c, enum error error, const char *reason, uint64_t value);
bool refused(const struct call *c);
uint64_t hv_trap(struct strand *s);
uint64_t hv_arrived(struct strand *s);
uint64_t api_core(struct call *c);
bool api_has(unsigned group, unsigned major, unsigned minor);
void call_log(const struct call *c);

/* guest.c */
void hv_start(uint64_t ram);
void strand_begin(struct strand *s, uint64_t pc, uint64_t rtba, uint64_t argument);

/* mmu.c, tlb.c, tsb.c, fault.c */
void tlb_flush(unsigned kinds);
void tlb_demap_page(uint64_t va, uint64_t context, unsigned kinds);
void tlb_demap_context(uint64_t context, unsigned kinds);
void tlb_load(uint64_t va, uint64_t context, uint64_t tte, uint64_t pa, unsigned kind);
#define KIND_D		1u
#define KIND_I		2u
uint64_t miss(struct strand *s, uint64_t tt);
uint64_t fault(struct strand *s, uint64_t tt);
uint64_t give_trap(struct strand *s, uint64_t tt);
void describe(struct strand *s, bool data, uint64_t tt, uint64_t type, uint64_t address, uint64_t context);
bool perm_find(const struct strand *s, uint64_t va, unsigned kind, uint64_t *tte);
enum error tte_physical(uint64_t *tte, uint64_t va, uint64_t *pa);
uint64_t call_map_addr(struct call *c), call_unmap_addr(struct call *c);
uint64_t call_mmu_tsb_ctx0(struct call *c), call_mmu_tsb_ctxnon0(struct call *c);
uint64_t call_mmu_demap_page(struct call *c), call_mmu_demap_ctx(struct call *c);
uint64_t call_mmu_demap_all(struct call *c);
uint64_t call_mmu_map_perm_addr(struct call *c), call_mmu_unmap_perm_addr(struct call *c);
uint64_t call_mmu_fault_area_conf(struct call *c), call_mmu_enable(struct call *c);
uint64_t call_mmu_tsb_ctx0_info(struct call *c), call_mmu_tsb_ctxnon0_info(struct call *c);
uint64_t call_mmu_fault_area_info(struct call *c);

/* cpu.c */
uint64_t call_cpu_start(struct call *c), call_cpu_stop(struct call *c), call_cpu_yield(struct call *c);
uint64_t call_cpu_qconf(struct call *c), call_cpu_qinfo(struct call *c), call_cpu_myid(struct call *c);
uint64_t call_cpu_state(struct call *c), call_cpu_set_rtba(struct call *c), call_cpu_get_rtba(struct call *c);
uint64_t call_cpu_mondo_send(struct call *c);
struct strand *strand_other(void);

/* queue.c */
uint64_t queue_access(struct strand *s, uint64_t tt);
bool queue_put(struct strand *s, unsigned queue, const uint64_t *entry);
uint64_t queue_deliver(struct strand *s, uint64_t how);
uint64_t access_address(const struct strand *s);

/* intr.c */
void intr_poll(void);
void intr_level(unsigned source, bool level);
void intr_ring(unsigned source);
uint64_t call_intr_devino2sysino(struct call *c);
uint64_t call_intr_getenabled(struct call *c);
uint64_t call_intr_setenabled(struct call *c);
uint64_t call_intr_getstate(struct call *c);
uint64_t call_intr_setstate(struct call *c);
uint64_t call_intr_gettarget(struct call *c);
uint64_t call_intr_settarget(struct call *c);
uint64_t call_vintr_getcookie(struct call *c);
uint64_t call_vintr_setcookie(struct call *c);
uint64_t call_vintr_getvalid(struct call *c);
uint64_t call_vintr_setvalid(struct call *c);
uint64_t call_vintr_getstate(struct call *c);
uint64_t call_vintr_setstate(struct call *c);
uint64_t call_vintr_gettarget(struct call *c);
uint64_t call_vintr_settarget(struct call *c);

/* ldc.c, ldc_map.c */
uint64_t ldc_window(uint64_t ra, uint64_t size, uint64_t *tte);
uint64_t call_ldc_tx_qconf(struct call *c);
uint64_t call_ldc_tx_qinfo(struct call *c);
uint64_t call_ldc_tx_get_state(struct call *c);
uint64_t call_ldc_tx_set_qtail(struct call *c);
uint64_t call_ldc_rx_qconf(struct call *c);
uint64_t call_ldc_rx_qinfo(struct call *c);
uint64_t call_ldc_rx_get_state(struct call *c);
uint64_t call_ldc_rx_set_qhead(struct call *c);
uint64_t call_ldc_set_map_table(struct call *c);
uint64_t call_ldc_get_map_table(struct call *c);
uint64_t call_ldc_copy(struct call *c);
uint64_t call_ldc_mapin(struct call *c);
uint64_t call_ldc_unmap(struct call *c);
uint64_t call_ldc_revoke(struct call *c);

/* service.c: console, time of day, the end */
uint64_t call_mach_exit(struct call *c), call_mach_sir(struct call *c);
bool delayed(void);
uint64_t call_tod_get(struct call *c), call_tod_set(struct call *c);
uint64_t call_cons_getchar(struct call *c), call_cons_putchar(struct call *c);
uint64_t call_cons_read(struct call *c), call_cons_write(struct call *c);
uint64_t call_soft_state_set(struct call *c), call_soft_state_get(struct call *c);

/* Registers. */
#define RDPR(reg) ({ uint64_t v_; __asm__ volatile("rdpr %%" #reg ", %0" : "=r" (v_)); v_; })
#define RDTICK() ({ uint64_t v_; __asm__ volatile("rd %%stick, %0" : "=r" (v_)); v_; })
#define WRPR(reg, value) __asm__ volatile("wrpr %0, 0, %%" #reg : : "r" ((uint64_t)(value)) : "memory")

#define TSTATE_GL(tstate) ((tstate) >> 40 & 7)
#define TSTATE_PSTATE(tstate) ((tstate) >> 8 & 0xfff)

#define LDXA(asi, address) ({ uint64_t v_;							\
	__asm__ volatile("ldxa [%1] %2, %0" : "=r" (v_) : "r" ((uint64_t)(address)), "i" (asi)); v_; })
#define STXA(asi, address, value)								\
	__asm__ volatile("stxa %1, [%0] %2"							\
	    : : "r" ((uint64_t)(address)), "r" ((uint64_t)(value)), "i" (asi) : "memory")

#endif
