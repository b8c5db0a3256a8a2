/*
 * Console, soft state, and what a run's surroundings have to see: sun4v.md 4.3, 4.11.
 * `# sun4v-says TEXT` announces a line that comes by another call than this guest's own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

static void
say_by(u64 function, const char *text)
{
	u64 length = 0, done;

	while (text[length] != '\0')
		length++;
	for (u64 i = 0; function == CONS_PUTCHAR && i < length; i++)
		for (u64 tries = 0; FAST(CONS_PUTCHAR, (uint8_t)text[i]) == EWOULDBLOCK &&
		    tries < 1000; tries++)
			;
	for (u64 at = 0, tries = 0; function == CONS_WRITE && at < length && tries < 1000; tries++) {
		done = FAST(CONS_WRITE, (u64)text + at, length - at) == EOK ? last.o[1] : 0;
		if (last.o[0] != EOK && last.o[0] != EWOULDBLOCK)
			break;
		CHECK(done <= length - at);
		at += done;
	}
}

TEST(console, write, "4.3: CONS_PUTCHAR: EWOULDBLOCK: retry; CONS_WRITE: o1 length done; API_PUTCHAR")
{
	static char alphabet[] = "a line by CONS_WRITE, by a real address\n";

	print("# sun4v-says a line by CONS_PUTCHAR\n");
	say_by(CONS_PUTCHAR, "a line by CONS_PUTCHAR\n");
	print("# sun4v-says a line by CONS_WRITE, by a real address\n");
	say_by(CONS_WRITE, alphabet);
	print("# sun4v-says by API_PUTCHAR\n");
	for (const char *c = "by API_PUTCHAR\n"; *c != '\0'; c++)
		IS(CORE(API_PUTCHAR, (uint8_t)*c), EOK);
	IS(FAST(CONS_WRITE, (u64)alphabet, 0), EOK);
	IS(last.o[1], 0);
	IS(FAST(CONS_PUTCHAR, ~0ul), EOK);	/* a break */
}

TEST(console, nothing, "4.11: CONS_GETCHAR / CONS_READ with nothing there: EWOULDBLOCK 9")
{
	char *buffer = page_pool(64);

	IS(FAST(CONS_GETCHAR), EWOULDBLOCK);
	IS(FAST(CONS_READ, (u64)buffer, 64), EWOULDBLOCK);
	IS(buffer[0], 0);
}

TEST(console, refused, "4.3: buffers are real addresses of the guest's memory")
{
	char *buffer = page_pool(64);

	for (u64 f = CONS_READ; f <= CONS_WRITE; f++) {
		for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
			REFUSED(ENORADDR, f, ra, 16);
		REFUSED(ENORADDR, f, block_end((u64)buffer) - 8, 16);
		REFUSED(ENORADDR, f, (u64)buffer, ~0ul);
		REFUSED(ENORADDR, f, (u64)buffer, 1ul << 63);
		REFUSED(ENORADDR, f, ~0ul, 2);
	}
}

TEST(console, no_character, "4.3: o0 char, -1 = break; what is neither")
{
	u64 status;

	announce("CONS_PUTCHAR: EINVAL");
	status = FAST(CONS_PUTCHAR, 0x100);
	CHECK(status == EINVAL);
	CHECK(FAST(CONS_PUTCHAR, ~0ul - 1) == EINVAL);
}

TEST(console, read, "4.3: CONS_GETCHAR: o1 char; CONS_READ: o1 length done")
{
	char *buffer = page_pool(64);
	static const char wanted[] = "seen\n";		/* all of it: what is left would be the next test's */
	u64 got = 0, start;

	print("# ask type hello\n");
	for (u64 i = 0; i < 6; i++) {
		for (start = get_stick(); FAST(CONS_GETCHAR) == EWOULDBLOCK &&
		    get_stick() - start < 500000000;)
			;
		IS(last.o[0], EOK);
		IS(last.o[1], (uint8_t)"hello\n"[i]);
	}
	print("# ask type seen\n");
	for (start = get_stick(); got < 5 && get_stick() - start < 500000000;) {
		if (FAST(CONS_READ, (u64)buffer + got, 64 - got) == EOK) {
			CHECK(last.o[1] > 0 && last.o[1] <= 64 - got);
			got += last.o[1];
		} else {
			IS(last.o[0], EWOULDBLOCK);
		}
	}
	for (u64 i = 0; i < 5; i++)
		IS(buffer[i], wanted[i]);
}

