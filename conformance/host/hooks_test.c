/*
 * The kernel's hooks: what is missing is named, log lines, and the ways in which a
 * panic ends. Sources: hooks/{hooks,refuse,format,text,arith}.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cases.h"

static struct pv_hooks set;
static bool attached;
static struct pv_cpu cpu;
static unsigned crashes, panics, lines;
static char last[512];
static jmp_buf halted;

/* -- what hooks.c calls --------------------------------------------------------------------- */

void
pv_console_write(const char *text, size_t size)
{
	say(text, size);
}

const struct pv_backend *
pv_backend_now(void)
{
	static const struct pv_backend some = { .name = "some" };

	return attached ? &some : NULL;
}

pv_status
pv_power_crash(void)
{
	ck_assert(attached);
	crashes++;
	return PV_E_ABSENT;
}

void
pv_cpu_halt(void)
{
	longjmp(halted, 1);
}

/* -- a kernel ------------------------------------------------------------------------------- */

static void
hook(void)
{
	ck_abort_msg("a hook is called that nobody asked for");
}

static void
log_line(void *context, const char *line)
{
	ck_assert_ptr_eq(context, last);
	lines++;
	snprintf(last, sizeof(last), "%s", line);
}

static void
panic_hook(void *context, const char *message)
{
	ck_assert_ptr_eq(context, last);
	panics++;
	snprintf(last, sizeof(last), "%s", message);
}

/* Panics itself, once. */
static void
panic_in_panic(void *context, const char *message)
{
	panic_hook(context, message);
	pv_panic("again, in the hook");
}

static void
start(void)
{
	static const size_t needed[] = {
#define AT(member)	__builtin_offsetof(struct pv_hooks, member)
		AT(page_alloc), AT(page_free), AT(map_frame), AT(unmap_frame), AT(virt_to_phys), AT(va_alloc),
		AT(va_free),
	};
	pv_slot some = hook;

	memset(&set, 0, sizeof(set));
	set.size = sizeof(set);
	set.context = last;
	for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		memcpy((char *)&set + needed[i], &some, sizeof(some));
	said[0] = last[0] = '\0';
	attached = true;
	/* The record of refusals is one per CPU. */
	cpu.self = &cpu;
	ck_assert_int_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, &cpu), 0);
}

#define PANIC(...) do {				\
	if (setjmp(halted) == 0)		\
		pv_panic(__VA_ARGS__);		\
} while (0)

/* -- the set ---------------------------------------------------------------------------------- */

START_TEST(a_complete_set)
{
	ck_assert_int_eq(pv_hooks_set(&set), PV_OK);
	ck_assert_str_eq(said, "");
	ck_assert_mem_eq(pv_hooks_get(), &set, sizeof(set));
	/* It is a copy. */
	set.page_alloc = NULL;
	ck_assert(pv_hooks_get()->page_alloc != NULL);
	/* To set what is set changes nothing. */
	ck_assert_int_eq(pv_hooks_set(pv_hooks_get()), PV_OK);
	ck_assert_str_eq(said, "");
}
END_TEST

static const struct {
	const char *name;
	size_t at;
} required[] = {
#define NAMED(member)	{ #member, __builtin_offsetof(struct pv_hooks, member) }
	NAMED(page_alloc), NAMED(page_free), NAMED(map_frame), NAMED(unmap_frame), NAMED(virt_to_phys),
	NAMED(va_alloc), NAMED(va_free),
};

START_TEST(what_is_missing_is_named)
{
	char words[128];

	memset((char *)&set + required[_i].at, 0, sizeof(pv_slot));
	ck_assert_int_eq(pv_hooks_set(&set), PV_E_INVAL);
	snprintf(words, sizeof(words), "pv: hook '%s' is missing: see <pv/hooks.h> for what it must do\n",
	    required[_i].name);
	ck_assert_str_eq(said, words);
	ck_assert(pv_hooks_get()->va_alloc == NULL && pv_hooks_get()->page_alloc == NULL);
}
END_TEST

