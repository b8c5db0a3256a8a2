/*
 * The header, VMI_Init and GetRelocationInfo: sections 1.1 to 1.4 of the published facts.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

static bool
same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b)
		a++, b++;
	return *a == *b;
}

TEST(header, found, "1.2: physical 0xC0000 up to 0xE0000, step 2048")
{
	CHECK(rom != 0);
	CHECK(rom && find_rom((uint32_t)rom + 2048) == 0);
}

TEST(header, sum, "1.2: all bytes of length*512 add up to 0 modulo 256")
{
	CHECK(rom[VMI_AT_LENGTH] != 0);
	CHECK(rom_sum_good(rom));
}

TEST(header, version, "1.1: 0x0C API minor 0, 0x0D API major 3. Minor comes first")
{
	IS(rom[VMI_AT_MINOR], 0);
	IS(rom[VMI_AT_MAJOR], 3);
}

TEST(header, licence, "1.2: licence string must be exactly \"GPL\" or \"GPL v2\"")
{
	uint16_t at = *(uint16_t *)(rom + VMI_AT_LICENCE);

	CHECK(at != 0 && at < rom[VMI_AT_LENGTH] * 512u - 8);
	CHECK(same((char *)rom + at, "GPL v2"));
}

TEST(header, pci, "1.1: PCI data structure: PCIR, 15AD:0801, image length in 512-byte units")
{
	uint16_t at = *(uint16_t *)(rom + VMI_AT_PCI);
	uint8_t *pci = rom + at;

	CHECK(at != 0 && at < rom[VMI_AT_LENGTH] * 512u - 24);
	IS(*(uint32_t *)pci, 0x52494350);
	IS(*(uint16_t *)(pci + 4), 0x15ad);
	IS(*(uint16_t *)(pci + 6), 0x0801);
	IS(*(uint16_t *)(pci + 16), rom[VMI_AT_LENGTH]);
}

TEST(header, top, "1.1: 0x10 first linear address the hypervisor owns; 0 = nothing owned")
{
	IS(*(uint32_t *)(rom + VMI_AT_TOP), asked("top") ? 0xfc000000 : 0);
}

TEST(header, init, "1.3: no arguments; EAX = 0 success")
{
	struct registers r = { .ebx = 1, .esi = 2, .edi = 3, .ebp = 4 };

	invoke((uint32_t)rom + VMI_AT_INIT, &r);
	IS(r.eax, 0);
	CHECK(r.ebx == 1 && r.esi == 2 && r.edi == 3 && r.ebp == 4);
	CHECK(go_on_with_rom());
}

static bool
in_rom(uint32_t address)
{
	return address - (uint32_t)rom < rom[VMI_AT_LENGTH] * 512u;
}

TEST(header, addresses, "1.4: EAX = address of the routine; DL = kind; bits 40..63 reserved, write 0")
{
	for (uint32_t call = 0; call < VMI_CALLS; call++) {
		uint64_t info = relocation(call);
		uint32_t k = (uint32_t)(info >> 32);

		if (k > VMI_KIND_NOP)
			wrong("call %u: EDX is 0x%x", call, k);
		if ((k == VMI_KIND_CALL || k == VMI_KIND_JUMP) && !in_rom((uint32_t)info))
			wrong("call %u: 0x%x is not in the ROM", call, (uint32_t)info);
	}
}

TEST(header, unknown, "1.4: unknown or unimplemented number: return NONE")
{
	static const uint32_t none[] = { 42, 43, 72, 74, 75, 76, 100, 0x80000000, 0xffffffff };

	for (uint32_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		IS(kind(none[i]), VMI_KIND_NONE);
}

TEST(header, returns, "1.11: IRET must be CALL_REL or JUMP_REL, and so must SYSEXIT where SYSENTER is used")
{
	uint32_t wanted = asked("form=call") ? VMI_KIND_CALL : VMI_KIND_JUMP;

	IS(kind(VMI_IRET), wanted);
	IS(kind(VMI_SYSEXIT), cpuid(1).edx & CPUID1_EDX_SEP ? wanted : VMI_KIND_NONE);
}

TEST(header, kinds, "1.11: JUMP_REL is allowed for 33 and 34 only; NOP deletes")
{
	for (uint32_t call = 0; call < VMI_CALLS; call++) {
		uint32_t k = kind(call), wanted = VMI_KIND_CALL;
		if (call == 33 || call == 34 || call == 42 || call == 43 || call == 72)
			continue;
		if (asked("kinds=none") || (call >= 62 && call <= 64 && !(cpuid(1).edx & CPUID1_EDX_APIC)))
			wanted = VMI_KIND_NONE;
		else if (asked("form=nop") &&
		    (call == 40 || call == 41 || call == 44 || call == 45 || call == 48 || call == 65))
			wanted = VMI_KIND_NOP;
		else if (!asked("form=call") && !asked("form=jump") && call == 65)
			wanted = VMI_KIND_NOP;
		if (k != wanted)
			wrong("call %u: kind %u, not %u", call, k, wanted);
	}
}
