/*
 * Interrupt lines, the half that kernels call: which line is bound to which input
 * of the controller, masking, routing. Written once for every backend; what a
 * controller can do is in pv_ops.line. Running handlers is in lines_deliver.c.
 *
 * Whether an input is masked at the controller follows from the wire's state in
 * one place, pv_lines_update(). Edge inputs are masked late, when an edge comes
 * that must not be delivered: many controllers forget edges on a masked input.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lines.h"

PV_NEED(lines);

#define WIRE_FLAGS	(PV_LINE_LEVEL | PV_LINE_LOW | PV_LINE_SHARED)
#define UNBIND_SPINS	1000000u	/* some tenths of a second */

struct pv_wire pv_lines_wire[PV_LINES_WIRES];
uint32_t pv_lines_listed;
struct pv_line *pv_lines_running[PV_MAX_CPUS][PV_LINES_LEVELS];

static uint32_t registry;
static bool ready;

void
pv_lines_reset(void)
{
	memset(pv_lines_wire, 0, sizeof(pv_lines_wire));
	memset(pv_lines_running, 0, sizeof(pv_lines_running));
	pv_lines_listed = 0;
	pv_lines_forget();
	ready = true;
}

struct pv_wire *
pv_lines_find(uint32_t input)
{
	for (uint32_t i = 0; i < PV_MAX_LINES; i++) {
		struct pv_wire *w = &pv_lines_wire[(input + i) % PV_MAX_LINES];

		if (!__atomic_load_n(&w->used, __ATOMIC_ACQUIRE))
			return NULL;
		if (w->input == input)
			return w;
	}
	return NULL;
}

void
pv_lines_update(struct pv_wire *w)
{
	bool level = (w->flags & PV_LINE_LEVEL) != 0;
	bool shut = (w->holds != 0 || w->waiting) && (level || w->pending);
	bool listed = w->pending || w->waiting;

	if (listed != w->listed) {
		w->listed = listed;
		__atomic_add_fetch(&pv_lines_listed, listed ? 1u : ~0u, __ATOMIC_SEQ_CST);
	}
	/* A run can end after its last line was unbound: the input is disconnected by then. */
	if (pv_lines_is_own(w) || w->first == NULL || shut == w->shut)
		return;
	w->shut = shut;
	if (shut)
		PV_OP_VOID_1(line.mask, w->input);
	else
		PV_OP_VOID_1(line.unmask, w->input);
}

bool
pv_lines_release(struct pv_wire *w)
{
	pv_lines_update(w);
	if (w->holds != 0)
		return false;
	if (pv_lines_is_own(w))
		return true;
	if (w->busy || (!w->pending && !w->waiting))
		return false;
	if (!w->waiting)
		w->on = w->cpu;
	return true;
}

static void
tell(struct pv_wire *w, uint32_t cpu)
{
	if (pv_lines_is_own(w))
		pv_lines_kick_skipped();
	else
		pv_lines_kick(cpu);
}

/* -- bind -------------------------------------------------------------------- */

static bool
is_bound(const struct pv_line *line)
{
	/* The line's own members may be anything before its first bind: look for it where it would be. */
	for (uint32_t i = 0; i < PV_LINES_WIRES; i++)
		for (const struct pv_line *l = pv_lines_wire[i].first; l != NULL; l = l->next)
			if (l == line)
				return true;
	return false;
}

static void
settle_level(struct pv_wire *w)
{
	w->level = 15;
	for (const struct pv_line *l = w->first; l != NULL; l = l->next)
		if (pv_lines_level(l) < w->level)
			w->level = pv_lines_level(l);
}

static void
forget_storm(struct pv_wire *w)
{
	w->unclaimed = 0;
	if (w->storm) {
		w->storm = false;
		w->holds--;
	}
}

static void
append(struct pv_wire *w, struct pv_line *line)
{
	struct pv_line **at = &w->first;

	line->count = 0;
	line->next = NULL;
	line->cookie = (uint32_t)(w - pv_lines_wire);
	line->masks = 0;
	line->later = PV_LATER_NO;
	line->bound = 1;
	while (*at != NULL)
		at = &(*at)->next;
	*at = line;
	settle_level(w);
}

/* The slot of an input, or one that it can have. Registry held. */
static struct pv_wire *
slot(uint32_t input)
{
	struct pv_wire *w = pv_lines_find(input);

	for (uint32_t i = 0; w == NULL && i < PV_MAX_LINES; i++) {
		struct pv_wire *free = &pv_lines_wire[(input + i) % PV_MAX_LINES];

		if (free->first != NULL || __atomic_load_n(&free->busy, __ATOMIC_ACQUIRE))
			continue;
		free->input = input;
		__atomic_store_n(&free->used, true, __ATOMIC_RELEASE);
		w = free;
	}
	return w;
}

/* First line of an input. Latch held. */
static pv_status
bind_first(struct pv_wire *w, struct pv_line *line, uint32_t flags)
{
	pv_status s = pv_ops.line.setup(w->input, flags, line->cpu);

	if (s != PV_OK)
		return s;
	w->flags = flags;
	w->cpu = line->cpu;
	w->shut = true;
	append(w, line);
	return PV_OK;
}

