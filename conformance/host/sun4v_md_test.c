/*
 * Machine descriptions, good ones and bent ones: what the sun4v backend reads out
 * of them. Sources: backends/sun4v/md.c, md_boot.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "md_build.h"
#include "../fuzz/boot_check.h"
#include "../../backends/common/boot/build.h"
#include "run.h"

#define MIB	0x100000u

static struct pv_sun4v_md md;
static struct pv_boot boot;
static const struct pv_sun4v_reach reach = { 4 * MIB, 1ull << 41 };
static uint32_t root, cpu, variables, args, stick, clock_rate;

static void
machine(void)
{
	md_begin();
	root = md_node("root");
	(void)md_element('v', "content-version", 0x100010000);
	(void)md_element('a', "fwd", 3);
	(void)md_element('a', "fwd", 0);
	(void)md_element('a', "fwd", 1);
	md_node_end();
	(void)md_node("platform");
	(void)md_string("banner-name", "a model");
	stick = md_element('v', "stick-frequency", 1000000);
	md_node_end();
	cpu = md_node("cpu");
	(void)md_element('v', "id", 7);
	clock_rate = md_element('v', "clock-frequency", 2000000);
	(void)md_element('v', "q-cpu-mondo-#bits", 8);
	(void)md_element('v', "q-dev-mondo-#bits", 70);
	(void)md_bytes('d', "compatible", "SUNW,UltraSPARC-T1\0SUNW,sun4v", 30);
	md_node_end();
	(void)md_node("mblock");
	(void)md_element('v', "base", 4 * MIB);
	(void)md_element('v', "size", 32 * MIB);
	md_node_end();
	(void)md_node("mblock");
	(void)md_element('v', "base", 0x80000000);
	(void)md_element('v', "size", 64 * MIB);
	md_node_end();
	variables = md_node("variables");
	args = md_string("boot-args", "one two");
	md_node_end();
	(void)md_node("libpv-module");
	(void)md_element('v', "base", 16 * MIB);
	(void)md_element('v', "size", 10000);
	(void)md_string("name", "words of it");
	md_node_end();
}

static void
begin(void)
{
	machine();
	md_done();
}

static void
end(void)
{
	free(made.bytes);
	made.bytes = NULL;
}

static enum pv_sun4v_md_fault
opened(void)
{
	return pv_sun4v_md_open(&md, made.bytes, made.size);
}

/* Its element n, in the finished bytes. */
static uint8_t *
at(uint32_t n)
{
	return made.bytes + 16 + 16 * n;
}

static const void *
read_at(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	(void)size;
	return (const void *)(uintptr_t)base.v;
}

static pv_status
booted(void)
{
	struct pv_boot_reader reader = { .at = read_at, .kernel_base = pv_pa(4 * MIB + 0x4000),
	    .kernel_size = 0x40000 };

	ck_assert_int_eq(opened(), PV_SUN4V_MD_GOOD);
	pv_boot_build_begin(&boot, PV_BOOT_SUN4V, &reader);
	(void)pv_sun4v_md_boot(&md, &reach);
	return pv_boot_build_end(pv_build.status);
}

START_TEST(good)
{
	ck_assert_int_eq(opened(), PV_SUN4V_MD_GOOD);
	ck_assert_uint_eq(pv_sun4v_md_next(&md, PV_SUN4V_MD_NONE, NULL), root);
	ck_assert_uint_eq(pv_sun4v_md_next(&md, PV_SUN4V_MD_NONE, "cpu"), cpu);
	ck_assert_uint_eq(pv_sun4v_md_next(&md, cpu, "cpu"), PV_SUN4V_MD_NONE);
	ck_assert_uint_eq(pv_sun4v_md_next(&md, PV_SUN4V_MD_NONE, "cp"), PV_SUN4V_MD_NONE);
}
END_TEST

START_TEST(properties_have_name_and_kind)
{
	uint64_t v = 5;
	uint32_t size;

	ck_assert_int_eq(opened(), PV_SUN4V_MD_GOOD);
	ck_assert(pv_sun4v_md_value(&md, cpu, "id", &v));
	ck_assert_uint_eq(v, 7);
	ck_assert(!pv_sun4v_md_value(&md, cpu, "i", &v) && !pv_sun4v_md_value(&md, cpu, "compatible", &v));
	ck_assert(!pv_sun4v_md_value(&md, root, "id", &v));
	ck_assert(pv_sun4v_md_string(&md, cpu, "id") == NULL);
	ck_assert_str_eq(pv_sun4v_md_string(&md, variables, "boot-args"), "one two");
	ck_assert(pv_sun4v_md_data(&md, cpu, "compatible", &size) != NULL);
	ck_assert_uint_eq(size, 30);
	ck_assert_uint_eq(v, 7);
}
END_TEST

