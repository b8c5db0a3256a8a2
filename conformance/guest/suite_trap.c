/*
 * Traps by cause, as far as all machines have them: who is asked in which order,
 * what a handler can change, and what page faults say.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "capture.h"
#include "suites.h"

/* A page of kernel addresses, mapped on demand with what a case wants. */
static pv_vaddr place;
static pv_paddr frame;

static bool
place_make(void)
{
	const struct pv_hooks *h = pv_hooks_get();

	frame = suite_page();
	if (h->va_alloc(h->context, PV_PAGE_SIZE, &place) == PV_OK)
		return true;
	suite_fail(__FILE__, __LINE__, "no kernel addresses");
	return false;
}

static void
place_end(void)
{
	const struct pv_hooks *h = pv_hooks_get();

	(void)pv_space_unmap(pv_space_kernel(), place, PV_PAGE_SIZE);
	pv_space_sync(pv_space_kernel());
	h->va_free(h->context, place, PV_PAGE_SIZE);
	suite_page_free(frame);
}

static pv_status
place_map(unsigned prot)
{
	return pv_space_map(pv_space_kernel(), place, frame, PV_PAGE_SIZE, prot);
}

/* -- page faults: what was done where, and what the trap says -- */

static volatile uint32_t sink;

static void
do_read(void *arg)
{
	sink = *(volatile uint32_t *)arg;
}

static void
do_write(void *arg)
{
	*(volatile uint32_t *)arg = 1;
}

static void
do_run(void *arg)
{
	void (*fn)(void);

	memcpy(&fn, &arg, sizeof(fn));
	fn();
}

#define HOLE	~0u		/* nothing is mapped there */

static const struct {
	const char *name;
	void (*act)(void *arg);
	unsigned mapping;		/* PV_PROT_*, or HOLE */
	unsigned offset;
	unsigned access;
} touches[] = {
	{ "reading a hole", do_read, HOLE, 0, PV_ACCESS_READ },
	{ "writing a hole", do_write, HOLE, 0, PV_ACCESS_WRITE },
	{ "running a hole", do_run, HOLE, 0, PV_ACCESS_EXEC },
	{ "reading the end of a hole", do_read, HOLE, (unsigned)PV_PAGE_MASK - 3, PV_ACCESS_READ },
	{ "writing what is read-only", do_write, PV_PROT_READ, 0x120, PV_ACCESS_WRITE | PV_ACCESS_PRESENT },
	{ "writing what is executable", do_write, PV_PROT_EXEC, 0x120, PV_ACCESS_WRITE | PV_ACCESS_PRESENT },
	{ "running data", do_run, PV_PROT_READ | PV_PROT_WRITE, 0x120, PV_ACCESS_EXEC | PV_ACCESS_PRESENT },
	{ "running constants", do_run, PV_PROT_READ, 0, PV_ACCESS_EXEC | PV_ACCESS_PRESENT },
};

static bool
as_told(unsigned access, unsigned wanted)
{
	const unsigned kinds = PV_ACCESS_READ | PV_ACCESS_WRITE | PV_ACCESS_EXEC;

	if ((access & PV_ACCESS_USER) != 0 || (access & PV_ACCESS_PRESENT) != (wanted & PV_ACCESS_PRESENT))
		return false;
	return (access & PV_ACCESS_UNKNOWN) != 0 || (access & kinds) == (wanted & kinds);
}

static void
page_fault(unsigned i)
{
	bool with_nx = touches[i].act != do_run || touches[i].mapping == HOLE || pv_has(PV_CAP_NX);
	uintptr_t at = place.v + touches[i].offset;
	struct pv_trap trap = { 0 };
	bool came;

	if (!with_nx)
		return;
	if (touches[i].mapping != HOLE)
		CHECK_OK(place_map(touches[i].mapping));
	came = suite_catch(touches[i].act, (void *)at, &trap);
	(void)pv_space_unmap(pv_space_kernel(), place, PV_PAGE_SIZE);
	pv_space_sync(pv_space_kernel());
	if (!came || trap.cause != PV_CAUSE_PAGE_FAULT || !as_told(trap.access, touches[i].access) ||
	    pv_page_down(trap.address) != place.v)
		suite_fail(__FILE__, __LINE__, "%s: %s, access 0x%x, at 0x%lx", touches[i].name,
		    came ? pv_cause_name(trap.cause) : "no trap", trap.access, (unsigned long)trap.address);
}

