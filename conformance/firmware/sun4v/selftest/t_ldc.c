/*
 * Channels: sun4v.md 4.3, 4.10, 4.11. Channels 0 and 1 are the ends of one (README), and
 * this guest has both.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define WINDOW		0x4000000000ul
#define CAN_COPY_READ	(1ul << 9)
#define CAN_COPY_WRITE	(1ul << 10)
#define CAN_READ	(1ul << 4)
#define CAN_WRITE	(1ul << 5)
#define CAN_EXECUTE	(1ul << 6)
#define NO_CHANNEL	77

struct packet { u64 word[8]; };
struct entry_of_map { u64 where, revoke; };

static struct packet *tx[2], *rx[2];

static u64
tail_of(u64 get, u64 channel)
{
	IS(FAST(get, channel), EOK);
	return last.o[2];
}

static u64
state(u64 channel)
{
	IS(FAST(LDC_TX_GET_STATE, channel), EOK);
	return last.o[3];
}

/* Both ends up, with that many entries. */
static void
up(u64 entries)
{
	for (u64 c = 0; c < 2; c++) {
		tx[c] = page_pool(entries * 64);
		rx[c] = page_pool(entries * 64);
		IS(FAST(LDC_TX_QCONF, c, (u64)tx[c], entries), EOK);
		IS(FAST(LDC_RX_QCONF, c, (u64)rx[c], entries), EOK);
	}
}

static void
down(void)
{
	for (u64 c = 0; c < 2; c++) {
		IS(FAST(LDC_TX_QCONF, c, 0, 0), EOK);
		IS(FAST(LDC_RX_QCONF, c, 0, 0), EOK);
	}
}

TEST(ldc, unknown, "4.11: LDC_*: unknown channel: ECHANNEL 16")
{
	static const u64 with_channel[] = {
		LDC_TX_QCONF, LDC_TX_QINFO, LDC_TX_GET_STATE, LDC_TX_SET_QTAIL, LDC_RX_QCONF, LDC_RX_QINFO,
		LDC_RX_GET_STATE, LDC_RX_SET_QHEAD, LDC_SET_MAP_TABLE, LDC_GET_MAP_TABLE, LDC_COPY,
		LDC_MAPIN
	};

	for (u64 i = 0; i < ARRAY(with_channel); i++) {
		REFUSED(ECHANNEL, with_channel[i], NO_CHANNEL, 0, 0);
		REFUSED(ECHANNEL, with_channel[i], 4, 0, 0);
		REFUSED(ECHANNEL, with_channel[i], ~0ul, 0, 0);
		REFUSED(ECHANNEL, with_channel[i], 1ul << 32, 0, 0);
	}
	REFUSED(ENOTSUPPORTED, LDC_REVOKE, 0, 0, 0);
}

TEST(ldc, qconf, "4.3: base aligned to its size, power of two, 0 = off; QINFO reports what was set")
{
	uint8_t *base = page_pool(16 * KIB);

	for (u64 f = LDC_TX_QCONF; f <= LDC_RX_QCONF; f += LDC_RX_QCONF - LDC_TX_QCONF) {
		for (u64 channel = 0; channel < 4; channel++) {
			IS(FAST(f, channel, (u64)base, 128), EOK);
			IS(FAST(f + 1, channel), EOK);
			IS(last.o[1], base);
			IS(last.o[2], 128);
			IS(FAST(f, channel, 0, 0), EOK);
			IS(FAST(f + 1, channel), EOK);
			IS(last.o[2], 0);
		}
		REFUSED(EINVAL, f, 0, (u64)base, 3);
		REFUSED(EINVAL, f, 0, (u64)base, ~0ul);
		REFUSED(EBADALIGN, f, 0, (u64)base + 64, 2);
		REFUSED(EBADALIGN, f, 0, (u64)base + 4096, 128);
		for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
			REFUSED(ENORADDR, f, 0, ra, 2);
		announce(f == LDC_TX_QCONF ? "LDC_TX_QCONF: E" : "LDC_RX_QCONF: E");
		for (u64 bit = 26; bit < 64; bit++)
			if (FAST(f, 0, bit < 58 ? 0 : 0x4000000, 1ul << bit) == EOK)
				wrong("0x%x entries are accepted", 1ul << bit);
		for (u64 bytes = 128; bytes <= 64 * MIB; bytes *= 2)
			if (past_end(bytes) && FAST(f, 0, past_end(bytes), bytes / 64) == EOK)
				wrong("a queue of 0x%x at 0x%x is accepted", bytes, past_end(bytes));
		IS(FAST(f + 1, 0), EOK);
		IS(last.o[2], 0);
	}
}

