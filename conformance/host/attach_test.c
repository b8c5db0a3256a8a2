/*
 * Choosing a backend and going through the stages, with backends that are made up:
 * what is refused, that it is refused by name and before anything is touched, who
 * is called in which order. The op table is the real one; its ops record their call.
 *
 * Links with hooks/{arith,console,cpu,format,hooks,init,recover,select,status,table,text,traps}.c,
 * hooks/x86/names.c, hooks/x86_64/count.S, backends/common/boot/options.c. Compile with
 * -mno-red-zone and -fno-pic, link with -no-pie.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach_fake.h"
#include "run.h"

/* -- choosing ------------------------------------------------------------------------- */

START_TEST(the_first_that_knows_the_machine)
{
	alpha_here = true;
	attach_now();
	ck_assert_str_eq(pv_backend_name(), "alpha");
	ck_assert(pv_has(PV_CAP_NX) && !pv_has(PV_CAP_PARAVIRT));
	ck_assert_uint_eq(setups, 1);
}
END_TEST

START_TEST(the_next_one_if_not)
{
	attach_now();
	ck_assert_str_eq(pv_backend_name(), "beta");
}
END_TEST

START_TEST(the_one_that_is_named)
{
	alpha_here = true;
	attach.args = "quiet pv=nopatch,beta,count verbose";
	attach_now();
	ck_assert_str_eq(pv_backend_name(), "beta");
}
END_TEST

START_TEST(none_of_that_name)
{
	attach.args = "pv=gamma";
	ck_assert_int_eq(pv_attach(&attach), PV_E_ABSENT);
	assert_said("pv=gamma: no such backend or word. This image has: alpha beta; words: nopatch");
	assert_untouched();
}
END_TEST

/* The backend that could say so knows its machine by how the image was entered. */
START_TEST(console_of_a_machine_known_by_its_entry)
{
	attach.how = beta_how = PV_BOOT_XEN_PV;
	attach.args = "pv=gamma";
	ck_assert_int_eq(pv_attach(&attach), PV_E_ABSENT);
	assert_said("pv=gamma: no such backend or word");
	assert_untouched();
}
END_TEST

START_TEST(more_words_than_are_read)
{
	attach.args = "pv=nopatch,count,noacpi,nolapic,nohpet,nopatch,count,noacpi,nolapic,nohpet";
	ck_assert_int_eq(pv_attach(&attach), PV_E_ABSENT);
	assert_said("what stands behind pv= is longer than 63 characters");
	assert_untouched();
}
END_TEST

START_TEST(named_but_elsewhere)
{
	attach.args = "pv=alpha";
	ck_assert_int_eq(pv_attach(&attach), PV_E_ABSENT);
	assert_said("pv=alpha cannot run here: alpha is elsewhere");
	assert_untouched();
}
END_TEST

START_TEST(nobody_knows_the_machine)
{
	beta_here = false;
	ck_assert_int_eq(pv_attach(&attach), PV_E_ABSENT);
	assert_untouched();
}
END_TEST

START_TEST(words_from_the_boot_data)
{
	attach.args = NULL;
	strcpy(boot.text, "pv=gamma");
	attach.boot = &boot;
	ck_assert_int_eq(pv_attach(&attach), PV_E_ABSENT);
	assert_said("pv=gamma");
	attach.boot = NULL;
	attach_now();
}
END_TEST

/* -- families ------------------------------------------------------------------------- */

static const struct {
	unsigned bit;
	const char *line;
} family[] = {
	{ PV_FAMILY_CPU, "backend 'alpha' cannot do without: CPU. " },
	{ PV_FAMILY_TRAPS, "backend 'alpha' cannot do without: TRAPS. " },
	{ PV_FAMILY_MMU, "backend 'alpha' cannot do without: MMU. " },
	{ PV_FAMILY_TIME, "backend 'alpha' cannot do without: TIME. " },
	{ PV_FAMILY_LINES, "backend 'alpha' cannot do without: LINES. " },
};

