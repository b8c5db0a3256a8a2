/*
 * Interrupts: the gate of this CPU, and the lines that come through it.
 *
 * THE GATE decides whether this CPU takes interrupts at all: one opaque state
 * word, saved and restored in a nested way. It is the hottest thing in a kernel
 * and is rewritten in place at boot: on bare metal it is the bare instruction,
 * under a hypervisor one access to shared memory.
 *
 *	pv_irq_state s = pv_irq_save();		... gate closed ...
 *	pv_irq_restore(s);
 *
 * Cannot fail. Misuse that is not detected: restoring a state out of order or on
 * another CPU than it was saved on; closing the gate in user mode.
 *
 * LINES are sources of interrupts, bound to a handler. The kernel owns the
 * struct pv_line and keeps it in place while bound. A handler runs with the
 * gate closed, on the CPU the line is routed to, must not sleep or switch to
 * another thread, and says what it did. It may open the gate: then the timer and
 * lines of higher levels may interrupt it, and what else comes on its CPU waits for
 * it to return; its own line always does. Masking nests per call (mask twice, unmask twice); an edge that comes
 * meanwhile is remembered, once, and delivered after the last unmask. A level-
 * triggered line does not interrupt again before its handlers returned; a handler
 * that hands the work to a thread returns PV_LINE_LATER and calls pv_line_end()
 * when the device is quiet. A level-triggered line that no handler claims 1000
 * times in a row is masked, with one message that names it, until somebody binds
 * or unbinds there. Edges that no handler claims are slowed down (P4): after 8 in a
 * row the source is held for 10 us, and twice as long each time, up to 82 ms, until
 * one is claimed or none has come for a second; what comes meanwhile is remembered,
 * once. So a handler says truly whether it found work, also where it shares with
 * nobody, and one that hands work to a thread looks for some before it does. This
 * begins at stage TIME; a kernel that keeps the timers to itself has none of it.
 *
 * Lines that share a source share its fate: the handlers of all of them are asked,
 * masking or routing one masks or routes the source, and they wait together at the
 * lowest of their levels.
 *
 * Which sources exist is the platform's business: on a PC, global system
 * interrupts (the 8259's inputs where that is all there is); on sun4u the numbers
 * that interrupts arrive with (the bridge's << 6 | its input's); on sun4v a device
 * handle << 8 | interrupt number; under another hypervisor the same numbers where it
 * passes devices through.
 *
 * PRIORITY LEVELS, for spl(9) kernels: each line has a level 1..15; a CPU at
 * level n takes only lines above n, the rest wait until the level drops and the
 * gate is open. A handler runs at its line's level. The gate is above all levels.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_IRQ_H
#define PV_IRQ_H

#include <pv/status.h>
#include PV_ISA_HEADER(gate.h)

PV_BEGIN_DECLS

/*
 * From the ISA's gate.h, always inline, from stage EARLY on, also in handlers:
 *
 *	typedef ... pv_irq_state;		opaque, fits a register
 *	pv_irq_state pv_irq_save(void);		close the gate, return what it was
 *	void pv_irq_disable(void);		close it
 *	void pv_irq_enable(void);		open it; delivers what became pending
 *	void pv_irq_restore(pv_irq_state);	back to what save() returned
 *	pv_irq_state pv_irq_read(void);		look, change nothing
 *	bool pv_irq_state_enabled(pv_irq_state);
 */

PV_INLINE bool
pv_irq_enabled(void)
{
	return pv_irq_state_enabled(pv_irq_read());
}

struct pv_line;

enum pv_line_result {
	PV_LINE_MINE = 0,	/* it was this device, and it is quiet now */
	PV_LINE_NOT_MINE,	/* shared line: not this device */
	PV_LINE_LATER		/* mine; keep the line masked until pv_line_end() */
};

typedef enum pv_line_result (*pv_line_handler)(struct pv_line *line, void *arg);

#define PV_LINE_EDGE		0x0000u
#define PV_LINE_LEVEL		0x0001u
#define PV_LINE_LOW		0x0002u	/* active low; default high */
#define PV_LINE_SHARED		0x0004u	/* others may bind the same source, with the same flags */
#define PV_LINE_AS_WIRED	0x0008u	/* take trigger and polarity from the firmware's tables */

struct pv_line {
	/* filled in by the kernel before pv_line_bind() */
	uint32_t source;		/* which input; see above, and pv_line_isa() */
	uint32_t flags;			/* PV_LINE_* */
	uint32_t cpu;			/* where to deliver */
	uint8_t level;			/* priority 1..15; 0 means 8 */
	pv_line_handler handler;
	void *arg;
	const char *name;		/* for messages, "com1" */

	/* libpv's */
	uint64_t count;			/* handler calls since it was bound, readable any time */
	struct pv_line *next;		/* others on the same source */
	uint32_t cookie;
	uint16_t masks;
	uint8_t bound;
	uint8_t later;
};

/* struct pv_line l = PV_LINE_INIT(source, handler, arg, "com1"); an edge on CPU 0 unless more is set. */
#define PV_LINE_INIT(source, handler, arg, name)	\
	{ (source), PV_LINE_EDGE, 0, 0, (handler), (arg), (name), 0, NULL, 0, 0, 0, 0 }

/* Numbers of sources that are not wires. */
#define PV_LINE_SOFT		0x40000000u	/* + n, 0..31: raised by pv_line_raise() */
#define PV_LINE_CROSS		0x40000100u	/* + n, 0..3: raised on another CPU by pv_line_send() */
#define PV_LINE_MSI		0x40000200u	/* a message a device writes: each bind makes a new one */

