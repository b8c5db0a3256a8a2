/*
 * Fuzzing what is read out of OpenFirmware's device tree: the input is a tree, in
 * the form of of_tree.h.
 *
 * Promises: every question comes to an end; addresses, spaces and interrupts are
 * those of some property or refused; the memory map is what boot data promises.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "boot_check.h"
#include "of_tree.h"
#include "../../backends/common/boot/build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
promise(int kept, const char *what)
{
	if (!kept) {
		fprintf(stderr, "broken promise: %s\n", what);
		abort();
	}
}

static void
ask_node(uint32_t node)
{
	uint64_t size;
	uint32_t number;
	pv_paddr pa;
	char text[8];
	pv_status s = pv_native_of_reg(node, &pa, &size);

	promise(s == PV_OK || s == PV_E_NOENT || s == PV_E_FORMAT, "reg has a status");
	s = pv_native_of_interrupt(node, &number);
	promise(s != PV_OK || number <= 0x7ff, "an interrupt has 11 bits");
	memset(text, 'x', sizeof(text));
	pv_native_of_get_text(node, "name", text, sizeof(text));
	promise(memchr(text, '\0', sizeof(text)) != NULL, "a text with an end");
	(void)pv_native_of_compatible(node, "sun4u");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pv_boot boot;
	struct pv_boot_reader reader = { .kernel_base = pv_pa(0x404000), .kernel_size = 0x40000 };
	const char *broken;
	uint64_t bytes;
	pv_paddr pa;
	pv_status s;

	if (size == 0)
		return 0;
	of_read(data + 1, size - 1);
	for (uint32_t node = 0; node <= of.nodes + 1; node++)
		ask_node(node);
	for (unsigned space = 0; space < 4; space++)
		if (pv_native_of_pci_space(space, &pa, &bytes) == PV_OK)
			promise(bytes != 0, "a space has a size");
	(void)pv_native_of_cpu();
	(void)pv_native_of_search(pv_native_of_peer(0), "mk48t59");
	pv_boot_build_begin(&boot, PV_BOOT_OPENFIRMWARE, &reader);
	pv_native_of_memory();
	s = pv_boot_build_end(pv_build.status);
	broken = boot_check(&boot, s);
	promise(broken == NULL, broken);
	return 0;
}
