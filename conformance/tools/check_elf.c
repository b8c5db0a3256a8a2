/*
 * Reading a file into a ck_image: ELF32 and ELF64 of either byte order, and the
 * bounds-checked accessors that all checks use. It refuses only what cannot be
 * looked at; what is merely wrong for a loader is for the checks to say.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pvcheck.h"

#define FILE_MAX	((ck_u64)1 << 30)	/* no kernel is that large; a device file may be */
#define SEG_MAX		512			/* keeps the pairwise checks cheap */

int
ck_read_file(struct ck_image *im, const char *path)
{
	FILE *f;
	uint8_t *p;
	size_t room, n;

	memset(im, 0, sizeof(*im));
	im->path = path;
	f = fopen(path, "rb");
	if (f == NULL)
		return (-1);
	room = 0;
	do {
		if (im->size == room) {
			room = room == 0 ? 1 << 16 : room * 2;
			p = room > FILE_MAX ? NULL : realloc(im->data, room);
			if (p == NULL) {
				errno = room > FILE_MAX ? EFBIG : ENOMEM;
				goto fail;
			}
			im->data = p;
		}
		errno = 0;
		n = fread(im->data + im->size, 1, room - (size_t)im->size, f);
		im->size += n;
	} while (n > 0);
	if (ferror(f)) {
		if (errno == 0)
			errno = EIO;
		goto fail;
	}
	(void)fclose(f);
	/* Exactly as large as the file, so that a sanitizer sees a read behind its end. */
	p = im->size == 0 ? NULL : realloc(im->data, (size_t)im->size);
	if (p != NULL)
		im->data = p;
	return (0);
fail:
	n = (size_t)errno;
	(void)fclose(f);
	ck_free(im);
	errno = (int)n;
	return (-1);
}

void
ck_free(struct ck_image *im)
{
	free(im->data);
	free(im->seg);
	free(im->sec);
	memset(im, 0, sizeof(*im));
}

bool
ck_inside(const struct ck_image *im, ck_u64 off, ck_u64 len)
{
	return (off <= im->size && len <= im->size - off);
}

ck_u64
ck_get(const struct ck_image *im, ck_u64 off, unsigned width)
{
	ck_u64 v = 0;
	unsigned i;

	if (!ck_inside(im, off, width))
		return (0);
	for (i = 0; i < width; i++)
		v = v << 8 | im->data[off + (im->be ? i : width - 1 - i)];
	return (v);
}

