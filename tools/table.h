/* SPDX-License-Identifier: GPL-2.0 */
/* Tables, which are printed for people or as JSON. */

#ifndef DMAHEAP_TABLE_H
#define DMAHEAP_TABLE_H

#include <libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "attributes.h"

/* How the cells of a column look. */
enum cell {
	CELL_TEXT,
	CELL_TEXTS,		/* several; an array in JSON */
	CELL_NUMBER,
	CELL_SIZE,
	CELL_TIME,
	CELL_BOOL,
};

struct table_column {
	const char *name;	/* in capitals; JSON has it in small letters */
	enum cell cell;
	bool json_only;		/* in text only if it is asked for */
	const char *help;	/* for the help; its lines end with newlines */
};

/* More than any table has. */
#define MAX_COLUMNS 32

struct table {
	struct libscols_table *scols;
	bool json;
	bool bytes;		/* sizes are in bytes, not in units */
	bool noheadings;
	size_t shown[MAX_COLUMNS];	/* the columns asked for, in order */
	size_t n_shown;			/* 0: all that there are */
	const struct table_column *columns;
};

/*
 * Make an empty table that JSON calls NAME; it ends with scols_unref_table() of
 * its scols. Returns 0 or -ENOMEM, as do those that set cells. Cells that are
 * not set are empty, and null in JSON.
 */
int make_table(struct table *table, const char *name,
	       const struct table_column *columns, size_t n_columns);

/* A new line, or NULL if there is no memory for it. */
struct libscols_line *add_line(const struct table *table);

/* Room for any number. */
#define NUMBER_TEXT 24

/* A size as the table's cells have it. */
const char *write_size(const struct table *table, uint64_t size,
		       char text[NUMBER_TEXT]);

int set_text(struct libscols_line *line, size_t column, const char *text);
int set_texts(struct libscols_line *line, size_t column, char * const *texts,
	      size_t n_texts);
int set_number(struct libscols_line *line, size_t column, uint64_t number);
int set_size(const struct table *table, struct libscols_line *line,
	     size_t column, uint64_t size);
/* In nanoseconds where sizes are in bytes, in units elsewhere. */
int set_time(const struct table *table, struct libscols_line *line,
	     size_t column, uint64_t nanoseconds);
int set_bool(struct libscols_line *line, size_t column, bool value);
/* The cell stays empty if the figure is not known. */
int set_figure(const struct table *table, struct libscols_line *line,
	       size_t column, enum cell cell,
	       const struct attributes *attributes, enum figure figure);
int set_user(struct libscols_line *line, size_t column, uid_t uid);

/* Print the columns that are shown. Both return 0 or -errno. */
int print_table(const struct table *table);
/* Tables as one document of JSON. */
int print_json(FILE *stream, const struct table *tables, size_t n_tables);

#endif /* DMAHEAP_TABLE_H */
