/*
 * Finding the ROM and calling it, as a client does.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define ROM_START	0xc0000u
#define ROM_END		0xe0000u
#define ROM_STEP	2048u

uint8_t *rom;
bool ring1;
static uint32_t rom_in, rom_out, rom_cr2;

/* 1.2: physical 0xC0000 up to, not including, 0xE0000, step 2048; 0xAA55 and cVmi. */
uint8_t *
find_rom(uint32_t from)
{
	for (uint32_t at = from; at < ROM_END; at += ROM_STEP) {
		uint8_t *r = (uint8_t *)at;

		if (*(uint16_t *)r == 0xaa55 && *(uint32_t *)(r + VMI_AT_SIGNATURE) == VMI_SIGNATURE)
			return r;
	}
	return 0;
}

bool
rom_sum_good(const uint8_t *r)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < r[VMI_AT_LENGTH] * 512u; i++)
		sum = (uint8_t)(sum + r[i]);
	return sum == 0;
}

/* 1.4: EAX = call number; EDX:EAX. */
uint64_t
relocation(uint32_t call)
{
	struct registers r = { .eax = call, .ebx = 0xb, .esi = 0x51, .edi = 0xd1, .ebp = 0xb9 };

	invoke((uint32_t)rom + VMI_AT_RELOCATION, &r);
	if (r.ebx != 0xb || r.esi != 0x51 || r.edi != 0xd1 || r.ebp != 0xb9)
		wrong("GetRelocationInfo changes registers");
	return (uint64_t)r.edx << 32 | r.eax;
}

uint32_t
kind(uint32_t call)
{
	return (uint32_t)(relocation(call) >> 32) & 0xff;
}

uint32_t
routine_of(uint32_t call)
{
	return (uint32_t)relocation(call);
}

uint32_t
rom_init(void)
{
	struct registers r = { 0 };

	invoke((uint32_t)rom + VMI_AT_INIT, &r);
	return r.eax;
}

/* 1.5: EBX, ESI, EDI, EBP, ESP, segment registers, DF=0 preserved. */
uint64_t
vmi_call(uint32_t call, uint32_t eax, uint32_t edx, uint32_t ecx, uint32_t s0, uint32_t s1)
{
	struct registers r = { eax, ecx, edx, 0xb, 0x51, 0xd1, 0xb9, { s0, s1 }, 0 };

	if (kind(call) != VMI_KIND_CALL) {
		wrong("call %u is not to be called", call);
		return 0;
	}
	invoke(routine_of(call), &r);
	if (r.ebx != 0xb || r.esi != 0x51 || r.edi != 0xd1 || r.ebp != 0xb9 || after_esp != saved_esp - 4 ||
	    (after_ds & 0xffff) != (call_ds & 0xffff))
		wrong("call %u changes registers", call);
	return (uint64_t)r.edx << 32 | r.eax;
}

/* Writes what the ROM wants for CALL over the LENGTH bytes of native code at SITE. */
void
patch_site(uint8_t *site, uint32_t length, uint32_t call)
{
	uint64_t info = relocation(call);
	uint32_t k = (uint32_t)(info >> 32) & 0xff, used = 0;

	if (k == VMI_KIND_NONE)
		return;
	if (k != VMI_KIND_NOP) {
		site[0] = k == VMI_KIND_CALL ? 0xe8 : 0xe9;
		*(uint32_t *)(site + 1) = (uint32_t)info - (uint32_t)site - 5;
		used = 5;
	}
	for (; used < length; used++)
		site[used] = 0x90;
}

/* The returns of boot.S: IRET out of traps and to user code, SYSEXIT. */
void
patch_returns(void)
{
	patch_site(trap_iret, 8, VMI_IRET);
	patch_site(user_iret, 8, VMI_IRET);
	patch_site(user_sysexit_site, 8, VMI_SYSEXIT);
}

/* 1.3: after success the kernel may be running at CPL 1 or 2: it must re-read CS. Not by invoke(): traps come here. */
static void
reread_ring(void)
{
	uint32_t cs;

	__asm__ volatile("movl %%cs, %0" : "=r"(cs));
	rom_in = routine_of(VMI_INB);
	rom_out = routine_of(VMI_OUTB);
	rom_cr2 = routine_of(VMI_GET_CR2);
	ring1 = (cs & 3) == 1;
}

void
port_out(uint16_t port, uint8_t value)
{
	if (ring1)
		__asm__ volatile("call *%2" : : "a"(value), "d"(port), "r"(rom_out) : "memory", "cc");
	else
		outb(port, value);
}

uint8_t
port_in(uint16_t port)
{
	uint8_t value;

	if (!ring1)
		return inb(port);
	__asm__ volatile("call *%2" : "=a"(value) : "d"(port), "r"(rom_in) : "memory", "cc");
	return value;
}

uint32_t
fault_address(void)
{
	uint32_t value, edx;

	if (!ring1)
		return read_cr2();
	__asm__ volatile("call *%2" : "=a"(value), "=&d"(edx) : "b"(rom_cr2) : "ecx", "memory", "cc");
	return value;
}

/* Found, started, patched: once. */
bool
go_on_with_rom(void)
{
	static bool started;

	if (!rom) {
		wrong("there is no VMI ROM");
		return false;
	}
	if (!started) {
		started = true;
		IS(rom_init(), 0);
		reread_ring();
		patch_returns();
	}
	return true;
}
