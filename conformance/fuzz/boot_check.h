/*
 * What every struct pv_boot promises, whatever the loader said: checked by the
 * host tests and after each execution of the fuzz targets.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_FUZZ_BOOT_CHECK_H
#define PV_FUZZ_BOOT_CHECK_H

#include <string.h>

#include <pv/boot.h>

static inline bool
boot_check_meet(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size != 0 && b_size != 0 && (a < b ? b - a < a_size : a - b < b_size);
}

/* Does any range of RAM reach into this stretch? */
static inline bool
boot_check_in_ram(const struct pv_boot *boot, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < boot->nr_ranges; i++)
		if (boot->range[i].kind == PV_MEM_RAM &&
		    boot_check_meet(base, size, boot->range[i].base.v, boot->range[i].size))
			return true;
	return false;
}

static inline bool
boot_check_string(const struct pv_boot *boot, const char *s)
{
	return s >= boot->text && s < boot->text + boot->text_used &&
	    memchr(s, '\0', (size_t)(boot->text + boot->text_used - s)) != NULL;
}

static inline const char *
boot_check_range(const struct pv_boot *boot, uint32_t i)
{
	const struct pv_boot_range *r = &boot->range[i];

	if ((unsigned)r->kind == 0 || (unsigned)r->kind >= PV_MEM_KIND_COUNT)
		return "a range has no kind";
	if (r->size == 0 || r->size > UINT64_MAX - r->base.v)
		return "a range is empty or wraps";
	if (i > 0 && r[-1].base.v + r[-1].size > r->base.v)
		return "ranges are not sorted, or overlap";
	if (i > 0 && r[-1].base.v + r[-1].size == r->base.v && r[-1].kind == r->kind)
		return "ranges of one kind side by side";
	if (r->kind == PV_MEM_RAM && ((r->base.v | r->size) & PV_PAGE_MASK) != 0)
		return "RAM is not made of whole pages";
	if (r->kind == PV_MEM_RAM && r->base.v < PV_PAGE_SIZE)
		return "page 0 is RAM";
	return NULL;
}

static inline const char *
boot_check_module(const struct pv_boot *boot, uint32_t i)
{
	const struct pv_boot_module *m = &boot->module[i];
	uint64_t covered = 0;

	if (!boot_check_string(boot, m->args))
		return "a module's command line is not in the text";
	if (m->size == 0)
		return m->base.v == 0 ? NULL : "an empty module has a place";
	if (m->size > UINT64_MAX - m->base.v)
		return "a module wraps";
	if (boot_check_meet(m->base.v, m->size, boot->kernel_base.v, boot->kernel_size))
		return "a module lies in the kernel";
	for (uint32_t k = 0; k < i; k++)
		if (boot_check_meet(m->base.v, m->size, boot->module[k].base.v, boot->module[k].size))
			return "modules overlap";
	for (uint32_t k = 0; k < boot->nr_ranges; k++) {
		const struct pv_boot_range *r = &boot->range[k];
		uint64_t from = r->base.v > m->base.v ? r->base.v : m->base.v;
		uint64_t r_end = r->base.v + r->size, m_end = m->base.v + m->size;
		uint64_t to = r_end < m_end ? r_end : m_end;

		if (r->kind == PV_MEM_MODULE && from < to)
			covered += to - from;
	}
	return covered == m->size ? NULL : "a module is not marked as one";
}

/* NULL, or which promise is broken. */
static inline const char *
boot_check(const struct pv_boot *boot, pv_status s)
{
	const char *why;

	if (boot->size != sizeof(*boot) || (unsigned)boot->how >= PV_BOOT_HOW_COUNT)
		return "size or protocol";
	if (boot->nr_ranges > PV_BOOT_RANGES || boot->nr_modules > PV_BOOT_MODULES ||
	    boot->text_used > PV_BOOT_TEXT)
		return "a count is beyond its table";
	if (!boot_check_string(boot, boot->loader) || !boot_check_string(boot, boot->args))
		return "a string is not in the text";
	if (s != PV_OK)
		return boot->nr_ranges == 0 && boot->nr_modules == 0 ? NULL : "a failure left a map";
	for (uint32_t i = 0; i < boot->nr_ranges; i++)
		if ((why = boot_check_range(boot, i)) != NULL)
			return why;
	for (uint32_t i = 0; i < boot->nr_modules; i++)
		if ((why = boot_check_module(boot, i)) != NULL)
			return why;
	if (pv_boot_ram_bytes(boot) == 0)
		return "success without RAM";
	if (boot_check_in_ram(boot, boot->kernel_base.v, boot->kernel_size))
		return "the kernel lies in RAM that is free";
	if (boot->fb.kind != PV_FB_NONE && boot_check_in_ram(boot, boot->fb.base.v,
	    (uint64_t)boot->fb.pitch * boot->fb.height))
		return "the framebuffer lies in RAM that is free";
	if (boot->acpi_rsdp.v != 0 && boot_check_in_ram(boot, boot->acpi_rsdp.v, 20))
		return "the ACPI root pointer lies in RAM that is free";
	return NULL;
}

#endif
