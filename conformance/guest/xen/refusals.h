/*
 * Requests that Xen must refuse, as the guest's suite `refusals` and the model hypervisor
 * of the host tests run them: the same functions, so that a difference between Xen and
 * the model is a case that fails on one of the two. A case makes its requests, looks at
 * each result and whether the state is what it was, and leaves nothing behind.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef REFUSALS_H
#define REFUSALS_H

#include "../suite.h"
#include "../../../backends/xen/abi.h"

#define REFUSAL_LEVELS4		0x100u	/* not on PAE, where Xen lies above all addresses that can be named */
#define REFUSAL_DOM0		0x200u	/* the first domain's rights: otherwise it fails for another reason */

/*
 * Xen's shim, which is a Xen for one guest in a domain of another Xen, answers some requests in its
 * own way: X(name, its answer, why, what it says on its console).
 */
#define REFUSAL_DIFFERENCES(X)									\
	X(SHIM_EVENT_OP, -XEN_EOPNOTSUPP, "it has neither interrupts nor FIFO channels, and says the "	\
	    "same of each op that it does not know", NULL)						\
	X(SHIM_VIRQ_SENT, 0, "Xen sends for it, where this channel waits for a peer: nothing comes",	\
	    NULL)											\
	X(SHIM_PORT_LOST, -XEN_EBUSY, "it keeps a port that is closed once more, Xen gives it out as "	\
	    "the lowest that is free, and it refuses that", NULL)					\
	X(SHIM_ONLINE, 0, "it looks for memory of that size among what its guest gave back first",	\
	    "failed to allocate 1 extents of order 30 for onlining")					\
	X(SHIM_GRANT_OP, -XEN_EOPNOTSUPP, "it hands over the table of grants, and maps none", NULL)	\
	X(SHIM_GRANT_DOMAIN, XEN_GNTST_OKAY, "there is one guest: it does not look which is named",	\
	    NULL)											\
	X(SHIM_GRANT_FRAMES, -XEN_EINVAL, "it fails the call, and leaves the status alone", NULL)

#define REFUSAL_DIFFERENCE(name, answer, why, says)	name,
enum refusal_difference {
	REFUSAL_DIFFERENCES(REFUSAL_DIFFERENCE)
};

/* `complaints`: a regular expression of what a hypervisor with DEBUG says about it on its own console. */
#define REFUSAL(function, flags, complaints)	\
	{ #function, function, "pv_hypercall_count", CASE_ONCE | (flags), complaints }

extern const struct suite suite_refused_tables, suite_refused_frames, suite_refused_descriptors,
    suite_refused_events, suite_refused_others, suite_refused_library;

/* The case makes sense here, by its flags. */
bool refusal_applies(unsigned flags);

/* -- what the place where they run has to give -- */

long refusal_call(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
/* A page of the guest's own, zeroed and writable at its address. */
struct refusal_page {
	char *va;
	unsigned long mfn;
};
struct refusal_page refusal_page(void);
void refusal_page_free(struct refusal_page page);
/* A machine frame that is RAM and not the guest's. */
unsigned long refusal_foreign_frame(void);
/* The tree that the CPU uses. */
unsigned long refusal_root(void);
/* Make the CPU look at entry `selector >> 3` of the LDT. */
void refusal_touch_ldt(unsigned selector);
/* The guest's first CPU has moved its vcpu_info. */
bool refusal_info_moved(void);
/* The guest is in the shim: what differs is announced, and its answer given. */
bool refusal_differs(enum refusal_difference difference, long *answer);
void refusal_wrong(const char *file, unsigned line, const char *what, long got, long wanted);

/* -- how cases are written -- */

#define XEN(nr, a, b, c, d)	\
	refusal_call(nr, (unsigned long)(a), (unsigned long)(b), (unsigned long)(c), (unsigned long)(d))

#define GIVES(call, wanted) do {								\
	long gives_got = (call), gives_wanted = (wanted);					\
	if (gives_got != gives_wanted) {							\
		refusal_wrong(__FILE__, __LINE__, #call, gives_got, gives_wanted);		\
		return;										\
	}											\
} while (0)

/* What is wanted where the shim differs. */
static inline long
unless_shim(enum refusal_difference difference, long wanted)
{
	long answer = 0;

	return refusal_differs(difference, &answer) ? answer : wanted;
}

#define ENTRY(mfn, flags)	((uint64_t)(mfn) << 12 | (flags))
#define PTE_RO			0x61u	/* present, accessed, dirty */
#define PTE_RW			0x63u
#define PTE_TABLE		0x67u
#define PTE_PS			0x80u
#define PTE_NX			(1ull << 63)	/* as the kernel maps its memory */

/* Calls with 64-bit arguments take two words for each where words are short. */
static inline long
call_update_va(const void *va, uint64_t entry, unsigned long flags)
{
	if (sizeof(unsigned long) == 8)
		return XEN(XEN_UPDATE_VA_MAPPING, va, entry, flags, 0);
	return XEN(XEN_UPDATE_VA_MAPPING, va, entry, entry >> 32, flags);
}

static inline long
call_update_descriptor(uint64_t address, uint64_t descriptor)
{
	if (sizeof(unsigned long) == 8)
		return XEN(XEN_UPDATE_DESCRIPTOR, address, descriptor, 0, 0);
	return XEN(XEN_UPDATE_DESCRIPTOR, address, address >> 32, descriptor, descriptor >> 32);
}

/* The mapping of a page at its own address. */
static inline long
remap(struct refusal_page page, unsigned flags)
{
	return call_update_va(page.va, ENTRY(page.mfn, flags) | PTE_NX, XEN_UVMF_INVLPG | XEN_UVMF_ALL);
}

static inline long
call_mmuext_in(unsigned cmd, unsigned long arg1, unsigned long arg2, unsigned domain)
{
	struct xen_mmuext_op op = { .cmd = cmd, .arg1 = arg1, .arg2 = arg2 };

	return XEN(XEN_MMUEXT_OP, &op, 1, 0, domain);
}

static inline long
call_mmuext(unsigned cmd, unsigned long arg1)
{
	return call_mmuext_in(cmd, arg1, 0, XEN_DOMID_SELF);
}

static inline long
call_mmu_update(uint64_t ptr, uint64_t val)
{
	struct xen_mmu_update update = { .ptr = ptr, .val = val };

	return XEN(XEN_MMU_UPDATE, &update, 1, 0, XEN_DOMID_SELF);
}

/* What Xen says of a frame that is not the guest's, of a domain that is none. */
#define SAYS_OWNER	"Error mfn|Could not get page ref"
#define SAYS_DOMAIN	"Unknown domain"

/* An address that is the hypervisor's, in every address space. */
#define NOT_OURS	((void *)(uintptr_t)(XEN_HOLE_START + 0x700000))

#endif
