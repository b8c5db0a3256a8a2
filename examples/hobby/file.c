/*
 * Open files: a place in a node or one end of a pipe, and the small numbers that a
 * process has for them. fork and dup share them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

static int
free_number(void)
{
	for (int fd = 0; fd < MAX_FILES; fd++)
		if (current->files[fd] == NULL)
			return fd;
	return -EMFILE;
}

struct file *
file_of(int fd)
{
	return fd >= 0 && fd < MAX_FILES ? current->files[fd] : NULL;
}

static void
drop(struct file *f)
{
	if (--f->users > 0)
		return;
	node_drop(f->node);
	if (f->pipe != NULL)
		pipe_close(f->pipe, (f->flags & OPEN_WRITE) != 0);
	heap_free(f);
}

static int
install(struct file *f, unsigned flags)
{
	int fd = free_number();

	f->users = 1;
	f->flags = flags;
	if (fd >= 0)
		current->files[fd] = f;
	return fd;
}

int
file_open(const char *path, unsigned flags)
{
	struct file *f;
	struct node *n;
	int error = node_find(path, &n), fd;

	if (error == -ENOENT && (flags & OPEN_CREATE) != 0)
		error = node_make(path, KIND_FILE, &n);
	if (error != 0)
		return error;
	f = heap_new(sizeof(*f));
	if (n->kind == KIND_DIRECTORY && (flags & OPEN_WRITE) != 0)
		error = -EISDIR;
	else if ((n->read_only || n->kind == KIND_TEXT) && (flags & OPEN_WRITE) != 0)
		error = -EROFS;
	else if (f == NULL)
		error = -ENOMEM;
	if (error == 0) {
		f->node = n;
		fd = install(f, flags);
		if (fd >= 0 && (flags & OPEN_TRUNCATE) != 0)
			node_truncate(n);
		if (fd >= 0)
			return fd;
		error = fd;
	}
	node_drop(n);
	heap_free(f);
	return error;
}

int
file_close(int fd)
{
	struct file *f = file_of(fd);

	if (f == NULL)
		return -EBADF;
	current->files[fd] = NULL;
	drop(f);
	return 0;
}

/* Through a buffer of the kernel's, piece by piece, as far as it goes. */
static int
move(struct file *f, uintptr_t user, size_t size, bool write)
{
	uint8_t part[512];
	size_t done = 0;

	while (done < size) {
		size_t want = MIN(size - done, sizeof(part));
		int n;

		if (write && pv_copyin(part, user + done, want) != PV_OK)
			return done > 0 ? (int)done : -EFAULT;
		n = write ? node_put(f->node, f->position, part, want) : node_get(f->node, f->position, part, want);
		if (n > 0 && !write && pv_copyout(user + done, part, (size_t)n) != PV_OK)
			n = -EFAULT;
		if (n <= 0)
			return done > 0 ? (int)done : n;
		f->position += (uint64_t)n;
		done += (size_t)n;
		if (sched_pause() != 0)
			break;
		/* An entry at a time: the next may not fit. */
		if (f->node->kind == KIND_DIRECTORY)
			break;
	}
	return (int)done;
}

int
file_read(int fd, uintptr_t user, size_t size)
{
	struct file *f = file_of(fd);

	if (f == NULL || (f->flags & OPEN_READ) == 0)
		return -EBADF;
	if (size > INT32_MAX)
		return -EINVAL;
	if (f->pipe != NULL)
		return pipe_read(f->pipe, user, size);
	if (f->node->kind == KIND_DEVICE)
		return f->node->read(f->position, user, size);
	return move(f, user, size, false);
}

int
file_write(int fd, uintptr_t user, size_t size)
{
	struct file *f = file_of(fd);

	if (f == NULL || (f->flags & OPEN_WRITE) == 0)
		return -EBADF;
	if (size > INT32_MAX)
		return -EINVAL;
	if (f->pipe != NULL)
		return pipe_write(f->pipe, user, size);
	if (f->node->kind == KIND_DEVICE)
		return f->node->write(user, size);
	if ((f->flags & OPEN_APPEND) != 0)
		f->position = f->node->size;
	return move(f, user, size, true);
}

int
file_seek(int fd, uint64_t position)
{
	struct file *f = file_of(fd);

	if (f == NULL)
		return -EBADF;
	if (f->pipe != NULL)
		return -ESPIPE;
	f->position = position;
	return 0;
}

int
file_dup(int fd, int to)
{
	struct file *f = file_of(fd);

	if (f == NULL || to < 0 || to >= MAX_FILES)
		return -EBADF;
	if (to == fd)
		return to;
	f->users++;
	if (current->files[to] != NULL)
		(void)file_close(to);
	current->files[to] = f;
	return to;
}

int
file_pipe(int fd[2])
{
	struct file *ends[2] = { heap_new(sizeof(*ends[0])), heap_new(sizeof(*ends[1])) };
	struct pipe *p = pipe_new();
	int error = -ENOMEM;

	if (p == NULL || ends[0] == NULL || ends[1] == NULL)
		goto none;
	fd[0] = error = install(ends[0], OPEN_READ);
	if (error < 0)
		goto none;
	fd[1] = error = install(ends[1], OPEN_WRITE);
	if (error < 0) {
		current->files[fd[0]] = NULL;
		goto none;
	}
	ends[0]->pipe = ends[1]->pipe = p;
	return 0;
none:
	heap_free(ends[0]);
	heap_free(ends[1]);
	if (p != NULL) {
		pipe_close(p, false);
		pipe_close(p, true);
	}
	return error;
}

void
file_fork(struct process *child)
{
	for (int fd = 0; fd < MAX_FILES; fd++) {
		child->files[fd] = current->files[fd];
		if (child->files[fd] != NULL)
			child->files[fd]->users++;
	}
	child->directory = current->directory;
	if (child->directory != NULL)
		node_share(child->directory);
}

void
file_close_all(void)
{
	for (int fd = 0; fd < MAX_FILES; fd++)
		if (current->files[fd] != NULL)
			(void)file_close(fd);
}
