/*
 * Bad ROMs: what the word bad= makes is what it says, and nothing else is wrong.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

static uint16_t
half(uint32_t at)
{
	return *(uint16_t *)(rom + at);
}

static uint32_t
length(void)
{
	return rom[VMI_AT_LENGTH] * 512u;
}

/* Where the jump at a fixed entry goes, from the ROM's start. */
static uint32_t
jump_of(uint32_t at)
{
	return rom[at] == 0xe9 ? at + 5 + *(uint32_t *)(rom + at + 1) : rom[at] == 0xeb ? at + 2 + rom[at + 1] : 0;
}

static bool
bad(const char *name)
{
	char word[32] = "bad=";
	uint32_t i;

	for (i = 0; name[i] != '\0'; i++)
		word[4 + i] = name[i];
	word[4 + i] = '\0';
	return asked(word);
}

/* One of the header's: CHECK fails for each part that is right in the one and wrong in the other. */
TEST(bad, header, "README: bad ROMs, made by the ROM's own BIOS entry")
{
	if (bad("signature") || bad("option")) {
		CHECK(rom == 0);
		return;
	}
	CHECK(rom != 0);
	if (!rom)
		return;
	IS(rom[VMI_AT_MAJOR], bad("major") ? 13 : 3);
	IS(rom[VMI_AT_MINOR], bad("minor") ? 9 : 0);
	IS(half(VMI_AT_LICENCE) == 0, bad("licence"));
	IS(half(VMI_AT_PCI) == 0, bad("pci"));
	IS(*(uint32_t *)(rom + VMI_AT_TOP), bad("top") ? 0x1000 : 0);
	if (half(VMI_AT_LICENCE) != 0 && !bad("length-zero") && !bad("length-short"))
		IS(half(VMI_AT_LICENCE) >= length(), bad("licence-out") && !bad("length-long"));
	if (!bad("licence") && !bad("licence-out"))
		IS(rom[half(VMI_AT_LICENCE)], bad("licence-text") ? 'g' : 'G');
}

TEST(bad, pci, "the same of the PCI data structure")
{
	const uint8_t *p;

	if (!rom || half(VMI_AT_PCI) == 0)
		return;
	IS(half(VMI_AT_PCI) == 0xff00, bad("pci-out"));
	if (bad("pci-out"))
		return;
	p = rom + half(VMI_AT_PCI);
	IS(p[0], bad("pci-signature") ? 'p' : 'P');
	IS(p[4] | p[5] << 8, bad("pci-id") ? 0x1234 : 0x15ad);
	if (!bad("length-zero") && !bad("length-short") && !bad("length-long"))
		IS(p[16] | p[17] << 8, bad("pci-length") ? 0x7fff : rom[VMI_AT_LENGTH]);
}

TEST(bad, length, "the same of the length, the sum and the fixed entries")
{
	if (!rom)
		return;
	IS(rom[VMI_AT_LENGTH] == 0, bad("length-zero"));
	IS(rom[VMI_AT_LENGTH] == 1, bad("length-short"));
	IS((uint32_t)rom + length() > 0xe0000, bad("length-long"));
	if (!bad("length-long"))
		IS(!rom_sum_good(rom), bad("sum"));
	if (!bad("length-zero") && !bad("length-long"))
		IS(jump_of(VMI_AT_INIT) >= length() || jump_of(VMI_AT_RELOCATION) >= length(),
		    bad("entry") || bad("length-short"));
}

/* Those whose code is good. */
TEST(bad, answers, "README: Init failing, unknown relocation kinds, an entry outside the image")
{
	uint32_t strange = 0, outside = 0, reserved = 0, jumps = 0;

	if (!rom || bad("entry") || bad("length-zero") || bad("length-short") || bad("length-long"))
		return;
	IS(rom_init() != 0, bad("init"));
	for (uint32_t call = 0; call < VMI_CALLS; call++) {
		uint64_t info = relocation(call);
		uint32_t k = (uint32_t)(info >> 32) & 0xff, at = (uint32_t)info - (uint32_t)rom;

		strange += k > VMI_KIND_NOP;
		reserved += info >> 40 != 0;
		jumps += k == VMI_KIND_JUMP && call != VMI_IRET && call != VMI_SYSEXIT;
		outside += (k == VMI_KIND_CALL || k == VMI_KIND_JUMP) && at >= 0x10000;
	}
	IS(strange, bad("kind") ? VMI_CALLS : bad("kind-one"));
	IS(reserved, bad("reserved") ? VMI_CALLS : 0);
	IS(jumps, bad("jump") ? 4 : 0);
	IS(outside > 1, bad("address"));
	IS(outside == 1, bad("address-one"));
	if (bad("kind"))
		return;
	IS(kind(VMI_IRET), bad("iret") ? VMI_KIND_NONE : bad("iret-nop") ? VMI_KIND_NOP : VMI_KIND_JUMP);
	IS(kind(VMI_SYSEXIT), bad("sysexit") ? VMI_KIND_NONE : VMI_KIND_JUMP);
	IS(kind(VMI_DISABLE_INTERRUPTS), bad("gate") ? VMI_KIND_NONE : bad("jump") ? VMI_KIND_JUMP : VMI_KIND_CALL);
	IS(kind(VMI_GET_COUNTER), bad("time") ? VMI_KIND_NONE : VMI_KIND_CALL);
}

/* Those whose answers are good. */
TEST(bad, time, "README: a ROM that never delivers an alarm; and clocks that are none")
{
	struct registers alarm = { .edx = 0xffffffff, .ecx = 0x7fffffff };
	uint64_t counter;

	if (bad("frequency") || bad("counter") || bad("alarm") || bad("wallclock") || bad("minor")) {
		IS(VMI(VMI_GET_FREQUENCY) == 0, bad("frequency"));
		counter = VMI(VMI_GET_COUNTER, VMI_COUNTER_REAL);
		IS(VMI(VMI_GET_COUNTER, VMI_COUNTER_REAL) == counter, bad("counter"));
		IS(VMI(VMI_GET_WALLCLOCK) == 0, bad("wallclock"));
		invoke(routine_of(VMI_SET_ALARM), &alarm);
		IS(VMI(VMI_CANCEL_ALARM, VMI_COUNTER_REAL), bad("alarm") ? 0 : 1);
	}
	rom = 0;		/* the guest ends without it */
}
