/*
 * Registers of an i386 frame for people.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../x86/native.h"
#include "frame_words.h"

static void
row(const char *a, uint32_t va, const char *b, uint32_t vb, const char *c, uint32_t vc, const char *d, uint32_t vd)
{
	pv_printf("pv:   %-6s %08x  %-6s %08x  %-6s %08x  %-6s %08x\n", a, va, b, vb, c, vc, d, vd);
}

void
pv_frame_print(const struct pv_frame *f)
{
	row("eip", f->eip, "esp", pv_frame_sp(f), "eflags", f->eflags, "cs", f->cs);
	row("eax", f->eax, "ebx", f->ebx, "ecx", f->ecx, "edx", f->edx);
	row("esi", f->esi, "edi", f->edi, "ebp", f->ebp, "cr3", pv_cr3_read());
	row("ds", f->ds, "es", f->es, "fs", f->fs, "gs", f->gs);
}
