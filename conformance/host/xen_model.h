/*
 * A model of Xen for tests on the build machine: a PV domain of four levels of page
 * tables, with what the hypervisor keeps about it. The backend's C code enters it where
 * it enters Xen, through pv_xen_call(), and sees the guest's memory where the model's
 * page tables map it, read-only where they say so: a store into a page table is a
 * segmentation fault here, too. Refused is what Xen 4.17 refuses, with the same errors;
 * conformance/guest/xen has the cases that both are held to.
 *
 * What it could hide, because it is not modelled: stale translations (the model's memory
 * follows its tables at once, so a missing flush is not seen); more than one CPU and one
 * domain; preemption of long calls; PAE and 32-bit calls; emulated writes to tables
 * (they fault); superpages; ports, MSRs and every emulated instruction; memory types of
 * frames (cache attributes are accepted); the second version of grants; copies and
 * transfers of grants; what a debug hypervisor prints.
 *
 * It shares no code with what it tests; the interface's numbers are those of
 * backends/xen/abi.h, which a test of its own compares with Xen's headers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_MODEL_H
#define XEN_MODEL_H

#include <pv/types.h>
#include "../../backends/xen/abi.h"

#define XM_FRAMES	8192u		/* of the machine */
#define XM_PAGES	4096u		/* of the guest */
#define XM_DIRECT	0x200000000000ul	/* the guest's page 0 is here; root entry 64 */
#define XM_VIEW		16384u		/* pages from there on that the host shows as the tables map them */
#define XM_PORTS	2048u
#define XM_PIRQS	208u
#define XM_GRANTS	4u		/* frames of grants at most */

/* -- the machine, as Xen knows it -- */

enum xm_owner { XM_NOBODY, XM_XEN, XM_GUEST };
enum xm_type { XM_NONE, XM_L1, XM_L2, XM_L3, XM_L4, XM_DESC, XM_WRITABLE };

struct xm_frame {
	enum xm_owner owner;
	enum xm_type type;
	bool valid;			/* the contents are those of its type */
	bool pinned;
	unsigned types, refs;
	int linear;			/* entries for tables of its own level, or uses by such */
};

struct xm_port {
	uint8_t state;			/* XEN_EVTCHNSTAT_* */
	bool pending;			/* FIFO: before the guest has a word for it */
	unsigned which;			/* VIRQ, PIRQ, or the other end */
	unsigned priority;
};

struct xm {
	struct xm_frame frame[XM_FRAMES];
	unsigned long m2p[XM_FRAMES], p2m[XM_PAGES];
	unsigned long pages;		/* that the guest has */
	unsigned long root, user_root;	/* machine frames; the latter may be 0 */
	unsigned long root_at_boot;

	unsigned long gdt[16], gdt_entries;
	unsigned long ldt_base, ldt_entries, ldt_seen[16];
	struct xen_trap_info trap[256];
	unsigned long callback[8];
	unsigned long kernel_ss, kernel_sp, debug[8], segment_base[3];
	bool task_switched;

	struct xm_port port[XM_PORTS];
	unsigned valid_ports;
	unsigned virq[XEN_NR_VIRQS], pirq[XM_PIRQS];
	bool pirq_mapped[XM_PIRQS], pirq_masked[XM_PIRQS];
	bool pirq_denied[XM_PIRQS];	/* the guest had it and gave it back */
	uint32_t pin[24];		/* redirection entries of the IOAPIC */
	struct xen_vcpu_info *info;
	bool info_moved;
	struct xen_fifo_control *control;
	unsigned fifo_tail[XEN_EVTCHN_FIFO_MAX_QUEUES];
	uint32_t *array[XM_PORTS / 1024];
	unsigned array_pages;

	uint64_t now, alarm, period, next_period;
	struct xen_runstate_info *runstate;	/* where the guest wants it */
	uint8_t clock_flags;
	bool blocked;
	int shut_down;			/* the reason, or -1 */
	unsigned assists, iopl;
	char said[8192];		/* by console_io */
	char input[256];

	unsigned long grant_frame[XM_GRANTS];
	unsigned grant_frames;
	struct {
		bool used, writable;
		unsigned ref;
		uint64_t at;
	} grant_map[32];
	unsigned grant_pins[XM_GRANTS * 512];

	/* -- what a test orders -- */
	unsigned refuse_at;		/* the n-th request from now on, 1 is the next; 0: none */
	int refuse_only;		/* of this hypercall; -1: of any */
	bool refuse_on;			/* and all behind it */
	long refuse_with;		/* the error, negative */
	bool refuse_multicall;		/* the next one, before any of its entries */
	void (*between)(void);		/* called before each request */
	void (*upcall)(void);		/* what an interrupt does, with the mask set */

