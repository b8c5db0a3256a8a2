/*
 * Calls about the CPU itself, and the queues' configuration: sun4v.md 4.3, 4.7, 4.11.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

TEST(cpu, myid, "4.3: CPU_MYID: o1 cpu; CPU_STATE: 2 running; unknown cpu: ENOCPU 1")
{
	IS(FAST(CPU_MYID), EOK);
	IS(last.o[1], 0);
	IS(FAST(CPU_STATE, 0), EOK);
	IS(last.o[1], 2);
	REFUSED(ENOCPU, CPU_STATE, 4);
	REFUSED(ENOCPU, CPU_STATE, 0x7777);
	REFUSED(ENOCPU, CPU_STATE, ~0ul);
	REFUSED(ENOCPU, CPU_STATE, 1ul << 32);
}

TEST(cpu, start_stop, "4.11: CPU_START(unknown cpu): ENOCPU; CPU_STOP(self): EINVAL")
{
	u64 pc = (u64)strand_entry, rtba = (u64)__image_start;

	REFUSED(ENOCPU, CPU_START, 4, pc, rtba, 0);
	REFUSED(ENOCPU, CPU_START, ~0ul, pc, rtba, 0);
	REFUSED(EINVAL, CPU_START, 0, pc, rtba, 0);
	REFUSED(EINVAL, CPU_STOP, 0);
	REFUSED(ENOCPU, CPU_STOP, 4);
	REFUSED(ENOCPU, CPU_STOP, ~0ul);
}

TEST(cpu, yield, "4.3: CPU_YIELD returns at will, with PSTATE.IE off or on")
{
	for (u64 i = 0; i < 3; i++)
		IS(FAST(CPU_YIELD), EOK);
	flip = PSTATE_IE;
	IS(FAST(CPU_YIELD), EOK);
}

TEST(cpu, rtba, "4.3: CPU_SET_RTBA: o1 old; GET: current; 4.4: the real base at first; 256-byte aligned")
{
	u64 first = (u64)__image_start, *table = page_pool(256);

	IS(FAST(CPU_GET_RTBA), EOK);
	IS(last.o[1], first);
	IS(FAST(CPU_SET_RTBA, (u64)table), EOK);
	IS(last.o[1], first);
	IS(FAST(CPU_GET_RTBA), EOK);
	IS(last.o[1], table);
	REFUSED(EBADALIGN, CPU_SET_RTBA, (u64)table + 128);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
		REFUSED(ENORADDR, CPU_SET_RTBA, ra);
	IS(FAST(CPU_GET_RTBA), EOK);
	IS(last.o[1], table);
	IS(FAST(CPU_SET_RTBA, first), EOK);
}

static void
queue_is(u64 queue, const void *base, u64 entries)
{
	IS(FAST(CPU_QINFO, queue), EOK);
	IS(last.o[1], base);
	IS(last.o[2], entries);
}

TEST(cpu, qconf, "4.3: CPU_QCONF: 0 = off; 4.11: CPU_QINFO reports what was set")
{
	uint8_t *base = page_pool(8 * KIB);

	for (u64 queue = QUEUE_CPU; queue <= QUEUE_NONRESUMABLE; queue++) {
		queue_is(queue, 0, 0);
		for (u64 entries = 2; entries <= 128; entries *= 2) {
			IS(FAST(CPU_QCONF, queue, (u64)base, entries), EOK);
			queue_is(queue, base, entries);
		}
		IS(FAST(CPU_QCONF, queue, 0, 0), EOK);
		queue_is(queue, 0, 0);
	}
}

TEST(cpu, qconf_refused,
    "4.11: CPU_QCONF: unknown queue, entries not a power of two, < 2: EINVAL; base: EBADALIGN, ENORADDR")
{
	uint8_t *base = page_pool(16 * KIB);

	IS(FAST(CPU_QCONF, QUEUE_DEVICE, (u64)base, 128), EOK);
	REFUSED(EINVAL, CPU_QCONF, 0x3b, (u64)base, 128);
	REFUSED(EINVAL, CPU_QCONF, 0x40, (u64)base, 128);
	REFUSED(EINVAL, CPU_QCONF, 0, (u64)base, 128);
	REFUSED(EINVAL, CPU_QCONF, 1ul << 32 | QUEUE_CPU, (u64)base, 128);
	REFUSED(EINVAL, CPU_QINFO, 0x3b);
	REFUSED(EINVAL, CPU_QINFO, 0x40);
	REFUSED(EINVAL, CPU_QINFO, ~0ul);
	REFUSED(EINVAL, CPU_QCONF, QUEUE_DEVICE, (u64)base, 1);
	REFUSED(EINVAL, CPU_QCONF, QUEUE_DEVICE, (u64)base, 3);
	REFUSED(EINVAL, CPU_QCONF, QUEUE_DEVICE, (u64)base, 127);
	REFUSED(EINVAL, CPU_QCONF, QUEUE_DEVICE, (u64)base, ~0ul);
	REFUSED(EBADALIGN, CPU_QCONF, QUEUE_DEVICE, (u64)base + 64, 2);
	REFUSED(EBADALIGN, CPU_QCONF, QUEUE_DEVICE, (u64)base + 4096, 128);
	REFUSED(EBADALIGN, CPU_QCONF, QUEUE_DEVICE, (u64)base + 1, 2);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
		REFUSED(ENORADDR, CPU_QCONF, QUEUE_DEVICE, ra, 2);
	queue_is(QUEUE_DEVICE, base, 128);
	IS(FAST(CPU_QCONF, QUEUE_DEVICE, 0, 0), EOK);
}

TEST(cpu, qconf_huge, "a count whose size wraps is refused, and so is a queue that goes beyond the memory")
{
	announce("CPU_QCONF: E");
	for (u64 bit = 26; bit < 64; bit++)
		if (FAST(CPU_QCONF, QUEUE_CPU, bit < 58 ? 0 : 0x4000000, 1ul << bit) == EOK)
			wrong("0x%x entries are accepted", 1ul << bit);
	CHECK(FAST(CPU_QCONF, QUEUE_CPU, 0, 2) != EOK);
	for (u64 bytes = 128; bytes <= 1ul << 30; bytes *= 2)
		if (past_end(bytes) && FAST(CPU_QCONF, QUEUE_CPU, past_end(bytes), bytes / 64) == EOK)
			wrong("a queue of 0x%x at 0x%x is accepted", bytes, past_end(bytes));
	queue_is(QUEUE_CPU, 0, 0);
}

TEST(cpu, mondo_send_refused,
    "4.11: CPU_MONDO_SEND to unknown cpu: ENOCPU, to self: EINVAL; 4.3: data 64-byte aligned")
{
	uint16_t *list = page_pool(64);
	u64 *data = page_pool(128);

	list[0] = 7;
	REFUSED(ENOCPU, CPU_MONDO_SEND, 1, (u64)list, (u64)data);
	IS(list[0], 7);
	list[0] = 0;
	REFUSED(EINVAL, CPU_MONDO_SEND, 1, (u64)list, (u64)data);
	IS(list[0], 0);
	list[0] = 0xffff;
	IS(FAST(CPU_MONDO_SEND, 1, (u64)list, (u64)data), EOK);
	list[0] = 7;
	REFUSED(EBADALIGN, CPU_MONDO_SEND, 1, (u64)list, (u64)data + 8);
	REFUSED(EBADALIGN, CPU_MONDO_SEND, 1, (u64)list, (u64)data + 32);
	REFUSED(EBADALIGN, CPU_MONDO_SEND, 1, (u64)list + 1, (u64)data);
	REFUSED(EINVAL, CPU_MONDO_SEND, 0, (u64)list, (u64)data);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++) {
		REFUSED(ENORADDR, CPU_MONDO_SEND, 1, ra, (u64)data);
		REFUSED(ENORADDR, CPU_MONDO_SEND, 1, (u64)list, ra);
	}
	REFUSED(ENORADDR, CPU_MONDO_SEND, 2, block_end((u64)list) - 2, (u64)data);
}

TEST(cpu, mondo_send_many, "a count of cpus that is more than there are, or wraps, is refused")
{
	uint16_t *list = page_pool(64);
	u64 *data = page_pool(64);

	announce("CPU_MONDO_SEND: E");
	for (u64 i = 0; i < 32; i++)
		list[i] = 0xfff0;
	CHECK(FAST(CPU_MONDO_SEND, 32, (u64)list, (u64)data) != EOK);
	CHECK(FAST(CPU_MONDO_SEND, ~0ul, (u64)list, (u64)data) != EOK);
	CHECK(FAST(CPU_MONDO_SEND, 1ul << 63, (u64)list, (u64)data) != EOK);
	CHECK(FAST(CPU_MONDO_SEND, 1ul << 62 | 1, (u64)list, (u64)data) != EOK);
	IS(list[0], 0xfff0);
}

TEST(cpu, watchdog, "4.3: MACH_SET_WATCHDOG: o0 ms (0 = off), o1 ms that were left, or not supported")
{
	u64 status = FAST(MACH_SET_WATCHDOG, 0);

	if (status != EOK) {
		CHECK(status == EBADTRAP || status == ENOTSUPPORTED);
		announce("MACH_SET_WATCHDOG: E|EBADTRAP");
		return;
	}
	IS(last.o[1], 0);
	IS(FAST(MACH_SET_WATCHDOG, 100000), EOK);
	IS(last.o[1], 0);
	IS(FAST(MACH_SET_WATCHDOG, 0), EOK);
	CHECK(last.o[1] > 0 && last.o[1] <= 100000);
	IS(FAST(MACH_SET_WATCHDOG, 0), EOK);
	IS(last.o[1], 0);
}

TEST(cpu, mem,
    "4.3: MEM_SCRUB, MEM_SYNC: 8 KiB aligned both; o1 length done (may be short); 4.11: EBADALIGN")
{
	u64 *page = page_pool(2 * PAGE), done;

	page[0] = page[1024] = 0x1234;
	IS(FAST(MEM_SYNC, (u64)page, 2 * PAGE), EOK);
	CHECK(last.o[1] > 0 && last.o[1] <= 2 * PAGE);
	IS(page[0], 0x1234);
	IS(page[1024], 0x1234);
	for (u64 at = 0; at < 2 * PAGE; at += done) {
		IS(FAST(MEM_SCRUB, (u64)page + at, 2 * PAGE - at), EOK);
		done = last.o[1];
		if (done == 0 || done % PAGE) {
			wrong("0x%x bytes scrubbed", done);
			break;
		}
	}
	IS(page[0], 0);
	IS(page[1024], 0);
	for (u64 f = MEM_SCRUB; f <= MEM_SYNC; f++) {
		REFUSED(EBADALIGN, f, (u64)page, 8);
		REFUSED(EBADALIGN, f, (u64)page, PAGE + 4096);
		REFUSED(EBADALIGN, f, (u64)page + 64, PAGE);
		for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
			REFUSED(ENORADDR, f, ra, PAGE);
		REFUSED(ENORADDR, f, (u64)page, ~0ul << 13);
		announce(f == MEM_SCRUB ? "MEM_SCRUB: E" : "MEM_SYNC: E");
		CHECK(FAST(f, (u64)page, 0) != EOK);
	}
}
