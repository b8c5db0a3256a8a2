/*
 * The model's page types: who owns a frame, what it is used as and how often, and what
 * entries of tables may say. A frame has one type at a time; a table's type is taken
 * only after all of its entries were looked at, and each entry holds the frame it names.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdlib.h>
#include <string.h>

#include "xen_model.h"

#define ENTRIES		512u
/* P W U A D, three bits and bits 52-61 of the guest's, NX. */
#define ALLOWED		(XM_P | XM_W | XM_U | XM_AD | 0xe00ull | 0x3ff0000000000000ull | 1ull << 63 | XM_FRAME)
#define ALLOWED_LEAF	(ALLOWED | 0x198ull)	/* cache attributes, G */
/* What may change without another look. */
#define HARMLESS	(XM_U | XM_AD | 0xf00ull | 0x3ff0000000000000ull | 1ull << 63)
#define INVALID_FRAME	0xfffffffffful
#define LOCAL_APIC	0xfee00ul

unsigned long
xm_number(const struct xm_frame *f)
{
	return (unsigned long)(f - xm.frame);
}

bool
xm_owned(unsigned long mfn)
{
	return mfn < XM_FRAMES && xm.frame[mfn].owner == XM_GUEST;
}

struct xm_frame *
xm_get(unsigned long mfn)
{
	if (!xm_owned(mfn))
		return NULL;
	xm.frame[mfn].refs++;
	return &xm.frame[mfn];
}

void
xm_put(struct xm_frame *f)
{
	if (f->refs == 0)
		abort();
	if (--f->refs == 0) {
		f->owner = XM_NOBODY;
		f->type = XM_NONE;
		f->valid = false;
		memset(xm_at(xm_number(f)), 0x5c, 4096);
	}
}

/* -- leaves ---------------------------------------------------------------------- */

/* Take what a present leaf entry names. Frames that are no RAM are counted nowhere. */
static long
leaf_get(uint64_t entry)
{
	unsigned long mfn = xm_mfn(entry);
	struct xm_frame *f;

	if ((entry & ~ALLOWED_LEAF) != 0)
		return -XEN_EINVAL;
	if (mfn >= XM_FRAMES)
		return mfn == INVALID_FRAME ? -XEN_EINVAL : mfn == LOCAL_APIC ? -XEN_EPERM : 0;
	f = xm_get(mfn);
	if (f == NULL)
		return -XEN_EBUSY;
	if ((entry & XM_W) != 0 && xm_type_get(f, XM_WRITABLE) != 0) {
		xm_put(f);
		return -XEN_EBUSY;
	}
	return 0;
}

static void
leaf_put(uint64_t entry)
{
	unsigned long mfn = xm_mfn(entry);

	if ((entry & XM_P) == 0 || mfn >= XM_FRAMES)
		return;
	if ((entry & XM_W) != 0)
		xm_type_put(&xm.frame[mfn]);
	xm_put(&xm.frame[mfn]);
}

/* The kernel has no ring of its own: its pages are marked instead. */
static uint64_t
leaf_adjust(uint64_t entry)
{
	if ((entry & XM_P) == 0)
		return entry;
	if ((entry & XM_U) == 0)
		entry |= XM_KERNEL | XM_U;
	if ((entry & XM_KERNEL) == 0)
		entry |= 0x100;
	return entry;
}

/* -- entries that lead to tables -------------------------------------------------- */

/* A table of the same level may be looked at through a read-only entry, if it is one already. */
static bool
linear_get(struct xm_frame *table, uint64_t entry)
{
	struct xm_frame *f;

	if ((entry & XM_W) != 0)
		return false;
	if (xm_mfn(entry) == xm_number(table))
		return true;
	f = xm_get(xm_mfn(entry));
	if (f == NULL)
		return false;
	if (table->linear < 0 || f->linear > 0 || f->type != table->type || !f->valid) {
		xm_put(f);
		return false;
	}
	table->linear++;
	f->linear--;
	f->types++;
	return true;
}

static long
table_get(struct xm_frame *table, uint64_t entry, enum xm_type level)
{
	struct xm_frame *f;
	long result = -XEN_EINVAL;

	if ((entry & ~ALLOWED) != 0)
		return -XEN_EINVAL;
	f = xm_get(xm_mfn(entry));
	if (f != NULL) {
		result = xm_type_get(f, level - 1);
		if (result != 0)
			xm_put(f);
	}
	return result == -XEN_EINVAL && linear_get(table, entry) ? 0 : result;
}

static void
table_put(struct xm_frame *table, uint64_t entry, enum xm_type level)
{
	struct xm_frame *f = &xm.frame[xm_mfn(entry)];

	if ((entry & XM_P) == 0 || xm_mfn(entry) == xm_number(table))
		return;
	if (f->type == level) {
		table->linear--;
		f->linear++;
	}
	xm_put_typed(f);
}

