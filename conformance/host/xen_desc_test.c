/*
 * Descriptor tables, gates, callbacks and what a switch sets, on the model hypervisor:
 * each request refused, one after the other, leaves the state before or the one after
 * and a record that names it, and the same again then works. Tables that overlap, that
 * lie at addresses of their own, and loads within a batch.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include "xen_host.h"
#include "xen_host_desc.h"
#include "../../backends/xen/control.h"
#include "../../backends/xen/desc.h"
#include "../../backends/xen/p2m.h"
#include "../../backends/xen/refuse.h"
#include "../../backends/xen/trap.h"
#include "run.h"

#define SMALL		XH_SMALL	/* entries: one page */
#define LARGE		600u		/* two */
#define GDT_LIMIT(nr)	((nr) * 8 - 1)
#define DATA_USER	pv_segment(0x1000, 0xfffff, 0xf2, 0xc)
#define AT(table)	xh_table(table)

/* -- operations --------------------------------------------------------------------------- */

static pv_status
gdt(uint64_t *table, unsigned entries)
{
	return pv_xen_desc_ops.gdt_load(table, GDT_LIMIT(entries));
}

static void
with_gdt(void)
{
	ck_assert_int_eq(gdt(AT(FIRST), SMALL), PV_OK);
}

static void
with_large_gdt(void)
{
	ck_assert_int_eq(gdt(AT(FIRST), LARGE), PV_OK);
}

static void
with_ldt(void)
{
	with_gdt();
	ck_assert_int_eq(pv_xen_desc_ops.ldt_load(AT(LOCAL), LARGE), PV_OK);
	/* Xen has its first page. */
	xm_touch_ldt(3 << 3);
}

static void
with_idt(void)
{
	struct pv_refusal r;
	uintptr_t table;
	unsigned limit;

	/* The GDT of the image's own is no memory of this guest's. */
	ck_assert_int_eq(pv_xen_trap_ops.init(), PV_E_REFUSED);
	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.call, "update_va_mapping");
	with_gdt();
	pv_xen_idt_read(&table, &limit);
	ck_assert_uint_eq(limit, 4095);
	xh_idt = (uint64_t *)table;
}

static pv_status
load_other(void)
{
	return gdt(AT(OTHER), LARGE);
}

static pv_status
load_longer(void)
{
	return gdt(AT(FIRST), LARGE);
}

static pv_status
load_shorter(void)
{
	return gdt(AT(FIRST), SMALL);
}

/* The second page of one is the first of the other. */
static pv_status
load_overlapping(void)
{
	return gdt(AT(FIRST) + 512, LARGE);
}

static void
map_elsewhere(unsigned table, unsigned prot)
{
	pv_vaddr va;

	ck_assert_int_eq(pv_hooks_get()->va_alloc(NULL, 8192, &va), PV_OK);
	ck_assert_int_eq(pv_ops.mmu.map(pv_space_kernel(), va, xh_page(table * 2), 8192, prot), PV_OK);
	xh_elsewhere = va.v;
}

static void
with_elsewhere(void)
{
	with_gdt();
	map_elsewhere(OTHER, PV_PROT_READ | PV_PROT_WRITE);
}

/* What is in force already has another address. */
static void
with_same_elsewhere(void)
{
	with_large_gdt();
	map_elsewhere(FIRST, PV_PROT_READ);
}

static pv_status
load_elsewhere(void)
{
	return gdt((uint64_t *)xh_elsewhere, LARGE);
}

static pv_status
load_in_batch(void)
{
	pv_status s;

	pv_mmu_begin();
	s = load_other();
	(void)pv_mmu_end();
	return s;
}

static pv_status
ldt_load(void)
{
	return pv_xen_desc_ops.ldt_load(AT(LOCAL_OTHER), SMALL);
}

static pv_status
ldt_load_in_batch(void)
{
	pv_status s;

	pv_mmu_begin();
	s = ldt_load();
	(void)pv_mmu_end();
	return s;
}

static pv_status
ldt_none(void)
{
	return pv_xen_desc_ops.ldt_load(NULL, 0);
}

static pv_status
write_gdt(void)
{
	return pv_xen_desc_ops.gdt_write(AT(FIRST), 7, DATA_USER);
}

static pv_status
write_spare(void)
{
	return pv_xen_desc_ops.gdt_write(AT(OTHER), 7, DATA_USER);
}

static pv_status
write_ldt(void)
{
	return pv_xen_desc_ops.ldt_write(AT(LOCAL), 7, DATA_USER);
}

static pv_status
write_tls(void)
{
	return pv_xen_desc_ops.tls_write(1, DATA_USER);
}

/* For those that have no way to say it: refused is what was recorded. */
static pv_status
unless_refused(uint64_t before)
{
	return pv_refusal_count() == before ? PV_OK : PV_E_REFUSED;
}

