/*
 * Reading what a loader left behind: bytes, strings and the reason why not. All
 * of it goes through the caller's `at`, which may show another place at the next
 * call, so nothing is kept but copies.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "build.h"
#include "../../../hooks/hooks_internal.h"

char pv_boot_reason[200];

/* Arguments of each: protocol, what, 64-bit address, two numbers, type of the tag. */
static const struct {
	pv_status status;
	const char *text;
} errors[] = {
	[PV_BOOT_UNREADABLE] = { PV_E_RANGE, "%s: %s at 0x%llx is not readable" },
	[PV_BOOT_LEAVES_MEMORY] = { PV_E_RANGE, "%s: %s at 0x%llx leaves readable memory after %u bytes" },
	[PV_BOOT_NO_END] = { PV_E_FORMAT, "%s: %s at 0x%llx has no end within %u bytes" },
	[PV_BOOT_WRONG_EAX] = { PV_E_FORMAT,
	    "%s: %s at 0x%llx: eax was 0x%x at the entry, a loader passes 0x%x" },
	[PV_BOOT_WRONG_MAGIC] = { PV_E_FORMAT, "%s: %s at 0x%llx begins with 0x%x, not 0x%x" },
	[PV_BOOT_WRONG_REGISTERS] = { PV_E_FORMAT,
	    "%s: %s say memory at 0x%llx, size 0x%08x%08x, where this image is not" },
	[PV_BOOT_CUT_OFF] = { PV_E_RANGE, "%s: %s at 0x%llx of version %u is not readable to its end" },
	[PV_BOOT_WRONG_SIZE] = { PV_E_FORMAT, "%s: %s at 0x%llx has size %u: 16 to %u is possible" },
	[PV_BOOT_WRONG_TAG] = { PV_E_FORMAT,
	    "%s: %s at 0x%llx has size %u: 8 to what is left, %u, is possible (it is tag %u)" },
	[PV_BOOT_NO_END_TAG] = { PV_E_FORMAT, "%s: %s at 0x%llx has %u bytes of tags without an end tag" },
	[PV_BOOT_TOO_MANY_BYTES] = { PV_E_FORMAT, "%s: %s at 0x%llx has %u bytes, more than %u" },
	[PV_BOOT_TOO_MANY_ENTRIES] = { PV_E_FORMAT, "%s: %s at 0x%llx has %u entries, more than %u" },
	[PV_BOOT_SMALL_ENTRIES] = { PV_E_FORMAT, "%s: %s at 0x%llx has entries of %u bytes, %u is the least" },
	[PV_BOOT_WRONG_ENTRY] = { PV_E_FORMAT,
	    "%s: %s at 0x%llx has size %u: 20 to what is left, %u, is possible" },
	[PV_BOOT_NO_MAP] = { PV_E_NOENT, "%s: %s at 0x%llx: the loader gave no memory map (flags 0x%x)" },
	[PV_BOOT_NO_MAP_OF_VERSION] = { PV_E_NOENT,
	    "%s: %s at 0x%llx of version %u comes without a memory map" },
	[PV_BOOT_FULL] = { PV_E_FULL, "%s: %s up to 0x%llx has more than %u ranges beside RAM: "
	    "build with a larger PV_BOOT_RANGES" },
	[PV_BOOT_NO_RAM] = { PV_E_NOENT,
	    "%s: %s up to 0x%llx leaves no usable page of memory (%u ranges)" },
};

pv_status
pv_boot_fail(struct pv_boot_build *b, enum pv_boot_error error, const char *what, uint64_t at, uint32_t n, uint32_t m)
{
	if (b->status == PV_OK) {
		b->status = errors[error].status;
		(void)pv_snprintf(pv_boot_reason, sizeof(pv_boot_reason), errors[error].text,
		    pv_boot_how_name(b->boot->how), what, (unsigned long long)at, (unsigned)n, (unsigned)m,
		    (unsigned)b->type);
	}
	return b->status;
}

const char *
pv_boot_read_error(void)
{
	return pv_boot_reason;
}

bool
pv_boot_copy(const struct pv_boot_build *b, void *to, uint64_t from, uint32_t size)
{
	const struct pv_boot_reader *r = b->reader;
	const uint8_t *p = size <= UINT64_MAX - from ? r->at(r->arg, pv_pa(from), size) : NULL;
	uint8_t *out = to;

	if (p == NULL)
		return false;
	/* Byte by byte: loaders do not align everything, and the copy reads nothing twice (P1). */
	for (uint32_t i = 0; i < size; i++)
		out[i] = PV_READ_SHARED(p[i]);
	return true;
}

bool
pv_boot_fetch(struct pv_boot_build *b, void *to, uint64_t from, uint32_t size, const char *what)
{
	return pv_boot_copy(b, to, from, size) || pv_boot_fail(b, PV_BOOT_UNREADABLE, what, from, 0, 0) == PV_OK;
}

const char *
pv_boot_text(struct pv_boot_build *b, const struct pv_boot_piece *from, uint32_t max, const char *what)
{
	struct pv_boot *boot = b->boot;
	char *to = &boot->text[boot->text_used];
	uint32_t room = PV_BOOT_TEXT - boot->text_used, n;
	enum pv_boot_error error = PV_BOOT_NO_END;
	char c = '\0';

	if (from->at == 0)
		return boot->text;
	if (max > from->size)
		max = from->size;
	for (n = 0; n < max; n++) {
		if (!pv_boot_copy(b, &c, from->at + n, 1)) {
			error = PV_BOOT_LEAVES_MEMORY;
			break;
		}
		if (n < room)
			to[n] = c;
		if (c != '\0')
			continue;
		if (n < room) {
			boot->text_used += n + 1;
			return to;
		}
		pv_boot_build_odd(b, 1);
		goto none;
	}
	(void)pv_boot_fail(b, error, what, from->at, n, 0);
none:
	/* What did not become a string leaves no trace. */
	memset(to, 0, room);
	return boot->text;
}
