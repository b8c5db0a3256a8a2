/*
 * Pipes: a page as a ring, readers and writers that wait for each other.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define ROOM	PV_PAGE_SIZE

struct pipe {
	pv_paddr page;
	uint32_t taken, put;		/* bytes ever; their difference is what is in it */
	bool reader, writer;		/* open at all */
};

struct pipe *
pipe_new(void)
{
	struct pipe *p = page_scarce() ? NULL : heap_new(sizeof(*p));

	if (p == NULL || page_new(&p->page, PAGE_PIPE) != 0) {
		heap_free(p);
		return NULL;
	}
	p->reader = p->writer = true;
	return p;
}

void
pipe_close(struct pipe *p, bool writer)
{
	if (writer)
		p->writer = false;
	else
		p->reader = false;
	sched_wake(p);
	if (p->reader || p->writer)
		return;
	page_drop(p->page);
	heap_free(p);
}

/* Waits for the first byte only. */
int
pipe_read(struct pipe *p, uintptr_t user, size_t size)
{
	uint8_t part[256];
	size_t done = 0;

	while (size > 0 && p->put == p->taken) {
		if (!p->writer)
			return 0;
		if (sched_sleep(p) != 0)
			return -EINTR;
	}
	while (done < size && p->put != p->taken) {
		uint32_t at = p->taken % ROOM;
		size_t n = MIN(MIN(size - done, sizeof(part)), MIN((size_t)(p->put - p->taken), ROOM - at));

		page_read(pv_pa_add(p->page, at), part, n);
		if (pv_copyout(user + done, part, n) != PV_OK)
			return done > 0 ? (int)done : -EFAULT;
		p->taken += (uint32_t)n;
		done += n;
	}
	sched_wake(p);
	return (int)done;
}

/* Waits until everything is in it. */
int
pipe_write(struct pipe *p, uintptr_t user, size_t size)
{
	uint8_t part[256];
	size_t done = 0;

	while (done < size) {
		uint32_t at = p->put % ROOM;
		size_t n = MIN(MIN(size - done, sizeof(part)), MIN(ROOM - (p->put - p->taken), ROOM - at));

		if (!p->reader) {
			signal_send(current, SIGPIPE);
			return -EPIPE;
		}
		if (n == 0) {
			if (sched_sleep(p) != 0)
				return done > 0 ? (int)done : -EINTR;
			continue;
		}
		if (pv_copyin(part, user + done, n) != PV_OK)
			return done > 0 ? (int)done : -EFAULT;
		page_write(pv_pa_add(p->page, at), part, n);
		p->put += (uint32_t)n;
		done += n;
		sched_wake(p);
	}
	return (int)done;
}
