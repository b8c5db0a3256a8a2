/*
 * The machine description: sun4v.md 4.9, and what README adds to it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

static bool
same(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a != '\0' && *a == *b)
		a++, b++;
	return *a == *b;
}

/* Whether a list of strings in data has this one. */
static bool
listed(int node, const char *name, const char *wanted)
{
	u64 size = 0, at = 0;
	const uint8_t *list = md_data(node, name, &size);

	while (list && at < size) {
		if (same((const char *)list + at, wanted))
			return true;
		while (at < size && list[at] != '\0')
			at++;
		at++;
	}
	return false;
}

static u64
value_of(int node, const char *name)
{
	u64 value = ~0ul;

	if (node < 0 || !md_value(node, name, &value))
		wrong("no value %s", name);
	return value;
}

TEST(md, size, "4.11: MACH_DESC(0,0): EINVAL, %o1 = size rounded up to 16; misaligned buffer: EBADALIGN")
{
	u64 size;
	uint8_t *buffer = page_pool(64 * KIB);

	IS(FAST(MACH_DESC, 0, 0), EINVAL);
	size = last.o[1];
	CHECK(size > 0 && size % 16 == 0);
	IS(FAST(MACH_DESC, (u64)buffer, size - 16), EINVAL);
	IS(last.o[1], size);
	IS(FAST(MACH_DESC, (u64)buffer, size - 1), EINVAL);
	IS(buffer[0] | buffer[1] | buffer[2], 0);
	REFUSED(EBADALIGN, MACH_DESC, (u64)buffer + 8, size);
	REFUSED(EBADALIGN, MACH_DESC, (u64)buffer + 1, size);
	buffer[size] = 0x77;
	IS(FAST(MACH_DESC, (u64)buffer, size), EOK);
	IS(last.o[1], size);
	IS(buffer[size], 0x77);
	IS(FAST(MACH_DESC, (u64)buffer, size + 4096), EOK);
	IS(last.o[1], size);
	for (u64 i = 0; i < size; i++)
		if (buffer[i] != md[i]) {
			wrong("byte 0x%x differs from the first time", i);
			break;
		}
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
		REFUSED(ENORADDR, MACH_DESC, ra, size);
	REFUSED(ENORADDR, MACH_DESC, block_end((u64)buffer) - 16, size);
}

TEST(md, form,
    "4.9: header, blocks, elements, the walk from node to node; a parser that trusts nothing finds no fault")
{
	CHECK(md_problem() == 0);
	if (md_problem())
		wrong("%s", md_problem());
}

TEST(md, root, "4.9: element 0 is the node \"root\"; hierarchy by fwd and back arcs")
{
	static const char *const below_root[] = { "cpus", "memory", "platform" };

	CHECK(same(md_name(0), "root"));
	value_of(0, "content-version");
	for (u64 i = 0; i < ARRAY(below_root); i++) {
		int node = md_arc(0, "fwd", -1, below_root[i]);

		if (node < 0)
			wrong("root has no arc to %s", below_root[i]);
		else
			IS(md_arc(node, "back", -1, 0), 0);
	}
}

TEST(md, cpu,
    "4.9: cpu{id, pid, mmu-type, mmu-page-size-list (0x2b on T1), q-...-#bits, nwins, clock-frequency, ...}")
{
	int cpus = md_next(-1, "cpus"), cpu;
	u64 count = 0;

	for (cpu = -1; (cpu = md_arc(cpus, "fwd", cpu, "cpu")) >= 0; count++) {
		IS(value_of(cpu, "id"), count);
		value_of(cpu, "pid");
		CHECK(same(md_string(cpu, "mmu-type"), "sun4v"));
		IS(value_of(cpu, "mmu-page-size-list"), 0x2b);
		IS(value_of(cpu, "mmu-#context-bits"), 13);
		CHECK(value_of(cpu, "mmu-#va-bits") >= 48 && value_of(cpu, "mmu-#va-bits") <= 64);
		IS(value_of(cpu, "mmu-max-#tsbs"), 2);
		IS(value_of(cpu, "clock-frequency"), 100000000);
		IS(value_of(cpu, "nwins"), 8);
		CHECK(listed(cpu, "isalist", "sparcv9"));
		for (u64 i = 0; i < 4; i++) {
			static const char *const names[] = {
				"q-cpu-mondo-#bits", "q-dev-mondo-#bits", "q-resumable-#bits",
				"q-nonresumable-#bits"
			};
			u64 bits = value_of(cpu, names[i]);

			CHECK(bits >= 1 && bits <= 16);
		}
	}
	IS(count, asked_number("strands", 1));
	for (cpu = -1; (cpu = md_next(cpu, "cpu")) >= 0; count--)
		;
	IS(count, 0);
}

