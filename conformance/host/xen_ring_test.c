/*
 * The console ring against another side that is slow, gone or hostile.
 * Sources: backends/xen/ring.c, backends/xen/console.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "cases.h"
#include "../../backends/xen/console.h"

#define OUT		2048u
#define IN		1024u
#define PORT		7u

DEFINE_GATE;
struct pv_ops pv_ops;

/* The page has nothing behind it, so that the sanitizer sees what leaves it. */
static struct xen_console_ring *page;
static struct pv_xen_ring ring;
const struct xen_start_info *pv_xen_start_info;
static struct xen_start_info start_info;
static bool ring_is_seen;

/* The other side: what it has read, how much it reads whenever we yield; what we asked of Xen. */
static char read_out[16384];
static size_t nr_read;
static unsigned drains, yields, events, other_calls;
static char printed[1024];			/* by console_io */
static enum pv_stage stage;
static struct pv_refusal refusal;
static unsigned refusals;

static void
peer_reads(uint32_t most)
{
	uint32_t cons = page->out_cons;

	for (; most != 0 && cons != page->out_prod; most--)
		read_out[nr_read++] = page->out[cons++ % OUT];
	page->out_cons = cons;
	read_out[nr_read] = '\0';
}

static void
peer_types(const char *text)
{
	for (; *text != '\0'; text++)
		page->in[page->in_prod++ % IN] = *text;
}

long
pv_xen_call(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	(void)d;
	if (nr == XEN_SCHED_OP && a == XEN_SCHEDOP_YIELD) {
		yields++;
		peer_reads(drains);
	} else if (nr == XEN_EVENT_CHANNEL_OP && a == XEN_EVTCHNOP_SEND) {
		ck_assert_uint_eq(*(const uint32_t *)b, PORT);
		events++;
	} else if (nr == XEN_CONSOLE_IO && a == XEN_CONSOLEIO_WRITE) {
		strncat(printed, (const char *)c, b);
	} else if (nr == XEN_CONSOLE_IO && a == XEN_CONSOLEIO_READ) {
		*(char *)c = 'i';
		return 1;
	} else {
		other_calls++;
	}
	return 0;
}

void *
pv_xen_va_of_mfn(unsigned long mfn)
{
	ck_assert_uint_eq(mfn, 0x1234);
	return ring_is_seen ? page : NULL;
}

enum pv_stage
pv_stage_now(void)
{
	return stage;
}

void
pv_refuse(const struct pv_refusal *r)
{
	refusal = *r;
	refusals++;
}

void
pv_console_write(const char *text, size_t size)
{
	say(text, size);
}

static void
start(void)
{
	static struct xen_console_ring *made;

	free(made);
	made = calloc(1, sizeof(*made));
	page = made;
	pv_ops.isa.irq_save = host_irq_save;
	pv_ops.isa.irq_restore = host_irq_restore;
	host_gate = GATE_OPEN;
	nr_read = 0;
	drains = yields = events = other_calls = refusals = 0;
	printed[0] = said[0] = '\0';
	stage = PV_STAGE_NONE;
	start_info = (struct xen_start_info){ .console_mfn = 0x1234, .console_evtchn = PORT };
	pv_xen_start_info = &start_info;
	ring_is_seen = true;
}

/* -- the ring -- */

static size_t
put(const char *text)
{
	return pv_xen_ring_put(&ring, text, strlen(text));
}

START_TEST(text_crosses_the_end_of_page_and_of_numbers)
{
	char text[1501];

	page->out_prod = page->out_cons = UINT32_MAX - 700;
	page->in_prod = page->in_cons = UINT32_MAX - 2;
	pv_xen_ring_open(&ring, page);
	for (unsigned i = 0; i < 1500; i++)
		text[i] = (char)('a' + i % 26);
	text[1500] = '\0';
	for (unsigned round = 0; round < 3; round++) {
		nr_read = 0;
		ck_assert_uint_eq(put(text), 1500);
		peer_reads(UINT32_MAX);
		ck_assert_str_eq(read_out, text);
	}
	peer_types("typed");
	for (const char *c = "typed"; *c != '\0'; c++)
		ck_assert_int_eq(pv_xen_ring_get(&ring), *c);
	ck_assert_int_eq(pv_xen_ring_get(&ring), -1);
	ck_assert_uint_eq(page->in_cons, page->in_prod);
}
END_TEST

START_TEST(bytes_above_127_are_no_errors)
{
	pv_xen_ring_open(&ring, page);
	peer_types("\xff\x80");
	ck_assert_int_eq(pv_xen_ring_get(&ring), 0xff);
	ck_assert_int_eq(pv_xen_ring_get(&ring), 0x80);
}
END_TEST

