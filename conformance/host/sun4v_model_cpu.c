/*
 * The strands of sun4v_model.h: SPARC V9 (The SPARC Architecture Manual, version 9) as
 * far as a kernel compiled without floating point needs it, with global levels.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v_model.h"

#define MAXPTL		2u
#define BITS(w, high, low)	((w) >> (low) & ((1u << ((high) - (low) + 1)) - 1))
#define RD(w)		BITS(w, 29, 25)
#define RS1(w)		BITS(w, 18, 14)
#define OP3(w)		BITS(w, 24, 19)

static int64_t
extend(uint64_t v, unsigned bits)
{
	return (int64_t)(v << (64 - bits)) >> (64 - bits);
}

static uint64_t *
place(struct strand *s, unsigned r)
{
	if (r < 8)
		return &s->g[s->gl][r];
	if (r < 16)
		return &s->in[(s->cwp + 1) % WINDOWS][r - 8];
	return r < 24 ? &s->local[s->cwp][r - 16] : &s->in[s->cwp][r - 24];
}

uint64_t
model_reg(const struct strand *s, unsigned r)
{
	struct strand *writable = &model.strand[s->id];

	return r == 0 ? 0 : *place(writable, r);
}

void
model_reg_set(struct strand *s, unsigned r, uint64_t v)
{
	if (r != 0)
		*place(s, r) = v;
}

/* rs2 or the immediate. */
static uint64_t
operand2(const struct strand *s, uint32_t w)
{
	return (w >> 13 & 1) != 0 ? (uint64_t)extend(w & 0x1fff, 13) : model_reg(s, w & 31);
}

/* -- traps ---------------------------------------------------------------------------- */

void
model_trap(struct strand *s, unsigned tt)
{
	unsigned cwp = s->cwp;

	if (s->tl == MAXPTL)
		model_broken("strand %u: trap 0x%x at 0x%lx in trap level 2 (0x%lx, trap 0x%lx): the guest is dead",
		    s->id, tt, s->pc, s->tpc[2], s->tt[2]);
	s->trapped = true;
	s->tl++;
	s->tstate[s->tl] = (uint64_t)s->gl << 40 | (uint64_t)s->ccr << 32 | s->asi << 24 | s->pstate << 8 | cwp;
	s->tpc[s->tl] = s->pc;
	s->tnpc[s->tl] = s->npc;
	s->tt[s->tl] = tt;
	s->gl = s->gl < 2 ? s->gl + 1 : 2;
	s->pstate = PEF | PRIV;
	if (tt == 0x24)
		s->cwp = (cwp + 1) % WINDOWS;
	else if (tt >= 0x80 && tt < 0xc0)
		s->cwp = (cwp + s->cansave + 2) % WINDOWS;
	else if (tt >= 0xc0 && tt < 0x100)
		s->cwp = (cwp + WINDOWS - 1) % WINDOWS;
	s->pc = (s->tba & ~0x7fffull) | (s->tl > 1 ? 0x4000 : 0) | tt << 5;
	s->npc = s->pc + 4;
}

static void
window_trap(struct strand *s, unsigned normal, unsigned other)
{
	model_trap(s, s->otherwin != 0 ? other + (s->wstate >> 3 & 7) * 4 : normal + (s->wstate & 7) * 4);
}

/* What came from outside, between two instructions. */
static bool
interrupted(struct strand *s)
{
	uint64_t levels = (s->softint & 0xfffe) | ((s->softint & 0x10001) != 0 ? 1u << 14 : 0);
	unsigned tt;

	if ((s->pstate & IE) == 0)
		return false;
	tt = model_queue_trap(s);
	for (unsigned n = 15; tt == 0 && n > s->pil; n--)
		if ((levels >> n & 1) != 0)
			tt = 0x40 + n;
	if (tt != 0)
		model_trap(s, tt);
	return tt != 0;
}

static void
back(struct strand *s, bool done)
{
	uint64_t t = s->tstate[s->tl];

	if (s->tl == 0)
		model_broken("done or retry at trap level 0, 0x%llx", (unsigned long long)s->pc);
	s->pc = done ? s->tnpc[s->tl] : s->tpc[s->tl];
	s->npc = done ? s->pc + 4 : s->tnpc[s->tl];
	s->gl = t >> 40 & 3;
	s->ccr = t >> 32 & 0xff;
	s->asi = t >> 24 & 0xff;
	s->pstate = t >> 8 & 0xfff;
	s->cwp = t & 7;
	s->tl--;
	if ((s->pstate & PRIV) == 0)
		model_broken("user mode, which the model has not");
}