TEST(ldc, state, "4.11: state stays 0 until both ends have a receive queue, then 1")
{
	for (u64 c = 0; c < 2; c++) {
		tx[c] = page_pool(512);
		rx[c] = page_pool(512);
		IS(FAST(LDC_TX_QCONF, c, (u64)tx[c], 8), EOK);
	}
	IS(state(0), 0);
	IS(state(1), 0);
	IS(FAST(LDC_RX_QCONF, 0, (u64)rx[0], 8), EOK);
	IS(state(0), 0);
	IS(state(1), 0);
	IS(FAST(LDC_RX_QCONF, 1, (u64)rx[1], 8), EOK);
	for (u64 c = 0; c < 2; c++) {
		IS(state(c), 1);
		IS(last.o[1] | last.o[2], 0);
		IS(FAST(LDC_RX_GET_STATE, c), EOK);
		IS(last.o[3], 1);
		IS(last.o[1] | last.o[2], 0);
	}
	IS(FAST(LDC_RX_QCONF, 1, 0, 0), EOK);
	CHECK(state(0) != 1);
	down();
}

TEST(ldc, send,
    "4.11: a good tail moves the packets to the peer at once when there is room; 4.10: all 64 bytes "
    "are the user's")
{
	up(8);
	for (u64 round = 0; round < 40; round++) {
		u64 c = round & 1, at = round / 2 * 64 & 511, next = (at + 64) & 511;

		for (u64 k = 0; k < 8; k++)
			tx[c][at / 64].word[k] = round << 32 | k << 8 | c;
		IS(FAST(LDC_TX_SET_QTAIL, c, next), EOK);
		IS(FAST(LDC_TX_GET_STATE, c), EOK);
		IS(last.o[1], next);
		IS(last.o[2], next);
		IS(FAST(LDC_RX_GET_STATE, !c), EOK);
		IS(last.o[1], at);
		IS(last.o[2], next);
		for (u64 k = 0; k < 8; k++)
			IS(rx[!c][at / 64].word[k], round << 32 | k << 8 | c);
		IS(FAST(LDC_RX_SET_QHEAD, !c, next), EOK);
		IS(FAST(LDC_RX_GET_STATE, !c), EOK);
		IS(last.o[1], next);
	}
	down();
}

TEST(ldc, room, "4.11: when there is room: what finds none waits, in order, until the peer moves its head")
{
	u64 got = 0;

	up(8);
	rx[1] = page_pool(256);
	IS(FAST(LDC_RX_QCONF, 1, (u64)rx[1], 4), EOK);
	for (u64 i = 0; i < 7; i++)
		tx[0][i].word[0] = i + 1;
	IS(FAST(LDC_TX_SET_QTAIL, 0, 7 * 64), EOK);
	IS(tail_of(LDC_RX_GET_STATE, 1), 3 * 64);
	IS(FAST(LDC_TX_GET_STATE, 0), EOK);
	IS(last.o[1], 3 * 64);
	IS(last.o[2], 7 * 64);
	for (u64 head = 0; got < 7; head = (head + 64) & 255) {
		if (tail_of(LDC_RX_GET_STATE, 1) == head) {
			wrong("%u packets of 7 came", got);
			break;
		}
		IS(rx[1][head / 64].word[0], ++got);
		IS(FAST(LDC_RX_SET_QHEAD, 1, (head + 64) & 255), EOK);
	}
	IS(FAST(LDC_TX_GET_STATE, 0), EOK);
	IS(last.o[1], 7 * 64);
	down();
}

