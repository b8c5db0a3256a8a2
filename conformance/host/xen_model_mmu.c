/*
 * The model's page-table hypercalls: mmu_update, mmuext_op, update_va_mapping.
 * Lists stop at the first entry that is refused and say how many were done.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "xen_model.h"

/* The domains that there are: this one, which is 0, and the one that owns what is no RAM. */
static bool
domain_known(unsigned long domain)
{
	domain &= 0xffff;
	return domain == XEN_DOMID_SELF || domain == 0 || domain == XEN_DOMID_IO || domain == XEN_DOMID_XEN;
}

static void
say_done(unsigned long where, unsigned done)
{
	if (where != 0)
		*(uint32_t *)where = done;
}

/* -- mmu_update ------------------------------------------------------------------- */

/* A page that is no table in use may be written this way, too. */
static long
write_entry(struct xm_frame *f, unsigned long offset, uint64_t value)
{
	if (xm_type_get(f, XM_WRITABLE) != 0)
		return -XEN_EINVAL;
	*(uint64_t *)((char *)xm_at(xm_number(f)) + offset) = value;
	xm_type_put(f);
	return 0;
}

static long
one_update(uint64_t ptr, uint64_t value)
{
	unsigned cmd = ptr & 7;
	struct xm_frame *f;
	long result;

	if (cmd > XEN_MMU_PT_UPDATE_NO_TRANSLATE)
		return -XEN_ENOSYS;
	f = xm_get((unsigned long)(ptr >> 12));
	if (f == NULL)
		return -XEN_EINVAL;
	if (cmd == XEN_MMU_MACHPHYS_UPDATE) {
		xm.m2p[xm_number(f)] = (unsigned long)value;
		result = 0;
	} else if (f->types > 0 && f->valid && f->type <= XM_L4) {
		result = xm_entry_set(f, (ptr & 4095) / 8, value, cmd == XEN_MMU_PT_UPDATE_PRESERVE_AD);
	} else {
		result = write_entry(f, ptr & 4088, value);
	}
	xm_put(f);
	return result;
}

long
xm_mmu_update(unsigned long list, unsigned long nr, unsigned long done, unsigned long domain)
{
	const struct xen_mmu_update *u = (const struct xen_mmu_update *)list;
	long result = 0;
	unsigned i;

	if (xm_bad(u))
		return -XEN_EFAULT;
	if (!domain_known(domain))
		return -XEN_ESRCH;
	for (i = 0; i < nr; i++) {
		result = xm_request(XEN_MMU_UPDATE, u[i].ptr, u[i].val, 0, domain);
		if (result == 0)
			result = one_update(u[i].ptr, u[i].val);
		if (result != 0)
			break;
	}
	say_done(done, i);
	return result;
}

/* -- update_va_mapping --------------------------------------------------------------- */

long
xm_update_va(unsigned long va, unsigned long entry, unsigned long flags, unsigned long d)
{
	const uint64_t *where;
	struct xm_frame *f;
	unsigned long mfn;
	long result;

	(void)d;
	if (va >= XEN_HOLE_START && va < XEN_HOLE_END)
		return -XEN_EINVAL;
	where = xm_leaf(xm.root, va);
	if (where == NULL)
		return -XEN_EINVAL;
	mfn = (unsigned long)((const char *)where - (const char *)xm_at(0)) / 4096;
	f = xm_get(mfn);
	if (f == NULL)
		return -XEN_EINVAL;
	result = -XEN_EINVAL;
	if (f->types > 0 && f->valid && f->type == XM_L1)
		result = xm_entry_set(f, (va >> 12) & 511, entry, false);
	xm_put(f);
	if (result == 0 && (flags & XEN_UVMF_FLUSHTYPE_MASK) != 0)
		xm.flushes++;
	return result;
}

long
xm_update_va_other(unsigned long va, unsigned long entry, unsigned long flags, unsigned long domain)
{
	return domain_known(domain) ? xm_update_va(va, entry, flags, 0) : -XEN_ESRCH;
}

/* -- mmuext_op ------------------------------------------------------------------------- */

static long
pin(unsigned long mfn, enum xm_type level)
{
	struct xm_frame *f = xm_get(mfn);
	long result;

	if (f == NULL)
		return -XEN_EINVAL;
	result = xm_type_get(f, level);
	if (result != 0) {
		xm_put(f);
		return result;
	}
	if (f->pinned) {
		xm_put_typed(f);
		return -XEN_EINVAL;
	}
	f->pinned = true;
	return 0;
}

static long
unpin(unsigned long mfn)
{
	if (!xm_owned(mfn) || !xm.frame[mfn].pinned)
		return -XEN_EINVAL;
	xm.frame[mfn].pinned = false;
	xm_put_typed(&xm.frame[mfn]);
	return 0;
}