/* -- conditions and branches ---------------------------------------------------------- */

static bool
holds(unsigned cond, unsigned cc)
{
	bool n = (cc & CC_N) != 0, z = (cc & CC_Z) != 0, v = (cc & CC_V) != 0, c = (cc & CC_C) != 0, yes;

	switch (cond & 7) {
	case 0: yes = false; break;
	case 1: yes = z; break;
	case 2: yes = z || n != v; break;
	case 3: yes = n != v; break;
	case 4: yes = c || z; break;
	case 5: yes = c; break;
	case 6: yes = n; break;
	default: yes = v; break;
	}
	return yes != ((cond & 8) != 0);
}

static bool
register_holds(unsigned cond, int64_t v)
{
	bool yes = (cond & 3) == 1 ? v == 0 : (cond & 3) == 2 ? v <= 0 : v < 0;

	return yes != ((cond & 4) != 0);
}

/* `always`: the annul bit is about a branch that is taken. */
static void
branch(struct strand *s, bool taken, bool always, bool annul, int64_t distance)
{
	uint64_t to = s->pc + (uint64_t)distance, next = s->npc;

	if (taken && always && annul) {
		s->pc = to;
		s->npc = to + 4;
	} else if (!taken && annul) {
		s->pc = next + 4;
		s->npc = next + 8;
	} else {
		s->pc = next;
		s->npc = taken ? to : next + 4;
	}
}

static bool
group_branch(struct strand *s, uint32_t w)
{
	unsigned cond = BITS(w, 28, 25);
	bool annul = (w >> 29 & 1) != 0;
	int64_t distance = extend(w & 0x3fffff, 22) * 4;
	unsigned cc = s->ccr & 15;

	switch (BITS(w, 24, 22)) {
	case 1:
		distance = extend(w & 0x7ffff, 19) * 4;
		cc = (w >> 21 & 1) != 0 ? s->ccr >> 4 : cc;
		/* fall through */
	case 2:
		branch(s, holds(cond, cc), (cond & 7) == 0, annul, distance);
		return true;
	case 3:
		distance = extend(BITS(w, 21, 20) << 14 | (w & 0x3fff), 16) * 4;
		branch(s, register_holds(cond & 7, (int64_t)model_reg(s, RS1(w))), false, annul, distance);
		return true;
	case 4:
		model_reg_set(s, RD(w), (uint64_t)(w & 0x3fffff) << 10);
		return true;
	default:
		return false;
	}
}

/* -- arithmetic ------------------------------------------------------------------------ */

static unsigned
sum_codes(uint64_t a, uint64_t b, uint64_t r, unsigned bit)
{
	uint64_t carry = (a & b) | ((a | b) & ~r), over = (a ^ r) & (b ^ r), low = bit == 63 ? r : (uint32_t)r;

	return (carry >> bit & 1 ? CC_C : 0) | (over >> bit & 1 ? CC_V : 0) | (low == 0 ? CC_Z : 0) |
	    (r >> bit & 1 ? CC_N : 0);
}

static uint64_t
divide(struct strand *s, unsigned op, uint64_t a, uint64_t b)
{
	uint64_t wide = s->y << 32 | (uint32_t)a, q;

	if ((op == 0xd || op == 0x2d ? b : (uint32_t)b) == 0) {
		model_trap(s, 0x28);
		return 0;
	}
	if (op == 0xd)
		return a / b;
	if (op == 0x2d)
		return (int64_t)b == -1 ? 0 - a : (uint64_t)((int64_t)a / (int64_t)b);
	if (op == 0xf)
		return (uint64_t)((int64_t)wide / (int32_t)b);
	q = wide / (uint32_t)b;
	return q > UINT32_MAX ? UINT32_MAX : q;
}