START_TEST(all_that_is_missing_is_named)
{
	memset(&set, 0, sizeof(set));
	set.size = sizeof(set);
	ck_assert_int_eq(pv_hooks_set(&set), PV_E_INVAL);
	for (unsigned i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		assert_said(required[i].name);
}
END_TEST

static void
clear_pair(unsigned n)
{
	pv_slot some = hook;

	memcpy(&set.pages_alloc, &some, sizeof(some));
	memcpy(&set.pages_free, &some, sizeof(some));
	memcpy(&set.va_map, &some, sizeof(some));
	memcpy(&set.va_unmap, &some, sizeof(some));
	if (n == 0)
		set.pages_alloc = NULL;
	else if (n == 1)
		set.pages_free = NULL;
	else if (n == 2)
		set.va_map = NULL;
	else if (n == 3)
		set.va_unmap = NULL;
}

START_TEST(pairs_go_together)
{
	static const char *const words[] = {
		"hook 'pages_alloc' is missing: pages_alloc and pages_free go together",
		"hook 'pages_free' is missing: pages_alloc and pages_free go together",
		"hook 'va_map' is missing: va_map and va_unmap go together",
		"hook 'va_unmap' is missing: va_map and va_unmap go together",
	};

	clear_pair((unsigned)_i);
	ck_assert_int_eq(pv_hooks_set(&set), PV_E_INVAL);
	assert_said(words[_i]);
	clear_pair(4);
	ck_assert_int_eq(pv_hooks_set(&set), PV_OK);
}
END_TEST

START_TEST(a_set_of_another_size)
{
	set.size -= 8;
	ck_assert_int_eq(pv_hooks_set(&set), PV_E_VERSION);
	assert_said("set .size = sizeof(struct pv_hooks)");
	set.size = 0;
	ck_assert_int_eq(pv_hooks_set(&set), PV_E_VERSION);
	ck_assert_int_eq(pv_hooks_set(NULL), PV_E_INVAL);
}
END_TEST

/* A bad set does not replace a good one. */
START_TEST(a_bad_set_after_a_good_one)
{
	ck_assert_int_eq(pv_hooks_set(&set), PV_OK);
	set.context = said;
	set.va_free = NULL;
	ck_assert_int_eq(pv_hooks_set(&set), PV_E_INVAL);
	ck_assert_ptr_eq(pv_hooks_get()->context, last);
	ck_assert(pv_hooks_get()->va_free != NULL);
}
END_TEST

/* A kernel that never set any: the check names members, not a wrong size. */
START_TEST(no_set_at_all)
{
	ck_assert_int_eq(pv_hooks_set(pv_hooks_get()), PV_E_INVAL);
	assert_said("hook 'page_alloc' is missing");
}
END_TEST

/* -- the log ---------------------------------------------------------------------------------- */

START_TEST(log_lines_go_to_the_console)
{
	pv_log("line %u of %s", 1u, "two");
	ck_assert_str_eq(said, "pv: line 1 of two\n");
}
END_TEST

START_TEST(log_lines_go_to_the_hook)
{
	set.log = log_line;
	ck_assert_int_eq(pv_hooks_set(&set), PV_OK);
	pv_log("page 0x%llx", 0x123456789ull);
	ck_assert_uint_eq(lines, 1);
	ck_assert_str_eq(last, "page 0x123456789");
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(long_log_lines_are_cut)
{
	set.log = log_line;
	ck_assert_int_eq(pv_hooks_set(&set), PV_OK);
	pv_log("%0400d", 1);
	ck_assert_uint_eq(lines, 1);
	ck_assert_uint_eq(strlen(last), 199);
}
END_TEST

/* -- panics ----------------------------------------------------------------------------------- */

START_TEST(a_panic_prints_and_stops)
{
	PANIC("nothing goes on with %s", "this");
	ck_assert_str_eq(said, "pv: panic: nothing goes on with this\n");
	ck_assert_uint_eq(crashes, 1);
}
END_TEST

/* Before there is a backend there is nobody to ask for an end, nor for a refusal. */
START_TEST(a_panic_before_there_is_a_backend)
{
	attached = false;
	pv_refuse(&(struct pv_refusal){ .op = "o", .call = "c", .index = -1, .code_name = "?" });
	PANIC("too early");
	ck_assert_str_eq(said, "pv: panic: too early\n");
	ck_assert_uint_eq(crashes, 0);
}
END_TEST

START_TEST(the_hook_hears_of_it_first)
{
	set.panic = panic_hook;
	ck_assert_int_eq(pv_hooks_set(&set), PV_OK);
	PANIC("cpu %d", 3);
	ck_assert_uint_eq(panics, 1);
	ck_assert_str_eq(last, "cpu 3");
	/* It came back, which it must not: the library stops by itself. */
	ck_assert_str_eq(said, "pv: panic: cpu 3\n");
	ck_assert_uint_eq(crashes, 1);
}
END_TEST

START_TEST(a_panic_within_a_panic)
{
	set.panic = panic_in_panic;
	ck_assert_int_eq(pv_hooks_set(&set), PV_OK);
	PANIC("the first");
	ck_assert_uint_eq(panics, 1);
	ck_assert_str_eq(last, "the first");
	ck_assert_str_eq(said, "pv: panic: again, in the hook\n");
}
END_TEST

START_TEST(a_long_message_is_cut)
{
	set.panic = panic_hook;
	ck_assert_int_eq(pv_hooks_set(&set), PV_OK);
	PANIC("%0500d", 1);
	ck_assert_uint_eq(strlen(last), 255);
}
END_TEST

START_TEST(a_refusal_is_shown)
{
	pv_refuse(&(struct pv_refusal){ .op = "mmu.claim", .call = "PIN_L4", .arg = { 0x1234, 7, 99 }, .nr_args = 2,
	    .index = -1, .code = -22, .code_name = "EINVAL" });
	PANIC("no root");
	ck_assert_str_eq(said, "pv: panic: no root\n"
	    "pv: refused before: mmu.claim: PIN_L4(0x1234, 0x7) = -22 EINVAL\n");
}
END_TEST

static void
panic_hook_after_refusal(void *context, const char *message)
{
	assert_said("refused before: mmu.claim");
	panic_hook(context, message);
}

/* The hook does not come back, as a rule: what explains the panic comes first. */
START_TEST(a_refusal_is_shown_before_the_hook_is_called)
{
	set.panic = panic_hook_after_refusal;
	ck_assert_int_eq(pv_hooks_set(&set), PV_OK);
	pv_refuse(&(struct pv_refusal){ .op = "mmu.claim", .call = "PIN_L4", .index = -1, .code_name = "?" });
	PANIC("no root");
	ck_assert_uint_eq(panics, 1);
	ck_assert_str_eq(said, "pv: refused before: mmu.claim: PIN_L4() = 0 ?\npv: panic: no root\n");
}
END_TEST

START_TEST(a_refusal_within_a_batch)
{
	pv_refuse(&(struct pv_refusal){ .op = "mmu.map", .call = "mmu_update", .nr_args = 0, .index = 5, .code = -1,
	    .code_name = "EPERM", .hint = "the page is writable elsewhere" });
	PANIC("no page");
	assert_said("pv: refused before: mmu.map: mmu_update() = -1 EPERM, entry 5 of the batch: "
	    "the page is writable elsewhere\n");
}
END_TEST

/* A record with a wrong number of arguments shows those that there is room for. */
START_TEST(a_refusal_of_too_many_arguments)
{
	pv_refuse(&(struct pv_refusal){ .op = "o", .call = "c", .arg = { 1, 2, 3, 4, 5, 6 }, .nr_args = 1000,
	    .index = -1, .code_name = "?" });
	PANIC("x");
	assert_said("c(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = 0 ?\n");
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ a_complete_set, 0 }, { what_is_missing_is_named, sizeof(required) / sizeof(required[0]) },
		{ all_that_is_missing_is_named, 0 }, { pairs_go_together, 4 }, { a_set_of_another_size, 0 },
		{ a_bad_set_after_a_good_one, 0 }, { no_set_at_all, 0 }, { log_lines_go_to_the_console, 0 },
		{ log_lines_go_to_the_hook, 0 }, { long_log_lines_are_cut, 0 }, { a_panic_prints_and_stops, 0 },
		{ a_panic_before_there_is_a_backend, 0 }, { the_hook_hears_of_it_first, 0 },
		{ a_panic_within_a_panic, 0 }, { a_long_message_is_cut, 0 }, { a_refusal_is_shown, 0 },
		{ a_refusal_is_shown_before_the_hook_is_called, 0 }, { a_refusal_within_a_batch, 0 },
		{ a_refusal_of_too_many_arguments, 0 },
	};

	return RUN_CASES("hooks", start, cases);
}
