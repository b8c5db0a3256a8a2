/*
 * What the fuzz targets of the boot data parsers share. The input is a byte of
 * options and an image of the physical memory from BOOT_FUZZ_BASE on, where the
 * loader's structure is; nothing else can be read.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_FUZZ_BOOT_FUZZ_H
#define PV_FUZZ_BOOT_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "boot_check.h"

#define BOOT_FUZZ_BASE		0x10000u

/* Options, the first byte of the input. */
#define BOOT_FUZZ_UNSTABLE	0x01	/* somebody changes the memory while it is read */
#define BOOT_FUZZ_KERNEL_AT	0x06	/* the image: at 1 MiB, on the data, nowhere, at the top */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The window moves with each question: what is kept of the last one is gone. */
#define BOOT_FUZZ_WINDOW	256u

struct boot_fuzz {
	const uint8_t *image;
	size_t size;
	bool unstable;
	uint32_t random;
	uint8_t *window;		/* from malloc, so that reads beyond its end are seen */
};

static inline const void *
boot_fuzz_at(void *arg, pv_paddr base, uint64_t size)
{
	struct boot_fuzz *f = arg;
	uint64_t offset = base.v - BOOT_FUZZ_BASE;
	uint8_t *p;

	if (size == 0 || size > BOOT_FUZZ_WINDOW) {
		fprintf(stderr, "asked for %llu bytes\n", (unsigned long long)size);
		abort();
	}
	if (base.v < BOOT_FUZZ_BASE || offset >= f->size || size > f->size - offset)
		return NULL;
	memset(f->window, 0xa5, BOOT_FUZZ_WINDOW);
	p = f->window + BOOT_FUZZ_WINDOW - size;
	memcpy(p, f->image + offset, (size_t)size);
	f->random ^= f->random << 13;
	f->random ^= f->random >> 17;
	f->random ^= f->random << 5;
	if (f->unstable && f->random % 8 == 0)
		p[(f->random >> 8) % size] ^= (uint8_t)(f->random >> 24);
	return p;
}

/* Who reads: one per target. */
typedef pv_status (*boot_fuzz_read)(struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr info);

static inline int
boot_fuzz_run(const uint8_t *data, size_t size, boot_fuzz_read read)
{
	static const struct {
		uint64_t base, size;
	} kernels[4] = { { 0x100000, 0x54220 }, { BOOT_FUZZ_BASE, 0x80 }, { 0, 0 },
	    { UINT64_MAX - 0xffff, 0x20000 } };
	static struct pv_boot boot;
	static uint8_t *window;
	struct pv_boot_reader r;
	struct boot_fuzz f;
	const char *broken;
	pv_status s;

	if (size < 1)
		return 0;
	if (window == NULL)
		window = malloc(BOOT_FUZZ_WINDOW);
	f = (struct boot_fuzz){
		.image = data + 1, .size = size - 1, .window = window,
		.unstable = (data[0] & BOOT_FUZZ_UNSTABLE) != 0, .random = 2463534242u,
	};
	r.at = boot_fuzz_at;
	r.arg = &f;
	r.kernel_base = pv_pa(kernels[(data[0] & BOOT_FUZZ_KERNEL_AT) >> 1].base);
	r.kernel_size = kernels[(data[0] & BOOT_FUZZ_KERNEL_AT) >> 1].size;
	memset(&boot, 0xa5, sizeof(boot));
	s = read(&boot, &r, pv_pa(BOOT_FUZZ_BASE));
	broken = boot_check(&boot, s);
	if (broken == NULL && s != PV_OK && pv_boot_read_error()[0] == '\0')
		broken = "a failure without a message";
	if (broken != NULL) {
		fprintf(stderr, "broken promise: %s\n", broken);
		abort();
	}
	return 0;
}

#endif