TEST(break, getchar, "4.3: CONS_GETCHAR: -1 break")
{
	u64 start = get_stick();

	print("# ask break\n");
	while (FAST(CONS_GETCHAR) == EWOULDBLOCK && get_stick() - start < 500000000)
		;
	IS(last.o[0], EOK);
	IS(last.o[1], ~0ul);
	IS(FAST(CONS_GETCHAR), EWOULDBLOCK);
}

TEST(soft, state,
    "4.3: SOFT_STATE_SET: 1 normal, 2 transition, a 32-byte string; GET; 4.11: SET(3, ...): EINVAL")
{
	char *text = page_pool(64), *back = page_pool(64);

	for (u64 state = 1; state <= 2; state++) {
		memset(text, 0, 64);
		memcpy(text, state == 1 ? "self-test is well" : "self-test begins", 16);
		IS(FAST(SOFT_STATE_SET, state, (u64)text), EOK);
		memset(back, 0x55, 64);
		IS(FAST(SOFT_STATE_GET, (u64)back), EOK);
		IS(last.o[1], state);
		for (u64 i = 0; i < 32; i++)
			IS(back[i], text[i]);
		IS(back[32], 0x55);
	}
	memset(text, 'x', 32);
	announce("SOFT_STATE_SET: E");
	CHECK(FAST(SOFT_STATE_SET, 1, (u64)text) != EOK);	/* no end within 32 bytes */
	text[31] = '\0';
	REFUSED(EINVAL, SOFT_STATE_SET, 3, (u64)text);
	REFUSED(EINVAL, SOFT_STATE_SET, ~0ul, (u64)text);
	IS(FAST(SOFT_STATE_GET, (u64)back), EOK);
	IS(last.o[1], 2);
}

TEST(soft, refused, "4.3: 32-byte aligned, in memory")
{
	char *text = page_pool(64);

	REFUSED(EBADALIGN, SOFT_STATE_SET, 1, (u64)text + 16);
	REFUSED(EBADALIGN, SOFT_STATE_GET, (u64)text + 16);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++) {
		REFUSED(ENORADDR, SOFT_STATE_SET, 1, ra);
		REFUSED(ENORADDR, SOFT_STATE_GET, ra);
	}
}

TEST(refuse, nth,
    "README: refuse=MMU_DEMAP_ALL:2:11: the second call of that name is answered with EIO, and does nothing")
{
	announce("refused MMU_DEMAP_ALL 2");
	IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EOK);
	IS(FAST(MMU_DEMAP_CTX, 0, 0, 0, BOTH), EOK);
	IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EIO);
	IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EOK);
}

TEST(refuseall, every, "README: refuse=CPU_QCONF:0:17: every one; nothing is changed")
{
	uint8_t *base = page_pool(1024);

	announce("refused CPU_QCONF [1-3]");
	for (u64 i = 0; i < 3; i++)
		IS(FAST(CPU_QCONF, QUEUE_CPU, (u64)base, 16), EBUSY);
	IS(FAST(CPU_QINFO, QUEUE_CPU), EOK);
	IS(last.o[2], 0);
}

TEST(refusemap, default_error,
    "README: without an error it is 11, EIO; also of the calls with a trap of their own")
{
	announce("refused MMU_MAP_ADDR 1");
	IS(hv(0x83, 0, 0x4000000000, 0, tte(page_pool(PAGE), TTE_KERNEL), BOTH, 0), EIO);
	IS(hv(0x83, 0, 0x4000000000, 0, tte(page_pool(PAGE), TTE_KERNEL), BOTH, 0), EOK);
}

#define TEST_REFUSE	0x10f

