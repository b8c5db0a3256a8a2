/*
 * Start of day, seen from pv_main(): what the loader said of this machine, and the
 * questions that can be asked of boot data.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "capture.h"
#include "suites.h"

static void
data_is_there(void)
{
	const struct pv_boot *boot = pv_boot_get();

	CHECK(boot != NULL);
	CHECK_EQ(boot->size, sizeof(*boot));
	CHECK(boot->how > PV_BOOT_NONE && boot->how < PV_BOOT_HOW_COUNT);
	CHECK(boot->nr_ranges > 0 && boot->nr_ranges <= PV_BOOT_RANGES);
	CHECK(boot->nr_modules <= PV_BOOT_MODULES);
	CHECK(boot->loader != NULL && boot->args != NULL);
}

static bool
in_text(const struct pv_boot *boot, const char *s)
{
	const char *end = boot->text + boot->text_used;

	if (s < boot->text || s >= end)
		return false;
	while (s < end && *s != '\0')
		s++;
	return s < end;
}

static void
text_ends_in_its_copy(void)
{
	const struct pv_boot *boot = pv_boot_get();

	CHECK(boot->text_used > 0 && boot->text_used <= PV_BOOT_TEXT);
	CHECK(in_text(boot, boot->args));
	CHECK(in_text(boot, boot->loader));
	for (uint32_t i = 0; i < boot->nr_modules; i++)
		CHECK(in_text(boot, boot->module[i].args));
}

/* The harness signs each run by a word on the command line. */
static void
command_line_came(void)
{
	char value[40];

	CHECK(suite_text_has(pv_boot_get()->args, "verdict="));
	CHECK_OK(pv_boot_option(pv_boot_get(), "verdict", value, sizeof(value)));
	CHECK(value[0] != '\0');
}

static void
ranges_are_sorted_and_disjoint(void)
{
	const struct pv_boot *boot = pv_boot_get();
	uint64_t end = 0;

	for (uint32_t i = 0; i < boot->nr_ranges; i++) {
		const struct pv_boot_range *r = &boot->range[i];

		CHECK(r->size > 0);
		CHECK(r->base.v >= end);
		CHECK(r->base.v + r->size > r->base.v);
		CHECK(r->kind >= PV_MEM_RAM && r->kind < PV_MEM_KIND_COUNT);
		end = r->base.v + r->size;
	}
}

static void
ram_is_whole_pages(void)
{
	const struct pv_boot *boot = pv_boot_get();

	for (uint32_t i = 0; i < boot->nr_ranges; i++) {
		if (boot->range[i].kind != PV_MEM_RAM)
			continue;
		CHECK_EQ(boot->range[i].base.v & PV_PAGE_MASK, 0);
		CHECK_EQ(boot->range[i].size & PV_PAGE_MASK, 0);
	}
}

static void
ram_adds_up(void)
{
	const struct pv_boot *boot = pv_boot_get();
	uint64_t sum = 0;

	for (uint32_t i = 0; i < boot->nr_ranges; i++)
		sum += boot->range[i].kind == PV_MEM_RAM ? boot->range[i].size : 0;
	CHECK_EQ(pv_boot_ram_bytes(boot), sum);
	CHECK(sum > 16u << 20);
}

/* What kind of memory holds this physical address; 0: none. */
static unsigned
kind_at(uint64_t pa)
{
	const struct pv_boot *boot = pv_boot_get();

	for (uint32_t i = 0; i < boot->nr_ranges; i++)
		if (pa >= boot->range[i].base.v && pa - boot->range[i].base.v < boot->range[i].size)
			return boot->range[i].kind;
	return 0;
}

static int initialised = 5;
static int zeroed[4096];

static void
kernel_is_carved_out(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	const struct pv_boot *boot = pv_boot_get();
	const volatile void *parts[] = { (const volatile void *)(uintptr_t)kernel_is_carved_out, "constant",
	    &initialised, &zeroed[4095] };

	CHECK(boot->kernel_size > 0);
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		pv_paddr pa;

		CHECK_OK(h->virt_to_phys(h->context, parts[i], &pa));
		CHECK_EQ(kind_at(pa.v), PV_MEM_KERNEL);
		CHECK(pa.v - boot->kernel_base.v < boot->kernel_size);
	}
}

static void
pool_is_ram(void)
{
	pv_paddr frame = suite_page();
	unsigned kind = kind_at(frame.v);

	suite_page_free(frame);
	CHECK_EQ(kind, PV_MEM_RAM);
}

/* The harness gives a file of this contents as a module: byte n is 7n + n/256. */
static bool
is_pattern(pv_paddr base, uint64_t size)
{
	const struct pv_hooks *h = pv_hooks_get();

	for (uint64_t at = 0; at < size;) {
		uint64_t in_page = (base.v + at) & PV_PAGE_MASK;
		const volatile uint8_t *p = h->map_frame(h->context, pv_pa(base.v + at - in_page));
		bool same = p != NULL;

		for (; same && in_page < PV_PAGE_SIZE && at < size; in_page++, at++)
			same = p[in_page] == (uint8_t)(7 * at + (at >> 8));
		h->unmap_frame(h->context, (void *)(uintptr_t)p);
		if (!same)
			return false;
	}
	return true;
}