TEST(ldc, tail_refused,
    "4.11: LDC_TX_SET_QTAIL not a multiple of 64: EBADALIGN; outside of the queue it is no good tail either")
{
	up(8);
	REFUSED(EBADALIGN, LDC_TX_SET_QTAIL, 0, 32);
	REFUSED(EBADALIGN, LDC_TX_SET_QTAIL, 0, 65);
	REFUSED(EBADALIGN, LDC_RX_SET_QHEAD, 0, 32);
	announce("LDC_(TX_SET_QTAIL|RX_SET_QHEAD): E");
	CHECK(FAST(LDC_TX_SET_QTAIL, 0, 512) != EOK);
	CHECK(FAST(LDC_TX_SET_QTAIL, 0, ~63ul) != EOK);
	CHECK(FAST(LDC_RX_SET_QHEAD, 0, 512) != EOK);
	CHECK(FAST(LDC_RX_SET_QHEAD, 0, ~63ul) != EOK);
	IS(tail_of(LDC_TX_GET_STATE, 0), 0);
	IS(tail_of(LDC_RX_GET_STATE, 1), 0);
	down();
}

/* The devhandle of the channels' interrupts, and one's number. */
static u64
interrupt_of(u64 channel, const char *which, u64 *ino)
{
	u64 handle = 0, id = ~0ul;

	*ino = 0;
	for (int node = -1; (node = md_next(node, "channel-endpoint")) >= 0;)
		if (md_value(node, "id", &id) && id == channel)
			md_value(node, which, ino);
	if (md_next(-1, "channel-devices") >= 0 && md_value(md_next(-1, "channel-devices"), "cfg-handle",
	    &handle))
		return handle;
	for (int node = -1; (node = md_next(node, "virtual-device")) >= 0;) {
		const char *name = md_string(node, "name");

		if (name && name[0] == 'c' && name[1] == 'h')
			md_value(node, "cfg-handle", &handle);
	}
	return handle;
}

TEST(ldc, interrupt,
    "4.10: rx-ino: a packet that arrives is a device mondo; still pending when set idle: queued again")
{
	struct queue *q = queue_open(QUEUE_DEVICE, 8);
	u64 ino, handle = interrupt_of(1, "rx-ino", &ino);

	up(8);
	IS(FAST(VINTR_SETCOOKIE, handle, ino, 0xc00c1e), EOK);
	IS(FAST(VINTR_SETTARGET, handle, ino, 0), EOK);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
	IS(FAST(VINTR_SETVALID, handle, ino, 1), EOK);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	FAST(CPU_YIELD);
	IS(q->count, 0);
	IS(FAST(LDC_TX_SET_QTAIL, 0, 64), EOK);
	FAST(CPU_YIELD);
	IS(q->count, 1);
	IS(queue_entry(QUEUE_DEVICE, 0)[0], 0xc00c1e);
	IS(FAST(LDC_TX_SET_QTAIL, 0, 128), EOK);
	FAST(CPU_YIELD);
	IS(q->count, 1);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);	/* two packets wait */
	FAST(CPU_YIELD);
	IS(q->count, 2);
	IS(FAST(LDC_RX_SET_QHEAD, 1, 128), EOK);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);	/* none does */
	FAST(CPU_YIELD);
	IS(q->count, 2);
	IS(FAST(VINTR_GETSTATE, handle, ino), EOK);
	IS(last.o[1], 0);
	set_pstate(PSTATE_PRIV);
	IS(FAST(VINTR_SETVALID, handle, ino, 0), EOK);
	down();
	queue_close(QUEUE_DEVICE);
}

