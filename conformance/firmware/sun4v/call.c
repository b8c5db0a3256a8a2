/*
 * The traps of the guest that come to the hypervisor, and the fast traps among them by
 * number. The words log= and refuse= are obeyed here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define CALLS		0x110u
#define CALL_REGISTERS	5
#define TEST_REFUSE	0x10fu		/* ours, and no T1's */
#define REFUSALS_SAID	1000u
#define LEVELS_MOST	2		/* MAXPTL and MAXPGL of a guest */

struct entry {
	const char *name;
	uint64_t (*call)(struct call *c);
	uint16_t group;
	uint8_t major, minor;
	uint8_t results;		/* in %o1 and up */
};

#define CORE(name, call, results) { name, call, GROUP_CORE, 1, 0, results }
#define SYSINO(name, call, results) { name, call, GROUP_INTR, 1, 0, results }
#define VINTR(name, call, results) { name, call, GROUP_INTR, 2, 0, results }
#define LDC(name, call, results) { name, call, GROUP_LDC, 1, 0, results }

static const struct entry entries[CALLS] = {
	[0x00] = CORE("MACH_EXIT", call_mach_exit, 0),
	[0x01] = CORE("MACH_DESC", call_mach_desc, 1),
	[0x02] = CORE("MACH_SIR", call_mach_sir, 0),
	[0x10] = CORE("CPU_START", call_cpu_start, 0),
	[0x11] = CORE("CPU_STOP", call_cpu_stop, 0),
	[0x12] = CORE("CPU_YIELD", call_cpu_yield, 0),
	[0x14] = CORE("CPU_QCONF", call_cpu_qconf, 0),
	[0x15] = CORE("CPU_QINFO", call_cpu_qinfo, 2),
	[0x16] = CORE("CPU_MYID", call_cpu_myid, 1),
	[0x17] = CORE("CPU_STATE", call_cpu_state, 1),
	[0x18] = CORE("CPU_SET_RTBA", call_cpu_set_rtba, 1),
	[0x19] = CORE("CPU_GET_RTBA", call_cpu_get_rtba, 1),
	[0x20] = CORE("MMU_TSB_CTX0", call_mmu_tsb_ctx0, 0),
	[0x21] = CORE("MMU_TSB_CTXNON0", call_mmu_tsb_ctxnon0, 0),
	[0x22] = CORE("MMU_DEMAP_PAGE", call_mmu_demap_page, 0),
	[0x23] = CORE("MMU_DEMAP_CTX", call_mmu_demap_ctx, 0),
	[0x24] = CORE("MMU_DEMAP_ALL", call_mmu_demap_all, 0),
	[0x25] = CORE("MMU_MAP_PERM_ADDR", call_mmu_map_perm_addr, 0),
	[0x26] = CORE("MMU_FAULT_AREA_CONF", call_mmu_fault_area_conf, 1),
	[0x27] = CORE("MMU_ENABLE", call_mmu_enable, 0),
	[0x28] = CORE("MMU_UNMAP_PERM_ADDR", call_mmu_unmap_perm_addr, 0),
	[0x29] = CORE("MMU_TSB_CTX0_INFO", call_mmu_tsb_ctx0_info, 1),
	[0x2a] = CORE("MMU_TSB_CTXNON0_INFO", call_mmu_tsb_ctxnon0_info, 1),
	[0x2b] = CORE("MMU_FAULT_AREA_INFO", call_mmu_fault_area_info, 1),
	[0x31] = CORE("MEM_SCRUB", call_mem_scrub, 1),
	[0x32] = CORE("MEM_SYNC", call_mem_sync, 1),
	[0x42] = CORE("CPU_MONDO_SEND", call_cpu_mondo_send, 0),
	[0x50] = CORE("TOD_GET", call_tod_get, 1),
	[0x51] = CORE("TOD_SET", call_tod_set, 0),
	[0x70] = { "SOFT_STATE_SET", call_soft_state_set, GROUP_SOFT, 1, 0, 0 },
	[0x71] = { "SOFT_STATE_GET", call_soft_state_get, GROUP_SOFT, 1, 0, 1 },
	[0x60] = CORE("CONS_GETCHAR", call_cons_getchar, 1),
	[0x61] = CORE("CONS_PUTCHAR", call_cons_putchar, 0),
	[0x62] = { "CONS_READ", call_cons_read, GROUP_CORE, 1, 1, 1 },
	[0x63] = { "CONS_WRITE", call_cons_write, GROUP_CORE, 1, 1, 1 },
	[0xa0] = SYSINO("INTR_DEVINO2SYSINO", call_intr_devino2sysino, 1),
	[0xa1] = SYSINO("INTR_GETENABLED", call_intr_getenabled, 1),
	[0xa2] = SYSINO("INTR_SETENABLED", call_intr_setenabled, 0),
	[0xa3] = SYSINO("INTR_GETSTATE", call_intr_getstate, 1),
	[0xa4] = SYSINO("INTR_SETSTATE", call_intr_setstate, 0),
	[0xa5] = SYSINO("INTR_GETTARGET", call_intr_gettarget, 1),
	[0xa6] = SYSINO("INTR_SETTARGET", call_intr_settarget, 0),
	[0xa7] = VINTR("VINTR_GETCOOKIE", call_vintr_getcookie, 1),
	[0xa8] = VINTR("VINTR_SETCOOKIE", call_vintr_setcookie, 0),
	[0xa9] = VINTR("VINTR_GETVALID", call_vintr_getvalid, 1),
	[0xaa] = VINTR("VINTR_SETVALID", call_vintr_setvalid, 0),
	[0xab] = VINTR("VINTR_GETSTATE", call_vintr_getstate, 1),
	[0xac] = VINTR("VINTR_SETSTATE", call_vintr_setstate, 0),
	[0xad] = VINTR("VINTR_GETTARGET", call_vintr_gettarget, 1),
	[0xae] = VINTR("VINTR_SETTARGET", call_vintr_settarget, 0),
	[0xe0] = LDC("LDC_TX_QCONF", call_ldc_tx_qconf, 0),
	[0xe1] = LDC("LDC_TX_QINFO", call_ldc_tx_qinfo, 2),
	[0xe2] = LDC("LDC_TX_GET_STATE", call_ldc_tx_get_state, 3),
	[0xe3] = LDC("LDC_TX_SET_QTAIL", call_ldc_tx_set_qtail, 0),
	[0xe4] = LDC("LDC_RX_QCONF", call_ldc_rx_qconf, 0),
	[0xe5] = LDC("LDC_RX_QINFO", call_ldc_rx_qinfo, 2),
	[0xe6] = LDC("LDC_RX_GET_STATE", call_ldc_rx_get_state, 3),
	[0xe7] = LDC("LDC_RX_SET_QHEAD", call_ldc_rx_set_qhead, 0),
	[0xea] = LDC("LDC_SET_MAP_TABLE", call_ldc_set_map_table, 0),
	[0xeb] = LDC("LDC_GET_MAP_TABLE", call_ldc_get_map_table, 2),
	[0xec] = LDC("LDC_COPY", call_ldc_copy, 1),
	[0xed] = LDC("LDC_MAPIN", call_ldc_mapin, 2),
	[0xee] = LDC("LDC_UNMAP", call_ldc_unmap, 0),
	[0xef] = LDC("LDC_REVOKE", call_ldc_revoke, 0),
};