static void
module_is_whole(void)
{
	const struct pv_boot *boot = pv_boot_get();

	if (boot->nr_modules == 0)
		SKIP("the loader gave no module");
	CHECK_EQ(boot->nr_modules, 1);
	CHECK_EQ(boot->module[0].size, 10000);
	CHECK_EQ(kind_at(boot->module[0].base.v), PV_MEM_MODULE);
	CHECK_EQ(kind_at(boot->module[0].base.v + 9999), PV_MEM_MODULE);
	CHECK(is_pattern(boot->module[0].base, boot->module[0].size));
}

static void
module_has_its_words(void)
{
	const struct pv_boot *boot = pv_boot_get();

	if (boot->nr_modules == 0)
		SKIP("the loader gave no module");
	/* QEMU's own loaders hand over the file and drop the words; so does Xen's domain builder. */
	if (boot->how != PV_BOOT_PVH && boot->how != PV_BOOT_XEN_PV && boot->how != PV_BOOT_OPENFIRMWARE)
		CHECK(suite_text_has(boot->module[0].args, "pattern=7"));
}

/* -- options, on command lines made up -- */

static struct pv_boot made_up;

static pv_status
option(const char *args, const char *name, char *value, size_t size)
{
	made_up.args = args;
	memset(value, '#', size);
	return pv_boot_option(&made_up, name, value, size);
}

static const struct {
	const char *args, *name, *value;
} options[] = {
	{ "a=1 b=2 c=3", "b", "2" },
	{ "a=1 b=2 a=3", "a", "3" },			/* the last one wins */
	{ "a=1 a", "a", "" },
	{ "quiet", "quiet", "" },
	{ "x=", "x", "" },
	{ "name=\"two words\" b=1", "name", "two words" },
	{ "name=\"two words\" b=1", "b", "1" },
	{ "b=\"\" c=1", "b", "" },
	{ "  a=1\t b=2\n", "b", "2" },
	{ "ab=1 a=2", "a", "2" },
	{ "a=b=c", "a", "b=c" },
	{ "pv.console=vga", "pv.console", "vga" },
};

static void
options_are_found(void)
{
	char value[32];

	for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		CHECK_OK(option(options[i].args, options[i].name, value, sizeof(value)));
		if (!suite_text_is(value, options[i].value)) {
			suite_fail(__FILE__, __LINE__, "%s of '%s' is '%s', not '%s'", options[i].name,
			    options[i].args, value, options[i].value);
			return;
		}
	}
}

static const struct {
	const char *args, *name;
} absent_options[] = {
	{ "", "a" }, { "ab=1", "a" }, { "b a", "ab" }, { "b=a", "a" }, { "x=\"a=1\"", "a" },
};

static void
absent_options_are_absent(void)
{
	char value[32];

	for (unsigned i = 0; i < sizeof(absent_options) / sizeof(absent_options[0]); i++) {
		pv_status s = option(absent_options[i].args, absent_options[i].name, value, sizeof(value));

		if (s != PV_E_NOENT || value[0] != '\0') {
			suite_fail(__FILE__, __LINE__, "%s of '%s' gives %s", absent_options[i].name,
			    absent_options[i].args, pv_status_name(s));
			return;
		}
	}
}

static void
option_that_does_not_fit(void)
{
	char value[8];

	CHECK_OK(option("a=1234567", "a", value, 8));
	CHECK_STATUS(option("a=12345678", "a", value, 8), PV_E_TOOLONG);
	CHECK_OK(option("a=1", "a", value, 2));
	value[2] = '!';
	CHECK_STATUS(option("a=12", "a", value, 2), PV_E_TOOLONG);
	CHECK_EQ(value[2], '!');
	CHECK_STATUS(option("a=1", "a", value, 0), PV_E_INVAL);
	CHECK_STATUS(option("a=1", "", value, 8), PV_E_INVAL);
	CHECK_STATUS(option("a=1", NULL, value, 8), PV_E_INVAL);
	CHECK_STATUS(pv_boot_option(&made_up, "a", NULL, 8), PV_E_INVAL);
}

static bool
same_how(unsigned a, unsigned b)
{
	return suite_text_is(pv_boot_how_name((enum pv_boot_how)a), pv_boot_how_name((enum pv_boot_how)b));
}