START_TEST(line_ends_are_two_bytes_and_never_halved)
{
	char text[OUT];

	pv_xen_ring_open(&ring, page);
	ck_assert_uint_eq(put("a\n\nb"), 4);
	peer_reads(UINT32_MAX);
	ck_assert_str_eq(read_out, "a\r\n\r\nb");
	memset(text, 'x', sizeof(text));
	ck_assert_uint_eq(pv_xen_ring_put(&ring, text, OUT - 1), OUT - 1);
	ck_assert_uint_eq(put("\n"), 0);
	ck_assert_uint_eq(put("y\n"), 1);
	ck_assert_uint_eq(put("z"), 0);
	peer_reads(2);
	ck_assert_uint_eq(put("\n"), 1);
}
END_TEST

/* Index of the other side, relative to what can be; by how much it is wrong. */
static const int32_t wrong[] = { 1, 2, 2048, INT32_MAX, INT32_MIN, -2049, -100000 };

START_TEST(impossible_consumer_stops_output_for_good)
{
	uint32_t prod;

	page->out_prod = page->out_cons = 5000;
	pv_xen_ring_open(&ring, page);
	ck_assert_uint_eq(put("hello"), 5);
	prod = page->out_prod;
	page->out_cons = prod + (uint32_t)wrong[_i];
	ck_assert_uint_eq(put("world"), 0);
	ck_assert(ring.out_stopped);
	ck_assert_uint_eq(ring.out_wrong, prod + (uint32_t)wrong[_i]);
	ck_assert_uint_eq(page->out_prod, prod);
	page->out_cons = prod;
	ck_assert_uint_eq(put("again"), 0);
	/* The other direction is not its fault. */
	peer_types("x");
	ck_assert_int_eq(pv_xen_ring_get(&ring), 'x');
}
END_TEST

START_TEST(impossible_producer_stops_input_for_good)
{
	static const int32_t ahead[] = { -1, -1024, 1025, 1026, INT32_MAX, INT32_MIN };

	page->in_prod = page->in_cons = 77;
	pv_xen_ring_open(&ring, page);
	page->in_prod = 77 + (uint32_t)ahead[_i];
	ck_assert_int_eq(pv_xen_ring_get(&ring), -1);
	ck_assert(ring.in_stopped);
	ck_assert_uint_eq(ring.in_wrong, 77 + (uint32_t)ahead[_i]);
	ck_assert_uint_eq(page->in_cons, 77);
	page->in_prod = 78;
	ck_assert_int_eq(pv_xen_ring_get(&ring), -1);
	ck_assert_uint_eq(put("still here"), 10);
}
END_TEST

START_TEST(what_is_just_possible_is_taken)
{
	char text[OUT];

	memset(text, 'x', sizeof(text));
	pv_xen_ring_open(&ring, page);
	ck_assert_uint_eq(pv_xen_ring_put(&ring, text, OUT), OUT);
	ck_assert(!ring.out_stopped);
	page->in_prod = IN;
	for (unsigned i = 0; i < IN; i++)
		ck_assert_int_eq(pv_xen_ring_get(&ring), 0);
	ck_assert_int_eq(pv_xen_ring_get(&ring), -1);
	ck_assert(!ring.in_stopped);
}
END_TEST

START_TEST(our_indices_on_the_page_are_not_believed)
{
	pv_xen_ring_open(&ring, page);
	ck_assert_uint_eq(put("one"), 3);
	page->out_prod = 0x80000000;
	ck_assert_uint_eq(put("two"), 3);
	ck_assert_uint_eq(page->out_prod, 6);
	peer_types("ab");
	ck_assert_int_eq(pv_xen_ring_get(&ring), 'a');
	page->in_cons = 0x80000000;
	ck_assert_int_eq(pv_xen_ring_get(&ring), 'b');
	ck_assert_uint_eq(page->in_cons, 2);
}
END_TEST

START_TEST(page_that_is_wrong_from_the_start_is_stopped)
{
	page->out_prod = 10;
	page->out_cons = 11;
	page->in_prod = 5000;
	pv_xen_ring_open(&ring, page);
	ck_assert(ring.out_stopped && ring.in_stopped);
	ck_assert_uint_eq(put("x"), 0);
	ck_assert_int_eq(pv_xen_ring_get(&ring), -1);
}
END_TEST

/* -- the console -- */

#define C	pv_xen_console_ops

static void
print(const char *text)
{
	C.write(text, strlen(text));
}

START_TEST(first_domain_has_the_hypercall)
{
	start_info.flags = XEN_SIF_INITDOMAIN;
	print("hello\n");
	ck_assert_str_eq(printed, "hello\n");
	ck_assert_int_eq(C.get(), 'i');
	ck_assert_str_eq(C.name(), "xen console_io");
	ck_assert_uint_eq(page->out_prod, 0);
}
END_TEST

START_TEST(ring_that_is_not_seen_leaves_the_hypercall)
{
	ring_is_seen = false;
	print("hello\n");
	ck_assert_str_eq(printed, "hello\n");
	ck_assert_str_eq(C.name(), "xen console_io");
}
END_TEST

