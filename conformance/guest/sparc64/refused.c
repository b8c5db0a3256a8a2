/*
 * Operations whose calls are refused, one by one. See refused.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../capture.h"
#include "refused.h"

#define TEST_REFUSE	0x10fu

/* The image need not have the backend in it. */
int64_t pv_sun4v_fast5(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t arg2, uint64_t arg3,
    uint64_t arg4, uint64_t *result) PV_WEAK;

bool
refused_applies(unsigned flags)
{
	(void)flags;
	return suite_text_is(pv_backend_name(), "sun4v");
}

unsigned
refuse(unsigned nth, unsigned error, unsigned flags)
{
	uint64_t counted = 0;

	if (pv_sun4v_fast5(TEST_REFUSE, nth, error, flags, 0, 0, &counted) != 0)
		pv_panic("this firmware has no TEST_REFUSE: it wants the word `tests`");
	return (unsigned)counted;
}

void
refused_forget(void)
{
	struct pv_refusal r;

	while (pv_refusal_get(&r))
		continue;
}

/* The record of this refusal. */
static bool
recorded(const char *what, unsigned error)
{
	const char *code_name = error == REFUSED_EIO ? "EIO" : "EBADTRAP";
	struct pv_refusal r;
	char text[64];

	if (!pv_refusal_get(&r)) {
		suite_fail(__FILE__, __LINE__, "%s was refused, and there is no record", what);
		return false;
	}
	(void)pv_snprintf(text, sizeof(text), "%s %s", r.op, r.call);
	if (suite_text_is(text, what) && r.code == (long)error && r.nr_args == 1 &&
	    suite_text_is(r.code_name, code_name))
		return true;
	suite_fail(__FILE__, __LINE__, "%s was refused with %u: the record is of %s, %ld %s", what, error, text, r.code,
	    r.code_name);
	return false;
}

/* The nth call is refused, if there is one: is all as it has to be? */
static bool
judge(const struct operation *o, unsigned nth, unsigned error, pv_status s)
{
	const char *name = o->calls[nth - 1];
	bool survives = name == NULL || *name == '+', silent = name != NULL && *name == '-';
	pv_status wanted = survives || silent ? PV_OK : error == REFUSED_EBADTRAP ? PV_E_ABSENT : PV_E_REFUSED;

	if (name != NULL && !recorded(*name == '+' || silent ? name + 1 : name, error))
		return false;
	if (s != wanted) {
		suite_fail(__FILE__, __LINE__, "%s, call %u refused: %s, not %s", o->name, nth, pv_status_name(s),
		    pv_status_name(wanted));
		return false;
	}
	if (o->is_done != NULL && o->is_done() != survives) {
		suite_fail(__FILE__, __LINE__, "%s, call %u refused: it is %sdone", o->name, nth,
		    survives ? "not " : "");
		return false;
	}
	return true;
}

/* True if there was an nth call. */
static bool
one(const struct operation *o, unsigned nth, unsigned error, bool *good)
{
	unsigned counted;
	pv_status s;

	*good = o->before == NULL || o->before();
	if (!*good) {
		suite_fail(__FILE__, __LINE__, "%s, call %u: its beginning is wrong", o->name, nth);
		return false;
	}
	refused_forget();
	(void)refuse(nth, error, o->flags);
	s = o->run();
	counted = refuse(0, 0, 0);
	if ((counted >= nth) != (o->calls[nth - 1] != NULL)) {
		suite_fail(__FILE__, __LINE__, "%s makes %u calls with number %u refused", o->name, counted, nth);
		*good = false;
	}
	*good = *good && judge(o, nth, error, s);
	if (o->after != NULL && !o->after(s == PV_OK && (o->calls[nth - 1] == NULL || *o->calls[nth - 1] != '-'))) {
		suite_fail(__FILE__, __LINE__, "%s, call %u: its state is wrong", o->name, nth);
		*good = false;
	}
	return counted >= nth;
}

void
refuse_each(const struct operation *o)
{
	static const unsigned errors[] = { REFUSED_EIO, REFUSED_EBADTRAP };
	unsigned nr = 0, refused = 0;
	bool good = true;

	for (unsigned e = 0; e < 2; e++) {
		for (nr = 1; nr < REFUSED_MOST && one(o, nr, errors[e], &good) && good; nr++)
			refused++;
		if (!good)
			return;
	}
	pv_printf("# refused: %s: each of its %u calls, %u refusals\n", o->name, nr - 1, refused);
}

uint64_t
refused_call(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
	uint64_t result = 0;

	(void)pv_sun4v_fast5(function, arg0, arg1, arg2, 0, 0, &result);
	return result;
}