static pv_status
bind_wire(struct pv_line *line)
{
	uint32_t flags = line->flags, input;
	pv_status s;
	struct pv_wire *w;

	if (line->cpu >= PV_MAX_CPUS)
		return PV_E_RANGE;
	s = pv_ops.line.find(line->source, &input, &flags);
	if (s != PV_OK)
		return s;
	w = slot(input);
	if (w == NULL)
		return PV_E_FULL;
	flags &= WIRE_FLAGS;
	pv_latch_take(&w->latch);
	if (w->first == NULL) {
		s = bind_first(w, line, flags);
	} else if ((flags & PV_LINE_SHARED) == 0 || flags != w->flags) {
		s = PV_E_BUSY;
	} else {
		line->cpu = w->cpu;
		forget_storm(w);
		append(w, line);
	}
	if (s == PV_OK)
		pv_lines_update(w);
	pv_latch_drop(&w->latch);
	return s;
}

/* Number of a software or cross line among the library's own wires; PV_LINES_OWN: none of them. */
static uint32_t
own_number(uint32_t source)
{
	if (source - PV_LINE_SOFT < PV_LINES_SOFT)
		return source - PV_LINE_SOFT;
	if (source - PV_LINE_CROSS < PV_LINES_CROSS)
		return PV_LINES_SOFT + source - PV_LINE_CROSS;
	return PV_LINES_OWN;
}

static pv_status
bind_own(struct pv_line *line, uint32_t n)
{
	struct pv_wire *w = pv_lines_own(n);
	pv_status s = PV_OK;

	if (line->flags != 0)
		return PV_E_INVAL;
	pv_latch_take(&w->latch);
	if (w->first == NULL)
		append(w, line);
	else
		s = PV_E_BUSY;
	pv_latch_drop(&w->latch);
	return s;
}

pv_status
pv_line_bind(struct pv_line *line)
{
	uint32_t own = own_number(line->source);
	pv_irq_state gate;
	pv_status s;

	if (!ready)
		return PV_E_STAGE;
	if (line->handler == NULL || line->level > 15 ||
	    (line->flags & ~(WIRE_FLAGS | PV_LINE_AS_WIRED)) != 0)
		return PV_E_INVAL;
	gate = pv_irq_save();
	pv_latch_take(&registry);
	if (is_bound(line))
		s = PV_E_EXIST;
	else
		s = own < PV_LINES_OWN ? bind_own(line, own) : bind_wire(line);
	pv_latch_drop(&registry);
	pv_irq_restore(gate);
	return s;
}

/* -- unbind ------------------------------------------------------------------ */

static const char *
name_of(const struct pv_line *line)
{
	return line->name != NULL ? line->name : "?";
}

static bool
runs_on(const struct pv_line *line, uint32_t cpu)
{
	for (uint32_t i = 0; i < PV_LINES_LEVELS; i++)
		if (__atomic_load_n(&pv_lines_running[cpu][i], __ATOMIC_ACQUIRE) == line)
			return true;
	return false;
}

static bool
runs_somewhere(const struct pv_line *line)
{
	for (uint32_t i = 0; i < PV_MAX_CPUS; i++)
		if (runs_on(line, i))
			return true;
	return false;
}

/* Registry and latch held. True: the wire's CPU must be told. */
static bool
take_out(struct pv_wire *w, struct pv_line *line)
{
	struct pv_line **at = &w->first;

	while (*at != line)
		at = &(*at)->next;
	*at = line->next;
	if (w->cursor == line)
		w->cursor = line->next;
	line->bound = 0;
	w->holds -= line->masks + (line->later == PV_LATER_HELD ? 1u : 0u);
	forget_storm(w);
	if (w->first != NULL) {
		settle_level(w);
		return pv_lines_release(w);
	}
	w->pending = w->waiting = false;
	w->holds -= w->late;
	w->late = false;
	if (pv_lines_is_own(w)) {
		pv_lines_own_clear(pv_cpu(), (uint32_t)(w - pv_lines_own(0)));
		return false;
	}
	if (!w->shut)
		PV_OP_VOID_1(line.mask, w->input);
	w->shut = true;
	pv_lines_update(w);
	pv_ops.line.remove(w->input);
	return false;
}

static pv_status
unbind(struct pv_line *line)
{
	pv_irq_state gate = pv_irq_save();
	pv_status s = PV_OK;
	struct pv_wire *w = NULL;
	uint32_t cpu = 0;
	bool kick = false;

	pv_latch_take(&registry);
	if (!is_bound(line)) {
		s = PV_E_NOENT;
	} else if (runs_on(line, pv_cpu()->id)) {
		s = PV_E_BUSY;
	} else {
		w = &pv_lines_wire[line->cookie];
		pv_latch_take(&w->latch);
		kick = take_out(w, line);
		cpu = w->on;
		pv_latch_drop(&w->latch);
	}
	pv_latch_drop(&registry);
	pv_irq_restore(gate);
	if (kick)
		tell(w, cpu);
	return s;
}