uint32_t
ck_le32(const struct ck_image *im, ck_u64 off)
{
	const uint8_t *p;

	if (!ck_inside(im, off, 4))
		return (0);
	p = im->data + off;
	return (p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
}

const char *
ck_str(const struct ck_image *im, ck_u64 off, ck_u64 max, char *buf, size_t len)
{
	size_t n = 0;
	uint8_t c;

	while (n + 1 < len && n < max && ck_inside(im, off, n + 1)) {
		c = im->data[off + n];
		if (c == '\0')
			break;
		buf[n++] = (char)(c < ' ' || c > '~' ? '?' : c);
	}
	buf[n] = '\0';
	return (buf);
}

bool
ck_streq(const struct ck_image *im, ck_u64 off, const char *s)
{
	size_t n = strlen(s) + 1;

	return (ck_inside(im, off, n) && memcmp(im->data + off, s, n) == 0);
}

bool
ck_zero(const struct ck_image *im, ck_u64 off, ck_u64 len)
{
	ck_u64 i;

	if (!ck_inside(im, off, len))
		return (false);
	for (i = 0; i < len; i++)
		if (im->data[off + i] != 0)
			return (false);
	return (true);
}

ck_u64
ck_add(ck_u64 a, ck_u64 b)
{
	return (a > U64_MAX - b ? U64_MAX : a + b);
}

bool
ck_loads(const struct ck_seg *s)
{
	return (s->type == CK_PT_LOAD && (s->memsz != 0 || s->filesz != 0));
}

const char *
ck_sec_name(const struct ck_image *im, const struct ck_sec *s, char *buf, size_t len)
{
	const struct ck_sec *t;

	buf[0] = '\0';
	if (im->shstrndx >= im->nsec)
		return (buf);
	t = &im->sec[im->shstrndx];
	if (s->name >= t->size || !ck_inside(im, t->off, t->size))
		return (buf);
	return (ck_str(im, t->off + s->name, t->size - s->name, buf, len));
}

const struct ck_sec *
ck_sec_find(const struct ck_image *im, const char *name)
{
	char buf[64];
	unsigned i;

	for (i = 0; i < im->nsec; i++)
		if (strcmp(ck_sec_name(im, &im->sec[i], buf, sizeof(buf)), name) == 0)
			return (&im->sec[i]);
	return (NULL);
}

const char *
ck_seg_name(const struct ck_image *im, unsigned i, char *buf, size_t len)
{
	const struct ck_seg *s = &im->seg[i];
	const struct ck_sec *c;
	char name[32];
	unsigned k;

	for (k = 0; k < im->nsec; k++) {
		c = &im->sec[k];
		if ((c->flags & CK_SHF_ALLOC) == 0 || c->size == 0 || c->addr < s->vaddr ||
		    c->addr - s->vaddr >= s->memsz)
			continue;
		if (ck_sec_name(im, c, name, sizeof(name))[0] == '\0')
			break;
		(void)snprintf(buf, len, "segment %u (%s)", i, name);
		return (buf);
	}
	(void)snprintf(buf, len, "segment %u", i);
	return (buf);
}

/* A file that is no ELF file is most often one of these. */
static const char *
other_format(const struct ck_image *im)
{
	static const struct {
		const char *magic, *text;
		size_t n;
	} known[] = {
		{ "\x1f\x8b", "it is compressed by gzip: gunzip it first", 2 },
		{ "\xfd" "7zXZ", "it is compressed by xz: unxz it first", 5 },
		{ "BZh", "it is compressed by bzip2: bunzip2 it first", 3 },
		{ "\x28\xb5\x2f\xfd", "it is compressed by zstd: unzstd it first", 4 },
		{ "MZ", "it is a PE or bzImage file: give the ELF file it was made from", 2 },
		{ "!<arch>\n", "it is an archive: link it into a kernel first", 8 },
		{ "\xcf\xfa\xed\xfe", "it is a Mach-O file: link with a cross toolchain for ELF", 4 }
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (ck_inside(im, 0, known[i].n) && memcmp(im->data, known[i].magic, known[i].n) == 0)
			return (known[i].text);
	return ("give the linked kernel before objcopy -O binary");
}

static void
parse_header(struct ck_image *im)
{
	unsigned w = im->is64 ? 8 : 4, at;

	im->type = (uint16_t)ck_get(im, 16, 2);
	im->machine = (uint16_t)ck_get(im, 18, 2);
	im->entry = ck_get(im, 24, w);
	im->phoff = ck_get(im, 24 + w, w);
	im->shoff = ck_get(im, 24 + 2 * w, w);
	at = 24 + 3 * w;
	im->flags = (uint32_t)ck_get(im, at, 4);
	im->phentsize = (unsigned)ck_get(im, at + 6, 2);
	im->nseg = (unsigned)ck_get(im, at + 8, 2);
	im->shentsize = (unsigned)ck_get(im, at + 10, 2);
	im->shnum = (unsigned)ck_get(im, at + 12, 2);
	im->shstrndx = (unsigned)ck_get(im, at + 14, 2);
}

static void
parse_segment(const struct ck_image *im, ck_u64 at, struct ck_seg *s)
{
	unsigned w = im->is64 ? 8 : 4;

	s->type = (uint32_t)ck_get(im, at, 4);
	if (im->is64) {
		s->flags = (uint32_t)ck_get(im, at + 4, 4);
		at += 8;
	} else {
		s->flags = (uint32_t)ck_get(im, at + 24, 4);
		at += 4;
	}
	s->off = ck_get(im, at, w);
	s->vaddr = ck_get(im, at + w, w);
	s->paddr = ck_get(im, at + 2 * w, w);
	s->filesz = ck_get(im, at + 3 * w, w);
	s->memsz = ck_get(im, at + 4 * w, w);
	s->align = ck_get(im, at + (im->is64 ? 5 * w : 6 * w), w);
}

static void
parse_section(const struct ck_image *im, ck_u64 at, struct ck_sec *s)
{
	unsigned w = im->is64 ? 8 : 4;

	s->name = (uint32_t)ck_get(im, at, 4);
	s->type = (uint32_t)ck_get(im, at + 4, 4);
	s->flags = ck_get(im, at + 8, w);
	s->addr = ck_get(im, at + 8 + w, w);
	s->off = ck_get(im, at + 8 + 2 * w, w);
	s->size = ck_get(im, at + 8 + 3 * w, w);
	s->link = (uint32_t)ck_get(im, at + 8 + 4 * w, 4);
}

/* A section table that does not lie in the file leaves nsec at 0; the loaders differ in whether they mind. */
static bool
parse_tables(struct ck_image *im)
{
	unsigned i, shent = im->is64 ? 64 : 40;

	im->seg = calloc(im->nseg, sizeof(*im->seg));
	if (im->seg == NULL)
		return (false);
	for (i = 0; i < im->nseg; i++)
		parse_segment(im, im->phoff + (ck_u64)i * im->phentsize, &im->seg[i]);
	if (im->shnum == 0 || im->shoff == 0 || im->shentsize != shent ||
	    !ck_inside(im, im->shoff, (ck_u64)im->shnum * shent))
		return (true);
	im->sec = calloc(im->shnum, sizeof(*im->sec));
	if (im->sec == NULL)
		return (false);
	im->nsec = im->shnum;
	for (i = 0; i < im->nsec; i++)
		parse_section(im, im->shoff + (ck_u64)i * shent, &im->sec[i]);
	return (true);
}

const char *
ck_parse(struct ck_image *im, char *why, size_t len)
{
	unsigned phent;

	if (!ck_inside(im, 0, 16) || memcmp(im->data, "\x7f" "ELF", 4) != 0) {
		(void)snprintf(why, len, "not an ELF file: %s", im->size == 0 ? "it is empty" :
		    other_format(im));
		return (why);
	}
	im->is64 = im->data[4] == 2;
	im->be = im->data[5] == 2;
	phent = im->is64 ? 56 : 32;
	if (im->data[4] != 1 && im->data[4] != 2)
		(void)snprintf(why, len, "e_ident[4], the ELF class, is %u: only 1 (32-bit) and 2 (64-bit) "
		    "exist; the file is damaged", im->data[4]);
	else if (im->data[5] != 1 && im->data[5] != 2)
		(void)snprintf(why, len, "e_ident[5], the byte order, is %u: only 1 (little) and 2 (big) "
		    "exist; the file is damaged", im->data[5]);
	else if (!ck_inside(im, 0, im->is64 ? 64 : 52))
		(void)snprintf(why, len, "file truncated: %llu bytes do not hold the ELF header; link it "
		    "again", im->size);
	else {
		parse_header(im);
		if (ck_get(im, 20, 4) != 1)
			(void)snprintf(why, len, "e_version is %llu, not 1: the file is damaged", ck_get(im,
			    20, 4));
		else if (im->nseg == 0 || im->phoff == 0)
			(void)snprintf(why, len, "no program headers: it is not linked%s", im->type == 1 ?
			    " (an object file, ET_REL): link it with a linker script" : "");
		else if (im->nseg > SEG_MAX)
			(void)snprintf(why, len, "%u program headers: more than %d is no kernel", im->nseg,
			    SEG_MAX);
		else if (im->phentsize != phent)
			(void)snprintf(why, len, "e_phentsize is %u, not %u: the file is damaged",
			    im->phentsize, phent);
		else if (!ck_inside(im, im->phoff, (ck_u64)im->nseg * phent))
			(void)snprintf(why, len, "file truncated: program headers at offset 0x%llx end "
			    "beyond its %llu bytes; link it again", im->phoff, im->size);
		else if (!parse_tables(im))
			(void)snprintf(why, len, "out of memory");
		else
			return (NULL);
	}
	return (why);
}
