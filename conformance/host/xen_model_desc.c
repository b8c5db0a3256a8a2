/*
 * The model's descriptor tables, trap table and callbacks, debug registers, segment bases.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "xen_model.h"

/* Bits of a descriptor's upper half. SDM volume 3A, 3.4.5. */
#define PRESENT		(1u << 15)
#define SEGMENT		(1u << 12)	/* code or data */
#define KIND		0xf00u
#define CALL_GATE	0xc00u

static bool
canonical(unsigned long address)
{
	return (long)(address << 16) >> 16 == (long)address;
}

/* Nothing of ring 0 is left in it, or it is refused. */
bool
xm_desc_okay(uint64_t *descriptor)
{
	uint32_t low = (uint32_t)*descriptor, high = (uint32_t)(*descriptor >> 32);

	if ((high & PRESENT) == 0)
		return true;
	if ((high & SEGMENT) != 0) {
		*descriptor = (uint64_t)(high | 3u << 13) << 32 | low;
		return true;
	}
	if ((high & KIND) == 0)
		return true;		/* second half of a gate */
	/* A gate into a code segment, which Xen carries out itself. */
	if ((high & KIND) != CALL_GATE || (high & 0xff) != 0)
		return false;
	*descriptor = (uint64_t)(high & ~(3u << 13)) << 32 | low | 3u << 16;
	return true;
}

/* -- tables -------------------------------------------------------------------------- */

long
xm_set_gdt(unsigned long list, unsigned long entries, unsigned long c, unsigned long d)
{
	const unsigned long *frames = (const unsigned long *)list;
	unsigned nr = (unsigned)((entries + 511) / 512), i;

	(void)c;
	(void)d;
	if (entries > XEN_FIRST_RESERVED_GDT_ENTRY)
		return -XEN_EINVAL;
	if (nr > 0 && xm_bad(frames))
		return -XEN_EFAULT;
	for (i = 0; i < nr; i++)
		if (xm_get_typed(frames[i], XM_DESC) == NULL)
			break;
	if (i < nr) {
		while (i-- > 0)
			xm_put_typed(&xm.frame[frames[i]]);
		return -XEN_EINVAL;
	}
	for (i = 0; i < (xm.gdt_entries + 511) / 512; i++)
		xm_put_typed(&xm.frame[xm.gdt[i]]);
	for (i = 0; i < nr; i++)
		xm.gdt[i] = frames[i];
	xm.gdt_entries = entries;
	return 0;
}

long
xm_update_descriptor(unsigned long where, unsigned long value, unsigned long c, unsigned long d)
{
	uint64_t descriptor = value;
	struct xm_frame *f;
	enum xm_type type;

	(void)c;
	(void)d;
	if ((where & 7) != 0 || !xm_desc_okay(&descriptor))
		return -XEN_EINVAL;
	f = xm_get(where >> 12);
	if (f == NULL)
		return -XEN_EINVAL;
	type = f->type == XM_DESC ? XM_DESC : XM_WRITABLE;
	if (xm_type_get(f, type) != 0) {
		xm_put(f);
		return -XEN_EINVAL;
	}
	memcpy((char *)xm_at(xm_number(f)) + (where & 4095), &descriptor, sizeof(descriptor));
	xm_put_typed(f);
	return 0;
}

void
xm_ldt_drop(void)
{
	for (unsigned i = 0; i < 16; i++) {
		if (xm.ldt_seen[i] != 0)
			xm_put_typed(&xm.frame[xm.ldt_seen[i]]);
		xm.ldt_seen[i] = 0;
	}
}

/* A page of the LDT becomes one when the CPU looks at it first. */
void
xm_touch_ldt(unsigned selector)
{
	unsigned page = (selector >> 3) / 512;
	uint64_t entry;

	if ((selector >> 3) >= xm.ldt_entries || xm.ldt_seen[page] != 0)
		return;
	entry = xm_walk(xm.root, xm.ldt_base + page * 4096ul);
	if (entry != 0 && xm_get_typed(xm_mfn(entry), XM_DESC) != NULL)
		xm.ldt_seen[page] = xm_mfn(entry);
}

/* -- what is called when ---------------------------------------------------------------- */

long
xm_set_trap_table(unsigned long list, unsigned long b, unsigned long c, unsigned long d)
{
	const struct xen_trap_info *trap = (const struct xen_trap_info *)list;

	(void)b;
	(void)c;
	(void)d;
	if (trap == NULL) {
		memset(xm.trap, 0, sizeof(xm.trap));
		return 0;
	}
	if (xm_bad(trap))
		return -XEN_EFAULT;
	for (; trap->address != 0; trap++) {
		if (!canonical(trap->address))
			return -XEN_EINVAL;
		xm.trap[trap->vector] = *trap;
	}
	return 0;
}

static long
set_nmi(unsigned long address)
{
	if (!canonical(address))
		return -XEN_EINVAL;
	xm.trap[2] = (struct xen_trap_info){ .vector = 2, .flags = 4, .cs = XEN_KERNEL_CS, .address = address };
	return 0;
}

