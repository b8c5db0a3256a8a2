/*
 * Is this a machine, and an image, that this backend can start? Asked before the first
 * register of sun4u is touched, and so before what the image writes has an address
 * (start.S): only constants and the firmware's stack are used here, and nothing is
 * called that has, or in a kernel may have, variables of its own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

extern const char pv_image_end[] PV_WEAK;

#define MAX_ARGS	4

/* %ver: manufacturer, implementation (JEDEC's codes of Sun's and of NEC's chips; UltraSPARC manuals). */
#define SUN		0x17u
#define NEC		0x22u
#define ULTRASPARC_I	0x10u
#define ULTRASPARC_IIE	0x13u

/* As in of.c, with the firmware's trap table and stack in place. */
static int64_t
call(pv_native_of_fn of, const char *service, unsigned nr_args, const uint64_t *args)
{
	uint64_t cells[3 + MAX_ARGS + 1];

	cells[0] = (uintptr_t)service;
	cells[1] = nr_args;
	cells[2] = 1;
	for (unsigned i = 0; i < nr_args; i++)
		cells[3 + i] = args[i];
	cells[3 + nr_args] = (uint64_t)-1;
	return (int32_t)of(cells) == 0 ? (int64_t)cells[3 + nr_args] : -1;
}

static int
get(pv_native_of_fn of, uint64_t node, const char *name, void *to, size_t size)
{
	uint64_t args[4] = { node, (uintptr_t)name, (uintptr_t)to, size };
	int32_t length = (int32_t)call(of, "getprop", 4, args);

	return length > (int32_t)size ? (int)size : length;
}

static void
refuse(pv_native_of_fn of, const char *text)
{
	uint64_t args[3];
	uint32_t instance = 0;

	args[0] = (uintptr_t)"/chosen";
	args[0] = (uint32_t)call(of, "finddevice", 1, args);
	(void)get(of, args[0], "stdout", &instance, sizeof(instance));
	args[0] = instance;
	args[1] = (uintptr_t)text;
	args[2] = pv_text_length(text);
	(void)call(of, "write", 3, args);
	for (;;)
		(void)call(of, "exit", 0, NULL);
}

static bool
is_sun4u(pv_native_of_fn of)
{
	uint64_t none = 0;
	char list[128];
	int n = get(of, (uint32_t)call(of, "peer", 1, &none), "compatible", list, sizeof(list));

	return n > 0 && pv_native_of_lists(list, (size_t)n, "sun4u");
}

static bool
is_ultrasparc_i_or_ii(void)
{
	unsigned manufacturer, implementation;
	uint64_t version;

	__asm__ volatile("rdpr %%ver, %0" : "=r" (version));
	manufacturer = (unsigned)(version >> 48);
	implementation = (unsigned)(version >> 32) & 0xffff;
	return (manufacturer == SUN || manufacturer == NEC) && implementation >= ULTRASPARC_I &&
	    implementation <= ULTRASPARC_IIE;
}

/* Does what is written at this address arrive at the same physical one? A word that nobody uses yet, or only reads. */
static bool
is_physical(uintptr_t va)
{
	volatile uint64_t *word = (volatile uint64_t *)va;
	uint64_t was = *word, tick, seen;

	__asm__ volatile("rdpr %%tick, %0" : "=r" (tick));
	*word = ~was ^ tick;
	pv_mb();
	__asm__ volatile("ldxa [%1] 0x14, %0" : "=r" (seen) : "r" (va) : "memory");
	seen ^= *word;
	*word = was;
	return seen == 0;
}

/*
 * By its first page and its last, which is that of what is written: linked above where it is loaded. All
 * translations to come take that for granted, and IEEE 1275 does not promise it.
 */
static bool
is_in_place(void)
{
	uintptr_t first = (uintptr_t)pv_sparc64_module, end = (uintptr_t)pv_image_end;

	return is_physical(first & ~(uintptr_t)7) && (end == 0 || is_physical((end - 1) & ~(uintptr_t)7));
}

/* The machine is asked before the CPU: sun4v's has no %ver for us, and would say so by a trap. */
void
pv_native_insist(pv_native_of_fn of)
{
	if (!is_sun4u(of))
		refuse(of, "libpv: OpenFirmware says that this machine is not compatible with sun4u, and this image "
		    "runs on no other under OpenFirmware\r\n");
	if (!is_ultrasparc_i_or_ii())
		refuse(of, "libpv: this CPU is no UltraSPARC I or II (but III or later, or not Sun's), and libpv "
		    "knows no other under OpenFirmware\r\n");
	if ((uintptr_t)&pv_boot_data - PV_SPARC64_DATA >= PV_SPARC64_PAGE)
		refuse(of, pv_sparc64_one_page);
	if (!is_in_place())
		refuse(of, "libpv: OpenFirmware has put the image elsewhere in physical memory than at the addresses "
		    "that it is loaded at, and libpv knows no other\r\n");
}