/* Ops 0 to 0xf, and those with 0x10, which set the codes; 0x2d. */
static bool
arithmetic(struct strand *s, uint32_t w)
{
	uint64_t a = model_reg(s, RS1(w)), b = operand2(s, w), r, second = b;
	unsigned op3 = OP3(w), op = op3 == 0x2d ? op3 : op3 & 15;
	bool sum = false;

	switch (op) {
	case 0x0: case 0x8:
		r = a + b + (op == 8 ? s->ccr & CC_C : 0);
		sum = true;
		break;
	case 0x4: case 0xc:
		r = a - b - (op == 0xc ? s->ccr & CC_C : 0);
		second = ~b;
		sum = true;
		break;
	case 0x1: r = a & b; break;
	case 0x2: r = a | b; break;
	case 0x3: r = a ^ b; break;
	case 0x5: r = a & ~b; break;
	case 0x6: r = a | ~b; break;
	case 0x7: r = a ^ ~b; break;
	case 0x9: r = a * b; break;
	case 0xa: r = (uint64_t)(uint32_t)a * (uint32_t)b; break;
	case 0xb: r = (uint64_t)((int64_t)(int32_t)a * (int32_t)b); break;
	default: r = divide(s, op, a, b); break;
	}
	if (s->trapped)
		return true;
	if (op == 0xa || op == 0xb)
		s->y = r >> 32;
	if ((op3 & 0x30) == 0x10) {
		unsigned x = sum ? sum_codes(a, second, r, 63) : (r == 0 ? CC_Z : 0) | (r >> 63 != 0 ? CC_N : 0);
		unsigned i = sum ? sum_codes(a, second, r, 31) :
		    ((uint32_t)r == 0 ? CC_Z : 0) | (r >> 31 & 1 ? CC_N : 0);

		/* Of a difference the carry is a borrow. */
		s->ccr = x << 4 | i;
		if (op == 0x4 || op == 0xc)
			s->ccr ^= CC_C << 4 | CC_C;
	}
	model_reg_set(s, RD(w), r);
	return true;
}

static void
shift(struct strand *s, uint32_t w)
{
	uint64_t a = model_reg(s, RS1(w)), b = (w >> 13 & 1) != 0 ? w & 63 : model_reg(s, w & 31);
	bool x = (w >> 12 & 1) != 0;
	unsigned n = (unsigned)b & (x ? 63 : 31), op = OP3(w);

	if (op == 0x25)
		a <<= n;
	else if (op == 0x26)
		a = (x ? a : (uint32_t)a) >> n;
	else
		a = (uint64_t)((x ? (int64_t)a : (int64_t)(int32_t)a) >> n);
	model_reg_set(s, RD(w), a);
}

/* -- state registers --------------------------------------------------------------------- */

static bool
read_asr(struct strand *s, uint32_t w)
{
	uint64_t v;

	switch (RS1(w)) {
	case 0: v = s->y; break;
	case 2: v = s->ccr; break;
	case 3: v = s->asi; break;
	case 4: case 24: v = s->instructions; break;
	case 5: v = s->pc; break;
	case 6: v = s->fprs; break;
	case 15: return true;		/* membar: everything is in order */
	case 22: v = s->softint; s->touched = true; break;
	case 25: v = s->compare; break;
	default: return false;
	}
	model_reg_set(s, RD(w), v);
	return true;
}

static bool
write_asr(struct strand *s, uint32_t w)
{
	uint64_t v = model_reg(s, RS1(w)) ^ operand2(s, w);

	switch (RD(w)) {
	case 0: s->y = (uint32_t)v; return true;
	case 2: s->ccr = v & 0xff; return true;
	case 3: s->asi = v & 0xff; return true;
	case 6: s->fprs = v & 7; return true;
	case 20: s->softint |= v & 0x1ffff; break;
	case 21: s->softint &= ~v; break;
	case 22: s->softint = v & 0x1ffff; break;
	case 25: s->compare = v; break;
	default: return false;
	}
	s->touched = true;
	return true;
}

static unsigned *
small_register(struct strand *s, unsigned n)
{
	unsigned *const at[] = {
		&s->pstate, &s->tl, &s->pil, &s->cwp, &s->cansave, &s->canrestore, &s->cleanwin, &s->otherwin,
		&s->wstate, NULL, &s->gl,
	};

	return n >= 6 && n <= 16 ? at[n - 6] : NULL;
}

static uint64_t *
trap_register(struct strand *s, unsigned n)
{
	uint64_t *const at[] = { s->tpc, s->tnpc, s->tstate, s->tt };

	if (n == 5)
		return &s->tba;
	return n < 4 && s->tl != 0 ? &at[n][s->tl] : NULL;
}