uint64_t
refuse(const struct call *c, enum error error, const char *reason, uint64_t value)
{
	say("%s: %s, %s (%x, at %x)", c->name, error_name(error), reason, value, c->pc);
	return error;
}

static bool
same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b)
		a++, b++;
	return *a == *b;
}

/* Does the word refuse= mean this call? ANY leaves the guest its last words, which tell of a refusal. */
static bool
meant(const struct call *c)
{
	if (same(words.refuse, "ALL"))
		return true;
	if (!same(words.refuse, "ANY"))
		return same(words.refuse, c->name);
	return !same(c->name, "CONS_PUTCHAR") && !same(c->name, "CONS_WRITE") && !same(c->name, "API_PUTCHAR") &&
	    !same(c->name, "API_EXIT");
}

bool
refused(const struct call *c)
{
	if (!meant(c))
		return false;
	words.refuse_count++;
	if (words.refuse_later ? words.refuse_count < words.refuse_number :
	    words.refuse_number != 0 && words.refuse_count != words.refuse_number)
		return false;
	if (words.refuse_said++ < REFUSALS_SAID)
		say("refused %s %d", c->name, words.refuse_count);
	return true;
}

void
call_log(const struct call *c)
{
	if (words.log_calls)
		say("call %s %x %x %x %x %x (at %x, cpu %d)", c->name, c->o[0], c->o[1], c->o[2], c->o[3],
		    c->o[4], c->pc, (uint64_t)c->strand->id);
}

/* By the word `tests`: the guest itself says which of its next calls is refused, and hears how many there were. */
static uint64_t
test_refuse(struct call *c)
{
	static const char names[2][WORD_NAME] = { "ANY", "ALL" };
	uint64_t number = c->o[0], flags = c->o[2];

	if (flags > 3)
		return refuse(c, EINVAL, "such flags are not known", flags);
	for (unsigned i = 0; i < WORD_NAME; i++)
		words.refuse[i] = names[flags & 1][i];
	words.refuse_number = number != 0 ? number : ~0ul;
	words.refuse_later = (flags & 2) != 0;
	words.refuse_error = c->o[1];
	c->o[1] = words.refuse_count;
	words.refuse_count = 0;
	c->results = 1;
	return EOK;
}

