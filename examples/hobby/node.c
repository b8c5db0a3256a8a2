/*
 * The tree of files. What the boot module holds lies there and is only read; what is
 * made later lies in pages, and is gone when the machine is off. Devices and the
 * kernel's own texts are in the same tree.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define PAGES_PER_FILE	(PV_PAGE_SIZE / sizeof(uint64_t) / 2 - 2)	/* the list is half a page */

#define MAX_NODES	1024u

static unsigned nr_nodes;
static struct node root = { .kind = KIND_DIRECTORY, .users = 1, .name = "/" };

struct node *
node_share(struct node *n)
{
	n->users++;
	return n;
}

/* Forget the contents of a file that lies in pages. */
void
node_truncate(struct node *n)
{
	if (n->kind != KIND_FILE || n->read_only)
		return;
	for (unsigned i = 0; n->pages != NULL && i < PAGES_PER_FILE; i++)
		if (n->pages[i] != 0)
			page_drop(pv_pa(n->pages[i]));
	heap_free(n->pages);
	n->pages = NULL;
	n->size = 0;
}

void
node_drop(struct node *n)
{
	if (n == NULL || --n->users > 0)
		return;
	node_truncate(n);
	heap_free(n);
	nr_nodes--;
}

/* -- paths ------------------------------------------------------------------------- */

/* The next name of a path: 1; 0 at its end, with the last name left as it is; -ENAMETOOLONG. */
static int
next_name(const char **path, char name[NAME_SIZE])
{
	unsigned n = 0;

	while (**path == '/')
		++*path;
	if (**path == '\0')
		return 0;
	while (**path != '\0' && **path != '/') {
		if (n + 1 == NAME_SIZE)
			return -ENAMETOOLONG;
		name[n++] = *(*path)++;
	}
	name[n] = '\0';
	return 1;
}

static struct node *
child(struct node *directory, const char *name)
{
	if (text_equal(name, "."))
		return directory;
	if (text_equal(name, ".."))
		return directory->parent != NULL ? directory->parent : directory;
	for (struct node *n = directory->children; n != NULL; n = n->next)
		if (text_equal(n->name, name))
			return n;
	return NULL;
}

/*
 * Walk a path. *found is its node, or NULL if only the last name is not there; *parent and name
 * are the directory that it is or would be in, and that last name.
 */
static int
walk(const char *path, struct node **parent, char name[NAME_SIZE], struct node **found)
{
	struct node *at = *path == '/' || current == NULL || current->directory == NULL ? &root : current->directory;
	int more;

	*parent = at;
	name[0] = '\0';
	while ((more = next_name(&path, name)) > 0) {
		if (at == NULL)
			return -ENOENT;
		if (at->kind != KIND_DIRECTORY)
			return -ENOTDIR;
		*parent = at;
		at = child(at, name);
	}
	*found = more == 0 ? at : NULL;
	return more;
}

int
node_find(const char *path, struct node **found)
{
	char name[NAME_SIZE];
	struct node *parent;
	int error = walk(path, &parent, name, found);

	if (error != 0)
		return error;
	if (*found == NULL)
		return -ENOENT;
	node_share(*found);
	return 0;
}

int
node_make(const char *path, enum hobby_kind kind, struct node **made)
{
	char name[NAME_SIZE];
	struct node *parent, *n;
	int error = walk(path, &parent, name, &n);

	if (error != 0)
		return error;
	if (n != NULL)
		return -EEXIST;
	if (parent->read_only && current != NULL)
		return -EROFS;
	n = nr_nodes < MAX_NODES && !page_scarce() ? heap_new(sizeof(*n)) : NULL;
	if (n == NULL)
		return -ENOSPC;
	nr_nodes++;
	text_copy(n->name, name, sizeof(n->name));
	n->kind = kind;
	n->parent = parent;
	n->users = 1;
	n->next = parent->children;
	parent->children = n;
	if (made != NULL)
		*made = node_share(n);
	return 0;
}

int
node_unlink(const char *path)
{
	char name[NAME_SIZE];
	struct node *parent, *n, **link;
	int error = walk(path, &parent, name, &n);

	if (error != 0)
		return error;
	if (n == NULL)
		return -ENOENT;
	/* The empty path is the directory itself, which is not in itself. */
	if (n->read_only || n->kind == KIND_DEVICE || n->kind == KIND_TEXT || n == &root || child(parent, name) != n)
		return -EROFS;
	if (n->children != NULL || (n->kind == KIND_DIRECTORY && n->users > 1))
		return -ENOTEMPTY;
	for (link = &n->parent->children; *link != n; link = &(*link)->next)
		;
	*link = n->next;
	node_drop(n);
	return 0;
}

/* -- contents ------------------------------------------------------------------------- */

/* A page of it: made when it is written; 0 if there is none. */
static uint64_t
page_of(struct node *n, uint64_t position, bool make)
{
	uint64_t i = position >> PV_PAGE_SHIFT;
	pv_paddr page;

	if (n->pages == NULL && make)
		n->pages = heap_new(PAGES_PER_FILE * sizeof(n->pages[0]));
	if (n->pages == NULL)
		return 0;
	if (n->pages[i] == 0 && make && page_new(&page, PAGE_FILE) == 0)
		n->pages[i] = page.v;
	return n->pages[i];
}

