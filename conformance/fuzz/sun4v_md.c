/*
 * Fuzzing the reader of sun4v machine descriptions: the input is one, behind a byte
 * of options.
 *
 * Promises: no access outside of it (it comes from malloc); the walk over nodes
 * ends; a node's properties lie in it; the boot data made of it is what boot data
 * promises to be.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_check.h"
#include "../../backends/common/boot/build.h"
#include "../../backends/sun4v/md_boot.h"

#define SOURCES		3u	/* fewer than the machines of the corpus have */
#define BEYOND		0xbad0bad0u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
promise(int kept, const char *what)
{
	if (!kept) {
		fprintf(stderr, "broken promise: %s\n", what);
		abort();
	}
}

static const void *
read_at(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	promise(size == 1, "texts are read byte by byte");
	return (const void *)(uintptr_t)base.v;
}

static void
walk(const struct pv_sun4v_md *md)
{
	static const char *const names[] = { "id", "name", "fwd", "compatible", "boot-args", "base", "" };
	uint32_t node = PV_SUN4V_MD_NONE, last = 0, size;
	uint64_t v;

	while ((node = pv_sun4v_md_next(md, node, NULL)) != PV_SUN4V_MD_NONE) {
		promise(node == 0 || node > last, "nodes in order");
		last = node;
		for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			const char *s = pv_sun4v_md_string(md, node, names[i]);
			const uint8_t *p = pv_sun4v_md_data(md, node, names[i], &size);

			(void)pv_sun4v_md_value(md, node, names[i], &v);
			if (s != NULL)
				promise(strlen(s) < md->data_size, "a string in the data");
			if (p != NULL)
				promise(size == 0 || (p[0] + p[size - 1]) >= 0, "bytes in the data");
		}
	}
}

/* In the order of backends/sun4v/sparc64/boot.c, within one build. */
static void
ask(const struct pv_sun4v_md *md)
{
	static const struct pv_sun4v_reach reach = { 4u << 20, 1ull << 41 };
	struct pv_sun4v_machine machine;
	uint32_t source[SOURCES + 1], n;

	(void)pv_sun4v_md_boot(md, &reach);
	source[SOURCES] = BEYOND;
	n = pv_sun4v_md_sources(md, source, SOURCES);
	promise(n <= SOURCES && source[SOURCES] == BEYOND, "no more sources than there is room for");
	while (n-- > 0)
		promise(source[n] >> (PV_SUN4V_INO_BITS + PV_SUN4V_HANDLE_BITS) == 0, "a source of handle and ino");
	for (uint64_t id = 0; id < 3; id++)
		if (pv_sun4v_md_machine(md, id, &machine))
			promise(memchr(machine.model, '\0', sizeof(machine.model)) != NULL, "a model with an end");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pv_boot boot;
	struct pv_boot_reader reader = { .at = read_at };
	struct pv_sun4v_md md;
	enum pv_sun4v_md_fault fault;
	const char *broken;
	pv_status s;

	if (size == 0)
		return 0;
	if ((data[0] & 1) == 0) {
		reader.kernel_base = pv_pa(0x404000);
		reader.kernel_size = 0x40000;
	}
	fault = pv_sun4v_md_open(&md, data + 1, size - 1);
	promise(fault < PV_SUN4V_MD_FAULTS && pv_sun4v_md_fault_text(fault)[0] != '?', "a verdict with a name");
	if (fault != PV_SUN4V_MD_GOOD)
		return 0;
	walk(&md);
	pv_boot_build_begin(&boot, PV_BOOT_SUN4V, &reader);
	ask(&md);
	s = pv_boot_build_end(pv_build.status);
	broken = boot_check(&boot, s);
	promise(broken == NULL, broken);
	return 0;
}
