/*
 * From the entry code to the verdict, in the order in which a kernel attaches:
 * boot data, EARLY, own descriptor tables, hooks and MMU, own page tables, TIME and
 * LINES. Each step is tested before the next.
 *
 * Words of the command line:
 *	verdict=NONCE		signs the last line
 *	families=cpu,...	what libpv gets: cpu traps mmu time lines; default: all but traps,
 *				and all under Xen PV
 *	without=NAME,...	hooks to take away; `record` and `map` are the per-CPU record and
 *				the memory map
 *	corrupt=site		change a call site before libpv sees it
 *	counted=yes		wait for a key behind the tests of traps, and at the end: whoever counts
 *				what a hypervisor emulates in between types them
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/boot.h>
#include "attach.h"

struct cpu boot_cpu;
struct pv_boot boot;
unsigned families;

void start(uint32_t magic, uintptr_t info);

bool
option(const char *name, char *value, size_t size)
{
	return pv_boot_option(&boot, name, value, size) == PV_OK;
}

bool
listed(const char *name, const char *word)
{
	char value[80];
	const char *p = value;

	if (!option(name, value, sizeof(value)))
		return false;
	while (*p != '\0') {
		const char *w = word;

		while (*w != '\0' && *p == *w) {
			p++;
			w++;
		}
		if (*w == '\0' && (*p == '\0' || *p == ','))
			return true;
		while (*p != '\0' && *p++ != ',')
			continue;
	}
	return false;
}

/* -- boot data -- */

/* start.S shows physical memory where direct() says. */
static const void *
at(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	return base.v < direct_size && size <= direct_size - base.v ? direct(base) : NULL;
}

/* Xen shows what it made behind the image at the addresses that the image is linked for. */
static const void *
at_xen(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	(void)size;
	return (const void *)(KERNBASE + (uintptr_t)base.v);
}

static pv_status
read_boot(uint32_t magic, uintptr_t info)
{
	struct pv_boot_reader reader = { .at = magic == STARTED_BY_XEN ? at_xen : at };

	reader.kernel_base = pv_pa((uintptr_t)image_start - KERNBASE);
	reader.kernel_size = (uintptr_t)image_end - (uintptr_t)image_start;
	if (magic == STARTED_BY_XEN)
		return pv_boot_read_xen(&boot, &reader, pv_pa(info - KERNBASE));
	return magic == 0 ? pv_boot_read_pvh(&boot, &reader, pv_pa(info)) :
	    pv_boot_read_multiboot2(&boot, &reader, magic, pv_pa(info));
}

/* Make the loader's map disappear: PVH says how many entries it has, Multiboot 2 has a tag of type 6. */
static void
forget_map(uint32_t magic, uintptr_t info)
{
	uint32_t *p = direct(pv_pa(info)), size = p[0];

	if (magic == 0) {
		p[12] = 0;
		return;
	}
	for (uint32_t i = 2; i * 4 < size; i += (uint32_t)((p[i + 1] + 7) / 8 * 2)) {
		if (p[i] == 6 || p[i] == 4)
			p[i] = 0x7fff;
		if (p[i + 1] < 8)
			break;
	}
}

static void
boot_data(uint32_t magic, uintptr_t info)
{
	pv_status s = read_boot(magic, info);

	if (s == PV_OK && listed("without", "map")) {
		static struct pv_boot words;

		/* The command line goes with the rest; the verdict needs it. */
		words = boot;
		forget_map(magic, info);
		s = read_boot(magic, info);
		if (s != PV_OK)
			boot = words;
	}
	ok("boot.read", s == PV_OK, "%s: %s", pv_status_name(s), pv_boot_read_error());
	if (s != PV_OK)
		finish();
	pv_printf("# %s, started by %s, \"%s\"\n", PV_ISA_NAME, pv_boot_how_name(boot.how), boot.args);
}

/* -- stage EARLY -- */