START_TEST(each_family_that_is_missing_is_named)
{
	alpha_here = true;
	attach.families &= ~family[_i].bit;
	ck_assert_int_eq(pv_attach(&attach), PV_E_INVAL);
	assert_said(family[_i].line);
	assert_untouched();
	/* The mistake does no harm: the next try is as good as the first. */
	attach.families = PV_FAMILY_ALL;
	attach_now();
	ck_assert_str_eq(pv_backend_name(), "alpha");
}
END_TEST

START_TEST(all_that_are_missing_are_named)
{
	alpha_here = true;
	attach.families = PV_FAMILY_CPU | PV_FAMILY_TIME;
	ck_assert_int_eq(pv_attach(&attach), PV_E_INVAL);
	assert_said("cannot do without: TRAPS MMU LINES. ");
	assert_untouched();
}
END_TEST

START_TEST(what_a_backend_needs_is_enough)
{
	attach.families = PV_FAMILY_CPU;
	attach_now();
	ck_assert_uint_eq(pv_families(), PV_FAMILY_CPU);
}
END_TEST

START_TEST(a_backend_wants_more_than_its_parent_not)
{
	attach.families = PV_FAMILY_CPU;
	attach.args = "pv=beta";
	attach_now();
	/* Its own op, and the parent's where it has none. */
	ck_assert(pv_ops.line.name == beta_line_name && pv_ops.line.init == line_init);
	ck_assert(pv_ops.console.write == console_write);
}
END_TEST

/* -- other mistakes --------------------------------------------------------------------- */

START_TEST(nothing_at_all)
{
	ck_assert_int_eq(pv_attach(NULL), PV_E_INVAL);
	assert_said("pv_attach(): no struct pv_attach was given");
	assert_untouched();
	attach_now();
}
END_TEST

/* What a probe does to hardware is done once. */
START_TEST(each_is_asked_once)
{
	attach_now();
	ck_assert_uint_eq(alpha_probes, 1);
	ck_assert_uint_eq(beta_probes, 1);
}
END_TEST

START_TEST(another_version_of_the_struct)
{
	attach.size -= 8;
	ck_assert_int_eq(pv_attach(&attach), PV_E_VERSION);
	attach.size += 8;
	attach.boot = &boot;
	boot.size = 16;
	ck_assert_int_eq(pv_attach(&attach), PV_E_VERSION);
	assert_said("another version");
	assert_untouched();
}
END_TEST

START_TEST(hooks_that_are_incomplete)
{
	hooks.va_alloc = NULL;
	hooks.map_frame = NULL;
	ck_assert_int_eq(pv_attach(&attach), PV_E_INVAL);
	assert_said("hook 'va_alloc' is missing");
	assert_said("hook 'map_frame' is missing");
	assert_untouched();
}
END_TEST

START_TEST(a_hook_without_its_partner)
{
	hooks.va_unmap = NULL;
	hooks.pages_alloc = NULL;
	ck_assert_int_eq(pv_attach(&attach), PV_E_INVAL);
	assert_said("hook 'va_unmap' is missing");
	assert_said("hook 'pages_alloc' is missing");
	assert_untouched();
}
END_TEST

START_TEST(hooks_of_another_version)
{
	hooks.size += 8;
	ck_assert_int_eq(pv_attach(&attach), PV_E_VERSION);
	assert_untouched();
}
END_TEST

START_TEST(a_backend_with_a_hole)
{
	full.time.ops.alarm = NULL;
	ck_assert_int_eq(pv_attach(&attach), PV_E_ABSENT);
	assert_said("backend 'beta' has no op 'time.alarm', nor has a parent of it");
	ck_assert_int_eq(pv_stage_now(), PV_STAGE_NONE);
}
END_TEST

START_TEST(a_backend_that_cannot_start)
{
	says_setup = PV_E_TIMEOUT;
	ck_assert_int_eq(pv_attach(&attach), PV_E_TIMEOUT);
	assert_said("backend 'beta' cannot start: ");
	ck_assert_int_eq(pv_stage_now(), PV_STAGE_NONE);
	ck_assert_str_eq(pv_backend_name(), "none");
	says_setup = PV_OK;
	attach_now();
}
END_TEST

