/* SPDX-License-Identifier: GPL-2.0 */
/* Text that may be anything, as processes and buffers are called. */

#ifndef DMAHEAP_UTF8_H
#define DMAHEAP_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The length of the character at @text, and which it is; 0 if it is not UTF-8. */
size_t utf8_length(const char *text, uint32_t *code);

#endif /* DMAHEAP_UTF8_H */