	/* -- what it saw -- */
	unsigned calls, requests;	/* calls from outside; requests: entries of batches one by one */
	unsigned by_number[64];
	unsigned flushes;
	struct {
		unsigned nr;
		unsigned long arg[4];
		long code;
		bool ordered;
	} refused;			/* the last refusal */
};
extern struct xm xm;

/* A machine with a guest in it, right before its first instruction; once more: a fresh one. */
void xm_start(void);
extern struct xen_start_info xm_start_info;
extern struct xen_shared_info *xm_shared;

/* A frame as Xen sees it. */
void *xm_at(unsigned long mfn);
/* Let a page of this process be this frame from now on, with what is in it. */
void xm_lend(unsigned long mfn, uintptr_t va);
/* Time goes by: timers fire. */
void xm_advance(uint64_t ns);
/* The same while another guest has the CPU. */
void xm_steal(uint64_t ns);
/* The layer below sets an event: an interrupt line, a VIRQ of this CPU. */
void xm_raise_virq(unsigned virq);
void xm_raise_pirq(unsigned pirq);
/* As on the way back to the guest: the upcall, if something is pending and the mask is clear. */
void xm_deliver(void);
/* What an address of the guest is mapped to, in its current space or below another root. */
uint64_t xm_walk(unsigned long root, uintptr_t va);
/* A hash of everything the hypervisor keeps and the tables have: equal states have equal hashes. */
uint64_t xm_hash(void);
/* No reference too many or too few: counts all of them afresh. Text of what is wrong, or NULL. */
const char *xm_audit(void);
/* The CPU looks at an entry of the LDT. */
void xm_touch_ldt(unsigned selector);
/* 0, or the error that was ordered for this request; counts it. */
long xm_request(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

/* -- among the files of the model -- */

#define XM_P	0x001ull
#define XM_W	0x002ull
#define XM_U	0x004ull
#define XM_AD	0x060ull
#define XM_KERNEL	(1ull << 52)	/* U was not asked for */
#define XM_FRAME	0x000ffffffffff000ull

static inline bool
xm_bad(const volatile void *p)
{
	return (uintptr_t)p < 4096 || ((uintptr_t)p >= XEN_HOLE_START && (uintptr_t)p < XEN_HOLE_END);
}

static inline unsigned long
xm_mfn(uint64_t entry)
{
	return (unsigned long)((entry & XM_FRAME) >> 12);
}

/* xen_model_pages.c */
struct xm_frame *xm_get(unsigned long mfn);	/* a reference, if it is the guest's */
void xm_put(struct xm_frame *f);
long xm_type_get(struct xm_frame *f, enum xm_type type);
void xm_type_put(struct xm_frame *f);
struct xm_frame *xm_get_typed(unsigned long mfn, enum xm_type type);	/* both, or NULL */
void xm_put_typed(struct xm_frame *f);
unsigned long xm_number(const struct xm_frame *f);
long xm_entry_set(struct xm_frame *table, unsigned index, uint64_t entry, bool keep_ad);
bool xm_owned(unsigned long mfn);

/* xen_model_view.c */
void xm_view_init(void);
void xm_view_page(uintptr_t va);
void xm_view_all(void);
void xm_view_table(unsigned long mfn, unsigned index);
uint64_t *xm_leaf(unsigned long root, uintptr_t va);	/* where it is, or NULL */

/* xen_model_desc.c */
bool xm_desc_okay(uint64_t *descriptor);
void xm_ldt_drop(void);

/* Hypercalls that have a file: the others are in xen_model.c. */
typedef long xm_call(unsigned long a, unsigned long b, unsigned long c, unsigned long d);
xm_call xm_mmu_update, xm_mmuext_op, xm_update_va, xm_update_va_other;
xm_call xm_set_gdt, xm_update_descriptor, xm_set_trap_table, xm_callback_op, xm_nmi_op, xm_set_debugreg,
    xm_get_debugreg, xm_set_segment_base, xm_stack_switch, xm_set_callbacks, xm_fpu_taskswitch;
xm_call xm_event_op, xm_sched_op, xm_vcpu_op, xm_set_timer;
xm_call xm_memory_op, xm_grant_op, xm_physdev_op;

/* xen_model_events.c */
void xm_port_raise(unsigned port);

#endif