TEST(ldc, sent,
    "README: a transmit interrupt rings when packets that found no room have gone; 4.11: still pending when the "
    "guest sets 0: queued again")
{
	struct queue *q = queue_open(QUEUE_DEVICE, 8);
	u64 ino, handle = interrupt_of(0, "tx-ino", &ino);

	up(8);
	rx[1] = page_pool(256);
	IS(FAST(LDC_RX_QCONF, 1, (u64)rx[1], 4), EOK);
	IS(FAST(VINTR_SETCOOKIE, handle, ino, 0x5e47), EOK);
	IS(FAST(VINTR_SETTARGET, handle, ino, 0), EOK);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
	IS(FAST(VINTR_SETVALID, handle, ino, 1), EOK);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	IS(FAST(LDC_TX_SET_QTAIL, 0, 5 * 64), EOK);	/* three have room */
	FAST(CPU_YIELD);
	IS(q->count, 0);
	IS(FAST(LDC_RX_SET_QHEAD, 1, 3 * 64), EOK);
	FAST(CPU_YIELD);
	IS(q->count, 1);
	IS(queue_entry(QUEUE_DEVICE, 0)[0], 0x5e47);
	IS(FAST(LDC_TX_SET_QTAIL, 0, 0), EOK);		/* three more, one has room */
	IS(FAST(LDC_RX_SET_QHEAD, 1, 64), EOK);		/* it rings before the first is done with */
	FAST(CPU_YIELD);
	IS(q->count, 1);
	for (u64 i = 0; i < 2; i++) {
		IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
		FAST(CPU_YIELD);
		IS(q->count, 2);
	}
	set_pstate(PSTATE_PRIV);
	IS(FAST(VINTR_SETVALID, handle, ino, 0), EOK);
	IS(FAST(VINTR_SETSTATE, handle, ino, 0), EOK);
	down();
	queue_close(QUEUE_DEVICE);
}

/* Channel 1 exports a page as the entry with that number; channel 0 uses it. */
static struct entry_of_map *
export(u64 number, const void *page, u64 may)
{
	static struct entry_of_map table[65] __attribute__((aligned(1024)));

	if (number == 0)
		memset(table, 0, sizeof(table));
	table[number].where = (u64)page | may;
	table[64].where = (u64)page_pool(PAGE) | ~0ul >> 53;	/* behind the table: permits all */
	table[64].where &= ~15ul;
	IS(FAST(LDC_SET_MAP_TABLE, 1, (u64)table, 64), EOK);
	return table;
}

TEST(ldc, map_table, "4.3: LDC_SET_MAP_TABLE / GET: base RA, entries; 0 entries = none")
{
	struct entry_of_map *table = page_pool(1024);

	IS(FAST(LDC_GET_MAP_TABLE, 0), EOK);
	IS(last.o[2], 0);
	IS(FAST(LDC_SET_MAP_TABLE, 0, (u64)table, 64), EOK);
	IS(FAST(LDC_GET_MAP_TABLE, 0), EOK);
	IS(last.o[1], table);
	IS(last.o[2], 64);
	announce("LDC_SET_MAP_TABLE: E");
	CHECK(FAST(LDC_SET_MAP_TABLE, 0, (u64)table + 8, 64) != EOK);
	CHECK(FAST(LDC_SET_MAP_TABLE, 0, (u64)table, 3) != EOK);
	CHECK(FAST(LDC_SET_MAP_TABLE, 0, 0x4000000, 1ul << 60) != EOK);
	CHECK(FAST(LDC_SET_MAP_TABLE, 0, 0x4000000, 1ul << 63) != EOK);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
		REFUSED(ENORADDR, LDC_SET_MAP_TABLE, 0, ra, 64);
	for (u64 bytes = 32; bytes <= 16 * MIB; bytes *= 2)
		if (past_end(bytes))
			REFUSED(ENORADDR, LDC_SET_MAP_TABLE, 0, past_end(bytes), bytes / 16);
	IS(FAST(LDC_GET_MAP_TABLE, 0), EOK);
	IS(last.o[1], table);
	IS(FAST(LDC_SET_MAP_TABLE, 0, 0, 0), EOK);
	IS(FAST(LDC_GET_MAP_TABLE, 0), EOK);
	IS(last.o[2], 0);
}