static pv_status
set_base(void)
{
	uint64_t before = pv_refusal_count();

	pv_xen_base_set(PV_BASE_USER_GS, 0x5000);
	return unless_refused(before);
}

static pv_status
fpu_off(void)
{
	uint64_t before = pv_refusal_count();

	pv_xen_fpu_set();
	return unless_refused(before);
}

static void
handler(void)
{
}

static pv_status
write_gate(void)
{
	uint64_t low = pv_gate_low((uintptr_t)handler, XEN_KERNEL_CS, PV_GATE_INTERRUPT, 0, 0);

	return pv_xen_idt_write(xh_idt, 0x41, low, 0);
}

/* Every gate but those of exceptions leads elsewhere. */
static pv_status
load_idt(void)
{
	static uint64_t own[512];

	memcpy(own, xh_idt, sizeof(own));
	for (unsigned v = 32; v < 256; v++)
		own[v * 2] = pv_gate_low((uintptr_t)handler, XEN_KERNEL_CS, PV_GATE_TRAP, 3, 0);
	return pv_xen_idt_load(own, sizeof(own) - 1);
}

static pv_status
look_at_idt(void)
{
	uintptr_t table;
	unsigned limit;

	pv_xen_idt_read(&table, &limit);
	return table != 0 ? PV_OK : PV_E_REFUSED;
}

static pv_status
nmi_enable(void)
{
	return pv_xen_trap_ops.nmi_enable();
}

static pv_status
user_init(void)
{
	return pv_xen_user_ops.init();
}

static pv_status
switch_thread(void)
{
	pv_ops.cpu.switch_begin();
	pv_ops.cpu.switch_kernel_sp(0x1000);
	pv_ops.cpu.switch_tls(0x2000);
	(void)pv_xen_desc_ops.tls_write(1, DATA_USER);
	pv_ops.cpu.switch_fpu(false);
	pv_ops.cpu.switch_end();
	return PV_OK;
}

static const struct operation {
	const char *name;
	void (*before)(void);
	pv_status (*run)(void);
	enum {
		WHOLE,			/* all of it is as before, or as it should be */
		BY_PART,		/* each part is */
		PANICS			/* it has no way to say no */
	} how;
} operations[] = {
	{ "load a GDT", with_gdt, load_other, WHOLE },
	{ "load it longer", with_gdt, load_longer, WHOLE },
	{ "load it shorter", with_large_gdt, load_shorter, WHOLE },
	{ "load one that overlaps", with_large_gdt, load_overlapping, WHOLE },
	{ "load a GDT at an address of its own", with_elsewhere, load_elsewhere, WHOLE },
	{ "load the GDT at another address", with_same_elsewhere, load_elsewhere, WHOLE },
	{ "load a GDT in a batch", with_gdt, load_in_batch, WHOLE },
	{ "load an LDT", with_gdt, ldt_load, WHOLE },
	{ "load another LDT", with_ldt, ldt_load, WHOLE },
	{ "load another LDT in a batch", with_ldt, ldt_load_in_batch, WHOLE },
	{ "do without an LDT", with_ldt, ldt_none, WHOLE },
	{ "write to the GDT", with_gdt, write_gdt, WHOLE },
	{ "write to a GDT to be", with_gdt, write_spare, WHOLE },
	{ "write to the LDT", with_ldt, write_ldt, WHOLE },
	{ "write a thread's segment", with_gdt, write_tls, WHOLE },
	{ "set a base", with_gdt, set_base, WHOLE },
	{ "let the FPU trap", with_gdt, fpu_off, WHOLE },
	{ "look at the IDT", with_gdt, look_at_idt, BY_PART },
	{ "write a gate", with_idt, write_gate, WHOLE },
	{ "load an IDT", with_idt, load_idt, WHOLE },
	{ "let NMIs in", with_gdt, nmi_enable, WHOLE },
	{ "begin with user mode", with_gdt, user_init, BY_PART },
	{ "switch the thread", with_gdt, switch_thread, PANICS },
};
#define NR_OPERATIONS	(sizeof(operations) / sizeof(operations[0]))

/* -- each request refused, one after the other ----------------------------------------------- */

static void
expect_record(const struct operation *o, unsigned n)
{
	struct pv_refusal r;

	xh_check_record(o->name, n);
	ck_assert_msg(!pv_refusal_get(&r), "%s, request %u refused: %s, too", o->name, n, r.call);
}