TEST(md, memory,
    "4.9: memory, mblock{base, size}: the image is inside, the hypervisor's memory is not, blocks do "
    "not overlap")
{
	u64 bases[8], ends[8], count = 0;
	bool found = false;

	for (int node = -1; count < 8 && (node = md_next(node, "mblock")) >= 0; count++) {
		bases[count] = value_of(node, "base");
		ends[count] = bases[count] + value_of(node, "size");
		CHECK(ends[count] > bases[count]);
		CHECK(bases[count] % PAGE == 0 && ends[count] % PAGE == 0);
		found |= (u64)__image_start >= bases[count] && (u64)__image_end <= ends[count];
		CHECK(bases[count] >= 0x4000000 || ends[count] <= 0x2000000);
		for (u64 i = 0; i < count; i++)
			CHECK(ends[i] <= bases[count] || ends[count] <= bases[i]);
		CHECK(md_arc(node, "back", -1, "memory") >= 0);
		for (u64 at = bases[count]; at < ends[count] &&
		    at + 8 <= (u64)__image_start; at += ends[count] - bases[count] - 8) {
			u64 was = *(volatile u64 *)at;	/* its first and its last word are memory */

			*(volatile u64 *)at = ~was;
			IS(*(volatile u64 *)at, ~was);
			*(volatile u64 *)at = was;
		}
		if (bases[count] == boot_entry.i[0])
			IS(boot_entry.i[1], ends[count] - bases[count]);
	}
	CHECK(found);
	CHECK(count > 0);
}

TEST(md, platform, "4.9: platform{name, banner-name, stick-frequency, max-cpus}")
{
	int node = md_next(-1, "platform");

	CHECK(node >= 0 && md_string(node, "name") != 0);
	CHECK(node >= 0 && md_string(node, "banner-name") != 0);
	IS(value_of(node, "stick-frequency"), 100000000);
	CHECK(value_of(node, "max-cpus") >= asked_number("strands", 1));
}

TEST(md, channels,
    "4.9: channel-devices{cfg-handle}, channel-endpoints, channel-endpoint{id, tx-ino, rx-ino}")
{
	u64 count = 0, inos[16];

	value_of(md_next(-1, "virtual-devices"), "cfg-handle");
	for (int node = -1; (node = md_next(node, "virtual-device")) >= 0;)
		if (same(md_string(node, "name"), "channel-devices"))
			value_of(node, "cfg-handle");
	for (int node = -1; count < 16 && (node = md_next(node, "channel-endpoint")) >= 0; count += 2) {
		IS(value_of(node, "id"), count / 2);
		inos[count] = value_of(node, "tx-ino");
		inos[count + 1] = value_of(node, "rx-ino");
		CHECK(md_arc(node, "back", -1, "channel-endpoints") >= 0);
		for (u64 i = 0; i <= count; i++)
			CHECK(inos[i] != inos[count + 1] && (i == count || inos[i] != inos[count]));
	}
	IS(count, 8);
}

TEST(md, words, "README: the command line is boot-args of the node variables, below openboot")
{
	int openboot = md_next(-1, "openboot"), node = md_arc(openboot, "fwd", -1, "variables");

	CHECK(node >= 0 && asked("md"));
	CHECK(same(md_string(node, "boot-args"), md_string(md_next(-1, "variables"), "boot-args")));
}

TEST(module, node,
    "README: a module is a node libpv-module below root: base, size and name (the words behind the file)")
{
	int node = md_arc(0, "fwd", -1, "libpv-module");
	u64 base = value_of(node, "base"), size = value_of(node, "size");
	const char *name = node >= 0 ? md_string(node, "name") : 0;

	if (!asked("append"))
		IS(base, asked_number("module", 0));
	IS(size, asked_number("size", 0));
	CHECK(same(name, asked("append") ? "" : "initial words"));

	if (base && size)
		for (u64 i = 0; i < size; i++)
			if (((uint8_t *)base)[i] != (uint8_t)(7 * i + (i >> 8))) {
				wrong("byte 0x%x of the module", i);
				break;
			}
}

TEST(ownmd, handed, "README: a machine description of your own is handed to the guest as it is")
{
	CHECK(md_problem() == 0);
	CHECK(md_next(-1, "cpu") < 0);
	CHECK(md_next(-1, "memory") < 0);
	IS(value_of(0, "content-version"), 0x77);
}
