/*
 * Page tables of the self-test guest, in either form: 16 MiB mapped as they are, and a
 * window of one table for the cases.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PAGING_H
#define PAGING_H

#include "test.h"

#define P		0x001u
#define RW		0x002u
#define US		0x004u
#define LARGE		0x080u
#define GLOBAL		0x100u
#define KERNEL		(P | RW)
#define USER		(P | RW | US)
#define WINDOW		0x40000000u

struct page {
	uint32_t word[1024];
} __attribute__((aligned(4096)));

extern bool pae;
extern struct page window_table, directory[4], spare[6];
extern struct page identity[8];		/* the first 16 MiB as they are */
extern uint32_t top_table[8];		/* PAE: the four of CR3 */

/* Sets ENTRY of a table through the ROM, FLAGS without the level bits. */
void set_entry(struct page *table, uint32_t index, uint32_t low, uint32_t high, uint32_t level, uint32_t flags);
/* Stores an entry itself, low half, and tells: 1.6: 40, 41. */
void update(struct page *table, uint32_t index, uint32_t low, uint32_t flags);
void *entry_of(struct page *table, uint32_t index);
uint32_t entry_low(struct page *table, uint32_t index);
void allocate(struct page *p, uint32_t levels);
void release(struct page *p, uint32_t levels);
uint32_t pfn(const void *p);
/* In the window: page INDEX of it shows FRAME. */
void show(uint32_t index, const struct page *frame, uint32_t bits, uint32_t flags);
volatile uint32_t *shown(uint32_t index);
uint32_t window_directory_index(void);
struct page *window_directory(void);
uint32_t root(void);
/* Everything set up, paging on; once. */
bool paging_start(void);
/* To user code by IRET or SYSEXIT, and back. */
void user(void);
void user_again(void);

#endif
