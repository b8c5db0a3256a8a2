/*
 * The upcall over two-level event channels: backends/xen/events.c and <isa>/gate.S.
 * Two ports in one word of the bitmaps, so the selector has one bit. Each step is
 * named by the C function that it stands for; each -D leaves one out, and must give
 * a counter-example (conformance/harness/upcall.py runs them all).
 *
 * Xen's half is evtchn_2l_set_pending(): pending, mask, selector, upcall bit.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define PORTS 2
#include "upcall.h"

bool pending[PORTS];		/* shared_info.evtchn_pending */
bool masked[PORTS];		/* shared_info.evtchn_mask */
bool selector;			/* vcpu_info.pending_sel */

active proctype xen() {
	byte n = 0, p;

	do
	:: n < SENDS ->
		n++;
		if
		:: p = 0
		:: p = 1
		fi;
		d_step { unseen[p] = true; sent[p]++ }		/* the sender's work is done */
		if
		:: pending[p] -> skip
		:: else ->
			pending[p] = true;
			if
			:: masked[p] || selector -> skip
			:: else ->
				atomic { selector = true };
				atomic { mark_events_pending() }
			fi
		fi
	:: n == SENDS -> break
	od;
	all_sent = true
}

/* give_back(): the selector before the upcall bit. */
inline give_back() {
	selector = true;
	masked_instruction();
	upcall_pending = true
}

/* wanted(): one load of the pending word, one of the mask word. */
inline wanted() {
	atomic { bits = pending[0] + 2 * pending[1] };
	masked_instruction();
#ifndef NO_MASK_TEST
	atomic { bits = bits & ~(masked[0] + 2 * masked[1]) };
	masked_instruction()
#endif
}

/* two_level_next(), with wanted_from(): takes one event, gives the others back. */
inline next() {
	byte bits, other;

	port = PORTS;
	bits = 0;
#ifdef SELECTOR_LATE
	words = selector;
#else
	atomic { words = selector; selector = false };
#endif
	masked_instruction();
	if
	:: words ->
		wanted();
		if
		:: (bits & 1) != 0 -> port = 0
		:: (bits & 2) != 0 -> port = 1
		:: bits == 0 -> skip
		fi;
		if
		:: port < PORTS ->
#ifdef PLAIN_CLEAR
			/* Read, change, write of the whole word. */
			atomic { other = pending[1 - port] };
			masked_instruction();
			atomic { pending[port] = false; pending[1 - port] = other };
#else
# ifndef CLEAR_LATE
#  ifndef NO_CLEAR
			pending[port] = false;
#  endif
# endif
#endif
			masked_instruction();
#ifndef NO_GIVE_BACK
			wanted();
			if
			:: bits != 0 -> give_back()
			:: else -> skip
			fi
#endif
		:: else -> skip
		fi
	:: else -> skip
	fi;
#ifdef SELECTOR_LATE
	selector = false
#endif
}

active proctype upcall() {
	byte port;
	bool words, was;

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
					:: port < PORTS ->
						handler(port);
#ifdef CLEAR_LATE
						pending[port] = false;
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

/* pv_xen_port_mask(), two_level_mask(); the owner counts on it when it has returned. */
inline port_mask(p) {
	irq_disable();
	masked[p] = true;
	held[p] = true;
	irq_enable()
}

/* two_level_unmask(), for a port of this CPU; the gate is closed. */
inline port_unmask(p) {
	irq_disable();
	held[p] = false;
	masked[p] = false;
	instruction();
#ifndef NO_UNMASK_RECHECK
	if
	:: pending[p] -> give_back()
	:: else -> skip
	fi;
#endif
	irq_enable()
}

active proctype cpu() {
	byte i, round = 0;

	do
	:: round < ROUNDS ->
		round++;
		instruction();
		if
		:: irq_disable(); irq_enable()
		:: port_mask(0); port_unmask(0)
		:: port_mask(1); irq_disable(); irq_enable(); port_unmask(1)
		fi
	:: round == ROUNDS -> break
	od;
	finish()
}
