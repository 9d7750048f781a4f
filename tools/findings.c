// SPDX-License-Identifier: GPL-2.0
/* A list of findings. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"

void found(struct findings *findings, enum verdict verdict,
	   const char *command, const char *format, ...)
{
	struct finding finding = { .verdict = verdict };
	struct finding *list;
	va_list args;

	list = reallocarray(findings->list, findings->count + 1, sizeof(*list));
	if (!list) {
		findings->error = -ENOMEM;
		return;
	}
	findings->list = list;

	va_start(args, format);
	if (vasprintf(&finding.text, format, args) < 0)
		finding.text = NULL;
	va_end(args);
	if (command)
		finding.command = strdup(command);
	if (!finding.text || (command && !finding.command))
		findings->error = -ENOMEM;
	findings->list[findings->count++] = finding;
}

bool is_missing(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->list[i].verdict == FINDING_MISSING)
			return true;
	}
	return false;
}

const char *verdict_name(enum verdict verdict)
{
	switch (verdict) {
	case FINDING_OK:
		return "ok";
	case FINDING_MISSING:
		return "missing";
	default:
		return "note";
	}
}

void free_findings(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->list[i].text);
		free(findings->list[i].command);
	}
	free(findings->list);
}
