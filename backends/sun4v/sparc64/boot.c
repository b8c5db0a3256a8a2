/*
 * Start of day under a sun4v hypervisor: its machine description, copied to the top
 * of the memory that the image lies in, says what the machine is. Without a good
 * one, memory is what %i0 and %i1 said at entry.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v.h"
#include "../md_boot.h"
#include "../../common/boot/build.h"

#define MD_ALIGN	64u
#define MD_MOST		(4u << 20)
#define DIRECT_PAGE	(4u << 20)

extern const char pv_image_start[] PV_WEAK, pv_image_end[] PV_WEAK;

struct pv_sun4v_machine pv_sun4v_machine;
uint64_t pv_sun4v_cpu_id;

static bool started;
/* Why there is no machine description; "" when there is one. */
static char without[120];

bool
pv_sun4v_started(void)
{
	return started;
}

const char *
pv_sun4v_without_md(void)
{
	return without;
}

/* Everything that is read lies in our memory: the copy of the description. */
static const void *
at(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	(void)size;
	return (const void *)(uintptr_t)base.v;
}

/* What the direct map shows. */
static const struct pv_sun4v_reach reach = { DIRECT_PAGE, PV_SPARC64_DIRECT_SIZE };

/* A piece of the block of memory with the image, at its top: what a loader put there is behind the image. */
static uint64_t
room(uint64_t image_end, uint64_t end, uint64_t size)
{
	uint64_t most = (end < reach.limit ? end : reach.limit) & ~(reach.page - 1);

	if (most < image_end || size > most - image_end)
		return 0;
	most = pv_page_down(most - size);
	return most >= image_end ? most : 0;
}

static bool
get_md(struct pv_sun4v_md *md, uint64_t image_end, uint64_t end)
{
	enum pv_sun4v_md_fault fault;
	uint64_t size = 0, where;
	int64_t status = pv_sun4v_fast(PV_SUN4V_MACH_DESC, 0, 0, &size);
	const void *copy;

	if (status != PV_SUN4V_EINVAL || size == 0 || size > MD_MOST ||
	    (where = room(image_end, end, size)) == 0) {
		(void)pv_snprintf(without, sizeof(without), "MACH_DESC says %s and a size of %llu",
		    pv_sun4v_error_name(status), (unsigned long long)size);
		return false;
	}
	status = pv_sun4v_fast(PV_SUN4V_MACH_DESC, where, size, NULL);
	if (status != PV_SUN4V_EOK) {
		(void)pv_snprintf(without, sizeof(without), "MACH_DESC says %s", pv_sun4v_error_name(status));
		return false;
	}
	copy = (const void *)(pv_direct_map.base + (uintptr_t)where);
	fault = pv_sun4v_md_open(md, copy, size);
	if (fault != PV_SUN4V_MD_GOOD) {
		(void)pv_snprintf(without, sizeof(without), "it is not well formed: %s",
		    pv_sun4v_md_fault_text(fault));
		return false;
	}
	pv_boot_data.machine_description = pv_pa(where);
	pv_boot_build_range(pv_pa(where), pv_page_up(size), PV_MEM_BOOT);
	return true;
}

static void
read_md(uint64_t image_end, uint64_t base, uint64_t size)
{
	struct pv_sun4v_md md;

	if (!get_md(&md, image_end, base + size)) {
		pv_sun4v_ram(base, size, &reach);
		return;
	}
	if (pv_sun4v_md_boot(&md, &reach) == 0) {
		(void)pv_snprintf(without, sizeof(without), "it has no mblock: %%i0 and %%i1 tell of memory");
		pv_sun4v_ram(base, size, &reach);
	}
	pv_sun4v_nr_sources = pv_sun4v_md_sources(&md, pv_sun4v_sources, PV_SUN4V_SOURCES);
	(void)pv_sun4v_md_machine(&md, pv_sun4v_cpu_id, &pv_sun4v_machine);
}

/* Called by start.S, at the image's linked address. */
void
pv_sun4v_begin(uint64_t base, uint64_t size, uint64_t offset)
{
	struct pv_start start = { .how = PV_BOOT_SUN4V, .word = { base, size } };
	uint64_t image = (uintptr_t)pv_image_start + offset;
	uint64_t image_size = (uintptr_t)pv_image_end - (uintptr_t)pv_image_start;
	struct pv_boot_reader reader = { .at = at, .kernel_base = pv_pa(image), .kernel_size = image_size };
	int64_t status;

	started = true;
	pv_sparc64_resolve = pv_sun4v_resolve;
	status = pv_sun4v_fast(PV_SUN4V_CPU_MYID, 0, 0, &pv_sun4v_cpu_id);
	if (status != PV_SUN4V_EOK) {
		pv_sun4v_cpu_id = 0;
		pv_sun4v_note_refused("CPU_MYID", status, "this CPU is taken for number 0");
	}
	pv_sparc64_cpu_begin(pv_cpu(), 0);
	pv_direct_map.base = PV_SPARC64_DIRECT;
	pv_direct_map.size = PV_SPARC64_DIRECT_SIZE;
	pv_direct_map.image_offset = 0 - (uintptr_t)offset;
	pv_direct_map.image_alias = PV_SPARC64_ALIAS;
	pv_direct_map.va_start = PV_SPARC64_VA_START;
	pv_direct_map.va_end = PV_SPARC64_VA_END;
	pv_boot_build_begin(&pv_boot_data, PV_BOOT_SUN4V, &reader);
	pv_build.what = "%i0 and %i1 at entry";
	pv_build.at = base;
	/* What the registers say is believed only if it holds the image. */
	if (image < base || image + image_size - base > size || base + size < base)
		pv_boot_fail(PV_BOOT_WRONG_REGISTERS, (uint32_t)(size >> 32), (uint32_t)size);
	else
		read_md(image + image_size, base, size);
	pv_begin(pv_boot_build_end(pv_build.status), &start);
}
