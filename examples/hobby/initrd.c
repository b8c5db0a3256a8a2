/*
 * The boot module: an archive in tar's format (POSIX ustar), hung into the tree of
 * files where it lies. It comes from outside, so nothing in it is believed.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define BLOCK		512u
#define HEAD_NAME	0	/* offsets in a header: POSIX.1, pax, "ustar Interchange Format" */
#define HEAD_SIZE	124
#define HEAD_SUM	148
#define HEAD_TYPE	156
#define HEAD_MAGIC	257
#define HEAD_PREFIX	345

/* A number in octal digits, ended by a blank or NUL. False: something else. */
static bool
octal(const uint8_t *text, unsigned size, uint64_t *value)
{
	unsigned i = 0;

	*value = 0;
	for (; i < size && text[i] >= '0' && text[i] <= '7'; i++)
		*value = *value << 3 | (uint64_t)(text[i] - '0');
	return i > 0 && (i == size || text[i] == ' ' || text[i] == '\0');
}

static bool
sum_is_right(const uint8_t *h)
{
	uint64_t said, sum = 0;

	for (unsigned i = 0; i < BLOCK; i++)
		sum += i >= HEAD_SUM && i < HEAD_SUM + 8 ? ' ' : h[i];
	return octal(h + HEAD_SUM, 8, &said) && said == sum;
}

/* One member: 0, or why not. Kinds that mean nothing here are passed over. */
static int
add(const uint8_t *h, pv_paddr data, uint64_t size)
{
	char path[256 + 2];
	size_t end, prefix;
	struct node *n;
	int error;

	memset(path, 0, sizeof(path));
	memcpy(path, h + HEAD_PREFIX, 155);
	prefix = text_length(path);
	if (prefix > 0)
		path[prefix++] = '/';
	memcpy(path + prefix, h + HEAD_NAME, 100);
	end = text_length(path);
	while (end > 0 && path[end - 1] == '/')
		path[--end] = '\0';
	if (h[HEAD_TYPE] == '5') {
		error = node_make(path, KIND_DIRECTORY, &n);
	} else if (h[HEAD_TYPE] == '0' || h[HEAD_TYPE] == '\0') {
		error = node_make(path, KIND_FILE, &n);
	} else {
		return 0;
	}
	if (error != 0)
		return error == -EEXIST ? 0 : error;
	n->read_only = true;
	n->data = data;
	n->size = n->kind == KIND_FILE ? size : 0;
	node_drop(n);
	return 0;
}

static int
add_all(pv_paddr base, uint64_t left)
{
	uint8_t h[BLOCK];
	uint64_t size, whole;
	int error;

	while (left >= BLOCK) {
		page_read(base, h, BLOCK);
		if (h[0] == '\0')
			return 0;
		if (memcmp(h + HEAD_MAGIC, "ustar", 5) != 0 || !sum_is_right(h) ||
		    !octal(h + HEAD_SIZE, 12, &size) || size > left - BLOCK)
			return -EINVAL;
		error = add(h, pv_pa_add(base, BLOCK), size);
		if (error != 0)
			return error;
		whole = BLOCK + ((size + BLOCK - 1) & ~(uint64_t)(BLOCK - 1));
		if (whole >= left)
			break;
		base = pv_pa_add(base, whole);
		left -= whole;
	}
	/* An archive ends with blocks of zeroes: here something is missing. */
	return -EINVAL;
}

int
initrd_init(const struct pv_boot *boot)
{
	if (boot->nr_modules == 0)
		return -ENOENT;
	return add_all(boot->module[0].base, boot->module[0].size);
}
