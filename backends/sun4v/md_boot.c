/*
 * What a machine description says of the machine: memory, command line, modules,
 * the rates of its clocks, its CPUs. Names are those of the Virtual Machine
 * Specification; modules are a convention of ours, where it is silent: nodes
 * `libpv-module` with `base`, `size` and `name`.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "md_boot.h"
#include "../../hooks/hooks_internal.h"
#include "../common/boot/build.h"

/* A text of the description, in boot->text. */
static const char *
text(const struct pv_sun4v_md *md, uint32_t node, const char *name, uint32_t max)
{
	const char *s = node != PV_SUN4V_MD_NONE ? pv_sun4v_md_string(md, node, name) : NULL;
	struct pv_boot_piece piece = { (uintptr_t)s, UINT32_MAX };

	pv_build.what = name;
	return pv_boot_text(&piece, max, true);
}

/* Both numbers of a node; one alone is odd. */
static bool
base_and_size(const struct pv_sun4v_md *md, uint32_t node, uint64_t *base, uint64_t *size)
{
	if (pv_sun4v_md_value(md, node, "base", base) && pv_sun4v_md_value(md, node, "size", size))
		return true;
	pv_boot_build_odd(1);
	return false;
}

void
pv_sun4v_ram(uint64_t base, uint64_t size, const struct pv_sun4v_reach *reach)
{
	uint64_t end = base + size, first = base + (reach->page - 1);

	/* What wraps is told of as it is, and odd there. */
	if (end < base || first < base) {
		pv_boot_build_range(pv_pa(base), size, PV_MEM_RAM);
		return;
	}
	first &= ~(reach->page - 1);
	end = (end < reach->limit ? end : reach->limit) & ~(reach->page - 1);
	if (first != base || end != base + size)
		pv_boot_build_odd(1);
	if (first < end)
		pv_boot_build_range(pv_pa(first), end - first, PV_MEM_RAM);
}

uint32_t
pv_sun4v_md_boot(const struct pv_sun4v_md *md, const struct pv_sun4v_reach *reach)
{
	struct pv_boot *boot = pv_build.boot;
	uint32_t platform = pv_sun4v_md_next(md, PV_SUN4V_MD_NONE, "platform");
	uint32_t node = PV_SUN4V_MD_NONE, blocks = 0;
	uint64_t base, size;

	boot->loader = text(md, platform, "banner-name", PV_BOOT_LOADER_MAX);
	boot->args = text(md, pv_sun4v_md_next(md, PV_SUN4V_MD_NONE, "variables"), "boot-args", PV_BOOT_ARGS_MAX);
	while ((node = pv_sun4v_md_next(md, node, "mblock")) != PV_SUN4V_MD_NONE)
		if (base_and_size(md, node, &base, &size)) {
			pv_sun4v_ram(base, size, reach);
			blocks++;
		}
	while ((node = pv_sun4v_md_next(md, node, "libpv-module")) != PV_SUN4V_MD_NONE)
		if (base_and_size(md, node, &base, &size))
			pv_boot_build_module(pv_pa(base), size, text(md, node, "name", PV_BOOT_ARGS_MAX));
	return blocks;
}

/* Log2 of a queue's entries: what the description says, if it can be. */
static uint8_t
queue_bits(const struct pv_sun4v_md *md, uint32_t cpu, const char *name)
{
	uint64_t bits;

	return pv_sun4v_md_value(md, cpu, name, &bits) && bits >= 1 && bits <= PV_SUN4V_QUEUE_BITS_MAX ?
	    (uint8_t)bits : 0;
}

/* The first of the strings of a list. */
static void
first_of(const struct pv_sun4v_md *md, uint32_t node, const char *name, char *to, size_t size)
{
	uint32_t bytes, n = 0;
	const uint8_t *p = pv_sun4v_md_data(md, node, name, &bytes);

	for (; p != NULL && n < bytes && n + 1 < size && p[n] != '\0'; n++)
		to[n] = p[n] >= ' ' && p[n] < 0x7f ? (char)p[n] : '?';
	to[n] = '\0';
}