/*
 * Bind and unmask. Stage LINES, gate open or closed, does not sleep. PV_E_NOENT: no such
 * source here; PV_E_BUSY: bound and not shared, or with other flags; PV_E_EXIST: this line
 * is bound already; PV_E_FULL: no vector left; PV_E_INVAL: no handler, level above 15,
 * flags that do not exist; PV_E_RANGE: no such CPU; PV_E_ABSENT: the controller cannot take
 * it with these flags; PV_E_STAGE: before stage LINES; PV_E_REFUSED: the layer below said no.
 * Software and cross lines run on the CPU that they are raised on, are not shared, and their flags
 * are 0.
 */
pv_status pv_line_bind(struct pv_line *line);
/*
 * Mask and unbind; when it returns no handler of the line runs on any CPU. PV_E_NOENT: not
 * bound; PV_E_BUSY: called by its own handler, or by one that interrupted it; PV_E_TIMEOUT:
 * unbound, but its handler has not returned on another CPU: call again before the line's memory
 * is used for anything else.
 */
pv_status pv_line_unbind(struct pv_line *line);
/* Nested; one unmask too many is logged and ignored. Any context, the line's own handler too. */
void pv_line_mask(struct pv_line *line);
void pv_line_unmask(struct pv_line *line);
/* After PV_LINE_LATER, also when that handler has not yet returned. Any context. */
void pv_line_end(struct pv_line *line);
/*
 * Move to another CPU. PV_E_RANGE: no such CPU, or not for this source; PV_E_INVAL: not bound, a
 * software or cross line; PV_E_REFUSED.
 */
pv_status pv_line_route(struct pv_line *line, uint32_t cpu);
/*
 * What a device has to write, and where on its bus, to raise a line of source PV_LINE_MSI; ask
 * again after pv_line_route(). PV_E_INVAL: not bound, or no such source.
 */
pv_status pv_line_msi(struct pv_line *line, uint64_t *address, uint32_t *data);
/* The source that ISA interrupt n is wired to on this machine (0..15); ~0: to none. Stage LINES. */
uint32_t pv_line_isa(uint32_t n);
/*
 * Make software line n pending on this CPU. Runs its handler as soon as gate and level allow; a line
 * that is pending already runs once. Any context. Where no line is bound to it, as before stage LINES,
 * it comes to nothing and counts as spurious; n above 31 is logged and ignored.
 */
void pv_line_raise(uint32_t n);
/*
 * Interrupt another CPU (or this one) on cross line n. Stage LINES, any context. PV_OK: it was sent;
 * the handler runs there as soon as gate and level allow, once for what came meanwhile. PV_E_INVAL: n
 * above 3; PV_E_STAGE: before stage LINES; PV_E_RANGE: no such CPU; PV_E_ABSENT: no way to interrupt
 * others here; PV_E_TIMEOUT: the controller did not take it, nothing was sent.
 */
pv_status pv_line_send(uint32_t n, uint32_t cpu);
/* "lapic+ioapic", "8259". Any time after stage LINES. */
const char *pv_line_controller(void);
/* Interrupts that no line claimed, since boot. */
uint64_t pv_line_spurious(void);

/* Raise this CPU's level to at least n, give back what it was; put it back. Any context. */
uint8_t pv_irq_raise(uint8_t level);
void pv_irq_lower(uint8_t level);

/*
 * The non-maskable interrupt: handler on the NMI's own stack where the ISA has one; it may
 * look but not lock. True: handled. NULL: back to the default, which logs and goes on.
 */
typedef bool (*pv_nmi_handler)(void *arg);
/* PV_E_ABSENT: no NMI here, or the kernel keeps the traps. */
pv_status pv_nmi_set(pv_nmi_handler handler, void *arg);

/* Part of the op table: the interrupt controller as a backend gives it. `input` is its own number. */
struct pv_line_ops {
	/* Bring the controller up with everything masked. Stage LINES, gate closed. */
	pv_status (*init)(void);

	/*
	 * Which input a source is; if the flags say AS_WIRED, also its trigger and polarity. For
	 * PV_LINE_MSI: one that nobody has set up. PV_E_NOENT, PV_E_FULL.
	 */
	pv_status (*find)(uint32_t source, uint32_t *input, uint32_t *flags);

	/* See pv_line_isa(). */
	uint32_t (*isa)(uint32_t n);

	/* Connect an input that was just found, masked, to a CPU. */
	pv_status (*setup)(uint32_t input, uint32_t flags, uint32_t cpu);

	/* Move a connected input to another CPU without losing an edge. */
	pv_status (*route)(uint32_t input, uint32_t cpu);

	/* Disconnect. */
	void (*remove)(uint32_t input);

	void (*mask)(uint32_t input);
	void (*unmask)(uint32_t input);

	/* The CPU is done with the interrupt that it took. */
	void (*end)(uint32_t input);

	/*
	 * Interrupt a CPU: cross line n (0..3), or PV_LINE_SOFT: what it holds back and software lines.
	 * PV_E_RANGE: no such CPU; PV_E_ABSENT: no way to interrupt others; PV_E_TIMEOUT.
	 */
	pv_status (*send)(uint32_t n, uint32_t cpu);

	/* See pv_line_msi(). PV_E_INVAL: not an input of that kind. */
	pv_status (*msi)(uint32_t input, uint64_t *address, uint32_t *data);

	const char *(*name)(void);
};

PV_END_DECLS
#endif