pv_status
pv_line_unbind(struct pv_line *line)
{
	pv_status s = ready ? unbind(line) : PV_E_NOENT;

	if (s == PV_E_BUSY)
		return s;
	for (uint32_t spins = 0; runs_somewhere(line); spins++) {
		if (spins == UNBIND_SPINS) {
			pv_log("lines: the handler of \"%s\" does not return on another CPU: "
			    "unbind again later", name_of(line));
			return PV_E_TIMEOUT;
		}
		pv_cpu_relax();
	}
	return s;
}

/* -- mask, end, route -------------------------------------------------------- */

/* The wire of a bound line with its latch taken, gate closed, or NULL. */
static struct pv_wire *
hold(struct pv_line *line)
{
	struct pv_wire *w;

	if (!ready || line->bound == 0 || line->cookie >= PV_LINES_WIRES)
		return NULL;
	w = &pv_lines_wire[line->cookie];
	pv_latch_take(&w->latch);
	if (line->bound != 0)
		return w;
	pv_latch_drop(&w->latch);
	return NULL;
}

void
pv_line_mask(struct pv_line *line)
{
	pv_irq_state gate = pv_irq_save();
	struct pv_wire *w = hold(line);
	bool full = false;

	if (w != NULL) {
		full = line->masks == UINT16_MAX;
		if (!full) {
			line->masks++;
			w->holds++;
			pv_lines_update(w);
		}
		pv_latch_drop(&w->latch);
	}
	pv_irq_restore(gate);
	if (full)
		pv_panic("lines: \"%s\" was masked %u times and never unmasked", name_of(line), UINT16_MAX);
}

void
pv_line_unmask(struct pv_line *line)
{
	pv_irq_state gate = pv_irq_save();
	struct pv_wire *w = hold(line);
	bool kick = false, odd = false;
	uint32_t cpu = 0;

	if (w != NULL) {
		odd = line->masks == 0;
		if (!odd) {
			line->masks--;
			w->holds--;
			kick = pv_lines_release(w);
			cpu = w->on;
		}
		pv_latch_drop(&w->latch);
	}
	pv_irq_restore(gate);
	if (kick)
		tell(w, cpu);
	if (odd)
		pv_log("lines: \"%s\" is unmasked more often than masked: ignored", name_of(line));
}

void
pv_line_end(struct pv_line *line)
{
	pv_irq_state gate = pv_irq_save();
	struct pv_wire *w = hold(line);
	bool kick = false;
	uint32_t cpu = 0;

	if (w != NULL) {
		if (line->later == PV_LATER_HELD) {
			line->later = PV_LATER_NO;
			w->holds--;
			kick = pv_lines_release(w);
			cpu = w->on;
		} else if (runs_somewhere(line)) {
			line->later = PV_LATER_ENDED;
		}
		pv_latch_drop(&w->latch);
	}
	pv_irq_restore(gate);
	if (kick)
		tell(w, cpu);
}

/* Latch held. What waited for the old CPU's level is the new CPU's to judge. */
static bool
move(struct pv_wire *w, uint32_t cpu)
{
	w->cpu = cpu;
	for (struct pv_line *l = w->first; l != NULL; l = l->next)
		l->cpu = cpu;
	w->waiting = false;
	return pv_lines_release(w);
}

pv_status
pv_line_route(struct pv_line *line, uint32_t cpu)
{
	pv_irq_state gate = pv_irq_save();
	struct pv_wire *w = hold(line);
	pv_status s = PV_E_INVAL;
	bool kick = false;

	if (w != NULL) {
		if (cpu >= PV_MAX_CPUS)
			s = PV_E_RANGE;
		else if (!pv_lines_is_own(w))
			s = pv_ops.line.route(w->input, cpu);
		if (s == PV_OK)
			kick = move(w, cpu);
		pv_latch_drop(&w->latch);
	}
	pv_irq_restore(gate);
	if (kick)
		pv_lines_kick(cpu);
	return s;
}

pv_status
pv_line_msi(struct pv_line *line, uint64_t *address, uint32_t *data)
{
	pv_irq_state gate = pv_irq_save();
	struct pv_wire *w = hold(line);
	pv_status s = PV_E_INVAL;

	if (w != NULL) {
		if (line->source == PV_LINE_MSI)
			s = pv_ops.line.msi(w->input, address, data);
		pv_latch_drop(&w->latch);
	}
	pv_irq_restore(gate);
	return s;
}

uint32_t
pv_line_isa(uint32_t n)
{
	return n < 16 ? pv_ops.line.isa(n) : ~0u;
}

pv_status
pv_line_send(uint32_t n, uint32_t cpu)
{
	if (n >= PV_LINES_CROSS)
		return PV_E_INVAL;
	return ready ? pv_ops.line.send(n, cpu) : PV_E_STAGE;
}
