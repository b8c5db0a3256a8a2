/*
 * The console's public functions. Before the op table is live they use the first
 * backend whose probe says yes, so that even a start that fails can say why.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

static const struct pv_console_ops *
console(void)
{
	static const struct pv_start nothing;

	if (pv_backend_now() != NULL)
		return &pv_ops.console;
	for (unsigned i = 0; pv_backends[i] != NULL; i++) {
		const char *why;

		if (pv_backends[i]->console != NULL && pv_backends[i]->probe(&nothing, &why))
			return pv_backends[i]->console;
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
