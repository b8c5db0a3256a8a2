/*
 * What the two models of the upcall share: one CPU of a guest with its gate, and the
 * way in and out of it. Everything that happens to shared memory is one step; between
 * any two the hypervisor, on another CPU, may do some of its own.
 *
 * A kick is the interrupt by which Xen makes a running CPU look at what it was sent.
 * It comes once, when the upcall bit goes from 0 to 1 (vcpu_mark_events_pending), and
 * is spent even if the gate is closed then. Nothing else enters Xen but the hypercalls
 * that are written down: who opens the gate and does not look has lost the event.
 *
 * The checks: after the last step nobody waits for an event that was sent (lost), no
 * handler ran more often than was sent (doubled), none ran on a masked port.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SENDS
# define SENDS 3
#endif
#ifndef ROUNDS
# define ROUNDS 1
#endif

bool upcall_pending;		/* vcpu_info.pending */
bool gate_closed;		/* vcpu_info.mask */
bool kicked;
bool in_upcall;			/* the upcall runs, the CPU's main program waits */
bool all_sent;

bool unseen[PORTS];		/* sent, and no handler has begun since */
bool held[PORTS];		/* the owner of the port wants no handler now */
byte sent[PORTS], handled[PORTS];

/* Xen: vcpu_mark_events_pending(). */
inline mark_events_pending() {
	if
	:: upcall_pending -> skip
	:: else -> upcall_pending = true; kicked = true
	fi
}

/* Every way out of Xen: an event upcall is made if one is due. The CPU goes on when it has returned. */
inline leave_xen() {
	atomic {
		if
		:: upcall_pending && !gate_closed -> gate_closed = true; in_upcall = true
		:: else -> skip
		fi
	}
	!in_upcall
}

/* Between two instructions of the main program: the kick may arrive. */
inline instruction() {
	if
	:: kicked -> kicked = false; leave_xen()
	:: skip
	fi
}

/* The same inside of the upcall, whose gate is closed. */
inline masked_instruction() {
	if
	:: kicked -> kicked = false
	:: skip
	fi
}

/* What `take()` in events.c does: the owner's handler. */
inline handler(p) {
	d_step {
		unseen[p] = false;
		handled[p]++;
		assert(handled[p] <= sent[p]);
		assert(!held[p])
	}
}

/* pv_xen_irq_enable, pv_xen_irq_restore in gate.S. */
inline irq_enable() {
#ifdef TEST_BEFORE_OPENING
	if
	:: upcall_pending -> gate_closed = false; leave_xen()
	:: else -> instruction(); gate_closed = false; instruction()
	fi
#else
	gate_closed = false;
	instruction();
# ifndef NO_RECHECK
	if
	:: upcall_pending -> leave_xen()	/* xen_version: any hypercall delivers */
	:: else -> instruction()
	fi
# endif
#endif
}

/* pv_xen_irq_disable, pv_xen_irq_save. */
inline irq_disable() {
	gate_closed = true;
	instruction()
}

/* pv_xen_iret: the hypercall opens the gate, looks, and may make the next upcall at once. */
inline iret() {
#ifdef PLAIN_IRET
	atomic { gate_closed = false; in_upcall = false }
#else
	atomic {
		if
		:: upcall_pending -> skip		/* in_upcall: once more */
		:: else -> gate_closed = false; in_upcall = false
		fi
	}
#endif
}

/* The CPU has nothing to do any more: late kicks come, then all must have been seen. */
inline finish() {
	do
	:: kicked -> kicked = false; leave_xen()
	:: all_sent && !kicked -> break
	od;
	for (i : 0 .. PORTS - 1) {
		assert(!unseen[i])
	}
}