static uint32_t
node_of_cpu(const struct pv_sun4v_md *md, uint64_t id)
{
	uint32_t node = PV_SUN4V_MD_NONE;
	uint64_t v;

	while ((node = pv_sun4v_md_next(md, node, "cpu")) != PV_SUN4V_MD_NONE)
		if (pv_sun4v_md_value(md, node, "id", &v) && v == id)
			return node;
	return PV_SUN4V_MD_NONE;
}

/* A rate that no counter has is as if it were not said. */
static uint64_t
believed(uint64_t hz)
{
	if (hz >= PV_SUN4V_HZ_LEAST && hz <= PV_SUN4V_HZ_MOST)
		return hz;
	pv_boot_build_odd(1);
	return 0;
}

bool
pv_sun4v_md_machine(const struct pv_sun4v_md *md, uint64_t cpu_id, struct pv_sun4v_machine *out)
{
	uint32_t cpu = node_of_cpu(md, cpu_id);
	uint32_t platform = pv_sun4v_md_next(md, PV_SUN4V_MD_NONE, "platform");
	uint64_t hz;

	memset(out, 0, sizeof(*out));
	if (cpu == PV_SUN4V_MD_NONE)
		return false;
	if (pv_sun4v_md_value(md, cpu, "clock-frequency", &hz))
		out->stick_said = hz;
	if (out->stick_said != 0)
		out->stick_hz = believed(out->stick_said);
	if (platform != PV_SUN4V_MD_NONE && pv_sun4v_md_value(md, platform, "stick-frequency", &hz) && hz != 0) {
		out->stick_said = hz;
		out->stick_hz = believed(hz);
	}
	out->queue_bits[0] = queue_bits(md, cpu, "q-cpu-mondo-#bits");
	out->queue_bits[1] = queue_bits(md, cpu, "q-dev-mondo-#bits");
	out->queue_bits[2] = queue_bits(md, cpu, "q-resumable-#bits");
	out->queue_bits[3] = queue_bits(md, cpu, "q-nonresumable-#bits");
	first_of(md, cpu, "compatible", out->model, sizeof(out->model));
	return true;
}

/* One more source, if the property is there and both numbers can be. */
static uint32_t
add_source(const struct pv_sun4v_md *md, uint32_t node, const char *name, uint64_t handle, uint32_t *source,
    uint32_t n, uint32_t most)
{
	uint64_t ino;

	if (!pv_sun4v_md_value(md, node, name, &ino))
		return n;
	if (n == most || handle >> PV_SUN4V_HANDLE_BITS != 0 || ino >> PV_SUN4V_INO_BITS != 0) {
		pv_boot_build_odd(1);
		return n;
	}
	source[n] = (uint32_t)(handle << PV_SUN4V_INO_BITS | ino);
	return n + 1;
}

uint32_t
pv_sun4v_md_sources(const struct pv_sun4v_md *md, uint32_t *source, uint32_t most)
{
	uint32_t node = pv_sun4v_md_next(md, PV_SUN4V_MD_NONE, "virtual-devices"), n = 0;
	uint64_t devices = ~0ull, channels = ~0ull;

	if (node == PV_SUN4V_MD_NONE || !pv_sun4v_md_value(md, node, "cfg-handle", &devices))
		return 0;
	for (node = PV_SUN4V_MD_NONE; (node = pv_sun4v_md_next(md, node, "virtual-device")) != PV_SUN4V_MD_NONE;) {
		const char *name = pv_sun4v_md_string(md, node, "name");

		n = add_source(md, node, "ino", devices, source, n, most);
		if (name != NULL && pv_text_equal(name, "channel-devices"))
			(void)pv_sun4v_md_value(md, node, "cfg-handle", &channels);
	}
	node = pv_sun4v_md_next(md, PV_SUN4V_MD_NONE, "channel-devices");
	if (node != PV_SUN4V_MD_NONE)
		(void)pv_sun4v_md_value(md, node, "cfg-handle", &channels);
	for (node = PV_SUN4V_MD_NONE; (node = pv_sun4v_md_next(md, node, "channel-endpoint")) != PV_SUN4V_MD_NONE;) {
		n = add_source(md, node, "tx-ino", channels, source, n, most);
		n = add_source(md, node, "rx-ino", channels, source, n, most);
	}
	return n;
}
