/*
 * Fuzzing the console ring: the input is what the other side does to the page, in
 * steps of eight bytes, between the things that we do.
 *
 *	byte 0	what happens: see step()
 *	byte 1	how much
 *	2, 3	where on the page
 *	4..7	a word to put there
 *
 * Promises: no access outside of the page (it comes from malloc); an index of ours
 * moves by what was taken and by nothing else; a direction that was stopped takes
 * nothing any more; what one side writes and does not spoil the other one reads.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/xen/ring.h"

#define STEP	8u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct xen_console_ring *page;
static struct pv_xen_ring ring;

static void
promise(int kept, const char *what)
{
	if (!kept) {
		fprintf(stderr, "broken promise: %s\n", what);
		abort();
	}
}

static void
we_write(const uint8_t *how)
{
	uint32_t prod = ring.out_prod, bytes = 0;
	int stopped = ring.out_stopped;
	struct xen_console_ring before = *page;
	char text[256];
	size_t taken;

	for (unsigned i = 0; i < how[1]; i++)
		text[i] = (char)(i % 7 == how[2] % 8u ? '\n' : how[3] + i);
	taken = pv_xen_ring_put(&ring, text, how[1]);
	promise(taken <= how[1], "no more is taken than there is");
	for (size_t i = 0; i < taken; i++)
		bytes += text[i] == '\n' ? 2 : 1;
	promise(ring.out_prod == prod + bytes, "the producer moves by what was taken");
	promise(taken == 0 || page->out_prod == ring.out_prod, "what was written is told");
	promise(!stopped || (taken == 0 && ring.out_stopped), "stopped output stays so");
	promise(memcmp(page->in, before.in, sizeof(page->in)) == 0 && page->in_cons == before.in_cons &&
	    page->in_prod == before.in_prod && page->out_cons == before.out_cons, "output keeps to its part");
	promise(ring.out_stopped || ring.out_prod - page->out_cons <= sizeof(page->out), "the ring is not overrun");
}

static void
we_read(void)
{
	uint32_t cons = ring.in_cons;
	int stopped = ring.in_stopped, c = pv_xen_ring_get(&ring);

	promise(c >= -1 && c <= 255, "a byte or nothing");
	promise(ring.in_cons == cons + (c >= 0), "the consumer moves by what was taken");
	promise(c < 0 || page->in_prod - cons <= sizeof(page->in), "input is not overrun");
	promise(c < 0 || c == (unsigned char)page->in[cons % sizeof(page->in)], "the byte is the one at its place");
	promise(!stopped || (c < 0 && ring.in_stopped), "stopped input stays so");
}

static void
step(const uint8_t *s)
{
	uint32_t *const indices[] = { &page->in_cons, &page->in_prod, &page->out_cons, &page->out_prod };
	uint32_t *index = indices[s[2] % 4u], word;

	memcpy(&word, s + 4, sizeof(word));
	switch (s[0] % 8u) {
	case 0:
		*index = word;
		break;
	case 1:
		*index += s[1];
		break;
	case 2:
		memcpy((char *)page + (s[2] << 8 | s[3]) % (sizeof(*page) - sizeof(word)), &word, sizeof(word));
		break;
	case 3:
		page->out_cons = page->out_prod;
		break;
	case 4:
		pv_xen_ring_open(&ring, page);
		break;
	case 5:
		for (unsigned i = 0; i <= s[1]; i++)
			we_read();
		break;
	default:
		we_write(s);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	page = calloc(1, sizeof(*page));
	pv_xen_ring_open(&ring, page);
	for (; size >= STEP; data += STEP, size -= STEP)
		step(data);
	free(page);
	return 0;
}