static uint64_t
fast(struct call *c)
{
	uint64_t function = c->o[5];
	const struct entry *e = function < CALLS ? &entries[function] : 0;

	if (function == TEST_REFUSE && words.tests) {
		c->name = "TEST_REFUSE";
		return test_refuse(c);
	}
	c->name = "fast trap";
	if (!e || !e->call)
		return refuse(c, EBADTRAP, "no such function", function);
	c->name = e->name;
	c->results = e->results;
	if (!api_has(e->group, e->major, e->minor))
		return refuse(c, EBADTRAP, "its API group was not agreed on", function);
	call_log(c);
	return refused(c) ? words.refuse_error : e->call(c);
}

/* The two calls that have a trap of their own. */
static uint64_t
direct(struct call *c, const char *name, uint64_t (*call)(struct call *c))
{
	c->name = name;
	if (!api_has(GROUP_CORE, 1, 0))
		return refuse(c, EBADTRAP, "its API group was not agreed on", RDPR(tt) - 0x100);
	call_log(c);
	return refused(c) ? words.refuse_error : call(c);
}

/* A guest must not rely on what a call leaves in %o1 to %o5 besides its results. */
static void
spoil(struct call *c)
{
	for (unsigned i = c->results + 1; i <= CALL_REGISTERS; i++)
		c->o[i] = NOTHING_PROMISED + i;
}

static uint64_t
call(struct strand *s, uint64_t tt)
{
	struct call c = { .strand = s, .o = &SAVED(s, S_O), .pc = RDPR(tpc), .name = "trap instruction" };

	switch (tt) {
	case TT_CORE:
		c.o[0] = api_core(&c);
		break;
	case TT_FAST:
		c.o[0] = fast(&c);
		break;
	case TT_MAP:
		c.o[0] = direct(&c, "MMU_MAP_ADDR", call_map_addr);
		break;
	case TT_UNMAP:
		c.o[0] = direct(&c, "MMU_UNMAP_ADDR", call_unmap_addr);
		break;
	default:
		c.o[0] = refuse(&c, EBADTRAP, "no call has it", tt - 0x100);
	}
	spoil(&c);
	return LEAVE_DONE;
}

/* A trap of the guest, at its levels. What no guest may do on this architecture is its end. */
static uint64_t
dispatch(struct strand *s, uint64_t tt)
{
	if (TSTATE_GL(RDPR(tstate)) > LEVELS_MOST)
		kill_guest(s, tt, "GL above 2");
	if (RDPR(tl) - 1 > LEVELS_MOST)
		kill_guest(s, tt, "TL above 2");
	if (tt >= TT_QUEUE && tt < TT_CORE)
		return queue_access(s, tt);
	if (tt >= TT_FAST)
		return call(s, tt);
	if (tt >= TT_IMISS && tt < TT_DPROT)
		return miss(s, tt & ~3ul);
	if (tt >= TT_DPROT && tt < TT_DPROT + 4)
		return fault(s, TT_DPROT);
	if (tt == TT_IFAULT || tt == TT_DFAULT || tt == TT_REAL_I || tt == TT_REAL_D)
		return fault(s, tt);
	/* The others come here only from a guest that is at its last level. */
	kill_guest(s, tt, "a trap at TL 2");
}

/* Another strand goes on: the trap of this one is over, whatever it was. */
static uint64_t
give_way(struct strand *s, uint64_t how)
{
	if (how == LEAVE_DONE) {
		WRPR(tpc, RDPR(tnpc));
		WRPR(tnpc, RDPR(tnpc) + 4);
	}
	s->calls = 0;
	tlb_flush(KIND_D | KIND_I);
	return LEAVE_SWITCH;
}

/* Called by start.S; the answer is how to leave. */
uint64_t
hv_trap(struct strand *s)
{
	uint64_t tt = RDPR(tt), how = dispatch(s, tt);

	if (how == LEAVE_JUMP)
		return how;
	if (how == LEAVE_DONE && tt != TT_CORE && (++s->calls >= words.slice || s->yielded)) {
		s->yielded = false;
		next_strand = strand_other();
		if (next_strand != s)
			return give_way(s, how);
		s->calls = 0;
	}
	return queue_deliver(s, how);
}

/* Called by start.S when a strand goes on where it left off. */
uint64_t
hv_arrived(struct strand *s)
{
	return queue_deliver(s, LEAVE_RETRY);
}