TEST(ldc, copy,
    "4.3: LDC_COPY: 0 in / 1 out, o1 length done; 4.11: a copy never crosses a page; 4.10: cookie = "
    "index << page shift")
{
	u64 *theirs = page_pool(2 * PAGE), *mine = page_pool(PAGE);

	up(8);
	export(0, theirs, CAN_COPY_READ | CAN_COPY_WRITE);
	export(5, theirs + 1024, CAN_COPY_READ | CAN_COPY_WRITE);
	for (u64 i = 0; i < 2048; i++)
		theirs[i] = i;
	IS(FAST(LDC_COPY, 0, 0, 0x100, (u64)mine, 64), EOK);
	IS(last.o[1], 64);
	for (u64 i = 0; i < 8; i++)
		IS(mine[i], 32 + i);
	IS(mine[8], 0);
	IS(FAST(LDC_COPY, 0, 0, (5ul << 13) + 8, (u64)mine, 16), EOK);
	IS(mine[1], 1026);
	IS(mine[2], 34);
	mine[0] = 0x1234;
	IS(FAST(LDC_COPY, 0, 1, 5ul << 13, (u64)mine, 8), EOK);
	IS(last.o[1], 8);
	IS(theirs[1024], 0x1234);
	IS(theirs[1025], 1025);
	IS(FAST(LDC_COPY, 0, 0, PAGE - 32, (u64)mine, 64), EOK);
	IS(last.o[1], 32);
	IS(mine[3], 1023);
	IS(mine[4], 36);
	down();
}

TEST(ldc, copy_refused,
    "4.11: misaligned EBADALIGN; entry all zero or without copy permission ENOACCESS 10; flag other than 0/1 "
    "EINVAL")
{
	u64 *theirs = page_pool(PAGE), *mine = page_pool(PAGE);

	up(8);
	export(0, theirs, CAN_COPY_READ | CAN_COPY_WRITE);
	export(1, theirs, CAN_COPY_READ);
	export(2, theirs, CAN_COPY_WRITE);
	export(3, theirs, CAN_READ | CAN_WRITE);
	REFUSED(EBADALIGN, LDC_COPY, 0, 0, 4, (u64)mine, 64);
	REFUSED(EBADALIGN, LDC_COPY, 0, 0, 0, (u64)mine + 4, 64);
	REFUSED(EBADALIGN, LDC_COPY, 0, 0, 0, (u64)mine, 60);
	REFUSED(EINVAL, LDC_COPY, 0, 2, 0, (u64)mine, 64);
	REFUSED(EINVAL, LDC_COPY, 0, ~0ul, 0, (u64)mine, 64);
	REFUSED(ENOACCESS, LDC_COPY, 0, 1, 1 * PAGE, (u64)mine, 64);
	REFUSED(ENOACCESS, LDC_COPY, 0, 0, 2 * PAGE, (u64)mine, 64);
	REFUSED(ENOACCESS, LDC_COPY, 0, 0, 3 * PAGE, (u64)mine, 64);
	REFUSED(ENOACCESS, LDC_COPY, 0, 0, 4 * PAGE, (u64)mine, 64);
	announce("LDC_COPY: E");
	CHECK(FAST(LDC_COPY, 0, 0, 64 * PAGE, (u64)mine, 64) != EOK);
	CHECK(FAST(LDC_COPY, 0, 0, (1ul << 60) - PAGE, (u64)mine, 64) != EOK);
	CHECK(FAST(LDC_COPY, 0, 0, ~0ul & -PAGE, (u64)mine, 64) != EOK);
	CHECK(FAST(LDC_COPY, 1, 0, 0, (u64)mine, 64) != EOK);	/* the other end has no table */
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++) {
		REFUSED(ENORADDR, LDC_COPY, 0, 0, 0, ra, 64);
		REFUSED(ENORADDR, LDC_COPY, 0, 1, 0, ra, 64);
	}
	REFUSED(ENORADDR, LDC_COPY, 0, 0, 0, block_end((u64)mine) - 8, 64);
	for (u64 i = 0; i < 1024; i++)
		if (theirs[i] | mine[i]) {
			wrong("word %u was written", i);
			break;
		}
	down();
}

