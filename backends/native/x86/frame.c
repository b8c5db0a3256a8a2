/*
 * Registers of a frame for people. Which, and in what order, is in
 * backends/common/<isa>/frame_words.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/x86/frame.h"

#define WORD(name)	{ #name, __builtin_offsetof(struct pv_frame, name) }
#define SPECIAL_SP	0xfe		/* on i386 not in frames from kernel mode */
#define SPECIAL_CR3	0xff

static const struct {
	char name[7];
	uint8_t place;
} words[] = { PV_FRAME_WORDS };

void
pv_frame_print(const struct pv_frame *f)
{
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		uintptr_t place = words[i].place, value;

		if (place == SPECIAL_SP)
			value = pv_frame_sp(f);
		else if (place == SPECIAL_CR3)
			value = pv_cr3_read();
		else
			value = *(const uintptr_t *)((uintptr_t)f + place);
		pv_printf(PV_FRAME_FORMAT, i % PV_FRAME_ROW == 0 ? "pv: " : "", words[i].name, (unsigned long)value,
		    (i + 1) % PV_FRAME_ROW == 0 ? "\n" : "");
	}
}