/* Parts: a gate, a callback, the stack. */
static void
expect_parts(const struct operation *o, unsigned n, const struct xh_view *before, const struct xh_view *after,
    const struct xh_view *now)
{
	for (unsigned v = 0; v < 256; v++)
		ck_assert_msg(memcmp(&now->trap[v], &before->trap[v], sizeof(now->trap[v])) == 0 ||
		    memcmp(&now->trap[v], &after->trap[v], sizeof(now->trap[v])) == 0,
		    "%s, request %u refused: vector %u is neither old nor new", o->name, n, v);
	for (unsigned i = 0; i < 8; i++)
		ck_assert_uint_eq(now->callback[i], now->callback[i] == before->callback[i] ? before->callback[i] :
		    after->callback[i]);
}

/* With the n-th request refused. False: there are not so many. */
static bool
try_refused(const struct operation *o, unsigned n, const struct xh_view *after)
{
	static struct xh_view before, now;
	bool panicked, old;
	pv_status s;

	o->before();
	xh_look(&before);
	ck_assert_msg(memcmp(&before, after, sizeof(before)) != 0, "nothing to see");
	if (!xh_refused(o->run, n, &s, &panicked)) {
		ck_assert_int_eq(s, PV_OK);
		return false;
	}
	ck_assert_msg(!panicked || o->how == PANICS, "%s, request %u refused: %s", o->name, n, xh.panic);
	expect_record(o, n);
	xh_check(o->name);
	if (panicked)
		return true;
	xh_look(&now);
	old = memcmp(&now, &before, sizeof(now)) == 0;
	if (o->how == BY_PART)
		expect_parts(o, n, &before, after, &now);
	else
		ck_assert_msg(s == PV_OK ? memcmp(&now, after, sizeof(now)) == 0 : old,
		    "%s, request %u refused: %s, and the state is neither old nor new", o->name, n,
		    pv_status_name(s));
	ck_assert_int_eq(o->run(), PV_OK);
	xh_look(&now);
	ck_assert_msg(memcmp(&now, after, sizeof(now)) == 0, "%s, request %u refused: once more is not the same",
	    o->name, n);
	xh_check("once more");
	return true;
}

/* What the operation does when nothing is refused. */
static void
run_whole(const struct operation *o, struct xh_view *after)
{
	struct pv_refusal r;

	xh_start_mmu();
	o->before();
	ck_assert_int_eq(o->run(), PV_OK);
	xh_look(after);
	xh_check(o->name);
	ck_assert_msg(!pv_refusal_get(&r), "%s: %s was refused %s (%s)", o->name, r.op, r.call, r.code_name);
}

/* Each in a process of its own: what the backend keeps begins afresh. */
static int
apart(const struct operation *o, unsigned n, struct xh_view *after)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (n == 0)
			run_whole(o, after);
		else
			xh_start_mmu();
		_exit(n == 0 || try_refused(o, n, after) ? 0 : 2);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

START_TEST(refused_at_any_request)
{
	const struct operation *o = &operations[_i];
	struct xh_view *after = mmap(NULL, sizeof(*after), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned n = 0;
	int status;

	ck_assert_ptr_ne(after, MAP_FAILED);
	do
		status = apart(o, n, after);
	while (status == 0 && ++n < 1000);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 2, "%s, request %u refused: status 0x%x", o->name,
	    n, (unsigned)status);
	ck_assert_uint_gt(n, 1);
	munmap(after, sizeof(*after));
}
END_TEST

/* -- all goes well --------------------------------------------------------------------------- */

/* A page that two tables have stays what it is until both are gone. */
START_TEST(page_of_two_tables)
{
	with_gdt();
	ck_assert_int_eq(pv_xen_desc_ops.ldt_load(AT(FIRST), SMALL), PV_OK);
	ck_assert_int_eq(load_other(), PV_OK);
	ck_assert(!xh_writable((uintptr_t)AT(FIRST)));
	ck_assert_int_eq(ldt_none(), PV_OK);
	ck_assert(xh_writable((uintptr_t)AT(FIRST)));
	ck_assert_uint_eq(pv_xen_mark_of(xh_page(0)), 0);
	ck_assert(!xh_writable((uintptr_t)AT(OTHER)));
	xh_check("both gone");
}
END_TEST

/* The address at which a table was loaded first may go; there and back, it is let go of at all that are left. */
START_TEST(two_addresses_of_a_table)
{
	with_same_elsewhere();
	ck_assert_int_eq(load_elsewhere(), PV_OK);
	ck_assert(!xh_writable((uintptr_t)AT(FIRST)) && !xh_writable(xh_elsewhere));
	ck_assert_int_eq(gdt(AT(FIRST), LARGE), PV_OK);
	ck_assert_int_eq(load_elsewhere(), PV_OK);
	ck_assert_uint_eq(pv_xen_mark_of(xh_page(0)), PV_XEN_DESCRIPTORS);
	xh_check("there and back");
	ck_assert_int_eq(load_other(), PV_OK);
	ck_assert(xh_writable((uintptr_t)AT(FIRST)) && xh_writable((uintptr_t)AT(FIRST) + 4096));
	ck_assert_uint_eq(pv_xen_mark_of(xh_page(0)) | pv_xen_mark_of(xh_page(1)), 0);
	xh_check("gone");
}
END_TEST

