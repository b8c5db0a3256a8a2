/*
 * What the programs have: the kernel's calls as functions, text, little more. A call
 * that fails gives minus an error number.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef HOBBY_LIB_H
#define HOBBY_LIB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../abi.h"

#define PRINTF(f, a)	__attribute__((format(printf, f, a)))
#define NORETURN	__attribute__((noreturn))
#define COUNT_OF(a)	(sizeof(a) / sizeof((a)[0]))
#define MS		1000000ull	/* nanoseconds */

int main(int argc, char **argv);

/* calls */
void exit(int code) NORETURN;
int fork(void);
int exec(const char *path, const char *const argv[]);
int wait(int pid, int *status, unsigned how);
int kill(int pid, unsigned number);
int getpid(void);
int getppid(void);
int set_group(int pid, int group);
int nice(int change);
void yield(void);
int sleep_ns(uint64_t ns);
int alarm(unsigned kind, uint64_t first, uint64_t period);
typedef void (*handler)(int number, void *context);
int on_signal(unsigned number, handler h);	/* also (handler)SIGNAL_IGNORE */
void *map(void *at, size_t size, unsigned prot, int fd, size_t offset);	/* NULL */
int unmap(void *at, size_t size);
int protect(void *at, size_t size, unsigned prot);
int open(const char *path, unsigned flags);
int close(int fd);
int read(int fd, void *to, size_t size);
int write(int fd, const void *from, size_t size);
int seek(int fd, size_t position);
int dup(int fd, int to);
int pipe(int fd[2]);
int stat(const char *path, struct hobby_stat *to);
int mkdir(const char *path);
int unlink(const char *path);
int chdir(const char *path);
uint64_t time_of(unsigned kind);	/* 0 if there is none */
int foreground(int group);
int power(unsigned what);
/* Any call, with any arguments: for programs that try what is wrong. */
long call(unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

/* text */
size_t length(const char *s);
bool equal(const char *a, const char *b);
bool has(const char *text, const char *part);
long number(const char *s);			/* decimal; 0 if it is none */
void print(const char *format, ...) PRINTF(1, 2);	/* %s %c %d %u %x %lu %ld %lx %llu, width and '-' */
void complain(const char *format, ...) PRINTF(1, 2);	/* to the error output */
/* What can be read, to the output; complaints are those of program `who`. 0, or 1 if it failed. */
int show(const char *who, int fd, const char *name);
int show_file(const char *who, const char *path);
/* A line without its newline; its length, even if less of it had room, or minus one at the end. */
int read_line(int fd, char *to, size_t size);
const char *error_text(int error);		/* of minus error or error */
const char *signal_text(int number);

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#endif
