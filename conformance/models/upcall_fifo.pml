/*
 * The upcall over queues: backends/xen/fifo.c, events.c and <isa>/gate.S. Two ports
 * in one queue. Each step is named by the C function that it stands for; each -D leaves
 * one out, and must give a counter-example (conformance/harness/upcall.py runs them all).
 *
 * An event word is a byte here: four bits as Xen has them and the port behind it. Xen's
 * half is evtchn_fifo_set_pending() with its lock, and evtchn_fifo_set_link(), which
 * tries four times while the guest may not unmask, and must never give up. That the
 * guest asks for BUSY has no -D: it keeps the changes few, none of them is wrong.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define PORTS 3			/* 1 and 2; 0 is nobody */
#include "upcall.h"

#define PENDING 1
#define MASKED 2
#define LINKED 4
#define BUSY 8
#define LINK(w) ((w) >> 4)

byte word[PORTS];
bool control_ready;		/* the control block: ready, head */
byte control_head;
byte tail;			/* Xen's own */
bool locked;

bool ready;			/* queues[].ready and .head in fifo.c */
byte head;

/* Xen: try_set_link(). done: 0 not linked, 1 linked, 2 the word has changed. */
inline try_set_link(w, old, behind, done) {
	if
	:: (old & LINKED) == 0 -> done = 0
	:: else ->
		atomic {
			if
			:: word[w] == old -> word[w] = (old & (PENDING | MASKED | LINKED)) + (behind << 4); done = 1
			:: else -> old = word[w]; done = 2
			fi
		}
	fi
}

/* Xen: evtchn_fifo_set_link(). */
inline set_link(w, behind) {
	atomic { old = word[w] };
	try_set_link(w, old, behind, done);
	if
	:: done == 2 ->
		word[w] = word[w] | BUSY;
		atomic { old = word[w] };
		tries = 0;
		do
		:: tries < 4 ->
			tries++;
			try_set_link(w, old, behind, done);
			if
			:: done == 0 -> word[w] = word[w] & ~BUSY; break
			:: done == 1 -> break
			:: done == 2 -> skip
			fi
		:: tries == 4 -> assert(false)		/* "port not linked": the event is lost */
		od
	:: else -> skip
	fi
}

/* Xen: evtchn_fifo_set_pending(). */
inline set_pending(p) {
	atomic { !locked -> locked = true };
	link_it = false;
	d_step { word[p] = word[p] | PENDING };
	if
	:: (word[p] & MASKED) != 0 -> skip
	:: else ->
		atomic {
			if
			:: (word[p] & LINKED) != 0 -> skip
			:: else -> word[p] = word[p] | LINKED; link_it = true
			fi
		}
	fi;
	if
	:: link_it ->
		done = 0;
		if
		:: tail == p -> tail = 0
		:: else -> skip
		fi;
		if
		:: tail != 0 -> set_link(tail, p)
		:: else -> skip
		fi;
		if
		:: done == 0 -> control_head = p
		:: else -> link_it = false
		fi;
		tail = p
	:: else -> skip
	fi;
	locked = false;
	if
	:: link_it ->
		atomic {
			if
			:: control_ready -> link_it = false
			:: else -> control_ready = true
			fi
		};
		if
		:: link_it -> atomic { mark_events_pending() }
		:: else -> skip
		fi
	:: else -> skip
	fi
}

active proctype xen() {
	byte n = 0, p, old, tries, done;
	bool link_it;

	do
	:: n < SENDS ->
		n++;
		if
		:: p = 1
		:: p = 2
		fi;
		d_step { unseen[p] = true; sent[p]++ };
		set_pending(p)
	:: n == SENDS -> break
	od;
	all_sent = true
}

/* unlink_head(): an exchange that is tried again when Xen has linked something meanwhile. */
inline unlink_head(p, behind) {
	atomic { seen = word[p] };
#ifdef NO_LINK_RETRY
	masked_instruction();
	word[p] = seen & (PENDING | MASKED | BUSY);
	behind = LINK(seen);
#else
	do
	:: true ->
		masked_instruction();
		atomic {
			if
			:: word[p] == seen -> word[p] = seen & (PENDING | MASKED | BUSY); behind = LINK(seen); break
			:: else -> seen = word[p]
			fi
		}
	od
#endif
}

