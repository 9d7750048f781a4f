/* SPDX-License-Identifier: GPL-2.0 */
/* How far something is that takes its time, for who waits at a terminal. */

#ifndef DMAHEAP_PROGRESS_H
#define DMAHEAP_PROGRESS_H

/*
 * Says so on standard error, over what was said before; nothing within the first
 * second, and nothing at all if that is no terminal.
 */
void show_progress(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Takes away what was said. */
void end_progress(void);

#endif /* DMAHEAP_PROGRESS_H */