static void
page_faults_say_what_was_done(void)
{
	if (!place_make())
		return;
	for (unsigned i = 0; i < sizeof(touches) / sizeof(touches[0]); i++)
		page_fault(i);
	place_end();
}

/* What is mapped to be run can be read, and what is writable can be written. */
static void
no_fault_where_it_is_allowed(void)
{
	struct pv_trap trap;
	bool bad;

	if (!place_make())
		return;
	bad = place_map(PV_PROT_READ | PV_PROT_EXEC) != PV_OK ||
	    suite_catch(do_read, pv_va_ptr(place), &trap);
	(void)pv_space_unmap(pv_space_kernel(), place, PV_PAGE_SIZE);
	pv_space_sync(pv_space_kernel());
	bad = bad || place_map(PV_PROT_READ | PV_PROT_WRITE) != PV_OK ||
	    suite_catch(do_write, pv_va_ptr(place), &trap);
	place_end();
	CHECK(!bad);
}

/* The same word again, so that a store which is allowed does no harm. */
static void
do_rewrite(void *arg)
{
	volatile uint32_t *p = arg;

	*p = *p;
}

/* P14, of the kernel's own image. */
static void
image_is_not_written_where_it_runs(void)
{
	/* If they run after all: undefined instructions, of x86 and of sparc64. */
	static volatile uint32_t data[] = { 0x0b0f0b0f, 0 };
	struct pv_trap trap = { 0 };

	CHECK(suite_catch(do_rewrite, pv_va_ptr(pv_va((uintptr_t)do_rewrite & ~7ul)), &trap));
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK(as_told(trap.access, PV_ACCESS_WRITE | PV_ACCESS_PRESENT));
	CHECK_EQ(trap.address & ~PV_PAGE_MASK, (uintptr_t)do_rewrite & ~PV_PAGE_MASK);
	CHECK(!suite_catch(do_rewrite, (void *)(uintptr_t)data, &trap));
	if (!pv_has(PV_CAP_NX))
		return;
	CHECK(suite_catch(do_run, (void *)(uintptr_t)data, &trap));
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK(as_told(trap.access, PV_ACCESS_EXEC | PV_ACCESS_PRESENT));
	CHECK_EQ(trap.address & ~PV_PAGE_MASK, (uintptr_t)data & ~PV_PAGE_MASK);
}

/* -- who is asked -- */

static struct pv_trap seen;
static unsigned asked, hooked;
static void *given;

static bool
maps_on_demand(struct pv_trap *trap, void *arg)
{
	seen = *trap;
	given = arg;
	asked++;
	return place_map(PV_PROT_READ | PV_PROT_WRITE) == PV_OK;
}

static void
handler_resolves_the_fault(void)
{
	pv_status s;
	uint32_t got;

	if (!place_make())
		return;
	asked = 0;
	s = pv_trap_set(PV_CAUSE_PAGE_FAULT, maps_on_demand, &asked);
	/* Should the fault be taken for another, the case still comes to its end. */
	(void)pv_trap_set(PV_CAUSE_PROTECTION, maps_on_demand, NULL);
	*(volatile uint32_t *)place.v = 0x1234;		/* faults, is mapped, and goes through */
	got = *(volatile uint32_t *)place.v;
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, NULL, NULL);
	(void)pv_trap_set(PV_CAUSE_PROTECTION, NULL, NULL);
	place_end();
	CHECK_OK(s);
	CHECK_EQ(asked, 1);
	CHECK(given == &asked);
	CHECK_EQ(got, 0x1234);
	CHECK(seen.frame != NULL && seen.pc != 0 && seen.sp != 0);
}