/* Nothing of the first set is left when the second one comes. */
START_TEST(another_set_after_a_failure)
{
	struct pv_attach second = attach;

	strcpy(boot.text, "pv=nopatch,count");
	attach.boot = &boot;
	attach.args = NULL;
	attach.families = PV_FAMILY_CPU;
	says_setup = PV_E_TIMEOUT;
	ck_assert_int_eq(pv_attach(&attach), PV_E_TIMEOUT);
	setups = 0;
	assert_untouched();
	ck_assert(pv_hooks_get()->page_alloc == NULL);
	says_setup = PV_OK;
	second.hooks = NULL;
	second.args = "pv=beta";
	ck_assert_int_eq(pv_attach(&second), PV_OK);
	ck_assert_uint_eq(pv_families(), PV_FAMILY_ALL);
	ck_assert_str_eq(pv_boot_get()->text, "");
	ck_assert_uint_eq(pv_boot_get()->size, 0);
	ck_assert(pv_hooks_get()->page_alloc == NULL);
	ck_assert(!pv_wanted("count") && !pv_wanted("nopatch"));
}
END_TEST

/* Hooks that the kernel set itself are not the failed set's. */
START_TEST(hooks_from_before_a_failure)
{
	static struct pv_hooks other;

	ck_assert_int_eq(pv_hooks_set(&hooks), PV_OK);
	other = hooks;
	other.context = &other;
	attach.hooks = &other;
	says_setup = PV_E_TIMEOUT;
	ck_assert_int_eq(pv_attach(&attach), PV_E_TIMEOUT);
	ck_assert_mem_eq(pv_hooks_get(), &hooks, sizeof(hooks));
}
END_TEST

START_TEST(twice)
{
	attach_now();
	ck_assert_int_eq(pv_attach(&attach), PV_E_EXIST);
	ck_assert_uint_eq(setups, 1);
}
END_TEST

START_TEST(boot_data_is_a_copy)
{
	const struct pv_boot *b;

	memcpy(boot.text, "loader\0a b=c\0module", 20);
	boot.loader = boot.text;
	boot.args = boot.text + 7;
	boot.module[0].args = boot.text + 13;
	boot.nr_modules = 1;
	boot.acpi_rsdp = pv_pa(0x1234);
	attach.boot = &boot;
	attach_now();
	memset(&boot, 0xff, sizeof(boot));
	b = pv_boot_get();
	ck_assert_str_eq(b->loader, "loader");
	ck_assert_str_eq(b->args, "a b=c");
	ck_assert_str_eq(b->module[0].args, "module");
	ck_assert_uint_eq(b->acpi_rsdp.v, 0x1234);
}
END_TEST

START_TEST(boot_data_with_foreign_strings)
{
	boot.args = "not in the text";
	boot.loader = NULL;
	attach.boot = &boot;
	attach_now();
	ck_assert_str_eq(pv_boot_get()->args, "");
	ck_assert_str_eq(pv_boot_get()->loader, "");
}
END_TEST

/* -- stages ------------------------------------------------------------------------------ */

static const struct {
	unsigned families;
	const char *args, *calls;
	unsigned no_timers;
} way[] = {
	{ PV_FAMILY_ALL, "", "traps user mmu patch time timers lines timer-line", 0 },
	{ PV_FAMILY_ALL, "pv=nopatch", "traps user mmu time timers lines timer-line", 0 },
	{ PV_FAMILY_CPU, "", "patch", 0 },
	{ PV_FAMILY_CPU | PV_FAMILY_TRAPS, "", "traps user patch", 0 },
	{ PV_FAMILY_CPU | PV_FAMILY_MMU, "", "mmu patch", 0 },
	{ PV_FAMILY_CPU | PV_FAMILY_TIME, "", "patch time timers", 1 },
	{ PV_FAMILY_CPU | PV_FAMILY_LINES, "", "patch lines", 0 },
	{ PV_FAMILY_ALL & ~PV_FAMILY_TRAPS, "", "mmu patch time timers lines timer-line", 0 },
};