START_TEST(another_domain_has_the_ring)
{
	ck_assert_str_eq(C.name(), "xen ring");
	print("hello\n");
	peer_reads(UINT32_MAX);
	ck_assert_str_eq(read_out, "hello\r\n");
	ck_assert_uint_eq(events, 1);
	ck_assert_int_eq(C.get(), -1);
	ck_assert_uint_eq(events, 1);
	peer_types("x");
	ck_assert_int_eq(C.get(), 'x');
	ck_assert_uint_eq(events, 2);
	ck_assert_str_eq(printed, "");
	ck_assert_uint_eq(yields, 0);
}
END_TEST

/* More than the page holds, to somebody who reads a little whenever the CPU is his. */
START_TEST(slow_reader_gets_everything)
{
	char line[80], all[16384] = "";

	drains = 100;
	for (unsigned i = 0; i < 150; i++) {
		snprintf(line, sizeof(line), "line %u of a text that is longer than the ring\n", i);
		print(line);
		line[strlen(line) - 1] = '\0';
		strcat(all, line);
		strcat(all, "\r\n");
	}
	peer_reads(UINT32_MAX);
	ck_assert_str_eq(read_out, all);
	ck_assert_uint_gt(yields, 20);
}
END_TEST

START_TEST(reader_that_is_gone_costs_one_wait)
{
	char text[5001];
	unsigned before;

	memset(text, 'x', 5000);
	text[5000] = '\0';
	print(text);
	ck_assert_uint_gt(yields, 1000);
	before = yields;
	print("more");
	print("and more\n");
	ck_assert_uint_eq(yields, before);
	/* When it is back it is told how much is missing. */
	peer_reads(UINT32_MAX);
	nr_read = 0;
	print("here\n");
	peer_reads(UINT32_MAX);
	ck_assert_str_eq(read_out, "\r\n[xen: console ring was full: 2965 characters are missing]\r\nhere\r\n");
	/* And is waited for again. */
	drains = 10;
	print(text);
	ck_assert_uint_gt(yields, before);
}
END_TEST

START_TEST(hostile_reader_stops_output_with_one_message)
{
	print("hello");
	stage = PV_STAGE_EARLY;
	page->out_cons = 6;
	print("world");
	print("world");
	ck_assert_str_eq(printed, "xen: console ring: 5 written, and the other side says it has read up to 6: "
	    "output is stopped\n");
	ck_assert_uint_eq(refusals, 1);
	ck_assert_str_eq(refusal.op, "console.write");
	ck_assert_uint_eq(refusal.arg[0], 5);
	ck_assert_uint_eq(refusal.arg[1], 6);
	ck_assert_uint_eq(yields, 0);
	ck_assert_uint_eq(host_gate, GATE_OPEN);
}
END_TEST

START_TEST(hostile_writer_stops_input_with_one_message)
{
	page->in_prod = 2000;
	ck_assert_int_eq(C.get(), -1);
	ck_assert_int_eq(C.get(), -1);
	ck_assert_str_eq(said, "xen: console ring: 0 read, and the other side says it has written up to 2000: "
	    "input is stopped\n");
}
END_TEST

/* A ring that moves to another address goes on where it was. */
START_TEST(ring_moves)
{
	static struct xen_console_ring second;

	print("one");
	memcpy(&second, page, sizeof(second));
	pv_xen_console_ring(&second, PORT);
	print("two");
	ck_assert_uint_eq(page->out_prod, 3);
	ck_assert_uint_eq(second.out_prod, 6);
}
END_TEST

START_TEST(gate_comes_back_as_it_was)
{
	stage = PV_STAGE_EARLY;
	print("x");
	(void)C.get();
	ck_assert_uint_eq(host_gate, GATE_OPEN);
	host_gate = 0;
	print("x");
	(void)C.get();
	ck_assert_uint_eq(host_gate, 0);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ text_crosses_the_end_of_page_and_of_numbers, 0 }, { bytes_above_127_are_no_errors, 0 },
		{ line_ends_are_two_bytes_and_never_halved, 0 },
		{ impossible_consumer_stops_output_for_good, sizeof(wrong) / sizeof(wrong[0]) },
		{ impossible_producer_stops_input_for_good, 6 }, { what_is_just_possible_is_taken, 0 },
		{ our_indices_on_the_page_are_not_believed, 0 }, { page_that_is_wrong_from_the_start_is_stopped, 0 },
		{ first_domain_has_the_hypercall, 0 }, { ring_that_is_not_seen_leaves_the_hypercall, 0 },
		{ another_domain_has_the_ring, 0 }, { slow_reader_gets_everything, 0 },
		{ reader_that_is_gone_costs_one_wait, 0 }, { hostile_reader_stops_output_with_one_message, 0 },
		{ hostile_writer_stops_input_with_one_message, 0 }, { ring_moves, 0 }, { gate_comes_back_as_it_was, 0 },
	};

	return RUN_CASES("xen_ring", start, cases);
}