/* take(): pending and not masked, and then not pending. */
inline take(p, yes) {
	atomic { seen = word[p] };
	masked_instruction();
	yes = false;
	if
#ifdef NO_MASK_TEST
	:: (seen & PENDING) != 0 ->
#else
	:: (seen & PENDING) != 0 && (seen & MASKED) == 0 ->
#endif
#if !defined(CLEAR_LATE) && !defined(NO_CLEAR)
		d_step { word[p] = word[p] & ~PENDING };
#endif
		yes = true
	:: else -> skip
	fi
}

/* next() and dequeue(). */
inline next() {
	do
	:: true ->
#ifdef READY_LATE
		ready = ready || control_ready;
#else
		atomic { ready = ready || control_ready; control_ready = false };
#endif
		masked_instruction();
		if
		:: !ready -> port = 0; break
		:: else -> skip
		fi;
		port = head;
		if
		:: port == 0 -> port = control_head
		:: else -> skip
		fi;
		masked_instruction();
		assert(port != 0);
		unlink_head(port, head);
		ready = (head != 0);
#ifdef READY_LATE
		if
		:: !ready -> control_ready = false
		:: else -> skip
		fi;
#endif
		take(port, taken);
#ifdef FORGET_QUEUE
		head = 0;
		ready = false;
#endif
		if
		:: taken -> break
		:: else -> skip
		fi
	od;
	if
	:: port != 0 && ready -> upcall_pending = true		/* pv_xen_more_events() */
	:: else -> skip
	fi
}

active proctype upcall() {
	byte port, seen;
	bool was, taken;

end:	do
	:: in_upcall ->
		/* pv_xen_events_take() */
		do
		:: true ->
#ifdef BIT_LATE
			was = upcall_pending;
#else
			atomic { was = upcall_pending; upcall_pending = false };
#endif
			masked_instruction();
			if
			:: was ->
				do
				:: true ->
					next();
					if
					:: port != 0 ->
						handler(port);
#ifdef CLEAR_LATE
						d_step { word[port] = word[port] & ~PENDING };
#endif
						masked_instruction()
					:: else -> break
					fi
				od
#ifdef BIT_LATE
				; upcall_pending = false
#endif
			:: else -> break
			fi
		od;
		iret()
	od
}

/* mask() */
inline port_mask(p) {
	word[p] = word[p] | MASKED;
	held[p] = true;
	instruction()
}

/* clear(): what was sent so far is forgotten, its port may stay linked. */
inline port_clear(p) {
	d_step { word[p] = word[p] & ~PENDING; unseen[p] = false }
}

/* unmask(): by exchange while nothing is pending and Xen is not linking there, else by Xen (EVTCHNOP_unmask). */
inline port_unmask(p) {
	held[p] = false;
	atomic { old = word[p] };
	do
	:: true ->
		if
		:: (old & MASKED) == 0 -> break
		:: else -> skip
		fi;
		if
#ifdef PLAIN_UNMASK
		:: false ->
#else
		:: (old & (PENDING | BUSY)) != 0 ->
#endif
			/* Xen: evtchn_fifo_unmask(). */
			d_step { word[p] = word[p] & ~MASKED };
			if
			:: (word[p] & PENDING) != 0 -> set_pending(p)
			:: else -> skip
			fi;
			leave_xen();
			break
		:: else -> skip
		fi;
		atomic {
			if
			:: word[p] == old -> word[p] = old & ~MASKED; break
			:: else -> old = word[p]
			fi
		}
	od;
	instruction()
}

active proctype cpu() {
	byte i, round = 0, old, tries, done;
	bool link_it;

	do
	:: round < ROUNDS ->
		round++;
		instruction();
		irq_disable();
		if
		:: skip
		:: port_clear(1); port_mask(1); port_unmask(1)
		:: port_mask(2); irq_enable(); irq_disable(); port_unmask(2)
		fi;
		irq_enable()
	:: round == ROUNDS -> break
	od;
	finish()
}
