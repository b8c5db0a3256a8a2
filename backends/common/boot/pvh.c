/*
 * Boot data of PVH: struct hvm_start_info of Xen's public
 * arch-x86/hvm/start_info.h, which QEMU and other monitors use as well. All
 * numbers are little-endian.
 *
 * Version 0 has no memory map, and later ones need not have one: the hypervisor
 * is to be asked then, see build.h for how a backend adds its answer. A version
 * above 1 is read as 1: the structure only grows at its end.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "build.h"

#define MAGIC			0x336ec578u
#define RSDP_SIZE		36u		/* ACPI 6.5, 5.2.5.3 */
#define MAP_MAX			65536u		/* entries */

struct info {
	pv_le32 magic;
	pv_le32 version;
	pv_le32 flags;
	pv_le32 nr_modules;
	pv_le64 modules;
	pv_le64 args;
	pv_le64 rsdp;
};
PV_STATIC_ASSERT(sizeof(struct info) == 40, "PVH: version 0 has 40 bytes");

/* Behind struct info from version 1 on. */
struct info_map {
	pv_le64 map;
	pv_le32 nr_entries;
	pv_le32 reserved;
};
PV_STATIC_ASSERT(sizeof(struct info_map) == 16, "PVH: version 1 has 16 bytes more");

struct module {
	pv_le64 base;
	pv_le64 size;
	pv_le64 args;
	pv_le64 reserved;
};
PV_STATIC_ASSERT(sizeof(struct module) == 32, "PVH: modules are 32 bytes");

struct entry {
	pv_le64 base;
	pv_le64 size;
	pv_le32 type;
	pv_le32 reserved;
};
PV_STATIC_ASSERT(sizeof(struct entry) == 24, "PVH: entries of the map are 24 bytes");

static pv_status
read_module(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct module *m)
{
	const char *args = b->boot->text;

	if (pv_le64_get(m->args) != 0) {
		pv_status s = pv_boot_module_text(b, r, pv_pa(pv_le64_get(m->args)), PV_BOOT_ARGS_MAX,
		    "pvh: command line of a module", &args);

		if (s != PV_OK)
			return s;
	}
	pv_boot_build_module(b, pv_pa(pv_le64_get(m->base)), pv_le64_get(m->size), args);
	return PV_OK;
}

/*
 * QEMU's option ROM, when there is no module, leaves number and list as it finds them: after a
 * reset they are what the kernel before had in that memory. A list that cannot be read is odd, and
 * no reason not to start.
 */
static pv_status
read_modules(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct info *info)
{
	uint32_t n = pv_le32_get(info->nr_modules);
	uint64_t list = pv_le64_get(info->modules);
	pv_status s = PV_OK;

	if (n > PV_BOOT_MODULES) {
		pv_boot_build_odd(b, n - PV_BOOT_MODULES);
		n = PV_BOOT_MODULES;
	}
	for (uint32_t i = 0; i < n && s == PV_OK; i++) {
		struct module m;

		if (!pv_boot_fetch(r, &m, pv_pa(list + i * sizeof(m)), sizeof(m))) {
			pv_boot_build_odd(b, n - i);
			break;
		}
		s = read_module(b, r, &m);
	}
	return s;
}

static pv_status
read_entries(struct pv_boot_build *b, const struct pv_boot_reader *r, uint64_t map, uint32_t n)
{
	if (n > MAP_MAX)
		return pv_boot_fail(PV_E_FORMAT, "pvh: a memory map of %u entries, more than %u", (unsigned)n,
		    MAP_MAX);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t at = map + (uint64_t)i * sizeof(struct entry);
		struct entry e;

		if (!pv_boot_fetch(r, &e, pv_pa(at), sizeof(e)))
			return pv_boot_fail(PV_E_RANGE, "pvh: entry %u of the memory map at 0x%llx is not "
			    "readable", (unsigned)i, (unsigned long long)at);
		pv_boot_build_e820(b, pv_pa(pv_le64_get(e.base)), pv_le64_get(e.size), pv_le32_get(e.type));
	}
	return PV_OK;
}

static pv_status
read_map(struct pv_boot_build *b, const struct pv_boot_reader *r, uint32_t version, pv_paddr info)
{
	struct info_map m;

	if (version == 0)
		return pv_boot_fail(PV_E_NOENT, "pvh: start info of version 0 has no memory map");
	if (!pv_boot_fetch(r, &m, pv_pa_add(info, sizeof(struct info)), sizeof(m)))
		return pv_boot_fail(PV_E_RANGE, "pvh: start info of version %u at 0x%llx is not readable to "
		    "its end", (unsigned)version, (unsigned long long)info.v);
	if (pv_le32_get(m.nr_entries) == 0 || pv_le64_get(m.map) == 0)
		return pv_boot_fail(PV_E_NOENT, "pvh: start info of version %u comes without a memory map",
		    (unsigned)version);
	return read_entries(b, r, pv_le64_get(m.map), pv_le32_get(m.nr_entries));
}

pv_status
pv_boot_parse_pvh(struct pv_boot_build *b, struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr at)
{
	struct info info;
	pv_status s = PV_OK;

	pv_boot_build_begin(b, boot, PV_BOOT_PVH, r->kernel_base, r->kernel_size);
	if (!pv_boot_fetch(r, &info, at, sizeof(info)))
		return pv_boot_fail(PV_E_RANGE, "pvh: the start info at 0x%llx is not readable",
		    (unsigned long long)at.v);
	if (pv_le32_get(info.magic) != MAGIC)
		return pv_boot_fail(PV_E_FORMAT, "pvh: the start info at 0x%llx begins with 0x%x, not 0x%x",
		    (unsigned long long)at.v, (unsigned)pv_le32_get(info.magic), MAGIC);
	boot->start_info = at;
	if (pv_le64_get(info.args) != 0)
		s = pv_boot_text(b, r, pv_pa(pv_le64_get(info.args)), PV_BOOT_ARGS_MAX, "pvh: command line",
		    &boot->args);
	if (s == PV_OK)
		s = read_modules(b, r, &info);
	if (s != PV_OK)
		return s;
	boot->acpi_rsdp = pv_pa(pv_le64_get(info.rsdp));
	if (boot->acpi_rsdp.v != 0)
		pv_boot_build_range(b, boot->acpi_rsdp, RSDP_SIZE, PV_MEM_BOOT);
	return read_map(b, r, pv_le32_get(info.version), at);
}

pv_status
pv_boot_read_pvh(struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr info)
{
	struct pv_boot_build b;

	return pv_boot_build_end(&b, pv_boot_parse_pvh(&b, boot, r, info));
}
