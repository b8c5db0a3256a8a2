/*
 * Interrupt lines of a sun4u machine with a psycho or sabre bridge: each input has a
 * mapping register (valid, target), shared by the four pins of a PCI slot, and a
 * clear register, which makes it tell again. They arrive as vectors with the
 * bridge's number and the input's; masking is backends/common/sparc64/inputs.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/inputs.h"
#include "native.h"

/* UltraSPARC IIi User's Manual, 19.3.3. */
#define MAP_PCI			0x0c00u	/* + 8 * slot */
#define MAP_ONBOARD		0x1000u	/* + 8 * (input & 0x1f) */
#define CLEAR_PCI		0x1400u	/* + 8 * input */
#define CLEAR_ONBOARD		0x1800u
#define MAP_VALID		0x80000000ul
#define MAP_TARGET		0x7c000000ul
#define MAP_TARGET_SHIFT	26
#define ONBOARD			0x20u	/* inputs from here on; below, 4 for each PCI slot */
#define INPUTS			0x30u
#define NUMBER_OF(n)		((n) & 0x3f)

#define ISA_SERIAL		4u	/* the first serial port of a PC */

static uint32_t isa_serial = ~0u;	/* where that is here */
static uint8_t users[INPUTS];		/* of each mapping register: its inputs that are connected */

static uint32_t
map_register(uint32_t number)
{
	return number < ONBOARD ? MAP_PCI + 8 * (number / 4) : MAP_ONBOARD + 8 * (number - ONBOARD);
}

static uint32_t
user_slot(uint32_t number)
{
	return number < ONBOARD ? number / 4 : number;
}

static uint32_t
clear_register(uint32_t number)
{
	return number < ONBOARD ? CLEAR_PCI + 8 * number : CLEAR_ONBOARD + 8 * (number - ONBOARD);
}

static void
idle(uint32_t input)
{
	pv_native_bridge_write(clear_register(NUMBER_OF(input)), 0);
}

/* A bridge's own reports, and what no bridge here sends. */
static void
other(uint32_t input)
{
	(void)input;
	pv_lines_spurious();
}

static const struct pv_sparc64_inputs_ops inputs_ops = {
	.idle = idle,
	.other = other,
};

void
pv_native_lines_setup(void)
{
	uint32_t node = pv_native_of_stdout(), number;

	pv_sparc64_inputs_ops = &inputs_ops;
	if (node != PV_OF_NONE && pv_native_of_interrupt(node, &number) == PV_OK)
		isa_serial = number;
}

/* The mapping register has the number that its input will arrive with. All are levels. */
static pv_status
find(uint32_t source, uint32_t *input, uint32_t *flags)
{
	uint32_t number = NUMBER_OF(source);

	if (!pv_native_bridge() || source >= PV_SPARC64_WIRES || number >= INPUTS)
		return PV_E_NOENT;
	if ((pv_native_bridge_read(map_register(number)) & 0x7c0) != (source & 0x7c0))
		return PV_E_NOENT;
	*input = source;
	if ((*flags & PV_LINE_AS_WIRED) != 0)
		*flags |= PV_LINE_LEVEL;
	return PV_OK;
}

static uint32_t
isa(uint32_t n)
{
	return n == ISA_SERIAL ? isa_serial : ~0u;
}

/* This CPU's number on the interconnect (UPA configuration, ASI 0x4a). */
static uint64_t
own_target(void)
{
	uint64_t v;

	__asm__ volatile("ldxa [%%g0] 0x4a, %0" : "=r" (v));
	return v >> 17 & 0x1f;
}

static pv_status
setup(uint32_t input, uint32_t flags, uint32_t cpu)
{
	uint32_t number = NUMBER_OF(input);
	uint64_t map;

	if (cpu != pv_cpu()->id)
		return PV_E_RANGE;
	if ((flags & PV_LINE_LEVEL) == 0)
		return PV_E_ABSENT;
	pv_sparc64_input_begin(input);
	map = pv_native_bridge_read(map_register(number)) & ~(MAP_TARGET | MAP_VALID);
	idle(input);
	users[user_slot(number)]++;
	pv_native_bridge_write(map_register(number), map | MAP_VALID | own_target() << MAP_TARGET_SHIFT);
	return PV_OK;
}

static pv_status
route(uint32_t input, uint32_t cpu)
{
	(void)input;
	return cpu == pv_cpu()->id ? PV_OK : PV_E_RANGE;
}

static void
remove(uint32_t input)
{
	uint32_t number = NUMBER_OF(input);

	pv_sparc64_input_forget(input);
	if (--users[user_slot(number)] == 0)
		pv_native_bridge_write(map_register(number),
		    pv_native_bridge_read(map_register(number)) & ~MAP_VALID);
}

static const char *
name(void)
{
	return pv_native_bridge() ? "pci bridge" : "none";
}

const struct pv_line_ops pv_native_line_ops = {
	.find = find,
	.isa = isa,
	.setup = setup,
	.route = route,
	.remove = remove,
	.mask = pv_sparc64_input_mask,
	.unmask = pv_sparc64_input_unmask,
	.end = pv_sparc64_input_end,
	.name = name,
};