static bool
privileged(struct strand *s, uint32_t w, bool write)
{
	unsigned n = write ? RD(w) : RS1(w);
	uint64_t v = write ? model_reg(s, RS1(w)) ^ operand2(s, w) : 0, *wide = trap_register(s, n);
	unsigned *small = small_register(s, n);

	if (wide == NULL && small == NULL && (write || n != 4))
		return false;
	if (!write) {
		model_reg_set(s, RD(w), wide != NULL ? *wide : small != NULL ? *small : s->instructions);
	} else if (wide != NULL) {
		*wide = v;
	} else {
		if ((n == 7 || n == 16) && v > MAXPTL)
			model_broken("level %lu is written at 0x%lx", v, s->pc);
		if (n == 6 && (v & PRIV) == 0)
			model_broken("PSTATE 0x%llx at 0x%llx", (unsigned long long)v, (unsigned long long)s->pc);
		*small = (unsigned)v & (n == 6 ? 0xfff : n == 14 ? 0x3f : n == 8 ? 15 : 7);
	}
	return true;
}

/* -- windows ----------------------------------------------------------------------------- */

static void
save_or_restore(struct strand *s, uint32_t w, bool save)
{
	uint64_t v = model_reg(s, RS1(w)) + operand2(s, w);

	if (save && s->cansave == 0) {
		window_trap(s, 0x80, 0xa0);
	} else if (save && s->cleanwin == s->canrestore) {
		model_trap(s, 0x24);
	} else if (!save && s->canrestore == 0) {
		window_trap(s, 0xc0, 0xe0);
	} else {
		s->cwp = (s->cwp + (save ? 1 : WINDOWS - 1)) % WINDOWS;
		s->cansave += save ? -1u : 1;
		s->canrestore += save ? 1 : -1u;
		model_reg_set(s, RD(w), v);
	}
}

static void
saved_or_restored(struct strand *s, bool restored)
{
	unsigned *gives = s->otherwin != 0 ? &s->otherwin : restored ? &s->cansave : &s->canrestore;

	++*(restored ? &s->canrestore : &s->cansave);
	--*gives;
	if (restored && s->cleanwin < WINDOWS - 1)
		s->cleanwin++;
	if (s->cansave + s->canrestore + s->otherwin != WINDOWS - 2)
		model_broken("windows do not add up at 0x%llx", (unsigned long long)s->pc);
}

/* -- the second group -------------------------------------------------------------------- */

static void
jump(struct strand *s, uint32_t w)
{
	uint64_t to = model_reg(s, RS1(w)) + operand2(s, w);

	if (OP3(w) == 0x39) {
		/* RETURN is a RESTORE without a result. */
		save_or_restore(s, 0, false);
		if (s->trapped)
			return;
	} else {
		model_reg_set(s, RD(w), s->pc);
	}
	s->pc = s->npc;
	s->npc = to;
}

static bool
trap_instruction(struct strand *s, uint32_t w)
{
	unsigned n = (unsigned)(model_reg(s, RS1(w)) + ((w >> 13 & 1) != 0 ? w & 0xff : model_reg(s, w & 31))) & 0xff;

	if (!holds(BITS(w, 28, 25), (w >> 12 & 1) != 0 ? s->ccr >> 4 : s->ccr & 15))
		return true;
	s->touched = true;
	if (n >= 0x80)
		model_call(s, n);
	else
		model_trap(s, 0x100 + n);
	return true;
}

static bool
move_if(struct strand *s, uint32_t w)
{
	uint64_t v = (w >> 13 & 1) != 0 ? (uint64_t)extend(w & 0x7ff, 11) : model_reg(s, w & 31);

	if ((w >> 18 & 1) == 0)
		return false;		/* by floating point codes */
	if (holds(BITS(w, 17, 14), (w >> 12 & 1) != 0 ? s->ccr >> 4 : s->ccr & 15))
		model_reg_set(s, RD(w), v);
	return true;
}

static void
move_if_register(struct strand *s, uint32_t w)
{
	uint64_t v = (w >> 13 & 1) != 0 ? (uint64_t)extend(w & 0x3ff, 10) : model_reg(s, w & 31);

	if (register_holds(BITS(w, 12, 10), (int64_t)model_reg(s, RS1(w))))
		model_reg_set(s, RD(w), v);
}