static unsigned
wanted_families(void)
{
	static const struct {
		const char *word;
		unsigned family;
	} words[] = {
		{ "cpu", PV_FAMILY_CPU }, { "traps", PV_FAMILY_TRAPS }, { "mmu", PV_FAMILY_MMU },
		{ "time", PV_FAMILY_TIME }, { "lines", PV_FAMILY_LINES },
	};
	char value[80];
	unsigned f = 0;

	/* Nothing of a PV guest's machine is its kernel's. */
	if (!option("families", value, sizeof(value)))
		return boot.how == PV_BOOT_XEN_PV ? PV_FAMILY_ALL : PV_FAMILY_ALL & ~PV_FAMILY_TRAPS;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (listed("families", words[i].word))
			f |= words[i].family;
	return f;
}

static void
attach(uintptr_t info)
{
	struct pv_attach a = {
		.size = sizeof(a), .families = families, .args = boot.args, .boot = &boot, .how = boot.how,
		.start_word = { info, KERNBASE }
	};
	struct pv_attach bad;

	/* Firmware in the first megabyte may be called where the direct map shows it: see map_direct(). */
	if (boot.how != PV_BOOT_XEN_PV)
		a.start_word[3] = (uintptr_t)direct(pv_pa(0));
	bad = a;
	if (!listed("without", "record"))
		pv_cpu_init(&boot_cpu.pv, 0);
	/* What libpv must not accept, and must not be harmed by. */
	bad.size--;
	ok_status("attach.other_version", pv_attach(&bad), PV_E_VERSION);
	if ((families & PV_FAMILY_CPU) != 0 && !listed("without", "record")) {
		char value[8];

		bad = a;
		bad.families = PV_FAMILY_TIME | PV_FAMILY_LINES;
		if (!option("pv", value, sizeof(value)))
			ok_status("attach.too_little", pv_attach(&bad), PV_E_INVAL);
	}
	CHECK("attach.untouched", pv_stage_now() == PV_STAGE_NONE && pv_boot_get() == NULL);
	ok_status("attach.early", pv_attach(&a), PV_OK);
	if (pv_stage_now() != PV_STAGE_EARLY)
		finish();
	ok_status("attach.only_once", pv_attach(&a), PV_E_EXIST);
	CHECK("attach.families", pv_families() == families);
}

/* -- the stages after it -- */

static void
reach(enum pv_stage stage)
{
	char name[32];
	pv_status s = pv_start(stage);

	(void)pv_snprintf(name, sizeof(name), "stage.%s", pv_stage_name(stage));
	ok(name, s == PV_OK && pv_stage_now() == stage, "%s: %s", pv_status_name(s), pv_status_text(s));
	if (s != PV_OK)
		finish();
}

static void
own_memory(void)
{
	pv_status s;

	/* libpv names what is missing as often as it is asked, and nothing happens. */
	ok_status("hooks.none", pv_start(PV_STAGE_MMU), PV_E_INVAL);
	pages_init();
	hooks_take_away();
	s = pv_hooks_set(&hooks);
	ok_status("hooks.set", s, PV_OK);
	if (s != PV_OK)
		finish();
	if (listed("corrupt", "site"))
		corrupt_site(false);
	reach(PV_STAGE_MMU);
	pmap_bootstrap();
}

bool
counted(void)
{
	char value[8];

	return option("counted", value, sizeof(value));
}

/* Some seconds at most: without the key nobody has counted. */
static void
wait_to_be_counted(const char *name)
{
	bool key = false;

	if (!counted())
		return;
	pv_printf("# counted\n");
	for (unsigned i = 0; i < 5000 && !key; i++) {
		key = pv_console_get() >= 0;
		if (!key)
			pv_delay_ns(PV_NS_PER_MS);
	}
	CHECK(name, key);
}

void
start(uint32_t magic, uintptr_t info)
{
	boot_data(magic, info);
	if (magic == STARTED_BY_XEN)
		direct_by_xen();
	families = wanted_families();
	attach(info);
	early_test();
	reach(PV_STAGE_TRAPS);
	if ((families & PV_FAMILY_TRAPS) != 0)
		traps_by_libpv();
	else
		tables_load();
	own_memory();
	tables_test();
	traps_test();
	wait_to_be_counted("counted.from_here");
	pmap_test();
	reach(PV_STAGE_TIME);
	reach(PV_STAGE_LINES);
	irq_test();
	sites_test();
	wait_to_be_counted("counted.to_here");
	finish();
}
