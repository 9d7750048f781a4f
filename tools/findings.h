/* SPDX-License-Identifier: GPL-2.0 */
/* What dmaheap doctor has to say, in the order in which it was found. */

#ifndef DMAHEAP_FINDINGS_H
#define DMAHEAP_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

enum verdict {
	FINDING_OK,
	FINDING_MISSING,	/* there is a way to fix it */
	FINDING_NOTE,		/* nothing has to be done */
};

struct finding {
	enum verdict verdict;
	char *text;
	char *command;		/* that fixes it, for a shell; or NULL */
};

struct findings {
	struct finding *list;
	size_t count;
	int error;		/* why one is missing, as -errno; or 0 */
};

/* Adds a finding. @command, which may be NULL, is the caller's. */
void found(struct findings *findings, enum verdict verdict,
	   const char *command, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Is something missing so far? */
bool is_missing(const struct findings *findings);

/* The word for a verdict. */
const char *verdict_name(enum verdict verdict);

void free_findings(struct findings *findings);

#endif /* DMAHEAP_FINDINGS_H */
