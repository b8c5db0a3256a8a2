/*
 * Segment bases of i386: they are in descriptors. FS is the kernel's, its base is
 * fixed; user threads get theirs through per-thread slot 0, loaded into %gs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../x86/native.h"

static uintptr_t bases[3];
bool pv_native_sysenter_on;

/* A flat data segment of ring 3 that starts at base. */
static uint64_t
thread_segment(uintptr_t base)
{
	return pv_segment((uint32_t)base, 0xfffff, 0xf3, 0xc);
}

void
pv_native_base_set(unsigned which, uintptr_t base)
{
	if (which >= 3)
		return;
	bases[which] = base;
	if (which == PV_BASE_USER_GS || which == PV_BASE_GS)
		(void)pv_native_tls_write(0, thread_segment(base));
}

uintptr_t
pv_native_base_get(unsigned which)
{
	return which < 3 ? bases[which] : 0;
}

bool
pv_native_record_found(void)
{
	uintptr_t table, base, record;
	const uint64_t *slot;
	unsigned limit;
	uint16_t selector;

	__asm__ volatile("mov %%fs, %0" : "=r" (selector));
	pv_native_gdt_read(&table, &limit);
	if ((selector & ~3u) == 0 || (selector | 7u) > limit)
		return false;
	slot = (const uint64_t *)(table + (selector & ~7u));
	base = (uintptr_t)((*slot >> 16 & 0xffffff) | (*slot >> 32 & 0xff000000));
	record = base + (uintptr_t)pv_percpu_offset;
	/* Loaders leave flat segments, and nobody keeps a record in the first page. */
	return record >= PV_PAGE_SIZE && ((const struct pv_cpu *)record)->self == (const struct pv_cpu *)record;
}

void
pv_native_switch_tls(uintptr_t base)
{
	pv_native_base_set(PV_BASE_USER_GS, base);
}
