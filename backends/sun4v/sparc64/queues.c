/*
 * The queues of a CPU, by which the hypervisor tells of mondos and errors, and the
 * virtual interrupts of devices as lines. Trap code in traps.S empties the queues:
 * what word 0 of a mondo says, a cookie that was given to the hypervisor, is the
 * number of an input, and goes its way through backends/common/sparc64/inputs.c.
 *
 * A source of lines is a device handle and its interrupt number (VINTR calls):
 * handle << 8 | ino; there are those that the machine description tells of.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v.h"

#define ENTRY		64u
/* Each input has one mondo under way at most. One entry is always unused: the last one waits with the hypervisor. */
#define MONDO_ENTRIES	128u
#define MONDO_BITS	7u
#define ERROR_ENTRIES	32u
#define ERROR_BITS	5u

#define STATE_IDLE	0u

PV_STATIC_ASSERT(PV_SUN4V_SOURCES <= MONDO_ENTRIES && PV_SUN4V_SOURCES <= PV_SPARC64_WIRES, "queues.c: sources");

/* A queue is aligned to its size. */
static uint8_t cpu_mondos[MONDO_ENTRIES][ENTRY] __attribute__((aligned(MONDO_ENTRIES * ENTRY)));
static uint8_t device_mondos[MONDO_ENTRIES][ENTRY] __attribute__((aligned(MONDO_ENTRIES * ENTRY)));
static uint8_t resumable[ERROR_ENTRIES][ENTRY] __attribute__((aligned(ERROR_ENTRIES * ENTRY)));
static uint8_t nonresumable[ERROR_ENTRIES][ENTRY] __attribute__((aligned(ERROR_ENTRIES * ENTRY)));

/* For traps.S: real address and last entry of each, in the order of their registers. */
struct pv_sun4v_queue pv_sun4v_queues[PV_SUN4V_QUEUES];

/* Input n, and the cookie of it, is the n-th. */
uint32_t pv_sun4v_sources[PV_SUN4V_SOURCES], pv_sun4v_nr_sources;

/* -- queues ------------------------------------------------------------------------- */

static pv_status
configure(unsigned queue, void *entries, unsigned bits)
{
	unsigned most = pv_sun4v_machine.queue_bits[queue];
	int64_t status;
	pv_paddr ra;
	pv_status s = pv_virt_to_phys(entries, &ra);

	if (s != PV_OK)
		return s;
	if (most != 0 && bits > most)
		bits = most;
	pv_sun4v_queues[queue].ra = ra.v;
	pv_sun4v_queues[queue].last = ((1ull << bits) - 1) * ENTRY;
	status = pv_sun4v_fast5(PV_SUN4V_CPU_QCONF, PV_SUN4V_QUEUE_CPU_MONDO + queue, ra.v, 1ull << bits, 0, 0,
	    NULL);
	if (status == PV_SUN4V_EOK)
		return PV_OK;
	return pv_sun4v_refused("line.init", "CPU_QCONF", PV_SUN4V_QUEUE_CPU_MONDO + queue, status);
}

static pv_status
init(void)
{
	pv_status s = configure(0, cpu_mondos, MONDO_BITS);

	if (s == PV_OK)
		s = configure(1, device_mondos, MONDO_BITS);
	if (s == PV_OK)
		s = configure(2, resumable, ERROR_BITS);
	if (s == PV_OK)
		s = configure(3, nonresumable, ERROR_BITS);
	return s;
}

/* -- virtual interrupts --------------------------------------------------------------- */

static int64_t
vintr(unsigned function, uint32_t input, uint64_t value)
{
	uint32_t source = pv_sun4v_sources[input];

	return pv_sun4v_fast5(function, source >> PV_SUN4V_INO_BITS, source & ((1u << PV_SUN4V_INO_BITS) - 1), value,
	    0, 0, NULL);
}

static void
idle(uint32_t input)
{
	int64_t status = vintr(PV_SUN4V_VINTR_SETSTATE, input, STATE_IDLE);

	if (status != PV_SUN4V_EOK)
		(void)pv_sun4v_refused("line.end", "VINTR_SETSTATE", pv_sun4v_sources[input], status);
}

static void
other(uint32_t input)
{
	if (input == PV_SPARC64_INPUT_REPORT)
		pv_log("sun4v: the hypervisor reports an error that it could mend, or a shutdown to come");
	else
		pv_lines_spurious();
}

static const struct pv_sparc64_inputs_ops inputs_ops = {
	.idle = idle,
	.other = other,
};

void
pv_sun4v_lines_setup(void)
{
	pv_sparc64_inputs_ops = &inputs_ops;
}

static pv_status
find(uint32_t source, uint32_t *input, uint32_t *flags)
{
	if (!pv_sun4v_has_interrupts())
		return PV_E_NOENT;
	for (uint32_t i = 0; i < pv_sun4v_nr_sources; i++)
		if (pv_sun4v_sources[i] == source) {
			*flags &= ~PV_LINE_AS_WIRED;
			*input = i;
			return PV_OK;
		}
	return PV_E_NOENT;
}

static uint32_t
isa(uint32_t n)
{
	(void)n;
	return ~0u;
}

static pv_status
setup(uint32_t input, uint32_t flags, uint32_t cpu)
{
	static const struct {
		uint16_t function;
		const char *name;
	} calls[] = {
		{ PV_SUN4V_VINTR_SETCOOKIE, "VINTR_SETCOOKIE" },
		{ PV_SUN4V_VINTR_SETTARGET, "VINTR_SETTARGET" },
		{ PV_SUN4V_VINTR_SETSTATE, "VINTR_SETSTATE" },
		{ PV_SUN4V_VINTR_SETVALID, "VINTR_SETVALID" },
	};
	uint64_t values[] = { PV_SUN4V_COOKIE | input, pv_sun4v_cpu_id, STATE_IDLE, 1 };

	(void)flags;
	if (cpu != pv_cpu()->id)
		return PV_E_RANGE;
	pv_sparc64_input_begin(input);
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int64_t status = vintr(calls[i].function, input, values[i]);

		if (status == PV_SUN4V_EOK)
			continue;
		/* Before the last call it is not valid, so nothing comes; its cookie says nothing until then. */
		pv_sparc64_input_forget(input);
		return pv_sun4v_refused("line.setup", calls[i].name, pv_sun4v_sources[input], status);
	}
	return PV_OK;
}

static pv_status
route(uint32_t input, uint32_t cpu)
{
	(void)input;
	return cpu == pv_cpu()->id ? PV_OK : PV_E_RANGE;
}

static void
remove(uint32_t input)
{
	int64_t status = vintr(PV_SUN4V_VINTR_SETVALID, input, 0);

	if (status != PV_SUN4V_EOK)
		(void)pv_sun4v_refused("line.remove", "VINTR_SETVALID", pv_sun4v_sources[input], status);
	pv_sparc64_input_forget(input);
}

static const char *
name(void)
{
	return pv_sun4v_has_interrupts() ? "sun4v mondos" : "none";
}

const struct pv_line_ops pv_sun4v_line_ops = {
	.init = init,
	.find = find,
	.isa = isa,
	.setup = setup,
	.route = route,
	.remove = remove,
	.mask = pv_sparc64_input_mask,
	.unmask = pv_sparc64_input_unmask,
	.end = pv_sparc64_input_end,
	.name = name,
};