static void
names(void)
{
	CHECK(suite_text_is(pv_boot_how_name(PV_BOOT_MULTIBOOT2), "multiboot2"));
	CHECK(suite_text_is(pv_boot_how_name(PV_BOOT_PVH), "pvh"));
	CHECK(suite_text_is(pv_boot_how_name(PV_BOOT_HOW_COUNT), "?"));
	CHECK(suite_text_is(pv_mem_name(PV_MEM_RAM), "ram"));
	CHECK(suite_text_is(pv_mem_name(PV_MEM_PERSISTENT), "persistent"));
	CHECK(suite_text_is(pv_mem_name(PV_MEM_KIND_COUNT), "?"));
	for (unsigned i = 0; i < PV_BOOT_HOW_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			CHECK(!same_how(i, j));
	for (unsigned i = 0; i < PV_MEM_KIND_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			CHECK(!suite_text_is(pv_mem_name((enum pv_mem)i), pv_mem_name((enum pv_mem)j)));
}

/* -- the readers, as a kernel with entry code of its own calls them -- */

static const void *
nothing_is_readable(void *arg, pv_paddr base, uint64_t size)
{
	(void)base;
	(void)size;
	(*(unsigned *)arg)++;
	return NULL;
}

static void
readers_refuse_a_wrong_start(void)
{
	unsigned asked = 0;
	struct pv_boot_reader reader = { .at = nothing_is_readable, .arg = &asked };

	CHECK(pv_boot_read_multiboot1(&made_up, &reader, 0x12345678, pv_pa(0x1000)) != PV_OK);
	CHECK(suite_text_has(pv_boot_read_error(), "0x12345678"));
	CHECK(pv_boot_read_multiboot2(&made_up, &reader, 0x12345678, pv_pa(0x1000)) != PV_OK);
	CHECK(suite_text_has(pv_boot_read_error(), "0x12345678"));
	CHECK_EQ(asked, 0);
}

static void
readers_refuse_what_they_cannot_read(void)
{
	unsigned asked = 0;
	struct pv_boot_reader reader = { .at = nothing_is_readable, .arg = &asked };

	CHECK(pv_boot_read_multiboot1(&made_up, &reader, 0x2badb002, pv_pa(0x1000)) != PV_OK);
	CHECK_EQ(asked, 1);
	CHECK(pv_boot_read_multiboot2(&made_up, &reader, 0x36d76289, pv_pa(0x1000)) != PV_OK);
	CHECK_EQ(asked, 2);
	CHECK(pv_boot_read_pvh(&made_up, &reader, pv_pa(0x1000)) != PV_OK);
	CHECK_EQ(asked, 3);
	CHECK(pv_boot_read_error()[0] != '\0');
}

/* A start_info of version 0: it has no memory map (Xen's public/arch-x86/hvm/start_info.h). */
static const uint8_t no_map[40] = { 0x78, 0xc5, 0x6e, 0x33 };

static const void *
made_up_at(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	return base.v >= 0x1000 && base.v - 0x1000 + size <= sizeof(no_map) ?
	    no_map + (base.v - 0x1000) : NULL;
}

static void
no_memory_map_is_said(void)
{
	struct pv_boot_reader reader = { .at = made_up_at };

	/* A layer below that has one is asked for it. */
	if (pv_boot_read_pvh(&made_up, &reader, pv_pa(0x1000)) == PV_OK) {
		CHECK(pv_has(PV_CAP_PARAVIRT));
		CHECK_EQ(pv_boot_ram_bytes(&made_up) >> 24, pv_boot_ram_bytes(pv_boot_get()) >> 24);
		return;
	}
	CHECK(suite_text_has(pv_boot_read_error(), "memory map"));
}

static const struct suite_case cases[] = {
	{ "data_is_there", data_is_there, "pv_boot_get", CASE_ONCE },
	{ "text_ends_in_its_copy", text_ends_in_its_copy, "pv_boot_get", CASE_ONCE },
	{ "command_line_came", command_line_came, "pv_boot_option", CASE_ONCE },
	{ "ranges_are_sorted_and_disjoint", ranges_are_sorted_and_disjoint, "pv_boot_get", CASE_ONCE },
	{ "ram_is_whole_pages", ram_is_whole_pages, "pv_boot_get", CASE_ONCE },
	{ "ram_adds_up", ram_adds_up, "pv_boot_ram_bytes", CASE_ONCE },
	{ "kernel_is_carved_out", kernel_is_carved_out, "pv_boot_get", CASE_ONCE },
	{ "pool_is_ram", pool_is_ram, "pv_boot_get pv_hooks_freestanding", CASE_ONCE },
	{ "module_is_whole", module_is_whole, "pv_boot_get", CASE_ONCE },
	{ "module_has_its_words", module_has_its_words, "pv_boot_get", CASE_ONCE },
	{ "options_are_found", options_are_found, "pv_boot_option", CASE_ONCE },
	{ "absent_options_are_absent", absent_options_are_absent, "pv_boot_option", CASE_ONCE },
	{ "option_that_does_not_fit", option_that_does_not_fit, "pv_boot_option", CASE_ONCE },
	{ "names", names, "pv_boot_how_name pv_mem_name", CASE_ONCE },
	{ "readers_refuse_a_wrong_start", readers_refuse_a_wrong_start,
	    "pv_boot_read_multiboot1 pv_boot_read_multiboot2 pv_boot_read_error", CASE_ONCE },
	{ "readers_refuse_what_they_cannot_read", readers_refuse_what_they_cannot_read,
	    "pv_boot_read_multiboot1 pv_boot_read_multiboot2 pv_boot_read_pvh", CASE_ONCE },
	{ "no_memory_map_is_said", no_memory_map_is_said, "pv_boot_read_pvh pv_boot_read_error", CASE_ONCE },
};
SUITE(suite_boot, "boot", cases);