TEST(ldc, copy_bad_entry,
    "a map table is the other guest's: an entry that names no memory of its own is refused")
{
	u64 *mine = page_pool(PAGE);

	up(8);
	announce("LDC_COPY: E");
	export(0, mine, 0);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++) {
		if (ra >> 56)
			continue;
		export(1, (void *)ra, CAN_COPY_READ | CAN_COPY_WRITE);
		CHECK(FAST(LDC_COPY, 0, 0, PAGE, (u64)mine, 64) != EOK);
		CHECK(FAST(LDC_COPY, 0, 1, PAGE, (u64)mine, 64) != EOK);
	}
	CHECK(FAST(LDC_COPY, 0, 0, 0, (u64)mine, ~0ul & ~7ul) != EOK);
	down();
}

TEST(ldc, mapin,
    "4.11: LDC_MAPIN: %o1 = a real address in a window above all memory, %o2 = permission bits")
{
	u64 *theirs = page_pool(PAGE), ra, value;
	struct tsb *tsb;

	up(8);
	export(0, theirs, 0);
	export(3, theirs, CAN_READ | CAN_WRITE);
	theirs[5] = 0x5555;
	IS(FAST(LDC_MAPIN, 0, 3 * PAGE), EOK);
	ra = last.o[1];
	CHECK(ra >= WINDOW);
	IS(ra & (PAGE - 1), 0);
	IS(last.o[2], (CAN_READ | CAN_WRITE) / CAN_READ);
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, 0x5000000000, 0, TTE_V | TTE_CP | TTE_CV | TTE_P | TTE_W | ra);
	IS(load_asi(0x5000000028, ASI_PRIMARY, &value), 0);
	IS(value, 0x5555);
	IS(store_asi(0x5000000030, ASI_PRIMARY, 0x6666), 0);
	IS(theirs[6], 0x6666);
	mmu_off();
	IS(FAST(LDC_UNMAP, ra), EOK);
	announce("LDC_(UNMAP|MAPIN): E");
	CHECK(FAST(LDC_UNMAP, ra) != EOK);
	CHECK(FAST(LDC_UNMAP, (u64)theirs) != EOK);
	CHECK(FAST(LDC_UNMAP, ~0ul) != EOK);
	CHECK(FAST(LDC_MAPIN, 0, 4 * PAGE) != EOK);
	CHECK(FAST(LDC_MAPIN, 0, 64 * PAGE) != EOK);
	down();
}

TEST(ldc, mapin_bounds, "4.11: a page that is mapped in is that page, and has the rights of its entry")
{
	u64 *theirs = page_pool(64 * KIB), ra, write_only, value;
	const u64 bits = TTE_V | TTE_CP | TTE_CV | TTE_P | TTE_W | TTE_X, va = 0x5000000000;
	struct tsb *tsb;

	up(8);
	export(0, theirs, CAN_READ | CAN_WRITE);
	export(1, theirs, CAN_WRITE);
	memcpy(theirs, return_o7, 32);
	sync_code(theirs);
	IS(FAST(LDC_MAPIN, 0, 0), EOK);
	ra = last.o[1];
	IS(FAST(LDC_MAPIN, 0, PAGE), EOK);
	write_only = last.o[1];
	IS(last.o[2], CAN_WRITE / CAN_READ);
	export(2, theirs, CAN_READ | CAN_EXECUTE);
	IS(FAST(LDC_MAPIN, 0, 2 * PAGE), EOK);
	IS(last.o[2], (CAN_READ | CAN_EXECUTE) / CAN_READ);
	IS(FAST(LDC_UNMAP, last.o[1]), EOK);
	announce("guest: ");
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1 << SIZE_8K | 1 << SIZE_64K | 1 << SIZE_4M, 0);
	tsb_put(tsb, SIZE_8K, va, 0, bits | ra);
	IS(load_asi(va, ASI_PRIMARY, &value), 0);
	CHECK(exec(va) != 0);				/* no x */
	tsb_put(tsb, SIZE_8K, va + 64 * KIB, 0, bits | ra | SIZE_64K);
	IS(load_asi(va + 64 * KIB, ASI_PRIMARY, &value), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_TSB_ENTRY, va + 64 * KIB, 0);
	tsb_put(tsb, SIZE_8K, va + 4 * MIB, 0, bits | ra | SIZE_4M);
	IS(load_asi(va + 4 * MIB, ASI_PRIMARY, &value), TT_D_EXCEPTION);
	tsb_put(tsb, SIZE_8K, va + PAGE, 0, bits | (ra + PAGE));
	IS(load_asi(va + PAGE, ASI_PRIMARY, &value), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_TSB_ENTRY, va + PAGE, 0);
	tsb_put(tsb, SIZE_8K, va + 2 * PAGE, 0, bits | write_only);
	CHECK(load_asi(va + 2 * PAGE, ASI_PRIMARY, &value) != 0);
	mmu_off();
	IS(FAST(LDC_UNMAP, ra), EOK);
	IS(FAST(LDC_UNMAP, write_only), EOK);
	down();
}