static long
base(unsigned long *which, unsigned long mfn)
{
	unsigned long old = *which;
	struct xm_frame *f;
	long result;

	if (old == mfn)
		return 0;
	if (mfn != 0 || which == &xm.root) {
		f = xm_get(mfn);
		if (f == NULL)
			return -XEN_EINVAL;
		result = xm_type_get(f, XM_L4);
		if (result != 0) {
			xm_put(f);
			return result;
		}
	}
	if (which == &xm.root)
		xm_ldt_drop();
	*which = mfn;
	if (which == &xm.root)
		xm_view_all();
	if (old != 0)
		xm_put_typed(&xm.frame[old]);
	return 0;
}

static long
clear_or_copy(const struct xen_mmuext_op *op)
{
	struct xm_frame *source = NULL, *f;

	if (op->cmd == XEN_MMUEXT_COPY_PAGE) {
		source = xm_get(op->arg2);
		if (source == NULL)
			return -XEN_EINVAL;
	}
	f = xm_get_typed(op->arg1, XM_WRITABLE);
	if (f != NULL && source != NULL)
		memcpy(xm_at(op->arg1), xm_at(op->arg2), 4096);
	else if (f != NULL)
		memset(xm_at(op->arg1), 0, 4096);
	if (f != NULL)
		xm_put_typed(f);
	if (source != NULL)
		xm_put(source);
	return f == NULL ? -XEN_EINVAL : 0;
}

static long
set_ldt(unsigned long address, unsigned entries)
{
	if (entries > 8192)
		return -XEN_EINVAL;
	if (entries != 0 && ((address & 4095) != 0 || (address >= XEN_HOLE_START && address < XEN_HOLE_END)))
		return -XEN_EINVAL;
	if (xm.ldt_entries == entries && xm.ldt_base == address)
		return 0;
	xm_ldt_drop();
	xm.ldt_base = address;
	xm.ldt_entries = entries;
	return 0;
}

static long
one_ext(const struct xen_mmuext_op *op)
{
	switch (op->cmd) {
	case XEN_MMUEXT_PIN_L1_TABLE:
	case XEN_MMUEXT_PIN_L2_TABLE:
	case XEN_MMUEXT_PIN_L3_TABLE:
	case XEN_MMUEXT_PIN_L4_TABLE:
		return pin(op->arg1, XM_L1 + op->cmd - XEN_MMUEXT_PIN_L1_TABLE);
	case XEN_MMUEXT_UNPIN_TABLE:
		return unpin(op->arg1);
	case XEN_MMUEXT_NEW_BASEPTR:
		return base(&xm.root, op->arg1);
	case XEN_MMUEXT_NEW_USER_BASEPTR:
		return base(&xm.user_root, op->arg1);
	case XEN_MMUEXT_TLB_FLUSH_MULTI:
	case XEN_MMUEXT_INVLPG_MULTI:
		if (xm_bad((const void *)op->arg2))
			return -XEN_EINVAL;
		/* fall through */
	case XEN_MMUEXT_TLB_FLUSH_LOCAL:
	case XEN_MMUEXT_INVLPG_LOCAL:
	case XEN_MMUEXT_TLB_FLUSH_ALL:
	case XEN_MMUEXT_INVLPG_ALL:
		xm.flushes++;
		return 0;
	case XEN_MMUEXT_FLUSH_CACHE:
	case XEN_MMUEXT_FLUSH_CACHE_GLOBAL:
		return 0;
	case XEN_MMUEXT_SET_LDT:
		return set_ldt(op->arg1, (unsigned)op->arg2);
	case XEN_MMUEXT_CLEAR_PAGE:
	case XEN_MMUEXT_COPY_PAGE:
		return clear_or_copy(op);
	case XEN_MMUEXT_MARK_SUPER:
	case XEN_MMUEXT_UNMARK_SUPER:
		return -XEN_EOPNOTSUPP;
	default:
		return -XEN_ENOSYS;
	}
}

long
xm_mmuext_op(unsigned long list, unsigned long nr, unsigned long done, unsigned long domain)
{
	const struct xen_mmuext_op *op = (const struct xen_mmuext_op *)list;
	long result = 0;
	unsigned i;

	if (xm_bad(op))
		return -XEN_EFAULT;
	if (!domain_known(domain))
		return -XEN_ESRCH;
	for (i = 0; i < nr; i++) {
		result = xm_request(XEN_MMUEXT_OP, op[i].arg1, op[i].arg2, op[i].cmd, domain);
		if (result == 0)
			result = one_ext(&op[i]);
		if (result != 0)
			break;
	}
	say_done(done, i);
	return result;
}
