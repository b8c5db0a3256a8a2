/*
 * Wrong interrupt controllers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/irq.h>
#include "mutants.h"

typedef pv_status (*find_fn)(uint32_t source, uint32_t *input, uint32_t *flags);
typedef uint32_t (*isa_fn)(uint32_t n);
typedef pv_status (*setup_fn)(uint32_t input, uint32_t flags, uint32_t cpu);
typedef pv_status (*input_cpu_fn)(uint32_t input, uint32_t cpu);
typedef void (*input_fn)(uint32_t input);
typedef pv_status (*msi_fn)(uint32_t input, uint64_t *address, uint32_t *data);

static pv_status
init_nothing(void)
{
	return PV_OK;
}

static void
input_nothing(uint32_t input)
{
	(void)input;
}

/* -- find -- */

static pv_status
find_next(uint32_t source, uint32_t *input, uint32_t *flags)
{
	pv_status s = RIGHT(find_fn)(source, input, flags);

	if (source != PV_LINE_MSI)
		*input += 1;
	return s;
}

static pv_status
find_without_wiring(uint32_t source, uint32_t *input, uint32_t *flags)
{
	pv_status s = RIGHT(find_fn)(source, input, flags);

	*flags &= ~(PV_LINE_LEVEL | PV_LINE_LOW);
	return s;
}

static pv_status
find_any(uint32_t source, uint32_t *input, uint32_t *flags)
{
	pv_status s = RIGHT(find_fn)(source, input, flags);

	if (s != PV_E_NOENT)
		return s;
	*input = 3;
	return PV_OK;
}

/* A message is given the input that the last one has. */
static pv_status
find_same_message(uint32_t source, uint32_t *input, uint32_t *flags)
{
	static uint32_t last;
	pv_status s = RIGHT(find_fn)(source, input, flags);

	if (source == PV_LINE_MSI && s == PV_OK)
		last = *input = last != 0 ? last : *input;
	return s;
}

/* -- isa -- */

static uint32_t
isa_identity(uint32_t n)
{
	return n;
}

static uint32_t
isa_next(uint32_t n)
{
	return RIGHT(isa_fn)(n < 15 ? n + 1 : n);
}

/* -- setup, route, remove -- */

static pv_status
setup_nothing(uint32_t input, uint32_t flags, uint32_t cpu)
{
	(void)input;
	(void)flags;
	(void)cpu;
	return PV_OK;
}

static pv_status
setup_edge(uint32_t input, uint32_t flags, uint32_t cpu)
{
	return RIGHT(setup_fn)(input, flags & ~PV_LINE_LEVEL, cpu);
}

static pv_status
setup_any_cpu(uint32_t input, uint32_t flags, uint32_t cpu)
{
	(void)cpu;
	return RIGHT(setup_fn)(input, flags, 0);
}

static pv_status
setup_open(uint32_t input, uint32_t flags, uint32_t cpu)
{
	pv_status s = RIGHT(setup_fn)(input, flags, cpu);

	if (s == PV_OK)
		pv_ops.line.unmask(input);
	return s == PV_OK ? PV_E_FULL : s;
}

static pv_status
route_any_cpu(uint32_t input, uint32_t cpu)
{
	(void)input;
	(void)cpu;
	return PV_OK;
}

static pv_status
route_masks(uint32_t input, uint32_t cpu)
{
	pv_status s = RIGHT(input_cpu_fn)(input, cpu);

	pv_ops.line.mask(input);
	return s;
}

static pv_status
route_refuses(uint32_t input, uint32_t cpu)
{
	(void)input;
	(void)cpu;
	return PV_E_RANGE;
}

static void
remove_opens(uint32_t input)
{
	RIGHT(input_fn)(input);
	pv_ops.line.unmask(input);
}

/* -- mask, end -- */

static void
input_next(uint32_t input)
{
	RIGHT(input_fn)(input + 1);
}

static void
end_third_not(uint32_t input)
{
	static unsigned n;

	if (++n % 3 != 0)
		RIGHT(input_fn)(input);
}

/* -- send, msi, name -- */

static pv_status
send_nothing(uint32_t n, uint32_t cpu)
{
	(void)n;
	(void)cpu;
	return PV_OK;
}

static pv_status
send_next(uint32_t n, uint32_t cpu)
{
	return RIGHT(input_cpu_fn)(n < 4 ? (n + 1) & 3 : n, cpu);
}

static pv_status
send_any_cpu(uint32_t n, uint32_t cpu)
{
	pv_status s = RIGHT(input_cpu_fn)(n, cpu);

	return s == PV_E_RANGE ? PV_OK : s;
}

static pv_status
send_opens(uint32_t n, uint32_t cpu)
{
	pv_status s = RIGHT(input_cpu_fn)(n, cpu);

	pv_irq_enable();
	return s;
}

static pv_status
msi_next(uint32_t input, uint64_t *address, uint32_t *data)
{
	pv_status s = RIGHT(msi_fn)(input, address, data);

	*data += 1;
	return s;
}

static pv_status
msi_other_cpu(uint32_t input, uint64_t *address, uint32_t *data)
{
	pv_status s = RIGHT(msi_fn)(input, address, data);

	*address += 1u << 12;
	return s;
}

static pv_status
msi_any(uint32_t input, uint64_t *address, uint32_t *data)
{
	if (RIGHT(msi_fn)(input, address, data) != PV_OK)
		*address = *data = 0;
	return PV_OK;
}

static const char *
name_none(void)
{
	return "";
}

const struct mutant mutants_line[] = {
	MUTANT_FATAL("line.init", "does nothing and says ok", init_nothing),
	MUTANT("line.find", "gives the next input", find_next),
	MUTANT("line.find", "ignores the wiring", find_without_wiring),
	MUTANT("line.find", "finds what is not there", find_any),
	MUTANT("line.find", "gives all messages one input", find_same_message),
	MUTANT("line.isa", "forgets how it is wired", isa_identity),
	MUTANT("line.isa", "is one off", isa_next),
	MUTANT("line.setup", "does nothing and says ok", setup_nothing),
	MUTANT("line.setup", "makes everything an edge", setup_edge),
	MUTANT("line.setup", "takes a CPU that is not there", setup_any_cpu),
	MUTANT("line.setup", "fails and leaves it open", setup_open),
	MUTANT("line.route", "says ok for any CPU", route_any_cpu),
	MUTANT("line.route", "leaves it masked", route_masks),
	MUTANT("line.route", "refuses", route_refuses),
	MUTANT("line.remove", "does nothing", input_nothing),
	MUTANT_FATAL("line.remove", "leaves it open", remove_opens),
	MUTANT("line.mask", "does nothing", input_nothing),
	MUTANT("line.mask", "masks the next", input_next),
	MUTANT("line.unmask", "does nothing", input_nothing),
	MUTANT("line.unmask", "unmasks the next", input_next),
	MUTANT("line.end", "does nothing", input_nothing),
	MUTANT("line.end", "is forgotten now and then", end_third_not),
	MUTANT_FATAL("line.send", "does nothing and says ok", send_nothing),
	MUTANT("line.send", "sends the next line", send_next),
	MUTANT("line.send", "says ok for a CPU that is not there", send_any_cpu),
	MUTANT_FATAL("line.send", "opens the gate", send_opens),
	MUTANT("line.msi", "gives the next vector", msi_next),
	MUTANT("line.msi", "names another CPU", msi_other_cpu),
	MUTANT("line.msi", "gives one for a wire", msi_any),
	MUTANT("line.name", "names nothing", name_none),
	{ 0 }
};