/* base, size: the RAM of it, in whole pages of 4 MiB below the limit, or none. */
START_TEST(memory_is_what_can_be_mapped)
{
	static const struct {
		uint64_t base, size, first, end;
	} blocks[] = {
		{ 8 * MIB, 8 * MIB, 8 * MIB, 16 * MIB },
		{ 8 * MIB + 1, 8 * MIB - 1, 12 * MIB, 16 * MIB },
		{ 8 * MIB, 8 * MIB + 0x2000, 8 * MIB, 16 * MIB },
		{ 9 * MIB, 6 * MIB, 0, 0 },
		{ (1ull << 41) - 8 * MIB, 16 * MIB, (1ull << 41) - 8 * MIB, 1ull << 41 },
		{ 1ull << 41, 16 * MIB, 0, 0 },
		{ ~0ull - 8 * MIB, 16 * MIB, 0, 0 },
	};
	uint64_t ram = 0;

	md_begin();
	(void)md_node("mblock");
	(void)md_element('v', "base", blocks[_i].base);
	(void)md_element('v', "size", blocks[_i].size);
	md_node_end();
	md_done();
	(void)booted();
	for (unsigned i = 0; i < boot.nr_ranges; i++) {
		const struct pv_boot_range *r = &boot.range[i];

		if (r->kind != PV_MEM_RAM)
			continue;
		ck_assert_uint_ge(r->base.v, blocks[_i].first);
		ck_assert_uint_le(r->base.v + r->size, blocks[_i].end);
		ram += r->size;
	}
	ck_assert_uint_eq(ram, blocks[_i].end - blocks[_i].first);
	ck_assert(ram == blocks[_i].size || boot.oddities != 0);
}
END_TEST

START_TEST(boot_data)
{
	ck_assert_int_eq(booted(), PV_OK);
	ck_assert_ptr_null(boot_check(&boot, PV_OK));
	ck_assert_uint_eq(pv_boot_ram_bytes(&boot), 96 * MIB - 0x40000 - 0x3000);
	ck_assert_str_eq(boot.args, "one two");
	ck_assert_str_eq(boot.loader, "a model");
	ck_assert_uint_eq(boot.nr_modules, 1);
	ck_assert_uint_eq(boot.module[0].size, 10000);
	ck_assert_str_eq(boot.module[0].args, "words of it");
	ck_assert_uint_eq(boot.oddities, 0);
}
END_TEST

START_TEST(the_machine)
{
	struct pv_sun4v_machine m;

	ck_assert_int_eq(opened(), PV_SUN4V_MD_GOOD);
	ck_assert(!pv_sun4v_md_machine(&md, 0, &m));
	ck_assert(pv_sun4v_md_machine(&md, 7, &m));
	ck_assert_uint_eq(m.stick_hz, 1000000);
	ck_assert_uint_eq(m.queue_bits[0], 8);
	/* More than can be is as if it were not said. */
	ck_assert_uint_eq(m.queue_bits[1], 0);
	ck_assert_str_eq(m.model, "SUNW,UltraSPARC-T1");
}
END_TEST

static void
device(const char *name, uint64_t ino)
{
	(void)md_node("virtual-device");
	(void)md_string("name", name);
	(void)md_element('v', "ino", ino);
	if (strcmp(name, "channel-devices") == 0)
		(void)md_element('v', "cfg-handle", 0x200);
	md_node_end();
}

static void
endpoint(uint64_t tx, uint64_t rx)
{
	(void)md_node("channel-endpoint");
	(void)md_element('v', "tx-ino", tx);
	(void)md_element('v', "rx-ino", rx);
	md_node_end();
}

static void
devices(uint64_t handle)
{
	md_begin();
	(void)md_node("root");
	md_node_end();
	(void)md_node("virtual-devices");
	(void)md_element('v', "cfg-handle", handle);
	md_node_end();
}

/* How many sources it has, within a build; and how many of its numbers are odd. */
static uint32_t
sources(uint32_t *source, uint32_t most)
{
	md_done();
	(void)booted();
	boot.oddities = 0;
	return pv_sun4v_md_sources(&md, source, most);
}

