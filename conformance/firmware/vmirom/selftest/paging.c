/*
 * Setting up page tables by the ROM's calls alone: section 1.7.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

#define IDENTITY	(16u << 20)

bool pae;
struct page window_table, directory[4], spare[6];
struct page identity[8];
uint32_t top_table[8] __attribute__((aligned(32)));
static uint32_t user_stack[64], kernel_stack[256];

uint32_t
pfn(const void *p)
{
	return (uint32_t)p / PAGE;
}

void *
entry_of(struct page *table, uint32_t index)
{
	return &table->word[pae ? 2 * index : index];
}

uint32_t
entry_low(struct page *table, uint32_t index)
{
	return *(volatile uint32_t *)entry_of(table, index);
}

/* 1.6: 38: EAX pte, EDX address, ECX flags; 39: EDX:EAX pte, ECX address, [ESP+4] flags. */
void
set_entry(struct page *table, uint32_t index, uint32_t low, uint32_t high, uint32_t level, uint32_t flags)
{
	uint32_t where = (uint32_t)entry_of(table, index);

	if (pae)
		VMI(VMI_SET_PXE_LONG, low, high, where, level | flags);
	else
		VMI(VMI_SET_PXE, low, where, level | flags);
}

void
update(struct page *table, uint32_t index, uint32_t low, uint32_t flags)
{
	*(volatile uint32_t *)entry_of(table, index) = low;
	VMI(pae ? VMI_UPDATE_PXE_LONG : VMI_UPDATE_PXE, (uint32_t)entry_of(table, index), flags);
}

void
allocate(struct page *p, uint32_t levels)
{
	VMI(VMI_ALLOCATE_PAGE, pfn(p), levels | (pae ? VMI_PAGE_PAE : 0), 0, 0, 0);
}

void
release(struct page *p, uint32_t levels)
{
	VMI(VMI_RELEASE_PAGE, pfn(p), levels | (pae ? VMI_PAGE_PAE : 0));
}

void
show(uint32_t index, const struct page *frame, uint32_t bits, uint32_t flags)
{
	set_entry(&window_table, index, (uint32_t)frame | bits, 0, VMI_PAGE_PT, flags);
}

volatile uint32_t *
shown(uint32_t index)
{
	return (volatile uint32_t *)(WINDOW + index * PAGE);
}

struct page *
window_directory(void)
{
	return &directory[pae ? WINDOW >> 30 : 0];
}

uint32_t
window_directory_index(void)
{
	return pae ? WINDOW >> 21 & 511 : WINDOW >> 22;
}

uint32_t
root(void)
{
	return pae ? (uint32_t)top_table : (uint32_t)directory;
}

bool
paging_start(void)
{
	static bool on;
	uint32_t per_table, tables, cr0, cr4;

	if (on)
		return true;
	pae = asked("pae");
	per_table = pae ? 512 : 1024;
	tables = IDENTITY / PAGE / per_table;
	if (!go_on_with_rom())
		return false;
	for (uint32_t i = 0; i < (pae ? 4u : 1u); i++)
		allocate(&directory[i], VMI_PAGE_PD | VMI_PAGE_ZEROED);
	for (uint32_t i = 0; i < tables; i++) {
		allocate(&identity[i], VMI_PAGE_PT | VMI_PAGE_ZEROED);
		for (uint32_t n = 0; n < per_table; n++)
			set_entry(&identity[i], n, (i * per_table + n) * PAGE | (i + n / 256 == 0 ? KERNEL : USER), 0,
			    VMI_PAGE_PT, 0);
		set_entry(directory, i, (uint32_t)&identity[i] | USER, 0, VMI_PAGE_PD, 0);
	}
	allocate(&window_table, VMI_PAGE_PT | VMI_PAGE_ZEROED);
	set_entry(window_directory(), window_directory_index(), (uint32_t)&window_table | USER, 0, VMI_PAGE_PD, 0);
	for (uint32_t i = 0; pae && i < 4; i++)
		VMI(VMI_SET_PXE_LONG, (uint32_t)&directory[i] | P, 0, (uint32_t)&top_table[2 * i], VMI_PAGE_PDP);
	VMI(VMI_SET_LINEAR_MAPPING, 0, 0, IDENTITY / PAGE, 0);
	cr0 = (uint32_t)VMI(VMI_GET_CR0);
	cr4 = (uint32_t)VMI(VMI_GET_CR4);
	VMI(VMI_SET_CR4, cr4 | CR4_PGE | (pae ? CR4_PAE : 0));
	VMI(VMI_SET_CR3, root());
	VMI(VMI_SET_CR0, cr0 | CR0_PG | 0x10000);
	return on = true;
}

void
user(void)
{
	static uint64_t gdt[8] __attribute__((aligned(4096)));
	static uint32_t tss[26];
	static struct __attribute__((packed)) { uint16_t limit; uint32_t base; } t = { sizeof(gdt) - 1, 0 };

	if (t.base == 0) {
		for (uint32_t i = 0; i < 5; i++)
			gdt[i] = early_gdt[i];
		gdt[5] = 103 | (uint64_t)((uint32_t)tss & 0xffffff) << 16 | 0x890000000000;
		t.base = (uint32_t)gdt;
		tss[1] = (uint32_t)(kernel_stack + 256);
		tss[2] = 0x10;
		VMI(VMI_SET_GDT, (uint32_t)&t);
		VMI(VMI_SET_TR, 0x28);
	}
	user_enter((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[0], 0x51);
}

void
user_again(void)
{
	VMI(VMI_WRMSR, 0x08, 0, 0x174);
	user_result[0] = 0;
	user_sysexit((uint32_t)user_code, (uint32_t)(user_stack + 64));
	IS(user_result[0], 0x51);
}