static bool
is_xens(enum xm_type level, unsigned index)
{
	return level == XM_L4 && index >= 256 && index < 272;
}

static uint64_t
adjust(uint64_t entry, enum xm_type level)
{
	if (level == XM_L1)
		return leaf_adjust(entry);
	if ((entry & XM_P) == 0)
		return entry;
	return entry | XM_U | (level == XM_L4 ? 0x20 : 0);
}

static long
entry_get(struct xm_frame *table, uint64_t entry, enum xm_type level)
{
	return level == XM_L1 ? leaf_get(entry) : table_get(table, entry, level);
}

static void
entry_put(struct xm_frame *table, uint64_t entry, enum xm_type level)
{
	if (level == XM_L1)
		leaf_put(entry);
	else
		table_put(table, entry, level);
}

/* -- types ------------------------------------------------------------------------ */

/* The contents become those of a table, or nothing was taken. */
static long
promote(struct xm_frame *f)
{
	uint64_t *entry = xm_at(xm_number(f));
	unsigned i;
	long result = 0;

	f->linear = 0;
	for (i = 0; i < ENTRIES; i++) {
		if (is_xens(f->type, i))
			continue;
		if ((entry[i] & XM_P) != 0)
			result = entry_get(f, entry[i], f->type);
		if (result != 0)
			break;
		entry[i] = adjust(entry[i], f->type);
	}
	if (result != 0) {
		while (i-- > 0)
			if (!is_xens(f->type, i))
				entry_put(f, entry[i], f->type);
		return result;
	}
	/* Present, and a frame that is none: whoever follows them is found out. */
	for (i = 256; f->type == XM_L4 && i < 272; i++)
		entry[i] = 0x000deadbeef00063ull;
	return 0;
}

static void
demote(struct xm_frame *f)
{
	uint64_t *entry = xm_at(xm_number(f));

	for (unsigned i = 0; i < ENTRIES; i++)
		if (!is_xens(f->type, i))
			entry_put(f, entry[i], f->type);
}

static long
check_descriptors(struct xm_frame *f)
{
	uint64_t *descriptor = xm_at(xm_number(f));

	for (unsigned i = 0; i < ENTRIES; i++)
		if (!xm_desc_okay(&descriptor[i]))
			return -XEN_EINVAL;
	return 0;
}

long
xm_type_get(struct xm_frame *f, enum xm_type type)
{
	long result = 0;

	if (f->types > 0 && (f->type != type || !f->valid))
		return -XEN_EINVAL;
	if (f->types++ > 0)
		return 0;
	if (f->type == type && f->valid)
		return 0;
	f->type = type;
	f->valid = false;
	if (type <= XM_L4)
		result = promote(f);
	else if (type == XM_DESC)
		result = check_descriptors(f);
	f->valid = result == 0;
	if (result != 0) {
		f->types--;
		f->type = XM_NONE;
	}
	return result;
}

void
xm_type_put(struct xm_frame *f)
{
	if (f->types == 0 || !f->valid)
		abort();
	if (f->types == 1 && f->type <= XM_L4) {
		f->valid = false;
		demote(f);
	}
	f->types--;
}

struct xm_frame *
xm_get_typed(unsigned long mfn, enum xm_type type)
{
	struct xm_frame *f = xm_get(mfn);

	if (f != NULL && xm_type_get(f, type) != 0) {
		xm_put(f);
		return NULL;
	}
	return f;
}

void
xm_put_typed(struct xm_frame *f)
{
	xm_type_put(f);
	xm_put(f);
}

/* -- changing an entry of a table in use ------------------------------------------- */

long
xm_entry_set(struct xm_frame *table, unsigned index, uint64_t entry, bool keep_ad)
{
	enum xm_type level = table->type;
	uint64_t *where = (uint64_t *)xm_at(xm_number(table)) + index, old = *where;
	long result = 0;
	bool same;

	if (is_xens(level, index))
		return -XEN_EINVAL;
	if ((entry & XM_P) != 0 && (entry & ~(level == XM_L1 ? ALLOWED_LEAF : ALLOWED)) != 0)
		return -XEN_EINVAL;
	entry = adjust(entry, level);
	same = (entry & XM_P) != 0 && ((entry ^ old) & ~HARMLESS) == 0;
	if ((entry & XM_P) != 0 && !same)
		result = entry_get(table, entry, level);
	if (result != 0)
		return result;
	*where = entry | (keep_ad ? old & XM_AD : 0);
	if (!same)
		entry_put(table, old, level);
	xm_view_table(xm_number(table), index);
	return 0;
}
