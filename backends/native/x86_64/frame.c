/*
 * Registers of an x86_64 frame for people.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../x86/native.h"

static void
row(const char *a, uint64_t va, const char *b, uint64_t vb, const char *c, uint64_t vc)
{
	pv_printf("pv:   %-6s %016llx  %-6s %016llx  %-6s %016llx\n", a, (unsigned long long)va,
	    b, (unsigned long long)vb, c, (unsigned long long)vc);
}

void
pv_frame_print(const struct pv_frame *f)
{
	row("rip", f->rip, "rsp", f->rsp, "rflags", f->rflags);
	row("rax", f->rax, "rbx", f->rbx, "rcx", f->rcx);
	row("rdx", f->rdx, "rsi", f->rsi, "rdi", f->rdi);
	row("rbp", f->rbp, "r8", f->r8, "r9", f->r9);
	row("r10", f->r10, "r11", f->r11, "r12", f->r12);
	row("r13", f->r13, "r14", f->r14, "r15", f->r15);
	row("cs", f->cs, "ss", f->ss, "cr3", pv_cr3_read());
}
