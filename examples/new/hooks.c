/*
 * @NAME@: what libpv needs from this kernel. At first that is all there already: the
 * freestanding set makes pages and windows from the boot memory map. Replace a
 * member when you have something better; <pv/hooks.h> says what each must do.
 */
#include <pv/pv.h>

void use_hooks(void);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

static void
log(void *context, const char *line)
{
	(void)context;
	pv_printf("log: %s\n", line);
}

void
use_hooks(void)
{
	struct pv_hooks hooks = *pv_hooks_get();

	hooks.log = log;
	if (pv_hooks_set(&hooks) != PV_OK)
		pv_panic("the hooks are incomplete");
	pv_log("hooks are in place");
}

/* Compilers call these four on their own account, and so does libpv. */

void *
memcpy(void *to, const void *from, size_t size)
{
	return memmove(to, from, size);
}

void *
memmove(void *to, const void *from, size_t size)
{
	char *d = to;
	const char *s = from;

	if (d < s)
		for (; size > 0; size--)
			*d++ = *s++;
	else
		for (; size > 0; size--)
			d[size - 1] = s[size - 1];
	return to;
}

void *
memset(void *to, int byte, size_t size)
{
	for (char *d = to; size > 0; size--)
		*d++ = (char)byte;
	return to;
}

int
memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *p = a, *q = b;

	for (; size > 0; p++, q++, size--)
		if (*p != *q)
			return *p < *q ? -1 : 1;
	return 0;
}