START_TEST(only_what_was_handed_over)
{
	attach.families = way[_i].families;
	attach.args = way[_i].args;
	attach_now();
	ck_assert_int_eq(pv_start(PV_STAGE_LINES), PV_OK);
	ck_assert_str_eq(calls, way[_i].calls);
	ck_assert_uint_eq(no_timers, way[_i].no_timers);
	ck_assert_int_eq(pv_stage_now(), PV_STAGE_LINES);
	/* A stage that was reached is not entered again. */
	ck_assert_int_eq(pv_start(PV_STAGE_MMU), PV_OK);
	ck_assert_str_eq(calls, way[_i].calls);
}
END_TEST

START_TEST(whose_page_tables)
{
	hooks.va_map = NULL;
	hooks.va_unmap = NULL;
	attach_now();
	ck_assert_int_eq(pv_start(PV_STAGE_MMU), PV_OK);
	ck_assert_ptr_eq(mmu_space, &kernel_space);
	ck_assert_uint_eq(no_spaces, 0);
}
END_TEST

START_TEST(page_tables_of_the_kernel)
{
	mmu_space = &kernel_space;
	attach_now();
	ck_assert_int_eq(pv_start(PV_STAGE_MMU), PV_OK);
	ck_assert_ptr_null(mmu_space);
	ck_assert_uint_eq(no_spaces, 1);
}
END_TEST

START_TEST(stages_before_attaching)
{
	ck_assert_int_eq(pv_start(PV_STAGE_TRAPS), PV_E_STAGE);
	ck_assert_str_eq(calls, "");
}
END_TEST

START_TEST(a_stage_that_fails_can_be_tried_again)
{
	attach_now();
	says_mmu = PV_E_NOMEM;
	ck_assert_int_eq(pv_start(PV_STAGE_LINES), PV_E_NOMEM);
	assert_said("stage mmu failed on backend 'beta': ");
	ck_assert_int_eq(pv_stage_now(), PV_STAGE_TRAPS);
	says_mmu = PV_OK;
	ck_assert_int_eq(pv_start(PV_STAGE_LINES), PV_OK);
	ck_assert_str_eq(calls, "traps user mmu mmu time timers lines timer-line");
}
END_TEST

START_TEST(a_damaged_site_stops_the_stage)
{
	attach.args = "";
	attach_now();
	says_patch = PV_E_FORMAT;
	ck_assert_int_eq(pv_start(PV_STAGE_LINES), PV_E_FORMAT);
	assert_said("(PV_E_FORMAT)");
	ck_assert_int_eq(pv_stage_now(), PV_STAGE_TRAPS);
}
END_TEST

START_TEST(hooks_that_never_came)
{
	attach.hooks = NULL;
	attach_now();
	ck_assert_int_eq(pv_start(PV_STAGE_LINES), PV_E_INVAL);
	assert_said("hook 'page_alloc' is missing");
	ck_assert_int_eq(pv_stage_now(), PV_STAGE_TRAPS);
	ck_assert_int_eq(pv_hooks_set(&hooks), PV_OK);
	ck_assert_int_eq(pv_start(PV_STAGE_LINES), PV_OK);
}
END_TEST

START_TEST(no_stage_beyond)
{
	attach_now();
	ck_assert_int_eq(pv_start(PV_STAGE_SMP), PV_E_ABSENT);
	assert_said("stage smp failed");
	ck_assert_int_eq(pv_stage_now(), PV_STAGE_LINES);
}
END_TEST

static bool
handler(struct pv_trap *trap, void *arg)
{
	(void)trap;
	(void)arg;
	return true;
}

START_TEST(handlers_need_the_traps)
{
	attach.families = PV_FAMILY_CPU;
	attach_now();
	ck_assert_int_eq(pv_trap_set(PV_CAUSE_DIVIDE, handler, NULL), PV_E_ABSENT);
	ck_assert_int_eq(pv_trap_set(PV_CAUSE_COUNT, handler, NULL), PV_E_INVAL);
}
END_TEST

START_TEST(handlers_with_the_traps)
{
	attach_now();
	ck_assert_int_eq(pv_trap_set(PV_CAUSE_DIVIDE, handler, NULL), PV_OK);
}
END_TEST

/* -- recovery -- */

extern const char host_faults[], host_goes_on[];
__asm__(".text\nhost_faults: nop\nhost_goes_on: nop\n"
    ".pushsection pv_extable, \"ao\", @progbits, host_faults\n.balign 4\n"
    ".long host_faults - .\n.long host_goes_on - .\n.popsection\n");