/* They are known as such: nobody makes a page table of one, nor a descriptor table of a page table. */
START_TEST(pages_are_marked)
{
	struct pv_refusal r;
	pv_paddr page;

	with_gdt();
	ck_assert_uint_eq(pv_xen_mark_of(xh_page(0)), PV_XEN_DESCRIPTORS);
	ck_assert_int_eq(pv_table_claim(xh_page(0), 1), PV_E_EXIST);
	ck_assert_int_eq(pv_ops.mmu.map(pv_space_kernel(), pv_va(XM_DIRECT + XM_PAGES * 4096ul), xh_page(0), 4096,
	    PV_PROT_READ | PV_PROT_WRITE), PV_E_REFUSED);
	ck_assert(pv_refusal_get(&r));
	ck_assert_ptr_nonnull(r.hint);
	ck_assert_ptr_nonnull(strstr(r.hint, "descriptors"));
	ck_assert_int_eq(load_other(), PV_OK);
	ck_assert_int_eq(pv_table_claim(xh_page(0), 1), PV_OK);
	ck_assert_int_eq(gdt(AT(FIRST), SMALL), PV_E_EXIST);
	ck_assert_int_eq(pv_table_release(xh_page(0), 1), PV_OK);
	ck_assert_int_eq(pv_hooks_get()->page_alloc(NULL, &page), PV_OK);
	ck_assert_int_eq(gdt((uint64_t *)(XM_DIRECT + (uintptr_t)page.v), SMALL), PV_OK);
	xh_check("in a page of the kernel's");
}
END_TEST

/* A batch has mapped the table and written to it; none of that was carried out yet. */
START_TEST(load_of_what_a_batch_made)
{
	with_gdt();
	pv_mmu_begin();
	map_elsewhere(OTHER, PV_PROT_READ | PV_PROT_WRITE);
	ck_assert_int_eq(pv_xen_desc_ops.gdt_write((uint64_t *)AT(OTHER), 9, DATA_USER), PV_OK);
	ck_assert_int_eq(load_elsewhere(), PV_OK);
	ck_assert_uint_eq(AT(OTHER)[9] | 1ull << 40, DATA_USER | 1ull << 40);
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	ck_assert(!xh_writable(xh_elsewhere) && !xh_writable((uintptr_t)AT(OTHER)));
	ck_assert(xh_writable((uintptr_t)AT(FIRST)));
	xh_check("loaded");
}
END_TEST

/* Nothing is touched of what can be no table: half a page, a page table, nothing. */
START_TEST(loads_refuse)
{
	struct xh_view before, now;

	with_gdt();
	xh_look(&before);
	ck_assert_int_eq(gdt(AT(OTHER) + 1, SMALL), PV_E_INVAL);
	ck_assert_int_eq(gdt((uint64_t *)(XM_DIRECT + (XM_PAGES - 1) * 4096ul), LARGE), PV_E_EXIST);
	ck_assert_int_eq(gdt((uint64_t *)(XM_DIRECT + (XM_VIEW - 2) * 4096ul), SMALL), PV_E_INVAL);
	ck_assert_int_eq(pv_xen_desc_ops.ldt_load(AT(LOCAL) + 1, 4), PV_E_INVAL);
	xh_look(&now);
	ck_assert(memcmp(&before, &now, sizeof(now)) == 0);
	xh_check("refused");
}
END_TEST

START_TEST(switch_is_one_call)
{
	unsigned before;

	with_gdt();
	before = xm.calls;
	ck_assert_int_eq(switch_thread(), PV_OK);
	ck_assert_uint_eq(xm.calls - before, 1);
	ck_assert_uint_eq(xm.segment_base[XEN_SEGBASE_FS], 0x2000);
}
END_TEST

static Suite *
desc_suite(void)
{
	Suite *suite = suite_create("xen_desc");
	TCase *tcase = tcase_create("desc");

	tcase_add_checked_fixture(tcase, xh_start_mmu, NULL);
	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, page_of_two_tables);
	tcase_add_test(tcase, two_addresses_of_a_table);
	tcase_add_test(tcase, pages_are_marked);
	tcase_add_test(tcase, load_of_what_a_batch_made);
	tcase_add_test(tcase, loads_refuse);
	tcase_add_test(tcase, switch_is_one_call);
	tcase_add_loop_test(tcase, refused_at_any_request, 0, NR_OPERATIONS);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return run_all(srunner_create(desc_suite()));
}
