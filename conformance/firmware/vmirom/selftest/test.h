/*
 * What the parts of the self-test guest share. It shares no code with libpv, nor with
 * the ROM but the numbers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../vmi_abi.h"
#include "../rom_io.h"

#define PAGE	4096u

struct registers {
	uint32_t eax, ecx, edx, ebx, esi, edi, ebp;
	uint32_t stack[2];
	uint32_t eflags;
};

/* A case: fails by calling wrong(). The point is the sentence of the published interface that it checks. */
struct test {
	const char *set, *name, *point;
	void (*run)(void);
};
#define TEST(s, n, p)									\
static void test_##n(void);								\
static const struct test entry_##n							\
__attribute__((used, section(".tests"), aligned(4))) = { #s, #s "." #n, p, test_##n };	\
static void										\
test_##n(void)

/* main.c */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool asked(const char *word);
void announce(const char *pattern);
#define CHECK(condition)	do { if (!(condition)) wrong("line %u: %s", (unsigned)__LINE__, #condition); } while (0)
#define IS(value, wanted)	is(#value, (uint32_t)(value), (uint32_t)(wanted), __LINE__)
void is(const char *what, uint32_t value, uint32_t wanted, unsigned line);

/* rom.c */
extern uint8_t *rom;		/* 0: none found */
uint8_t *find_rom(uint32_t from);
bool rom_sum_good(const uint8_t *r);
uint64_t relocation(uint32_t call);
uint32_t kind(uint32_t call);
uint32_t routine_of(uint32_t call);
uint32_t rom_init(void);
/* By the routine that the ROM tells; registers it has to keep are checked. */
#define VMI(call, ...)	VMI_(call, ##__VA_ARGS__, 0, 0, 0, 0, 0)
#define VMI_(call, a, d, c, s0, s1, ...)	vmi_call(call, a, d, c, s0, s1)
uint64_t vmi_call(uint32_t call, uint32_t eax, uint32_t edx, uint32_t ecx, uint32_t s0, uint32_t s1);
void patch_site(uint8_t *site, uint32_t length, uint32_t call);
void patch_returns(void);
bool go_on_with_rom(void);
extern bool ring1;		/* the kernel runs there: ports and CR2 by the ROM */
void port_out(uint16_t port, uint8_t value);
uint8_t port_in(uint16_t port);
uint32_t fault_address(void);

/* traps.c */
struct trap {
	uint32_t es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax, vector, error, eip, cs, eflags, user_esp, user_ss;
};
extern volatile uint32_t trap_count[50];
extern struct trap last_trap;
extern volatile uint32_t fault_cr2;
extern uint32_t skip_fault;	/* bytes of an instruction that may fault, and is gone over then */
extern uint32_t trap_flags;	/* EFLAGS in the handler */
extern void (*trap_hook)(void);	/* called for debug exceptions and NMIs */
void traps_start(void);
void trap_handler(struct trap *t);
/* Read or write that may fault; true if it did. */
bool touch(volatile uint32_t *where, uint32_t *value);
bool touch_write(volatile uint32_t *where, uint32_t value);
bool faulting_iret(uint32_t cs);
void pit_one_shot(uint32_t ticks);
void irq0_open(bool open);
void wait_ticks(uint32_t pit_ticks);

/* boot.S */
extern uint32_t call_flags, call_ds, call_es, after_ds, saved_esp, after_esp, user_eflags, sysenter_seen;
extern volatile uint32_t ap_started, ap_seen[25], ap_routine, ap_calls;
extern uint8_t traps[], trap_iret[], user_iret[], user_sysexit_site[], user_back[];
extern uint8_t user_ports_code[], user_wide_code[], user_far_code[];
extern uint8_t user_code[], user_sysenter_code[], user_break_code[], user_int_code[];
extern uint8_t sysenter_entry[], ap_entry[];
extern uint64_t early_gdt[];
void invoke(uint32_t routine, struct registers *r);
extern uint8_t invoke_return[];
void user_enter(uint32_t eip, uint32_t esp);
void user_sysexit(uint32_t eip, uint32_t esp);
extern uint32_t user_result[3];

#endif
