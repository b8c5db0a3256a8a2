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

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *
skip_blanks(const char *s)
{
	while (blank(*s))
		s++;
	return s;
}

/* A stretch of the command line. */
struct word {
	const char *start, *end;
};

/* The next word at *p, blanks in double quotes are part of it; false at the end. */
static bool
next_word(const char **p, struct word *w)
{
	bool quoted = false;
	const char *s = skip_blanks(*p);

	w->start = s;
	for (; *s != '\0' && (quoted || !blank(*s)); s++)
		if (*s == '"')
			quoted = !quoted;
	w->end = s;
	*p = s;
	return w->end != w->start;
}

static void
strip_quotes(struct word *w)
{
	if (w->start == w->end || *w->start != '"')
		return;
	w->start++;
	if (w->start != w->end && w->end[-1] == '"')
		w->end--;
}

/*
 * If the word is NAME or NAME=VALUE, leave VALUE in it. The quotes may stand
 * around the whole word as well: GRUB 2 puts them there when it hands on an
 * argument with a blank in it.
 */
static bool
value_of(struct word *w, const char *name)
{
	strip_quotes(w);
	while (w->start != w->end && *name != '\0' && *w->start == *name) {
		w->start++;
		name++;
	}
	if (*name != '\0')
		return false;
	if (w->start == w->end)
		return true;
	if (*w->start != '=')
		return false;
	w->start++;
	strip_quotes(w);
	return true;
}

pv_status
pv_args_option(const char *args, const char *name, char *buf, size_t buf_size)
{
	struct word w, found = { NULL, NULL };
	const char *p = args;
	size_t n;

	if (name == NULL || *name == '\0' || buf == NULL || buf_size == 0)
		return PV_E_INVAL;
	buf[0] = '\0';
	if (p == NULL)
		return PV_E_NOENT;
	while (next_word(&p, &w))
		if (value_of(&w, name))
			found = w;
	if (found.start == NULL)
		return PV_E_NOENT;
	n = (size_t)(found.end - found.start);
	if (n >= buf_size)
		return PV_E_TOOLONG;
	memcpy(buf, found.start, n);
	buf[n] = '\0';
	return PV_OK;
}

pv_status
pv_boot_option(const struct pv_boot *boot, const char *name, char *buf, size_t buf_size)
{
	return pv_args_option(boot->args, name, buf, buf_size);
}

static bool
starts_with(const char *text, const char *start)
{
	while (*start != '\0')
		if (*text++ != *start++)
			return false;
	return true;
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
		{ "GRUB ", 'a' }, { "qemu", 'n' }, { "GNU GRUB", 'n' }, { "SYSLINUX", 'n' }, { "PXELINUX", 'n' },
		{ "ISOLINUX", 'n' }, { "EXTLINUX", 'n' }, { "", '?' }
	};
	const char *p = skip_blanks(args);
	unsigned i = 0;
	char form;

	while (!starts_with(loader, loaders[i].name))
		i++;
	form = loaders[i].form;
	for (; *p != '\0' && !blank(*p); p++)
		if (form == '?' && (*p == '=' || *p == '/'))
			form = *p == '=' ? 'a' : 'n';
	return form == 'n' ? skip_blanks(p) : args;
}