TEST(tests, nth, "README: TEST_REFUSE: from then on the Nth call; %o1: how many were counted since; 0 refuses none")
{
	announce("refused (MMU_UNMAP_ADDR 2|CPU_MYID 2|API_SET_VERSION 1)$");
	IS(FAST(TEST_REFUSE, 2, ENOMAP), EOK);
	IS(FAST(CPU_MYID), EOK);
	IS(FAST(CONS_PUTCHAR, '\n'), EOK);
	IS(hv(0x84, 0, 0x4000000000, 0, BOTH, 0, 0), ENOMAP);
	IS(FAST(CPU_MYID), EOK);
	IS(FAST(TEST_REFUSE, 2, EBADTRAP), EOK);
	IS(last.o[1], 3);
	IS(FAST(CPU_MYID), EOK);
	IS(FAST(CPU_MYID), EBADTRAP);
	IS(FAST(TEST_REFUSE, 1, EBUSY), EOK);
	IS(last.o[1], 2);
	IS(CORE(API_PUTCHAR, '\n'), EOK);
	IS(CORE(API_SET_VERSION, GROUP_SOFT_STATE, 1, 0), EBUSY);
	IS(CORE(API_SET_VERSION, GROUP_SOFT_STATE, 1, 0), EOK);
	IS(FAST(TEST_REFUSE), EOK);
	IS(last.o[1], 2);
	for (u64 i = 0; i < 9; i++)
		IS(FAST(CPU_MYID), EOK);
}

TEST(tests, later, "README: TEST_REFUSE: 2 in %o2: all from the Nth on")
{
	announce("refused CPU_MYID [2-4]$");
	IS(FAST(TEST_REFUSE, 2, EIO, 2), EOK);
	IS(FAST(CPU_MYID), EOK);
	for (u64 i = 0; i < 3; i++)
		IS(FAST(CPU_MYID), EIO);
	IS(FAST(TEST_REFUSE), EOK);
	IS(FAST(CPU_MYID), EOK);
}

TEST(refuselater, later, "README: refuse=MMU_DEMAP_ALL:2+: all from the second on")
{
	announce("refused MMU_DEMAP_ALL [2-4]$");
	IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EOK);
	for (u64 i = 0; i < 3; i++)
		IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EIO);
}

TEST(tests, all, "README: TEST_REFUSE: 1 in %o2: the console's, too; more than 3 is refused")
{
	announce("refused CONS_PUTCHAR 2");
	announce("TEST_REFUSE: EINVAL\\b");
	IS(FAST(TEST_REFUSE, 2, EIO, 4), EINVAL);
	IS(FAST(TEST_REFUSE, 2, EIO, 1), EOK);
	IS(FAST(CPU_MYID), EOK);
	IS(FAST(CONS_PUTCHAR, '\n'), EIO);
	IS(FAST(TEST_REFUSE), EOK);
	IS(last.o[1], 2);
}

TEST(notests, absent, "README: TEST_REFUSE: without the word a call that does not exist")
{
	announce("fast trap: EBADTRAP\\b");
	IS(FAST(TEST_REFUSE, 1, EIO), EBADTRAP);
	IS(FAST(CPU_MYID), EOK);
}

/* N of N + 1 calls are answered EWOULDBLOCK, and nobody tells of it in the log. */
TEST(delay, console,
    "README: delay=2: of CONS_PUTCHAR, CONS_WRITE, CPU_MONDO_SEND and TOD_GET 2 of 3 are EWOULDBLOCK")
{
	uint16_t *list = page_pool(64);
	u64 waited = 0;

	for (u64 i = 0; i < 12; i++)
		waited += FAST(TOD_GET) == EWOULDBLOCK;
	IS(waited, 8);
	waited = 0;
	list[0] = 0xffff;
	for (u64 i = 0; i < 12; i++)
		waited += FAST(CPU_MONDO_SEND, 1, (u64)list, (u64)list) == EWOULDBLOCK;
	IS(waited, 8);
	print("# sun4v-says late, but whole\n");
	say_by(CONS_PUTCHAR, "late, ");
	say_by(CONS_WRITE, "but whole\n");
}

TEST(logcalls, all, "README: log=calls: every call is told")
{
	announce("call [A-Z0-9_]+ 0x.* cpu 0");
	FAST(CPU_MYID);
	FAST(CPU_YIELD);
	CORE(API_GET_VERSION, GROUP_CORE);
}
