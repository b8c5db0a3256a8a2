/*
 * Run a program: read a static ELF file, lay out its segments and a stack with the
 * arguments, and only then let go of the old address space.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"
#include "machine.h"		/* ELF_MACHINE */

#define MAX_ARGS	64
#define MAX_SEGMENTS	8

/* Where the two classes of ELF keep their fields, in bytes. Addresses have the size of a pointer. */
struct layout {
	uint8_t class, header, segment;
	uint8_t entry, table, table_size, table_count;	/* in the header */
	uint8_t flags, offset, address, in_file, in_memory;	/* in a segment's entry */
};
static const struct layout layouts[] = {
	{ 1, 52, 32, 24, 28, 42, 44, 24, 4, 8, 16, 20 },
	{ 2, 64, 56, 24, 32, 54, 56, 4, 8, 16, 32, 40 },
};
#define SEGMENT_LOAD	1u
#define SEGMENT_X	1u
#define SEGMENT_W	2u

/* The arguments, as one text with NULs, and where each begins. */
struct arguments {
	char text[2048];
	uint16_t at[MAX_ARGS];
	unsigned count, used;
};

static uintptr_t
word(const uint8_t *at)
{
	uintptr_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static unsigned
half(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint32_t
number(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* A read may stop at the end of a page. */
static bool
get_all(struct node *node, uint64_t position, uint8_t *to, size_t size)
{
	while (size > 0) {
		int n = node_get(node, position, to, size);

		if (n <= 0)
			return false;
		position += (uint64_t)n;
		to += n;
		size -= (size_t)n;
	}
	return true;
}

static int
check_header(const uint8_t *h, const struct layout *l)
{
	static const uint16_t one = 1;
	uint8_t order = *(const uint8_t *)&one == 1 ? 1 : 2;

	if (memcmp(h, "\177ELF", 4) != 0 || h[4] != l->class || h[5] != order)
		return -ENOEXEC;
	if (half(h + 16) != 2 || half(h + 18) != ELF_MACHINE || half(h + l->table_size) != l->segment ||
	    half(h + l->table_count) > MAX_SEGMENTS)
		return -ENOEXEC;
	return 0;
}

static int
load_segment(struct space *s, struct node *node, const uint8_t *entry, const struct layout *l)
{
	uintptr_t address = word(entry + l->address), size = word(entry + l->in_memory);
	uint32_t flags = number(entry + l->flags);
	struct region r = {
		.start = address & ~(uintptr_t)PV_PAGE_MASK,
		.prot = PROT_READ | ((flags & SEGMENT_W) != 0 ? PROT_WRITE : 0) |
		    ((flags & SEGMENT_X) != 0 ? PROT_EXEC : 0),
		.node = node,
		.node_at = address,
		.node_offset = word(entry + l->offset),
		.node_size = word(entry + l->in_file),
	};

	int error;

	if (size == 0)
		return 0;
	if (address + size < address || r.node_size > size || r.node_offset > node->size ||
	    r.node_size > node->size - r.node_offset)
		return -ENOEXEC;
	r.end = (uintptr_t)pv_page_up(address + size);
	error = space_map_segment(s, &r);
	return error == 0 || error == -ENOMEM ? error : -ENOEXEC;
}

static int
load(struct space *s, struct node *node, uintptr_t *entry)
{
	const struct layout *l = &layouts[sizeof(uintptr_t) / 8];
	uint8_t header[64], segments[MAX_SEGMENTS * 56];
	unsigned count;
	int error;

	if (!get_all(node, 0, header, l->header) || check_header(header, l) != 0)
		return -ENOEXEC;
	count = half(header + l->table_count);
	if (!get_all(node, word(header + l->table), segments, count * l->segment))
		return -ENOEXEC;
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *segment = segments + i * l->segment;

		if (number(segment) == SEGMENT_LOAD && (error = load_segment(s, node, segment, l)) != 0)
			return error;
	}
	*entry = word(header + l->entry);
	return 0;
}

static int
take_arguments(struct arguments *a, const char *path, uintptr_t user_argv)
{
	if (user_argv == 0) {
		text_copy(a->text, path, sizeof(a->text));
		a->used = (unsigned)text_length(path) + 1;
		a->count = 1;
		return 0;
	}
	for (;; user_argv += sizeof(uintptr_t)) {
		uintptr_t user;
		size_t length;
		pv_status s;

		if (pv_copyin(&user, user_argv, sizeof(user)) != PV_OK)
			return -EFAULT;
		if (user == 0)
			return a->count > 0 ? 0 : -EINVAL;
		if (a->count == MAX_ARGS)
			return -E2BIG;
		s = pv_copyinstr(a->text + a->used, user, sizeof(a->text) - a->used, &length);
		if (s != PV_OK)
			return s == PV_E_FAULT ? -EFAULT : -E2BIG;
		a->at[a->count++] = (uint16_t)a->used;
		a->used += (unsigned)length + 1;
	}
}

/* The top of the stack: argument count, pointers, NULL, texts. Gives the stack pointer. The space is active. */
static int
push_arguments(const struct arguments *a, uintptr_t *sp)
{
	uintptr_t text = (*sp - a->used) & ~(uintptr_t)15, at;
	uintptr_t words[MAX_ARGS + 2];

	at = (text - sizeof(words)) & ~(uintptr_t)15;
	words[0] = a->count;
	for (unsigned i = 0; i < a->count; i++)
		words[i + 1] = text + a->at[i];
	words[a->count + 1] = 0;
	if (pv_copyout(text, a->text, a->used) != PV_OK ||
	    pv_copyout(at, words, (a->count + 2) * sizeof(words[0])) != PV_OK)
		return -ENOMEM;
	*sp = at - PV_USER_SP_AREA;
	return 0;
}

static int
add_stack(struct space *s, uintptr_t *top)
{
	struct region r = { .prot = PROT_READ | PROT_WRITE };

	*top = r.end = space_user_end();
	r.start = r.end - PV_PAGE_SIZE;
	r.lowest = r.end - USER_STACK_SIZE;
	return space_map_segment(s, &r);
}

/* From here on there is no way back: the old space goes, handlers go, only the files stay. */
static void
become(struct space *s, const char *path)
{
	struct space *old = current->space;
	const char *name = path;
	pv_irq_state gate;

	for (const char *p = path; *p != '\0'; p++)
		if (*p == '/')
			name = p + 1;
	text_copy(current->name, name, sizeof(current->name));
	gate = pv_irq_save();
	current->space = s;
	current->thread.space = &s->pv;
	current->thread.tls = 0;
	pv_irq_restore(gate);
	if (old != NULL)
		space_leave(old, s);
	else
		pv_space_activate(&s->pv);
	for (unsigned i = 1; i < SIGNAL_COUNT; i++)
		if (current->handler[i] != SIGNAL_IGNORE)
			current->handler[i] = SIGNAL_DEFAULT;
	current->in_handler = 0;
	current->nested_count = 0;
	fpu_forget(current);
}

int
exec(const char *path, uintptr_t user_argv)
{
	struct arguments *a = heap_new(sizeof(*a));
	struct space *s = space_new();
	struct node *node = NULL;
	uintptr_t entry, sp;
	int error = a != NULL && s != NULL ? take_arguments(a, path, user_argv) : -ENOMEM;

	if (error == 0)
		error = node_find(path, &node);
	if (error == 0)
		error = node->kind == KIND_FILE ? load(s, node, &entry) : -EACCES;
	if (error == 0)
		error = add_stack(s, &sp);
	if (node != NULL)
		node_drop(node);
	if (error == 0) {
		become(s, path);
		if (push_arguments(a, &sp) != 0)
			signal_send(current, SIGKILL);
		pv_uframe_init(pv_thread_uframe(&current->thread), entry, sp);
	} else if (s != NULL) {
		space_free(s);
	}
	heap_free(a);
	return error;
}
