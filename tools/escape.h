/* SPDX-License-Identifier: GPL-2.0 */
/* Names from other processes, made safe to print. */

#ifndef DMAHEAP_ESCAPE_H
#define DMAHEAP_ESCAPE_H

#include <stdbool.h>
#include <stdio.h>

/* Syntax of the text that a name is a part of. */
enum syntax {
	SYNTAX_TEXT,		/* in the character set of the locale */
	SYNTAX_LINES,		/* the same, of several lines */
	SYNTAX_XML,		/* character data, in UTF-8 */
	SYNTAX_JSON,		/* a document, of which strings are a part */
};

/*
 * Write text in which control characters, those that change the direction of
 * text or have no width, and bytes that are no character are escaped: as \xNN for
 * each byte, or in JSON as \uNNNN, with U+FFFD for what is no character.
 */
void write_escaped(FILE *stream, const char *text, enum syntax syntax);

/* Check whether write_escaped() would write the text as it is, in any syntax. */
bool is_plain(const char *text);

#endif /* DMAHEAP_ESCAPE_H */
