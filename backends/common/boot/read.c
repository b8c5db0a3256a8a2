/*
 * Reading what a loader left behind: bytes, strings and the reason why not. All
 * of it goes through the caller's `at`, which may show another place at the next
 * call, so nothing is kept but copies.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "build.h"
#include "../../../hooks/hooks_internal.h"

static char reason[200];

pv_status
pv_boot_fail(pv_status s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)pv_vsnprintf(reason, sizeof(reason), format, ap);
	va_end(ap);
	return s;
}

const char *
pv_boot_read_error(void)
{
	return reason;
}

bool
pv_boot_fetch(const struct pv_boot_reader *r, void *to, pv_paddr from, uint64_t size)
{
	const uint8_t *p;
	uint8_t *out = to;

	if (size > UINT64_MAX - from.v)
		return false;
	p = r->at(r->arg, from, size);
	if (p == NULL)
		return false;
	/* Byte by byte: loaders do not align everything, and the copy reads nothing twice (P1). */
	for (uint64_t i = 0; i < size; i++)
		out[i] = PV_READ_SHARED(p[i]);
	return true;
}

pv_status
pv_boot_text(struct pv_boot_build *b, const struct pv_boot_reader *r, pv_paddr from, uint64_t max,
    const char *what, const char **out)
{
	struct pv_boot *boot = b->boot;
	uint32_t start = boot->text_used, used = start;

	*out = boot->text;
	for (uint64_t i = 0; i < max; i++) {
		char c;

		if (!pv_boot_fetch(r, &c, pv_pa_add(from, i), 1))
			return pv_boot_fail(PV_E_RANGE, "%s at 0x%llx leaves readable memory after %llu "
			    "bytes", what, (unsigned long long)from.v, (unsigned long long)i);
		if (used < PV_BOOT_TEXT)
			boot->text[used++] = c;
		else
			used = PV_BOOT_TEXT + 1;
		if (c != '\0')
			continue;
		if (used > PV_BOOT_TEXT)
			break;
		*out = &boot->text[start];
		boot->text_used = used;
		return PV_OK;
	}
	/* What did not become a string leaves no trace. */
	memset(&boot->text[start], 0, PV_BOOT_TEXT - start);
	if (used > PV_BOOT_TEXT)
		return PV_E_TOOLONG;
	return pv_boot_fail(PV_E_FORMAT, "%s at 0x%llx has no end within %llu bytes", what,
	    (unsigned long long)from.v, (unsigned long long)max);
}

pv_status
pv_boot_module_text(struct pv_boot_build *b, const struct pv_boot_reader *r, pv_paddr from, uint64_t max,
    const char *what, const char **out)
{
	pv_status s = pv_boot_text(b, r, from, max < PV_BOOT_ARGS_MAX ? max : PV_BOOT_ARGS_MAX, what, out);

	if (s != PV_E_TOOLONG)
		return s;
	pv_boot_build_odd(b, 1);
	return PV_OK;
}

pv_status
pv_boot_check_magic(const char *protocol, uint32_t magic, uint32_t wanted)
{
	if (magic == wanted)
		return PV_OK;
	return pv_boot_fail(PV_E_FORMAT, "%s: eax was 0x%x at the entry, a loader passes 0x%x", protocol,
	    (unsigned)magic, (unsigned)wanted);
}

static bool
starts_with(const char *text, const char *start)
{
	while (*start != '\0')
		if (*text++ != *start++)
			return false;
	return true;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * The Multiboot specifications leave the form of the command line to the loader,
 * and loaders differ: GRUB 2 passes the arguments alone, by both protocols; GRUB
 * Legacy, SYSLINUX and QEMU (multiboot 1) put the file's name in front. The name
 * of the loader decides. For loaders not listed, a first word that is a path goes:
 * one with a '/' that no '=' precedes.
 *
 * A file name with blanks cannot be told from arguments and loses its first word only.
 */
const char *
pv_boot_without_name(const char *loader, const char *args)
{
	static const char *const with_name[] = {
		"qemu", "GNU GRUB", "SYSLINUX", "PXELINUX", "ISOLINUX", "EXTLINUX"
	};
	const char *p = args;
	bool name = false, value = false;

	if (starts_with(loader, "GRUB "))
		return args;
	for (unsigned i = 0; i < sizeof(with_name) / sizeof(with_name[0]); i++)
		if (starts_with(loader, with_name[i]))
			name = true;
	while (blank(*p))
		p++;
	for (; *p != '\0' && !blank(*p); p++) {
		if (*p == '=')
			value = true;
		else if (*p == '/' && !value)
			name = true;
	}
	if (!name)
		return args;
	while (blank(*p))
		p++;
	return p;
}