/* Handles have 22 bits, inos 8, and there is room for so many. */
START_TEST(sources_are_handles_and_inos)
{
	uint32_t source[4] = { 0, 0, 0, 7 };

	devices(0x3fffff);
	device("one", 0xff);
	device("none", 0x100);
	device("channel-devices", 1);
	endpoint(2, 1ull << 32);
	endpoint(4, 5);
	ck_assert_uint_eq(sources(source, 3), 3);
	ck_assert_uint_eq(source[0], 0x3fffffff);
	ck_assert_uint_eq(source[1], 0x3fffff01);
	ck_assert_uint_eq(source[2], 0x20002);
	ck_assert_uint_eq(source[3], 7);
	ck_assert_uint_eq(boot.oddities, 4);
	devices(0x400000);
	device("one", 1);
	ck_assert_uint_eq(sources(source, 3), 0);
	ck_assert_uint_eq(boot.oddities, 1);
	/* Nobody says of what device they are. */
	devices(1);
	endpoint(2, 3);
	ck_assert_uint_eq(sources(source, 3), 0);
	ck_assert_uint_eq(boot.oddities, 2);
	md_begin();
	(void)md_node("root");
	md_node_end();
	device("one", 1);
	ck_assert_uint_eq(sources(source, 3), 0);
}
END_TEST

/* A rate that no counter has is as if it were not said; what was said is kept, to be told. */
START_TEST(rates_that_cannot_be)
{
	static const struct {
		uint64_t said, hz;
	} rates[] = {
		{ 1, 0 }, { 999999, 0 }, { 1000000, 1000000 }, { 100000000000, 100000000000 }, { 100000000001, 0 },
		{ ~0ull, 0 }, { 1ull << 32, 1ull << 32 }, { 0, 2000000 },
	};
	struct pv_sun4v_machine m;

	ck_assert_int_eq(booted(), PV_OK);
	for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		uint8_t *e = at(stick);

		ck_assert_int_eq(e[0], 'v');
		md_put64(e + 8, rates[i].said);
		ck_assert_int_eq(opened(), PV_SUN4V_MD_GOOD);
		ck_assert(pv_sun4v_md_machine(&md, 7, &m));
		ck_assert_uint_eq(m.stick_hz, rates[i].hz);
		ck_assert_uint_eq(m.stick_said, rates[i].said != 0 ? rates[i].said : 2000000);
	}
	md_put64(at(stick) + 8, 0);
	md_put64(at(clock_rate) + 8, 7);
	ck_assert_int_eq(opened(), PV_SUN4V_MD_GOOD);
	ck_assert(pv_sun4v_md_machine(&md, 7, &m));
	ck_assert_uint_eq(m.stick_hz, 0);
}
END_TEST

START_TEST(heads_that_do_not_fit)
{
	ck_assert_int_eq(pv_sun4v_md_open(&md, made.bytes, 15), PV_SUN4V_MD_SHORT);
	ck_assert_int_eq(pv_sun4v_md_open(&md, made.bytes, made.size - 1), PV_SUN4V_MD_SIZES);
	for (unsigned block = 4; block <= 12; block += 4) {
		begin();
		made.bytes[block] = 0xff;
		ck_assert_int_eq(opened(), PV_SUN4V_MD_SIZES);
	}
	begin();
	made.bytes[7] += 8;
	ck_assert_int_eq(opened(), PV_SUN4V_MD_SIZES);
	begin();
	made.bytes[1] = 2;
	ck_assert_int_eq(opened(), PV_SUN4V_MD_VERSION);
}
END_TEST

START_TEST(chains_without_an_end)
{
	static const uint64_t nexts[] = { 0, 1, 0x1000, 0x100000000, ~0ull };

	for (unsigned i = 0; i < sizeof(nexts) / sizeof(nexts[0]); i++) {
		begin();
		/* Node 1 does not exist: an element that is none ends no chain. */
		md_put64(at(root) + 8, nexts[i]);
		ck_assert_int_eq(opened(), PV_SUN4V_MD_NO_END);
	}
	begin();
	md_put64(at(cpu) + 8, cpu);
	ck_assert_int_eq(opened(), PV_SUN4V_MD_NO_END);
	at(root)[0] = 'v';
	ck_assert_int_eq(opened(), PV_SUN4V_MD_NO_ROOT);
	md_put32(made.bytes + 4, 0);
	ck_assert_int_eq(opened(), PV_SUN4V_MD_NO_ROOT);
}
END_TEST

/* Nothing is read behind the last byte: of a head alone, and where the next node would be. */
START_TEST(chains_that_end_with_the_bytes)
{
	md_begin();
	made.bytes = calloc(1, 32);
	md_put32(made.bytes, 0x10000);
	md_put32(made.bytes + 4, 16);
	made.bytes[16] = 'N';
	md_put64(made.bytes + 24, 1);
	ck_assert_int_eq(pv_sun4v_md_open(&md, made.bytes, 32), PV_SUN4V_MD_NO_END);
	made.bytes = realloc(made.bytes, 16);
	md_put32(made.bytes + 4, 0);
	ck_assert_int_eq(pv_sun4v_md_open(&md, made.bytes, 16), PV_SUN4V_MD_NO_ROOT);
}
END_TEST