TEST(ldc, mapin_many, "pages are mapped in until there is no more room, and again when one was unmapped")
{
	u64 *theirs = page_pool(PAGE), count = 0, ras[4096 / 8];

	up(8);
	export(0, theirs, CAN_READ);
	export(1, theirs, CAN_COPY_READ);
	announce("LDC_MAPIN: E");
	while (count < ARRAY(ras) && FAST(LDC_MAPIN, 0, 0) == EOK) {
		ras[count] = last.o[1];
		for (u64 i = 0; i < count; i++)
			CHECK(ras[i] != ras[count]);
		count++;
	}
	CHECK(count >= 8);
	IS(FAST(LDC_UNMAP, ras[3]), EOK);
	IS(FAST(LDC_MAPIN, 0, 8), EOK);
	ras[3] = last.o[1] & -PAGE;
	for (u64 i = 0; i < count; i++)
		IS(FAST(LDC_UNMAP, ras[i]), EOK);
	REFUSED(ENOACCESS, LDC_MAPIN, 0, PAGE);
	CHECK(FAST(LDC_MAPIN, 0, 1ul << 60) != EOK);	/* a 64K page; the entry is for 8K */
	CHECK(FAST(LDC_MAPIN, 0, 2ul << 60) != EOK);	/* 512K */
	down();
}

TEST(ldc, big_page, "4.10: the entry's page size, and the cookie's: 64K")
{
	u64 *theirs = page_pool(64 * KIB), *mine = page_pool(PAGE);

	up(8);
	export(0, 0, 0);
	export(2, theirs, CAN_COPY_READ | CAN_COPY_WRITE | SIZE_64K);
	theirs[0xa000 / 8] = 0x77;
	IS(FAST(LDC_COPY, 0, 0, 1ul << 60 | 2 << 16 | 0xa000, (u64)mine, 8), EOK);
	IS(mine[0], 0x77);
	IS(FAST(LDC_COPY, 0, 1, 1ul << 60 | 2 << 16 | 0xfff8, (u64)mine, 64), EOK);
	IS(last.o[1], 8);
	IS(theirs[0xfff8 / 8], 0x77);
	down();
}

TEST(ldc, mapin_protection,
    "4.10: what is mapped in without w is not writable, and gone when it is unmapped")
{
	u64 *theirs = page_pool(PAGE), ra, value;
	struct tsb *tsb;

	up(8);
	export(0, theirs, CAN_READ);
	IS(FAST(LDC_MAPIN, 0, 0), EOK);
	ra = last.o[1];
	mmu_on();
	announce("guest: ");
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, 0x5000000000, 0, TTE_V | TTE_CP | TTE_CV | TTE_P | TTE_W | ra);
	CHECK(store_asi(0x5000000030, ASI_PRIMARY, 0x6666) != 0);
	IS(theirs[6], 0);
	IS(load_asi(0x5000000028, ASI_PRIMARY, &value), 0);
	IS(FAST(LDC_UNMAP, ra), EOK);
	IS(load_asi(0x5000000028, ASI_PRIMARY, &value), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_TSB_ENTRY, 0x5000000000, 0);
	mmu_off();
	down();
}