/* Code that ran with the gate closed goes on so. */
static void
fault_keeps_the_gate(void)
{
	pv_irq_state gate;
	bool open, after;

	if (!place_make())
		return;
	asked = 0;
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, maps_on_demand, NULL);
	(void)pv_trap_set(PV_CAUSE_PROTECTION, maps_on_demand, NULL);
	gate = pv_irq_save();
	*(volatile uint32_t *)place.v = 1;
	open = pv_irq_enabled();
	pv_irq_restore(gate);
	after = pv_irq_enabled();
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, NULL, NULL);
	(void)pv_trap_set(PV_CAUSE_PROTECTION, NULL, NULL);
	place_end();
	CHECK_EQ(asked, 1);
	CHECK(!open && after);
}

static bool
declines(struct pv_trap *trap, void *arg)
{
	(void)trap;
	(void)arg;
	asked++;
	return false;
}

static bool
hook_takes_it(void *context, struct pv_trap *trap)
{
	(void)context;
	hooked++;
	return maps_on_demand(trap, NULL);
}

/* A fault in a kernel that has this handler and this hook. */
static void
fault_with(pv_trap_handler handler)
{
	const struct pv_hooks real = *pv_hooks_get();
	struct pv_hooks set = real;

	asked = hooked = 0;
	if (!place_make())
		return;
	set.trap = hook_takes_it;
	(void)pv_hooks_set(&set);
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, handler, NULL);
	(void)pv_trap_set(PV_CAUSE_PROTECTION, maps_on_demand, NULL);
	*(volatile uint32_t *)place.v = 1;
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, NULL, NULL);
	(void)pv_trap_set(PV_CAUSE_PROTECTION, NULL, NULL);
	(void)pv_hooks_set(&real);
	place_end();
}

static void
hook_is_asked_last(void)
{
	fault_with(declines);
	CHECK_EQ(hooked, 1);
	CHECK_EQ(asked, 2);				/* by the handler, and by the hook's mapping */
}

static void
null_removes_the_handler(void)
{
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, declines, NULL));
	fault_with(NULL);
	CHECK_EQ(hooked, 1);
	CHECK_EQ(asked, 1);
}

static void
set_refuses_what_is_no_cause(void)
{
	CHECK_STATUS(pv_trap_set(PV_CAUSE_COUNT, declines, NULL), PV_E_INVAL);
	CHECK_STATUS(pv_trap_set((enum pv_cause)-1, declines, NULL), PV_E_INVAL);
}

static void
handler_of_another_cause_is_not_asked(void)
{
	struct pv_trap trap;
	bool came;

	if (!place_make())
		return;
	/* Puts the catcher in place for all causes; then ours for one that does not come. */
	(void)suite_catch(do_read, pv_va_ptr(place), &trap);
	asked = 0;
	(void)pv_trap_set(PV_CAUSE_BREAKPOINT, declines, NULL);
	came = suite_catch(do_read, pv_va_ptr(place), &trap);
	(void)pv_trap_set(PV_CAUSE_BREAKPOINT, NULL, NULL);
	place_end();
	CHECK(came);
	CHECK_EQ(asked, 0);
}

/* -- going on elsewhere -- */

static uintptr_t recovery, pc_after;

static bool
asks_where_to_recover(struct pv_trap *trap, void *arg)
{
	(void)arg;
	recovery = pv_trap_recover(trap->pc);
	return false;
}

/* The library's own copy may fault; its places are listed, others are not. */
static void
recovery_is_for_the_librarys_own(void)
{
	uint32_t word;
	pv_vaddr start, end;
	pv_status s;

	recovery = 0;
	pv_space_user_range(&start, &end);
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, asks_where_to_recover, NULL));
	s = pv_copyin(&word, end.v - 64, sizeof(word));
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, NULL, NULL);
	CHECK_STATUS(s, PV_E_FAULT);
	CHECK(recovery != 0);
	CHECK_EQ(pv_trap_recover((uintptr_t)recovery_is_for_the_librarys_own), 0);
	CHECK_EQ(pv_trap_recover(0), 0);
}

