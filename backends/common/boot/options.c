/*
 * Questions about boot data that is already read: options of the command line,
 * names, sums.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "build.h"
#include "../../../hooks/hooks_internal.h"

const char *
pv_boot_how_name(enum pv_boot_how how)
{
	static const char *const names[PV_BOOT_HOW_COUNT] = {
		[PV_BOOT_NONE] = "none",
		[PV_BOOT_MULTIBOOT1] = "multiboot1",
		[PV_BOOT_MULTIBOOT2] = "multiboot2",
		[PV_BOOT_PVH] = "pvh",
		[PV_BOOT_XEN_PV] = "xen-pv",
		[PV_BOOT_OPENFIRMWARE] = "openfirmware",
		[PV_BOOT_SUN4V] = "sun4v",
	};

	return (unsigned)how < PV_BOOT_HOW_COUNT ? names[how] : "?";
}

const char *
pv_mem_name(enum pv_mem kind)
{
	static const char *const names[PV_MEM_KIND_COUNT] = {
		[0] = "?",
		[PV_MEM_RAM] = "ram",
		[PV_MEM_KERNEL] = "kernel",
		[PV_MEM_MODULE] = "module",
		[PV_MEM_BOOT] = "boot",
		[PV_MEM_ACPI] = "acpi",
		[PV_MEM_NVS] = "nvs",
		[PV_MEM_RESERVED] = "reserved",
		[PV_MEM_BAD] = "bad",
		[PV_MEM_PERSISTENT] = "persistent",
	};

	return (unsigned)kind < PV_MEM_KIND_COUNT ? names[kind] : "?";
}

uint64_t
pv_boot_ram_bytes(const struct pv_boot *boot)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < boot->nr_ranges; i++)
		if (boot->range[i].kind == PV_MEM_RAM)
			bytes += boot->range[i].size;
	return bytes;
}

/* A blank or any other control character. */
static bool
blank(char c)
{
	return c != '\0' && (uint8_t)c <= ' ';
}

static const char *
skip_blanks(const char *s)
{
	while (blank(*s))
		s++;
	return s;
}

/* Behind `start`, if the text begins with it, else NULL. */
static const char *
behind(const char *text, const char *start)
{
	while (*start != '\0')
		if (*text++ != *start++)
			return NULL;
	return text;
}

/* Without the quotes around [s, *end). The last one may be missing. */
static const char *
strip_quotes(const char *s, const char **end)
{
	if (s < *end && *s == '"') {
		s++;
		if (s < *end && (*end)[-1] == '"')
			(*end)--;
	}
	return s;
}

pv_status
pv_args_option(const char *args, const char *name, char *buf, size_t buf_size)
{
	const char *found = NULL, *found_end = NULL, *next;
	size_t n;

	if (name == NULL || *name == '\0' || buf == NULL || buf_size == 0)
		return PV_E_INVAL;
	buf[0] = '\0';
	/* Word by word, blanks in double quotes are part of it. */
	for (const char *s = args != NULL ? skip_blanks(args) : ""; *s != '\0'; s = skip_blanks(next)) {
		bool quoted = false;
		const char *end, *value;

		for (next = s; *next != '\0' && (quoted || !blank(*next)); next++)
			quoted ^= *next == '"';
		end = next;
		/* Around the whole word as well: GRUB 2 puts them there when a blank is in it. */
		value = behind(strip_quotes(s, &end), name);
		if (value == NULL || (value != end && *value != '='))
			continue;
		found = value != end ? strip_quotes(value + 1, &end) : value;
		found_end = end;
	}
	if (found == NULL)
		return PV_E_NOENT;
	n = (size_t)(found_end - found);
	if (n >= buf_size)
		return PV_E_TOOLONG;
	memcpy(buf, found, n);
	buf[n] = '\0';
	return PV_OK;
}

pv_status
pv_boot_option(const struct pv_boot *boot, const char *name, char *buf, size_t buf_size)
{
	return pv_args_option(boot->args, name, buf, buf_size);
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
	static const struct {
		char name[11];
		char form;		/* n: the name is in front, a: arguments alone, ?: look */
	} loaders[] = {
		{ "GRUB ", 'a' }, { "qemu", 'n' }, { "GNU GRUB", 'n' }, { "SYSLINUX", 'n' },
		{ "PXELINUX", 'n' }, { "ISOLINUX", 'n' }, { "EXTLINUX", 'n' }, { "", '?' }
	};
	const char *p = skip_blanks(args);
	unsigned i = 0;
	char form;

	while (behind(loader, loaders[i].name) == NULL)
		i++;
	form = loaders[i].form;
	for (; *p != '\0' && !blank(*p); p++)
		if (form == '?' && (*p == '=' || *p == '/'))
			form = *p == '=' ? 'a' : 'n';
	return form == 'n' ? skip_blanks(p) : args;
}