START_TEST(strings_that_leave_their_block)
{
	uint32_t size;

	ck_assert_int_eq(opened(), PV_SUN4V_MD_GOOD);
	md_put32(at(args) + 12, made.datas);
	ck_assert(pv_sun4v_md_string(&md, variables, "boot-args") == NULL);
	md_put32(at(args) + 12, ~0u);
	ck_assert(pv_sun4v_md_string(&md, variables, "boot-args") == NULL);
	/* Without an end. */
	md_put64(at(args) + 8, 3ull << 32);
	ck_assert(pv_sun4v_md_string(&md, variables, "boot-args") == NULL);
	md_put64(at(args) + 8, (uint64_t)made.datas << 32);
	ck_assert(pv_sun4v_md_string(&md, variables, "boot-args") != NULL);
	md_put64(at(args) + 8, (uint64_t)made.datas << 32 | 1);
	ck_assert(pv_sun4v_md_string(&md, variables, "boot-args") == NULL);
	ck_assert(pv_sun4v_md_data(&md, variables, "boot-args", &size) == NULL);
}
END_TEST

START_TEST(names_that_leave_their_block)
{
	ck_assert_int_eq(opened(), PV_SUN4V_MD_GOOD);
	md_put32(at(args) + 4, made.names - 9);
	ck_assert(pv_sun4v_md_string(&md, variables, "boot-args") == NULL);
	md_put32(at(args) + 4, ~0u);
	ck_assert(pv_sun4v_md_string(&md, variables, "boot-args") == NULL);
	md_put32(at(variables) + 4, made.names);
	ck_assert_uint_eq(pv_sun4v_md_next(&md, PV_SUN4V_MD_NONE, "variables"), PV_SUN4V_MD_NONE);
}
END_TEST

START_TEST(odd_memory)
{
	/* No size; a wrapping one; on top of each other. */
	machine();
	(void)md_node("mblock");
	(void)md_element('v', "base", MIB);
	md_node_end();
	(void)md_node("mblock");
	(void)md_element('v', "base", ~0ull - MIB);
	(void)md_element('v', "size", 2 * MIB);
	md_node_end();
	(void)md_node("mblock");
	(void)md_element('v', "base", 8 * MIB);
	(void)md_element('v', "size", MIB);
	md_node_end();
	md_done();
	ck_assert_int_eq(booted(), PV_OK);
	ck_assert_uint_eq(boot.oddities, 3);
	ck_assert_ptr_null(boot_check(&boot, PV_OK));
}
END_TEST

START_TEST(a_command_line_that_is_too_long)
{
	char text[PV_BOOT_ARGS_MAX + 1];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	md_begin();
	(void)md_node("variables");
	(void)md_string("boot-args", text);
	md_node_end();
	md_done();
	ck_assert_int_eq(booted(), PV_E_FORMAT);
	ck_assert(strstr(pv_boot_read_error(), "boot-args") != NULL);
}
END_TEST

START_TEST(faults_have_sentences)
{
	for (int i = 0; i < PV_SUN4V_MD_FAULTS; i++)
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(pv_sun4v_md_fault_text(i), pv_sun4v_md_fault_text(j));
	ck_assert_str_eq(pv_sun4v_md_fault_text(PV_SUN4V_MD_FAULTS), "?");
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("md");
	Suite *s = suite_create("sun4v_md");

	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, good);
	tcase_add_test(tc, properties_have_name_and_kind);
	tcase_add_test(tc, boot_data);
	tcase_add_test(tc, the_machine);
	tcase_add_test(tc, sources_are_handles_and_inos);
	tcase_add_test(tc, rates_that_cannot_be);
	tcase_add_test(tc, heads_that_do_not_fit);
	tcase_add_test(tc, chains_without_an_end);
	tcase_add_test(tc, chains_that_end_with_the_bytes);
	tcase_add_test(tc, strings_that_leave_their_block);
	tcase_add_test(tc, names_that_leave_their_block);
	tcase_add_test(tc, odd_memory);
	tcase_add_loop_test(tc, memory_is_what_can_be_mapped, 0, 7);
	tcase_add_test(tc, a_command_line_that_is_too_long);
	tcase_add_test(tc, faults_have_sentences);
	return run_all(srunner_create(s));
}
