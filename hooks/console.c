/*
 * The console's public functions. Before the op table is live they use the first
 * backend whose probe says yes, so that even a start that fails can say why.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

/* A backend without a console of its own has its parent's. */
static const struct pv_console_ops *
console_of(const struct pv_backend *b)
{
	while (b != NULL && (b->console == NULL || b->console->write == NULL || b->console->get == NULL))
		b = b->parent;
	return b != NULL ? b->console : NULL;
}

static const struct pv_console_ops *
console(void)
{
	if (pv_backend_now() != NULL)
		return &pv_ops.console;
	for (unsigned i = 0; pv_backends[i] != NULL; i++) {
		const struct pv_console_ops *c = console_of(pv_backends[i]);
		const char *why;

		if (c != NULL && pv_backends[i]->probe(&pv_started, &why))
			return c;
	}
	return NULL;
}

void
pv_console_write(const char *text, size_t size)
{
	const struct pv_console_ops *c = console();

	if (c != NULL)
		c->write(text, size);
}

void
pv_console_puts(const char *text)
{
	pv_console_write(text, pv_text_length(text));
}

int
pv_console_get(void)
{
	const struct pv_console_ops *c = console();

	return c != NULL ? c->get() : -1;
}

const char *
pv_console_name(void)
{
	return pv_ops.console.name();
}