static long
register_callback(const struct xen_callback_register *r)
{
	if (!canonical(r->address))
		return -XEN_EINVAL;
	switch (r->type) {
	case XEN_CALLBACK_EVENT:
	case XEN_CALLBACK_FAILSAFE:
	case XEN_CALLBACK_SYSCALL:
	case XEN_CALLBACK_SYSENTER:
	case XEN_CALLBACK_SYSCALL32:
		xm.callback[r->type] = r->address;
		return 0;
	case XEN_CALLBACK_NMI:
		return set_nmi(r->address);
	default:
		return -XEN_ENOSYS;
	}
}

static long
unregister_callback(const struct xen_callback_unregister *r)
{
	switch (r->type) {
	case XEN_CALLBACK_NMI:
		memset(&xm.trap[2], 0, sizeof(xm.trap[2]));
		return 0;
	case XEN_CALLBACK_EVENT:
	case XEN_CALLBACK_FAILSAFE:
	case XEN_CALLBACK_SYSCALL:
	case XEN_CALLBACK_SYSENTER:
	case XEN_CALLBACK_SYSCALL32:
		return -XEN_EINVAL;
	default:
		return -XEN_ENOSYS;
	}
}

long
xm_callback_op(unsigned long cmd, unsigned long arg, unsigned long c, unsigned long d)
{
	(void)c;
	(void)d;
	if (cmd > XEN_CALLBACK_UNREGISTER)
		return -XEN_ENOSYS;
	if (xm_bad((const void *)arg))
		return -XEN_EFAULT;
	return cmd == XEN_CALLBACK_REGISTER ? register_callback((const struct xen_callback_register *)arg) :
	    unregister_callback((const struct xen_callback_unregister *)arg);
}

/* The older way: event, failsafe, syscall. */
long
xm_set_callbacks(unsigned long event, unsigned long failsafe, unsigned long syscall, unsigned long d)
{
	(void)d;
	if (!canonical(event) || !canonical(failsafe) || !canonical(syscall))
		return -XEN_EINVAL;
	xm.callback[XEN_CALLBACK_EVENT] = event;
	xm.callback[XEN_CALLBACK_FAILSAFE] = failsafe;
	xm.callback[XEN_CALLBACK_SYSCALL] = syscall;
	return 0;
}

long
xm_nmi_op(unsigned long cmd, unsigned long arg, unsigned long c, unsigned long d)
{
	(void)c;
	(void)d;
	if (cmd == XEN_NMI_UNREGISTER_CALLBACK) {
		memset(&xm.trap[2], 0, sizeof(xm.trap[2]));
		return 0;
	}
	if (cmd != XEN_NMI_REGISTER_CALLBACK)
		return -XEN_ENOSYS;
	if (xm_bad((const void *)arg))
		return -XEN_EFAULT;
	return set_nmi(((const struct xen_nmi_callback *)arg)->handler_address);
}

/* -- registers ------------------------------------------------------------------------------ */

long
xm_set_debugreg(unsigned long reg, unsigned long value, unsigned long c, unsigned long d)
{
	(void)c;
	(void)d;
	if (reg > 7)
		return -XEN_ENODEV;
	if (reg <= 3 && value >= XEN_HOLE_START && value < XEN_HOLE_END)
		return -XEN_EPERM;
	if (reg >= 4 && value != (uint32_t)value)
		return -XEN_EINVAL;
	if (reg == 6 || reg == 4)
		value = (value & ~0x1000ul) | 0xffff0ff0ul;
	if (reg == 7 || reg == 5) {
		value = (value & ~0xd800ul) | 0x400;
		if ((value & 1u << 13) != 0)
			return -XEN_EPERM;
	}
	xm.debug[reg == 4 ? 6 : reg == 5 ? 7 : reg] = value;
	return 0;
}

long
xm_get_debugreg(unsigned long reg, unsigned long b, unsigned long c, unsigned long d)
{
	(void)b;
	(void)c;
	(void)d;
	if (reg > 7)
		return -XEN_ENODEV;
	return (long)xm.debug[reg == 4 ? 6 : reg == 5 ? 7 : reg];
}

long
xm_set_segment_base(unsigned long which, unsigned long base, unsigned long c, unsigned long d)
{
	(void)c;
	(void)d;
	if (which == XEN_SEGBASE_GS_USER_SEL) {
		xm.segment_base[XEN_SEGBASE_GS_USER] = 0;
		return 0;
	}
	if (which > XEN_SEGBASE_GS_KERNEL || !canonical(base))
		return -XEN_EINVAL;
	xm.segment_base[which] = base;
	return 0;
}

long
xm_stack_switch(unsigned long ss, unsigned long sp, unsigned long c, unsigned long d)
{
	(void)c;
	(void)d;
	xm.kernel_ss = ss | 3;
	xm.kernel_sp = sp;
	return 0;
}

long
xm_fpu_taskswitch(unsigned long set, unsigned long b, unsigned long c, unsigned long d)
{
	(void)b;
	(void)c;
	(void)d;
	xm.task_switched = set != 0;
	return 0;
}
