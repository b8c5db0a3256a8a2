/*
 * Our definitions of PVH's start info against Xen's public header: sizes, offsets,
 * numbers. All of it is checked while compiling; the program has nothing to do.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stddef.h>
#include <stdint.h>

#include <xen/arch-x86/hvm/start_info.h>

/* The definitions are the reader's own, so the reader is a part of this test. */
#include "../../backends/common/boot/pvh.c"

#define SAME(ours, our_field, xens, xens_field)							\
	PV_STATIC_ASSERT(offsetof(ours, our_field) == offsetof(xens, xens_field) &&		\
	    sizeof(((ours *)0)->our_field) == sizeof(((xens *)0)->xens_field), #xens_field)

PV_STATIC_ASSERT(MAGIC == XEN_HVM_START_MAGIC_VALUE, "magic number");
PV_STATIC_ASSERT(HEAD == offsetof(struct hvm_start_info, memmap_paddr), "version 0");
PV_STATIC_ASSERT(sizeof(struct info) == sizeof(struct hvm_start_info), "version 1");
SAME(struct info, magic, struct hvm_start_info, magic);
SAME(struct info, version, struct hvm_start_info, version);
SAME(struct info, flags, struct hvm_start_info, flags);
SAME(struct info, nr_modules, struct hvm_start_info, nr_modules);
SAME(struct info, modules, struct hvm_start_info, modlist_paddr);
SAME(struct info, args, struct hvm_start_info, cmdline_paddr);
SAME(struct info, rsdp, struct hvm_start_info, rsdp_paddr);
SAME(struct info, map, struct hvm_start_info, memmap_paddr);
SAME(struct info, nr_entries, struct hvm_start_info, memmap_entries);

PV_STATIC_ASSERT(sizeof(struct module) == sizeof(struct hvm_modlist_entry), "hvm_modlist_entry");
SAME(struct module, base, struct hvm_modlist_entry, paddr);
SAME(struct module, size, struct hvm_modlist_entry, size);
SAME(struct module, args, struct hvm_modlist_entry, cmdline_paddr);

PV_STATIC_ASSERT(sizeof(struct entry) == sizeof(struct hvm_memmap_table_entry), "hvm_memmap_table_entry");
SAME(struct entry, base, struct hvm_memmap_table_entry, addr);
SAME(struct entry, size, struct hvm_memmap_table_entry, size);
SAME(struct entry, type, struct hvm_memmap_table_entry, type);

int
main(void)
{
	return 0;
}
