/*
 * The report of the image checker: collecting messages, printing them, and the
 * verdict that becomes the exit status. It does not judge images.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pvcheck.h"

static const struct {
	const char *title, *option;
	bool sparc;
} protos[CK_NPROTO] = {
	[CK_QEMU_PVH] = { "QEMU -kernel PVH", "qemu-pvh", false },
	[CK_QEMU_MB1] = { "QEMU -kernel Multiboot1", "qemu-mb1", false },
	[CK_GRUB_MB1] = { "GRUB multiboot", "grub-mb1", false },
	[CK_GRUB_MB2] = { "GRUB multiboot2", "grub-mb2", false },
	[CK_XEN_PV] = { "Xen PV", "xen-pv", false },
	[CK_XEN_PVH] = { "Xen PVH", "xen-pvh", false },
	[CK_SUN4U] = { "sun4u OpenBIOS", "sun4u", true },
	[CK_SUN4V] = { "sun4v ELF", "sun4v", true }
};

static void
CK_PRINTF(4, 0)
put(struct ck_report *r, enum ck_kind kind, enum ck_proto p, const char *fmt, va_list ap)
{
	struct ck_msg *m;

	if (kind == CK_ERROR)
		r->nerror++;
	if (kind == CK_FAIL) {
		r->nfail[p]++;
		r->claimed[p] = true;
	}
	if (r->nmsg == sizeof(r->msg) / sizeof(r->msg[0])) {
		r->lost++;
		return;
	}
	m = &r->msg[r->nmsg++];
	m->kind = kind;
	m->proto = p;
	(void)vsnprintf(m->text, sizeof(m->text), fmt, ap);
}

void
ck_error(struct ck_report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(r, CK_ERROR, CK_NPROTO, fmt, ap);
	va_end(ap);
}

void
ck_warn(struct ck_report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(r, CK_WARNING, CK_NPROTO, fmt, ap);
	va_end(ap);
}

void
ck_fail(struct ck_report *r, enum ck_proto p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(r, CK_FAIL, p, fmt, ap);
	va_end(ap);
}

void
ck_remark(struct ck_report *r, enum ck_proto p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(r, CK_REMARK, p, fmt, ap);
	va_end(ap);
}

const char *
ck_proto_title(enum ck_proto p)
{
	return (protos[p].title);
}

const char *
ck_proto_option(enum ck_proto p)
{
	return (protos[p].option);
}

/* Rows are printed for the protocols of the image's own instruction set. */
bool
ck_proto_exists(const struct ck_image *im, enum ck_proto p)
{
	return (protos[p].sparc == (im->machine == CK_EM_SPARCV9));
}

static void
print_row(const struct ck_report *r, enum ck_proto p)
{
	const char *sep = " (";
	unsigned i;

	if (r->nfail[p] == 0 && !(r->claimed[p] && r->nerror > 0)) {
		(void)printf("  %-24s %s", protos[p].title, r->claimed[p] ? "will boot" : "n/a");
		for (i = 0; i < r->nmsg; i++) {
			if (r->msg[i].kind == CK_REMARK && r->msg[i].proto == p) {
				(void)printf("%s%s", sep, r->msg[i].text);
				sep = "; ";
			}
		}
		(void)printf("%s\n", sep[0] == ';' ? ")" : "");
		return;
	}
	if (r->nerror > 0)
		(void)printf("  %-24s will not boot: the image itself is broken, see error above\n",
		    protos[p].title);
	for (i = 0; i < r->nmsg; i++)
		if (r->msg[i].kind == CK_FAIL && r->msg[i].proto == p)
			(void)printf("  %-24s will not boot: %s\n", protos[p].title, r->msg[i].text);
}

static const char *
machine_name(const struct ck_image *im, char *buf, size_t len)
{
	switch (im->machine) {
	case CK_EM_386:
		return ("i386");
	case CK_EM_X86_64:
		return ("x86-64");
	case CK_EM_SPARCV9:
		return ("sparc64");
	default:
		(void)snprintf(buf, len, "machine %u", im->machine);
		return (buf);
	}
}

void
ck_print(const struct ck_image *im, const struct ck_report *r)
{
	ck_u64 low, high;
	unsigned i;
	char buf[32];

	ck_phys_range(im, &low, &high);
	(void)printf("%s: ELF%d %s-endian %s, entry 0x%llx, physical 0x%llx to 0x%llx\n", im->path, im->is64
	    ? 64 : 32, im->be ? "big" : "little", machine_name(im, buf, sizeof(buf)), im->entry, low, high);
	for (i = 0; i < r->nmsg; i++)
		if (r->msg[i].kind == CK_ERROR)
			(void)printf("error: %s\n", r->msg[i].text);
	for (i = 0; i < CK_NPROTO; i++)
		if (ck_proto_exists(im, (enum ck_proto)i))
			print_row(r, (enum ck_proto)i);
	(void)printf("  %-24s %s\n", "call-site table", r->sites);
	for (i = 0; i < r->nmsg; i++)
		if (r->msg[i].kind == CK_WARNING)
			(void)printf("warning: %s\n", r->msg[i].text);
	if (r->lost > 0)
		(void)printf("warning: %u more messages are not shown\n", r->lost);
}

bool
ck_verdict(const struct ck_report *r, unsigned want)
{
	bool good = false;
	unsigned i;

	if (r->nerror > 0)
		return (false);
	for (i = 0; i < CK_NPROTO; i++) {
		if (want != 0 && (want >> i & 1) == 0)
			continue;
		if (r->nfail[i] > 0 || (want != 0 && !r->claimed[i]))
			return (false);
		good = good || r->claimed[i];
	}
	return (good);
}
