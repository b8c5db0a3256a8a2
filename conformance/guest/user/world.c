/*
 * The user world of the cases: see world.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "world.h"

#define KERNEL_STACK	(2 * PV_STACK_MIN)

struct user_world user;

static uint8_t kernel_stack[KERNEL_STACK] __attribute__((aligned(64)));
static struct pv_hooks hooks_before, hooks_with;
static bool made, handler_set;

static void
on_call(struct pv_uframe *f)
{
	if (pv_uframe_call_nr(f) == CALL_EXIT)
		user_leave(USER_EXITED);
	else if (user.on_call != NULL)
		user.on_call(f);
	else
		pv_uframe_set_result(f, pv_uframe_call_nr(f), true);
}

static bool
on_trap(void *context, struct pv_trap *trap)
{
	(void)context;
	if ((trap->access & PV_ACCESS_USER) == 0)
		return false;
	user.trap = *trap;
	user_leave(USER_TRAPPED);
	return true;
}

static void
on_before_user(void *context)
{
	(void)context;
	user.befores++;
	user.befores_open += pv_irq_enabled();
	if (user.before_user != NULL)
		user.before_user();
}

static pv_status
map_page(uintptr_t va, unsigned flags, const void *contents, size_t size, pv_paddr *frame)
{
	pv_status s;

	*frame = suite_page();
	flags |= PV_PROT_USER;
	s = pv_space_map(&user.space, pv_va(va), *frame, PV_PAGE_SIZE, flags | PV_PROT_WRITE);

	if (s == PV_OK && size > 0)
		s = pv_copyout(va, contents, size);
	return s == PV_OK ? pv_space_protect(&user.space, pv_va(va), PV_PAGE_SIZE, flags) : s;
}

static pv_status
make(void)
{
	size_t size = (size_t)(user_code_end - user_code);
	size_t first = size < PV_PAGE_SIZE ? size : PV_PAGE_SIZE;
	pv_paddr frame;
	pv_status s;

	pv_thread_adopt(&user.main, NULL, 0);
	s = pv_space_create(&user.space);
	if (s != PV_OK)
		return s;
	pv_space_activate(&user.space);
	s = map_page(USER_CODE, PV_PROT_READ | PV_PROT_EXEC, user_code, first, &frame);
	if (s == PV_OK && size > first)
		s = map_page(USER_CODE + PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_EXEC, user_code + first,
		    size - first, &frame);
	if (s == PV_OK)
		s = map_page(USER_CONSTANT, PV_PROT_READ, "constant", 9, &frame);
	if (s == PV_OK)
		s = map_page(USER_STACK, PV_PROT_READ | PV_PROT_WRITE, NULL, 0, &frame);
	if (s == PV_OK)
		s = map_page(USER_DATA, PV_PROT_READ | PV_PROT_WRITE, NULL, 0, &user.data);
	pv_space_sync(&user.space);
	return s;
}

bool
user_open(void)
{
	static const uintptr_t zero[USER_WORDS];
	pv_status s = PV_OK;

	hooks_before = *pv_hooks_get();
	hooks_with = hooks_before;
	hooks_with.trap = on_trap;
	hooks_with.before_user = on_before_user;
	if (pv_hooks_set(&hooks_with) != PV_OK)
		return false;
	if (!handler_set)
		s = pv_syscall_set(on_call);
	handler_set = true;
	if (s == PV_OK && !made)
		s = make();
	made = true;
	if (s != PV_OK) {
		suite_fail(__FILE__, __LINE__, "the user world could not be made: %s", pv_status_name(s));
		return false;
	}
	pv_space_activate(&user.space);
	user.on_call = NULL;
	user.prepare = NULL;
	user.before_user = NULL;
	user.befores = user.befores_open = 0;
	user.ended = USER_NOT_ENDED;
	(void)pv_copyout(USER_DATA, zero, sizeof(zero));
	user_set(W_SPOILED, ~(uintptr_t)0);
	return true;
}

void
user_close(void)
{
	(void)pv_trap_set(PV_CAUSE_PAGE_FAULT, NULL, NULL);
	(void)pv_trap_set(PV_CAUSE_FPU_OFF, NULL, NULL);
	(void)pv_space_unmap(&user.space, pv_va(USER_HOLE), 4 * PV_PAGE_SIZE);
	pv_space_sync(&user.space);
	pv_space_activate(NULL);
	(void)pv_hooks_set(&hooks_before);
}

static void
first(void *program)
{
	struct pv_uframe *f = pv_thread_uframe(&user.thread);

	pv_uframe_init(f, user_at(program), USER_STACK_TOP);
	if (user.prepare != NULL)
		user.prepare(f);
	pv_user_enter();
}

enum user_end
user_resume(void)
{
	pv_irq_state gate = pv_irq_save();

	user.ended = USER_NOT_ENDED;
	pv_thread_switch(&user.main, &user.thread);
	pv_irq_restore(gate);
	return user.ended;
}

enum user_end
user_start(const char *program)
{
	if (pv_thread_init(&user.thread, kernel_stack, sizeof(kernel_stack), first,
	    (void *)(uintptr_t)program) != PV_OK)
		return USER_NOT_ENDED;
	user.thread.space = &user.space;
	return user_resume();
}

void
user_leave(enum user_end how)
{
	pv_irq_disable();
	user.ended = how;
	pv_thread_switch(&user.thread, &user.main);
}

uintptr_t
user_at(const char *label)
{
	return USER_CODE + (uintptr_t)(label - user_code);
}

uintptr_t
user_get(unsigned word)
{
	uintptr_t value = 0;

	if (pv_copyin(&value, USER_DATA + word * sizeof(value), sizeof(value)) != PV_OK)
		pv_panic("the user world's words are gone");
	return value;
}

void
user_set(unsigned word, uintptr_t value)
{
	if (pv_copyout(USER_DATA + word * sizeof(value), &value, sizeof(value)) != PV_OK)
		pv_panic("the user world's words are gone");
}

bool
user_has_fast_way(void)
{
	return pv_syscall_ways()[0] == 's';
}

void
user_hole_free(void)
{
	for (unsigned i = 0; i < 4; i++) {
		pv_vaddr va = pv_va(USER_HOLE + i * PV_PAGE_SIZE);
		pv_paddr pa;
		unsigned flags;

		if (pv_space_query(&user.space, va, &pa, &flags) != PV_OK)
			continue;
		(void)pv_space_unmap(&user.space, va, PV_PAGE_SIZE);
		pv_space_sync(&user.space);
		suite_page_free(pa);
	}
}