static unsigned hook_traps;

static bool
hook_trap(void *context, struct pv_trap *trap)
{
	(void)context;
	(void)trap;
	hook_traps++;
	return true;
}

/* Only what the instruction itself did is recovered from: a machine check there is not passed over. */
START_TEST(recovery_is_from_faults_only)
{
	static const struct {
		enum pv_cause cause;
		unsigned access;
		bool recovers;
	} row[] = {
		{ PV_CAUSE_PAGE_FAULT, 0, true }, { PV_CAUSE_PROTECTION, 0, true },
		{ PV_CAUSE_PAGE_FAULT, PV_ACCESS_USER, false }, { PV_CAUSE_STEP, 0, false },
		{ PV_CAUSE_BREAKPOINT, 0, false }, { PV_CAUSE_DOUBLE_FAULT, 0, false },
		{ PV_CAUSE_MACHINE_CHECK, 0, false },
	};
	struct pv_trap trap = { .cause = row[_i].cause, .access = row[_i].access,
	    .pc = (uintptr_t)host_faults };

	hooks.trap = hook_trap;
	attach_now();
	ck_assert(pv_trap_deliver(&trap));
	ck_assert_uint_eq(trap.pc, (uintptr_t)(row[_i].recovers ? host_goes_on : host_faults));
	ck_assert_uint_eq(hook_traps, row[_i].recovers ? 0 : 1);
}
END_TEST

START_TEST(counting_leaves_sites_alone)
{
	attach.args = "pv=count";
	attach_now();
	ck_assert_int_eq(pv_start(PV_STAGE_MMU), PV_OK);
	ck_assert_uint_eq(patches, 0);
	/* Through the shim: the op behind it runs, and is counted. */
	(void)pv_ops.line.name();
	ck_assert_uint_eq(pv_op_count((unsigned)pv_op_slot("line.name")), 1);
	ck_assert_str_eq(pv_ops.line.name(), "beta");
}
END_TEST

int
main(void)
{
	const TTest *const choosing[] = { the_first_that_knows_the_machine, the_next_one_if_not,
	    the_one_that_is_named, none_of_that_name, more_words_than_are_read, named_but_elsewhere,
	    nobody_knows_the_machine, console_of_a_machine_known_by_its_entry, words_from_the_boot_data,
	    all_that_are_missing_are_named, what_a_backend_needs_is_enough,
	    a_backend_wants_more_than_its_parent_not };
	const TTest *const mistakes[] = { nothing_at_all, each_is_asked_once, another_version_of_the_struct,
	    hooks_that_are_incomplete, a_hook_without_its_partner, hooks_of_another_version, a_backend_with_a_hole,
	    a_backend_that_cannot_start, another_set_after_a_failure, hooks_from_before_a_failure, twice,
	    boot_data_is_a_copy, boot_data_with_foreign_strings };
	const TTest *const stages[] = { whose_page_tables, page_tables_of_the_kernel,
	    stages_before_attaching, a_stage_that_fails_can_be_tried_again, a_damaged_site_stops_the_stage,
	    hooks_that_never_came, no_stage_beyond, handlers_need_the_traps, handlers_with_the_traps,
	    counting_leaves_sites_alone };
	Suite *suite = suite_create("attach");
	TCase *t = tcase_create("attach");

	tcase_add_checked_fixture(t, start, NULL);
	for (size_t i = 0; i < sizeof(choosing) / sizeof(choosing[0]); i++)
		tcase_add_test(t, choosing[i]);
	tcase_add_loop_test(t, each_family_that_is_missing_is_named, 0, sizeof(family) / sizeof(family[0]));
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		tcase_add_test(t, mistakes[i]);
	tcase_add_loop_test(t, only_what_was_handed_over, 0, sizeof(way) / sizeof(way[0]));
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
		tcase_add_test(t, stages[i]);
	tcase_add_loop_test(t, recovery_is_from_faults_only, 0, 7);
	suite_add_tcase(suite, t);
	return run_all(srunner_create(suite));
}
