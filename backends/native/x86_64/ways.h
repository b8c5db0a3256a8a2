/*
 * The fast ways into the kernel on x86_64: SYSCALL, by its MSRs (AMD64 volume 2,
 * section 6.1.1). SYSENTER is left without a kernel segment, so that it faults.
 * Included by x86/user.c only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_WAYS_H
#define PV_NATIVE_WAYS_H

#define MSR_SYSENTER_CS		0x174u
#define MSR_EFER		0xc0000080u
#define MSR_STAR		0xc0000081u
#define MSR_LSTAR		0xc0000082u
#define MSR_CSTAR		0xc0000083u
#define MSR_SFMASK		0xc0000084u
#define EFER_SCE		0x1u

#define USER_CS			0x2bu
#define USER_DS			0x23u
#define USER_CS32		0x1bu
PV_STATIC_ASSERT(USER_CS32 == (PV_NATIVE_USER_BASE | 3), "user.S");
PV_STATIC_ASSERT(USER_DS == (PV_NATIVE_USER_DS | 3), "user.S");
/* SYSRET loads STAR + 16 and STAR + 8; SYSCALL loads STAR and STAR + 8. */
PV_STATIC_ASSERT(USER_CS == PV_NATIVE_USER_BASE + 16 + 3, "SYSRET");
PV_STATIC_ASSERT(USER_DS == PV_NATIVE_USER_BASE + 8 + 3, "SYSRET");
PV_STATIC_ASSERT(PV_NATIVE_KERNEL_DS == PV_NATIVE_KERNEL_CS + 8, "SYSCALL");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, vector) == 120, "entry_words.h");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, cs) == 144, "entry_words.h");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_frame, rsp) == 160, "user.S");

extern const char pv_native_syscall_entry[], pv_native_syscall_compat[];
bool pv_native_syscall(struct pv_frame *frame);

/* An attached kernel may have it on; entry code is ours now, and does not stand it (trap.S). */
static void
fsgsbase_off(void)
{
	uintptr_t cr4 = pv_x86_cr4_read();

	if ((cr4 & PV_CR4_FSGSBASE) == 0)
		return;
	pv_log("CR4.FSGSBASE is turned off: with it user mode could pass its GS base off as the kernel's");
	__asm__ volatile("mov %0, %%cr4" : : "r" (cr4 & ~(uintptr_t)PV_CR4_FSGSBASE) : "memory");
}

/* SYSCALL: user selectors for SYSRET, kernel selectors; flags that it takes away, with IOPL. */
#define STAR_VALUE	((uint64_t)PV_NATIVE_USER_BASE << 48 | (uint64_t)PV_NATIVE_KERNEL_CS << 32)
#define SFMASK_VALUE	(PV_FLAGS_TF | PV_FLAGS_IF | PV_FLAGS_DF | 0x3000u | PV_FLAGS_NT | PV_FLAGS_RF |	\
			 PV_FLAGS_AC)

static const struct {
	uint32_t msr;
	uint64_t value;
} syscall_msrs[] = {
	{ MSR_STAR, STAR_VALUE }, { MSR_LSTAR, (uintptr_t)pv_native_syscall_entry },
	{ MSR_CSTAR, (uintptr_t)pv_native_syscall_compat }, { MSR_SFMASK, SFMASK_VALUE },
};

static void
ways_init(void)
{
	uint64_t efer = 0;
	pv_status s = PV_OK;

	fsgsbase_off();
	(void)pv_x86_msr_write(MSR_SYSENTER_CS, 0);
	if (!pv_native_has(PV_CAP_FAST_SYSCALL))
		return;
	for (unsigned i = 0; s == PV_OK && i < sizeof(syscall_msrs) / sizeof(syscall_msrs[0]); i++)
		s = pv_x86_msr_write(syscall_msrs[i].msr, syscall_msrs[i].value);
	if (s == PV_OK)
		s = pv_x86_msr_read(MSR_EFER, &efer);
	if (s != PV_OK || pv_x86_msr_write(MSR_EFER, efer | EFER_SCE) != PV_OK)
		pv_native_no_fast_syscall();
}

static const char *
ways(void)
{
	return pv_native_has(PV_CAP_FAST_SYSCALL) ? "syscall int80" : "int80";
}

/*
 * True: SYSRET gives the same as the iret would. It takes rip from rcx and rflags from r11, loads
 * fixed selectors, and on some CPUs an address beyond the user half faults after the stack is the
 * user's already (CVE-2012-0217): such frames take the other way.
 */
bool
pv_native_syscall(struct pv_frame *f)
{
	struct pv_uframe *u = (struct pv_uframe *)f;

	pv_syscall_deliver(u);
	pv_before_user();
	return f->rcx == f->rip && f->r11 == f->rflags && f->rip < PV_USER_END && f->cs == USER_CS &&
	    f->ss == USER_DS && (f->rflags & (PV_FLAGS_TF | PV_FLAGS_RF | PV_FLAGS_NT | PV_FLAGS_VM)) == 0;
}

#endif
