/*
 * Memory errors that the hardware corrected: trap 0x63, which comes between two
 * instructions (UltraSPARC I and II User's Manual, chapter 11). They are counted, told
 * of, and survived. The others, traps 0x0a and 0x32, are machine checks.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

#define TT_CORRECTED	0x63u
#define AFSR_CORRECTED	(1ul << 20)
#define AFAR_ADDRESS	0x1fffffffff0ul
/* Of both halves of the data buffer: corrected and uncorrectable errors, cleared by writing ones. */
#define UDB_HIGH	0x00u
#define UDB_LOW		0x18u
#define UDB_CORRECTED	0x100ul

static uint64_t count;
static bool due;

/* Its mark of such an error, if it has one, goes. The syndrome, which tells the bit. */
static unsigned
buffer_clear(unsigned half)
{
	uint64_t v;

	__asm__ volatile("ldxa [%1] 0x7f, %0" : "=r" (v) : "r" ((uint64_t)half) : "memory");
	if ((v & UDB_CORRECTED) == 0)
		return 0;
	__asm__ volatile("stxa %0, [%1] 0x77\n\tmembar #Sync" : : "r" (UDB_CORRECTED), "r" ((uint64_t)half) : "memory");
	return (unsigned)(v & 0xff);
}

/*
 * Told at the first, the second, the fourth, and so on: a bad module has thousands. The trap comes with the gate
 * closed, too, where who holds the log may have been interrupted: then the next one tells.
 */
bool
pv_native_corrected(struct pv_frame *frame)
{
	uint64_t status, address;
	unsigned high, low;

	if (frame->tt != TT_CORRECTED)
		return false;
	__asm__ volatile("ldxa [%%g0] 0x4c, %0" : "=r" (status));
	__asm__ volatile("ldxa [%%g0] 0x4d, %0" : "=r" (address));
	high = buffer_clear(UDB_HIGH);
	low = buffer_clear(UDB_LOW);
	/* What else it may hold is another trap's to look at. */
	__asm__ volatile("stxa %0, [%%g0] 0x4c\n\tmembar #Sync" : : "r" (AFSR_CORRECTED) : "memory");
	count++;
	due = due || (count & (count - 1)) == 0;
	if (due && frame->pil == 0) {
		due = false;
		pv_log("sun4u: memory error %llu corrected, at 0x%llx (AFSR 0x%llx, syndromes 0x%x 0x%x)",
		    (unsigned long long)count, (unsigned long long)(address & AFAR_ADDRESS),
		    (unsigned long long)status, high, low);
	}
	return true;
}
