/*
 * User mode: the way there, system calls, user memory; what is portable. Arguments and ranges are checked
 * here, once; the ISA's functions behind touch user memory and survive faults.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "user_isa.h"

PV_NEED(user);

static pv_syscall_handler handler;

pv_status
pv_syscall_set(pv_syscall_handler new_handler)
{
	if (new_handler == NULL)
		return PV_E_INVAL;
	if (pv_stage_now() < PV_STAGE_TRAPS)
		return PV_E_STAGE;
	if ((pv_families() & PV_FAMILY_TRAPS) == 0)
		return PV_E_ABSENT;
	if (handler != NULL)
		return PV_E_EXIST;
	handler = new_handler;
	return PV_OK;
}

const char *
pv_syscall_ways(void)
{
	return pv_ops.user.ways();
}

void
pv_syscall_deliver(struct pv_uframe *f)
{
	/* A kernel without system calls: the caller is told, in the library's own numbers. */
	if (handler == NULL) {
		pv_uframe_set_result(f, PV_E_ABSENT, true);
		return;
	}
	pv_irq_enable();
	handler(f);
	pv_irq_disable();
}

/* Bytes from `user` to the end of user space; 0 when it lies beyond. */
static uintptr_t
room(uintptr_t user)
{
	/* One comparison for both ends: below the start the difference wraps. */
	uintptr_t from_start = user - PV_USER_START;

	return from_start <= PV_USER_END - PV_USER_START ? PV_USER_END - user : 0;
}

static bool
in_user_space(uintptr_t user, size_t size)
{
	return size <= room(user);
}

pv_status
pv_copyin(void *to, uintptr_t user_from, size_t size)
{
	if (size == 0)
		return PV_OK;
	if (!in_user_space(user_from, size) || !pv_isa_copy_in(to, user_from, size))
		return PV_E_FAULT;
	return PV_OK;
}

pv_status
pv_copyout(uintptr_t user_to, const void *from, size_t size)
{
	if (size == 0)
		return PV_OK;
	if (!in_user_space(user_to, size) || !pv_isa_copy_out(user_to, from, size))
		return PV_E_FAULT;
	return PV_OK;
}

pv_status
pv_copyinstr(char *to, uintptr_t user_from, size_t size, size_t *length)
{
	size_t most = room(user_from) < size ? (size_t)room(user_from) : size;
	size_t n;

	if (size == 0)
		return PV_E_TOOLONG;
	n = most > 0 ? pv_isa_copy_string(to, user_from, most) : ~(size_t)0;
	/* User space ended before the string did. */
	if (n == ~(size_t)0 || (n == most && most < size))
		return PV_E_FAULT;
	if (n == most)
		return PV_E_TOOLONG;
	if (length != NULL)
		*length = n;
	return PV_OK;
}

pv_status
pv_fetch32(uint32_t *to, uintptr_t user_from)
{
	if (user_from % sizeof(*to) != 0)
		return PV_E_INVAL;
	return in_user_space(user_from, sizeof(*to)) && pv_isa_fetch32(to, user_from) ? PV_OK : PV_E_FAULT;
}

pv_status
pv_store32(uintptr_t user_to, uint32_t value)
{
	if (user_to % sizeof(value) != 0)
		return PV_E_INVAL;
	return in_user_space(user_to, sizeof(value)) && pv_isa_store32(user_to, value) ? PV_OK : PV_E_FAULT;
}

/* -- into user mode ----------------------------------------------------------- */

struct pv_uframe *
pv_thread_uframe(struct pv_thread *t)
{
	return pv_isa_uframe_at(pv_thread_top(t));
}

void
pv_user_enter(void)
{
	struct pv_thread *t;

	pv_irq_disable();
	t = pv_cpu()->thread;
	if (t == NULL)
		pv_panic("pv_user_enter() without a thread: pv_thread_adopt() or pv_thread_switch() first");
	/* The kernel may have given it a space or TLS since it was switched to. */
	pv_thread_make_current(t);
	pv_ops.user.enter(pv_thread_uframe(t));
	pv_panic("user.enter came back: the backend's op must not");
}

void
pv_before_user(void)
{
	const struct pv_hooks *h = pv_hooks_get();

	pv_irq_disable();
	if (h->before_user != NULL)
		h->before_user(h->context);
	/* It may have slept. */
	pv_irq_disable();
}
