/*
 * Descriptor tables: LGDT and its family, entries written for the client, the kernel
 * stack in the task state segment.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define SELECTOR_LDT	4u
#define DESC_PRESENT	0x8000u
#define DESC_CODE_DATA	0x1000u
#define DESC_DPL	0x6000u
#define DESC_DPL_1	0x2000u
#define TSS_ESP0	4u

/* The client's table; in ring 1 another is in use. */
static struct table_register
gdt(void)
{
	struct table_register t;

	if (ram()->ring.on)
		return ram()->ring.gdt;
	__asm__ volatile("sgdt %0" : "=m"(t));
	return t;
}

/* The entry that a selector of the GDT chooses; 0 if it is none. */
static const uint32_t *
descriptor(uint32_t selector)
{
	struct table_register t = gdt();

	if ((selector & SELECTOR_LDT) || (selector & ~7u) == 0 || (selector | 7) > t.limit)
		return 0;
	return (const uint32_t *)(t.base + (selector & ~7u));
}

static uint32_t
base_of(const uint32_t *d)
{
	return d[0] >> 16 | (d[1] & 0xff) << 16 | (d[1] & 0xff000000);
}

static uint32_t
limit_of(const uint32_t *d)
{
	uint32_t limit = (d[0] & 0xffff) | (d[1] & 0xf0000);

	return (d[1] & 0x00800000) ? limit << 12 | 0xfff : limit;
}

/* Base 0, and as far as the client's part of the address space goes. */
bool
desc_flat(uint32_t selector)
{
	const uint32_t *d = descriptor(selector);
	uint32_t top = WORDS->top;

	return d && base_of(d) == 0 && limit_of(d) >= top - 1;
}

/* No segment reaches what the hypervisor claims. */
uint32_t
desc_truncated(uint32_t low, uint32_t *high)
{
	uint32_t d[2] = { low, *high }, top = WORDS->top, last;
	bool segment = (*high & (DESC_PRESENT | DESC_CODE_DATA)) == (DESC_PRESENT | DESC_CODE_DATA);

	if (top == 0 || !segment || base_of(d) >= top || limit_of(d) <= top - 1 - base_of(d))
		return low;
	last = (top - 1 - base_of(d)) >> ((*high & 0x00800000) ? 12 : 0);
	*high = (*high & ~0xf0000u) | (last & 0xf0000);
	return (low & ~0xffffu) | (last & 0xffff);
}

static void
truncate_table(const struct table_register *t)
{
	uint32_t *entry = (uint32_t *)t->base;

	for (uint32_t at = 8; WORDS->top != 0 && (at | 7) <= t->limit; at += 8) {
		uint32_t high = entry[at / 4 + 1], low = desc_truncated(entry[at / 4], &high);

		if (entry[at / 4] != low || entry[at / 4 + 1] != high)
			desc_write((uint32_t)&entry[at / 4], low, high);
	}
}

void
desc_write(uint32_t where, uint32_t low, uint32_t high)
{
	volatile uint32_t *entry = (volatile uint32_t *)where;

	low = desc_truncated(low, &high);
	entry[1] = 0;		/* not present while half of it is new */
	entry[0] = low;
	entry[1] = high;
	if (ram()->ring.on)
		ring_entry(where, low, high);
}

/* The task register as the client has it. */
static uint32_t
task(void)
{
	uint32_t selector = 0;

	if (ram()->ring.on)
		return ram()->ring.tr;
	__asm__ volatile("str %0" : "=r"(selector));
	return selector & 0xffff;
}

/* A hypervisor reloads the segment registers: what they hold must be in the new table. */
static void
audit_selector(struct frame *f, const char *name, uint32_t selector)
{
	const uint32_t *d = descriptor(selector);

	if ((selector & ~3u & 0xffff) == 0 || (selector & SELECTOR_LDT))
		return;
	if (!d || (d[1] & (DESC_PRESENT | DESC_CODE_DATA)) != (DESC_PRESENT | DESC_CODE_DATA))
		complain(f, "%s holds a selector that the table lacks (selector %x", name, selector);
}

static void
set_gdt(struct frame *f)
{
	struct table_register t;
	uint32_t s;

	__builtin_memcpy(&t, (const void *)f->eax, sizeof(t));
	if (t.base % PAGE != 0)
		complain(f, "the table is not page aligned (base %x", t.base);
	truncate_table(&t);
	this_cpu()->gdt_base = t.base;
	if (!ram()->ring.on)
		__asm__ volatile("lgdt %0" : : "m"(t));
	else if (!ring_table(f, &t))
		return;
	__asm__ volatile("movl %%cs, %0" : "=r"(s));
	audit_selector(f, "CS", (ram()->ring.on ? ram()->ring.cs : s) & 0xffff);
	__asm__ volatile("movl %%ss, %0" : "=r"(s));
	audit_selector(f, "SS", (ram()->ring.on ? ram()->ring.ss : s) & 0xffff);
	audit_selector(f, "DS", f->ds & 0xffff);
	audit_selector(f, "ES", f->es & 0xffff);
	__asm__ volatile("movl %%fs, %0" : "=r"(s));
	audit_selector(f, "FS", s & 0xffff);
	__asm__ volatile("movl %%gs, %0" : "=r"(s));
	audit_selector(f, "GS", s & 0xffff);
}