static bool
group_operate(struct strand *s, uint32_t w)
{
	switch (OP3(w)) {
	case 0x25: case 0x26: case 0x27: shift(s, w); return true;
	case 0x28: return read_asr(s, w);
	case 0x2a: return privileged(s, w, false);
	case 0x2b:
		if (s->cansave != WINDOWS - 2)
			window_trap(s, 0x80, 0xa0);
		return true;
	case 0x2c: return move_if(s, w);
	case 0x2f: move_if_register(s, w); return true;
	case 0x30: return write_asr(s, w);
	case 0x31: saved_or_restored(s, RD(w) != 0); return true;
	case 0x32: return privileged(s, w, true);
	case 0x38: case 0x39: jump(s, w); return true;
	case 0x3a: return trap_instruction(s, w);
	case 0x3b: return true;		/* flush */
	case 0x3c: case 0x3d: save_or_restore(s, w, OP3(w) == 0x3c); return true;
	case 0x3e: back(s, RD(w) == 0); return true;
	default:
		return (OP3(w) < 0x20 || OP3(w) == 0x2d) && arithmetic(s, w);
	}
}

/* -- memory -------------------------------------------------------------------------------- */

static bool
swap(struct strand *s, uint32_t w, unsigned asi, uint64_t va)
{
	unsigned op = OP3(w) & 0x2f, width = op == 0xd ? 1 : op == 0xf || op == 0x2c ? 4 : 8;
	uint64_t v = op == 0xd ? 0xff : model_reg(s, RD(w)), seen;

	if (op == 0x2c || op == 0x2e) {
		if (!model_cas(s, asi, va, width, model_reg(s, w & 31), &v))
			return true;
	} else {
		if (!model_load(s, asi, va, width, &seen) || !model_store(s, asi, va, width, v))
			return true;
		v = seen;
	}
	model_reg_set(s, RD(w), v);
	return true;
}

static bool
group_memory(struct strand *s, uint32_t w)
{
	static const uint8_t widths[16] = { 4, 1, 2, 0, 4, 1, 2, 0, 4, 1, 2, 8, 0, 0, 8, 0 };
	unsigned op = OP3(w), width = widths[op & 15], asi = 0x80;
	bool alternate = (op & 0x10) != 0, cas = op == 0x3c || op == 0x3e;
	uint64_t va = model_reg(s, RS1(w)) + (cas ? 0 : operand2(s, w)), v;

	if (alternate && (w >> 13 & 1) != 0)
		asi = s->asi;
	else if (alternate)
		asi = BITS(w, 12, 5);
	if (op == 0x2d || op == 0x3d)
		return true;		/* prefetch */
	if (cas || op == 0x0d || op == 0x0f || op == 0x1d || op == 0x1f)
		return swap(s, w, asi, va);
	if (op >= 0x20 || width == 0)
		return false;
	if ((op & 15) == 0xe || ((op & 15) >= 4 && (op & 15) < 8)) {
		(void)model_store(s, asi, va, width, model_reg(s, RD(w)));
		return true;
	}
	if (!model_load(s, asi, va, width, &v))
		return true;
	model_reg_set(s, RD(w), (op & 8) != 0 && width < 8 ? (uint64_t)extend(v, 8 * width) : v);
	return true;
}

/* -- one instruction ----------------------------------------------------------------------- */

/* Those that set pc themselves. */
static bool
goes(uint32_t w)
{
	unsigned op3 = OP3(w);

	return (w >> 30 == 0 && BITS(w, 24, 22) != 4) || w >> 30 == 1 ||
	    (w >> 30 == 2 && (op3 == 0x38 || op3 == 0x39 || op3 == 0x3e));
}

static void
execute(struct strand *s, uint32_t w)
{
	uint64_t next = s->npc;
	bool known = true;

	switch (w >> 30) {
	case 0:
		known = group_branch(s, w);
		break;
	case 1:
		model_reg_set(s, 15, s->pc);
		branch(s, true, false, false, extend(w & 0x3fffffff, 30) * 4);
		break;
	case 2:
		known = group_operate(s, w);
		break;
	default:
		known = group_memory(s, w);
		break;
	}
	if (!known)
		model_broken("strand %u: the model has no instruction 0x%08x (0x%llx)", s->id, w,
		    (unsigned long long)s->pc);
	if (!s->trapped && !goes(w)) {
		s->pc = next;
		s->npc = next + 4;
	}
}

void
model_step(struct strand *s)
{
	uint32_t w;

	s->trapped = s->touched = false;
	s->instructions++;
	if (s->compare >> 63 == 0 && s->instructions == s->compare)
		s->softint |= 0x10000;
	if (interrupted(s) || !model_fetch(s, &w))
		return;
	execute(s, w);
	if (s->touched && order.after_access != NULL)
		order.after_access(s);
}