extern const char suite_catch_resume[];

static bool
moves_on(struct pv_trap *trap, void *arg)
{
	(void)arg;
	seen = *trap;
	pv_trap_set_pc(trap, (uintptr_t)suite_catch_resume);
	pc_after = trap->pc;
	return true;
}

int suite_catch_call(void (*fn)(void *arg), void *arg);

static void
set_pc_goes_on_there(void)
{
	int left;

	if (!place_make())
		return;
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, moves_on, NULL);
	left = suite_catch_call(do_read, pv_va_ptr(place));
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, NULL, NULL);
	place_end();
	CHECK_EQ(left, 1);
	CHECK_EQ(pc_after, (uintptr_t)suite_catch_resume);
	CHECK(seen.pc != pc_after);
}

/* -- words -- */

static bool
prints(struct pv_trap *trap, void *arg)
{
	suite_capture_begin();
	pv_trap_print(trap);
	*(const char **)arg = suite_capture_end();
	return moves_on(trap, NULL);
}

static void
print_says_what_and_where(void)
{
	const char *said = "";
	char address[24];

	if (!place_make())
		return;
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, prints, &said);
	(void)suite_catch_call(do_write, pv_va_ptr(place));
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, NULL, NULL);
	(void)pv_snprintf(address, sizeof(address), "0x%lx", (unsigned long)place.v);
	place_end();
	CHECK(suite_text_has(said, "page fault in kernel mode"));
	CHECK(suite_text_has(said, address));
	CHECK(suite_text_has(said, "not mapped"));
	(void)pv_snprintf(address, sizeof(address), "0x%lx", (unsigned long)seen.pc);
	CHECK(suite_text_has(said, address));
}

static bool
same_cause(unsigned a, unsigned b)
{
	return suite_text_is(pv_cause_name((enum pv_cause)a), pv_cause_name((enum pv_cause)b));
}

static void
causes_have_names(void)
{
	for (unsigned i = 0; i < PV_CAUSE_COUNT; i++) {
		CHECK(pv_cause_name((enum pv_cause)i) != NULL);
		for (unsigned j = 0; j < i; j++)
			CHECK(!same_cause(i, j));
	}
	CHECK(suite_text_is(pv_cause_name(PV_CAUSE_PAGE_FAULT), "page fault"));
	CHECK(suite_text_is(pv_cause_name(PV_CAUSE_COUNT), "?"));
}

static const struct suite_case cases[] = {
	{ "page_faults_say_what_was_done", page_faults_say_what_was_done, "trap.init pv_trap_set", 0 },
	{ "image_is_not_written_where_it_runs", image_is_not_written_where_it_runs, "mmu.init", 0 },
	{ "no_fault_where_it_is_allowed", no_fault_where_it_is_allowed, "mmu.map mmu.unmap", 0 },
	{ "handler_resolves_the_fault", handler_resolves_the_fault, "trap.init pv_trap_set isa.iret", 0 },
	{ "fault_keeps_the_gate", fault_keeps_the_gate, "pv_trap_set isa.iret", 0 },
	{ "hook_is_asked_last", hook_is_asked_last, "trap.init pv_trap_set pv_hooks_set", 0 },
	{ "null_removes_the_handler", null_removes_the_handler, "pv_trap_set", 0 },
	{ "set_refuses_what_is_no_cause", set_refuses_what_is_no_cause, "pv_trap_set", CASE_ONCE },
	{ "handler_of_another_cause_is_not_asked", handler_of_another_cause_is_not_asked, "pv_trap_set", 0 },
	{ "recovery_is_for_the_librarys_own", recovery_is_for_the_librarys_own, "pv_trap_recover", 0 },
	{ "set_pc_goes_on_there", set_pc_goes_on_there, "pv_trap_set_pc", 0 },
	{ "print_says_what_and_where", print_says_what_and_where, "pv_trap_print", CASE_ONCE },
	{ "causes_have_names", causes_have_names, "pv_cause_name", CASE_ONCE },
};
SUITE(suite_trap, "trap", cases);