/* The k-th of a directory, as an entry. */
static int
get_entry(struct node *directory, uint64_t position, void *to, size_t size)
{
	struct hobby_entry entry = { { 0 }, "" };
	uint32_t k = (uint32_t)position / sizeof(entry);
	struct node *n = directory->children;

	while (n != NULL && k-- > 0)
		n = n->next;
	if (n == NULL)
		return 0;
	if (size < sizeof(entry) || (uint32_t)position % sizeof(entry) != 0 || position > UINT32_MAX)
		return -EINVAL;
	node_stat(n, &entry.stat);
	text_copy(entry.name, n->name, sizeof(entry.name));
	memcpy(to, &entry, sizeof(entry));
	return (int)sizeof(entry);
}

/* A text is made anew for each read, and what was read before is passed over. */
static int
get_text(struct node *n, uint64_t position, void *to, size_t size)
{
	struct text t = { .at = to, .size = size, .skip = position };

	n->text(&t);
	return (int)t.used;
}

int
node_get(struct node *n, uint64_t position, void *to, size_t size)
{
	uint64_t page;

	if (n->kind == KIND_DIRECTORY)
		return get_entry(n, position, to, size);
	if (n->kind == KIND_TEXT)
		return get_text(n, position, to, size);
	if (n->kind != KIND_FILE)
		return -EINVAL;
	if (position >= n->size)
		return 0;
	size = (size_t)MIN((uint64_t)size, n->size - position);
	if (n->read_only) {
		page_read(pv_pa_add(n->data, position), to, size);
		return (int)size;
	}
	size = MIN(size, PV_PAGE_SIZE - (position & PV_PAGE_MASK));
	page = page_of(n, position, false);
	if (page != 0)
		page_read(pv_pa(page + (position & PV_PAGE_MASK)), to, size);
	else
		memset(to, 0, size);
	return (int)size;
}

int
node_put(struct node *n, uint64_t position, const void *from, size_t size)
{
	uint64_t page;

	if (n->read_only || n->kind != KIND_FILE)
		return -EROFS;
	if (position >= PAGES_PER_FILE * PV_PAGE_SIZE)
		return -EFBIG;
	size = MIN(size, PV_PAGE_SIZE - (size_t)(position & PV_PAGE_MASK));
	page = page_of(n, position, true);
	if (page == 0)
		return -ENOSPC;
	page_write(pv_pa(page + (position & PV_PAGE_MASK)), from, size);
	if (position + size > n->size)
		n->size = position + size;
	return (int)size;
}

void
node_stat(const struct node *n, struct hobby_stat *stat)
{
	memset(stat, 0, sizeof(*stat));
	stat->kind = n->kind;
	stat->read_only = n->read_only;
	stat->size = n->size;
}

/* -- what is always there ---------------------------------------------------------------- */

static int
null_read(uint64_t position, uintptr_t user, size_t size)
{
	(void)position;
	(void)user;
	(void)size;
	return 0;
}

static int
null_write(uintptr_t user, size_t size)
{
	(void)user;
	return (int)size;
}

static int
zero_read(uint64_t position, uintptr_t user, size_t size)
{
	static const uint8_t zeroes[256];
	size_t done;

	(void)position;
	for (done = 0; done < size; done += MIN(size - done, sizeof(zeroes))) {
		if (pv_copyout(user + done, zeroes, MIN(size - done, sizeof(zeroes))) != PV_OK)
			return -EFAULT;
		if (sched_pause() != 0)
			return done > 0 ? (int)done : -EINTR;
	}
	return (int)size;
}

static void
make(const char *path, enum hobby_kind kind, struct node **made)
{
	int error = node_make(path, kind, made);

	if (error != 0)
		pv_panic("%s cannot be made (error %d)", path, -error);
}

void
node_init(void)
{
	static const struct {
		const char *path;
		int (*read)(uint64_t position, uintptr_t user, size_t size);
		int (*write)(uintptr_t user, size_t size);
	} devices[] = {
		{ "/dev/tty", tty_read, tty_write }, { "/dev/null", null_read, null_write },
		{ "/dev/zero", zero_read, null_write },
	};
	struct node *n;

	/* The nodes that come back are never dropped: these directories are in use for good. */
	make("/dev", KIND_DIRECTORY, &n);
	make("/proc", KIND_DIRECTORY, &n);
	make("/tmp", KIND_DIRECTORY, &n);
	for (unsigned i = 0; i < COUNT_OF(devices); i++) {
		make(devices[i].path, KIND_DEVICE, &n);
		n->read = devices[i].read;
		n->write = devices[i].write;
	}
	for (unsigned i = 0; abouts[i].path != NULL; i++) {
		make(abouts[i].path, KIND_TEXT, &n);
		n->text = abouts[i].text;
	}
}
