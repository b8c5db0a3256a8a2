/*
 * Start of day under OpenFirmware: memory and command line from the device tree,
 * then the machine is taken over. OpenFirmware itself stays where it is: it is
 * still asked for the power switch, so its memory is never RAM.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/boot/build.h"
#include "../../common/tsb/tsb.h"

extern const char pv_image_start[] PV_WEAK, pv_image_end[] PV_WEAK;

/* The strings are in the image, which lies at its physical address. */
static const void *
at(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	(void)size;
	return (const void *)base.v;
}

static const char *
text(uint32_t node, const char *name, uint32_t max)
{
	static char buf[PV_OF_PROPERTY_MOST];
	struct pv_boot_piece piece = { (uintptr_t)buf, sizeof(buf) };
	bool fits = pv_native_of_length(node, name) <= (int)sizeof(buf);

	/* What does not fit has no end here, and is told of: the firmware may give nothing of it, or a part. */
	memset(buf, '?', sizeof(buf));
	if (fits)
		pv_native_of_get_text(node, name, buf, sizeof(buf));
	pv_build.what = name;
	return pv_boot_text(&piece, max, true);
}

/*
 * QEMU's loader writes into the image where it has put the module: its address and, to make it a virtual
 * one as if the image were linked at its physical address plus that much, the image's own.
 */
static void
module(void)
{
	uint32_t where = pv_sparc64_module[0], size = pv_sparc64_module[1];

	if (where != 0 && size != 0)
		pv_boot_build_module(pv_pa(where - (uint32_t)(uintptr_t)pv_image_start), size, pv_boot_data.text);
}

static pv_status
read_boot(void)
{
	struct pv_boot_reader reader = { .at = at };

	reader.kernel_base = pv_pa((uintptr_t)pv_image_start);
	reader.kernel_size = (uintptr_t)pv_image_end - (uintptr_t)pv_image_start;
	pv_boot_build_begin(&pv_boot_data, PV_BOOT_OPENFIRMWARE, &reader);
	pv_boot_data.loader = text(pv_native_of_find("/openprom"), "model", PV_BOOT_LOADER_MAX);
	pv_boot_data.args = text(pv_native_of_find("/chosen"), "bootargs", PV_BOOT_ARGS_MAX);
	pv_native_of_memory();
	module();
	return pv_boot_build_end(pv_build.status);
}

/* Called by start.S: still on the firmware's trap table and mappings. */
void
pv_native_begin(void)
{
	struct pv_start start = { .how = PV_BOOT_OPENFIRMWARE, .word = { pv_native_of_handler } };
	pv_status s;

	pv_sparc64_cpu_begin(pv_cpu(), 0);
	s = read_boot();
	pv_native_console_setup();
	pv_native_pci_setup();
	pv_native_lines_setup();
	pv_native_rtc_setup();
	pv_tsb_wipe();
	pv_native_take_over();
	pv_direct_map.base = PV_SPARC64_DIRECT;
	pv_direct_map.size = PV_SPARC64_DIRECT_SIZE;
	pv_direct_map.image_offset = 0;
	pv_direct_map.image_alias = PV_SPARC64_ALIAS;
	pv_direct_map.va_start = PV_SPARC64_VA_START;
	pv_direct_map.va_end = PV_SPARC64_VA_END;
	pv_begin(s, &start);
}