static void
set_idt(struct frame *f)
{
	struct table_register t;

	__builtin_memcpy(&t, (const void *)f->eax, sizeof(t));
	if (t.base % PAGE != 0)
		complain(f, "the table is not page aligned (base %x", t.base);
	if (ram()->ring.on)
		ram()->ring.idt = t;
	else
		__asm__ volatile("lidt %0" : : "m"(t));
}

/* A system descriptor of type TYPE (or TYPE + 2, a busy one) that is present. */
static bool
is_system(uint32_t selector, uint32_t type)
{
	const uint32_t *d = descriptor(selector);

	return d && (d[1] & (DESC_PRESENT | DESC_CODE_DATA | 0xf00)) == (DESC_PRESENT | type << 8);
}

static void
set_ldt(struct frame *f, uint32_t selector)
{
	if ((selector & ~3u) != 0 && !is_system(selector, 2)) {
		complain(f, "no LDT is at this selector (selector %x", selector);
		return;
	}
	__asm__ volatile("lldt %w0" : : "r"(selector));
}

/*
 * The TSS that TR chose; what the client put there itself is the same. Clients tell a stack before they choose: it is
 * kept until then.
 */
static void
kernel_stack(uint32_t esp0)
{
	const uint32_t *d = descriptor(task());

	this_cpu()->stack = d ? 0 : esp0;
	if (d)
		*(volatile uint32_t *)(base_of(d) + TSS_ESP0) = esp0;
}

static void
set_tr(struct frame *f)
{
	if (!is_system(f->eax, 9)) {
		complain(f, "no available TSS is at this selector (selector %x", f->eax);
		return;
	}
	if (ram()->ring.on)
		ram()->ring.tr = ring_task(f);
	else
		__asm__ volatile("ltr %w0" : : "r"(f->eax));
	if (this_cpu()->stack != 0)
		kernel_stack(this_cpu()->stack);
}

static void
get(struct frame *f)
{
	struct table_register t;
	uint32_t selector = 0;

	switch (f->call) {
	case VMI_GET_GDT:
		t = gdt();
		__builtin_memcpy((void *)f->eax, &t, sizeof(t));
		break;
	case VMI_GET_IDT:
		__asm__ volatile("sidt %0" : "=m"(t));
		if (ram()->ring.on)
			t = ram()->ring.idt;
		__builtin_memcpy((void *)f->eax, &t, sizeof(t));
		break;
	case VMI_GET_LDT:
		__asm__ volatile("sldt %0" : "=r"(selector));
		f->eax = selector & 0xffff;
		break;
	case VMI_GET_TR:
		f->eax = task();
		break;
	}
}

static void
audit_write(struct frame *f)
{
	struct table_register t = gdt();
	struct ram *r = ram();

	if (f->call == VMI_WRITE_GDT_ENTRY && f->eax == t.base && (f->edx * 8 | 7) > t.limit)
		complain(f, "the index is beyond the table (index %u", f->edx);
	for (uint32_t i = 0; f->call == VMI_WRITE_GDT_ENTRY && f->eax != t.base && i < CPUS; i++)
		if (r->cpu[i].gdt_base == f->eax && &r->cpu[i] != this_cpu())
			complain(f, "the table is another CPU's (base %x", f->eax);
}

/* At once, or what waited in the lazy mode of a thread switch: F is the call that made it. */
void
desc_apply(struct frame *f, const struct waiting *w)
{
	if (w->what == WAITS_DESCRIPTOR)
		desc_write(w->where, w->low, w->high);
	else if (w->what == WAITS_STACK)
		kernel_stack(w->low);
	else if (w->what == WAITS_LDT)
		set_ldt(f, w->low);
}

void
desc_call(struct frame *f)
{
	struct waiting w = { 0 };

	switch (f->call) {
	case VMI_SET_GDT:
		set_gdt(f);
		break;
	case VMI_SET_IDT:
		set_idt(f);
		break;
	case VMI_SET_LDT:
		w = (struct waiting){ .what = WAITS_LDT, .low = f->eax };
		if (!mmu_queue(f, &w))
			desc_apply(f, &w);
		break;
	case VMI_SET_TR:
		set_tr(f);
		break;
	case VMI_WRITE_GDT_ENTRY:
	case VMI_WRITE_LDT_ENTRY:
	case VMI_WRITE_IDT_ENTRY:
		audit_write(f);
		w = (struct waiting){ .what = WAITS_DESCRIPTOR, .where = f->eax + f->edx * 8, .low = f->ecx,
		    .high = f->stack[0] };
		if (f->call == VMI_WRITE_LDT_ENTRY && ram()->ring.on &&
		    (w.high & (DESC_CODE_DATA | DESC_DPL)) == DESC_CODE_DATA)
			w.high |= DESC_DPL_1;
		if (!mmu_queue(f, &w))
			desc_apply(f, &w);
		break;
	case VMI_UPDATE_KERNEL_STACK:
		w = (struct waiting){ .what = WAITS_STACK, .low = f->edx };
		if (!mmu_queue(f, &w))
			desc_apply(f, &w);
		break;
	default:
		get(f);
	}
}
