/*
 * A small Unix-like kernel on libpv: processes in user mode, fork with copy-on-write,
 * programs and files from a boot module, pipes, signals, a shell. Which machine,
 * boot protocol or hypervisor it runs on appears nowhere.
 *
 * Here it starts: libpv calls pv_main() with page tables, hooks and traps up. Reading
 * order and what each file does: kernel.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

static void
boot_module(const struct pv_boot *boot)
{
	switch (initrd_init(boot)) {
	case 0:
		break;
	case -ENOENT:
		pv_panic("there is no boot module: this kernel gets its programs from one (initrd.tar)");
	case -ENOSPC:
		pv_panic("the boot module has more files than there is room for");
	case -ENAMETOOLONG:
		pv_panic("the boot module has a file whose name is longer than %u characters", NAME_SIZE - 1);
	default:
		pv_panic("the boot module is no tar archive, or a damaged one");
	}
}

void
pv_main(const struct pv_boot *boot)
{
	char path[64];

	page_init(boot);
	trap_init();
	call_init();
	node_init();
	boot_module(boot);
	if (pv_start(PV_STAGE_LINES) != PV_OK)
		pv_panic("no clock or no interrupts");
	process_init();
	switch (pv_boot_option(boot, "init", path, sizeof(path))) {
	case PV_OK:
		break;
	case PV_E_NOENT:
		text_copy(path, "/bin/init", sizeof(path));
		break;
	default:
		pv_panic("init=: the path is longer than %u characters", (unsigned)sizeof(path) - 1);
	}
	pv_printf("hobby: %llu KiB of RAM, backend %s, started by %s\n",
	    (unsigned long long)(pv_boot_ram_bytes(boot) >> 10), pv_backend_name(), pv_boot_how_name(boot->how));
	if (process_first(path) != 0)
		pv_panic("no memory for the first process");
	sched_idle();
}
