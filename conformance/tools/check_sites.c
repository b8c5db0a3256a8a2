/*
 * Is the table of call sites (section pv_sites, bounded by __start_pv_sites and
 * __stop_pv_sites) still in the image? Without it libpv cannot patch, and says
 * so only at run time. A script that discards it does so silently. A stripped
 * image cannot be judged.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdio.h>

#include "pvcheck.h"

struct symbols {
	bool table;		/* there is a symbol table */
	bool libpv;		/* some symbol starts with pv_ */
	bool start, stop;
	ck_u64 start_at, stop_at;
};

static void
read_symbols(const struct ck_image *im, struct symbols *y)
{
	const struct ck_sec *t = NULL, *str;
	ck_u64 at, name, value, ent = im->is64 ? 24 : 16;
	unsigned i;

	for (i = 0; i < im->nsec && t == NULL; i++)
		if (im->sec[i].type == CK_SHT_SYMTAB)
			t = &im->sec[i];
	if (t == NULL || t->link >= im->nsec || !ck_inside(im, t->off, t->size))
		return;
	str = &im->sec[t->link];
	y->table = true;
	for (at = 0; at + ent <= t->size; at += ent) {
		name = ck_get(im, t->off + at, 4);
		value = ck_get(im, t->off + at + (im->is64 ? 8 : 4), im->is64 ? 8 : 4);
		if (name >= str->size || ck_get(im, t->off + at + (im->is64 ? 6 : 14), 2) == 0)
			continue;	/* no name, or undefined (a weak reference) */
		name = ck_add(str->off, name);
		if (ck_inside(im, name, 3) && im->data[name] == 'p' && im->data[name + 1] == 'v' &&
		    im->data[name + 2] == '_')
			y->libpv = true;
		if (ck_streq(im, name, "__start_pv_sites")) {
			y->start = true;
			y->start_at = value;
		} else if (ck_streq(im, name, "__stop_pv_sites")) {
			y->stop = true;
			y->stop_at = value;
		}
	}
}

static bool
is_loaded(const struct ck_image *im, ck_u64 vaddr)
{
	const struct ck_seg *s;
	unsigned i;

	for (i = 0; i < im->nseg; i++) {
		s = &im->seg[i];
		if (ck_loads(s) && vaddr >= s->vaddr && vaddr - s->vaddr < s->filesz)
			return (true);
	}
	return (false);
}

static void
lost(struct ck_report *r, const char *how)
{
	(void)snprintf(r->sites, sizeof(r->sites), "lost: %s", how);
	ck_warn(r, "section pv_sites is lost (%s): operations stay slow table calls; add `__start_pv_sites "
	    "= .; *(pv_sites) __stop_pv_sites = .;` to the linker script", how);
}

void
ck_site_checks(const struct ck_image *im, struct ck_report *r)
{
	struct symbols y = { false, false, false, false, 0, 0 };
	const struct ck_sec *s;

	if (im->nsec == 0) {
		(void)snprintf(r->sites, sizeof(r->sites), "unknown: no section headers; check the image "
		    "before it is stripped of them");
		return;
	}
	read_symbols(im, &y);
	s = ck_sec_find(im, "pv_sites");
	if (s != NULL && s->size != 0 && ((s->flags & CK_SHF_ALLOC) == 0 || !is_loaded(im, s->addr)))
		lost(r, "the section is in no PT_LOAD segment");
	else if (s != NULL && s->size != 0)
		(void)snprintf(r->sites, sizeof(r->sites), "0x%llx bytes in section pv_sites", s->size);
	else if (y.start && y.stop && y.stop_at > y.start_at && is_loaded(im, y.start_at))
		(void)snprintf(r->sites, sizeof(r->sites), "0x%llx bytes from __start_pv_sites to "
		    "__stop_pv_sites", y.stop_at - y.start_at);
	else if (s != NULL)
		lost(r, "the section is empty");
	else if (y.start && y.stop)
		lost(r, "nothing between __start_pv_sites and __stop_pv_sites");
	else if (!y.table)
		(void)snprintf(r->sites, sizeof(r->sites), "unknown: no section pv_sites and no symbols; "
		    "check the image before it is stripped");
	else if (y.libpv)
		lost(r, "the image has pv_ symbols, but no such section");
	else
		(void)snprintf(r->sites, sizeof(r->sites), "none: the image is not linked with libpv");
}
