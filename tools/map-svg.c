// SPDX-License-Identifier: GPL-2.0
/* The picture of a region, as SVG that needs nothing else. */

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "map.h"
#include "size.h"
#include "user.h"

/* In units of the picture, which scales. */
#define WIDTH 1000
#define EDGE 24
#define BAR_X 84
#define BAR_WIDTH (WIDTH - EDGE - BAR_X)
#define BAR_HEIGHT 26
#define ROW_STEP 34
#define LINE_STEP 20
#define TICKS 8
#define MAX_ROWS 8
/* The least that an edge between two buffers leaves to be seen. */
#define LEAST_WIDTH 1.0
/* From here on there is room for a letter. */
#define LETTER_WIDTH 14.0

#define N_COLORS 8

/* Light enough for dark letters, and told apart by most eyes. */
static const char style[] =
	"svg{font-family:system-ui,sans-serif;font-size:14px}"
	".paper{fill:#fff}text{fill:#222}.small{font-size:12px}"
	".title{font-size:20px;font-weight:600}"
	".free{fill:#e8e8e8}.letter{fill:#111;text-anchor:middle}"
	".right{text-anchor:end}.middle{text-anchor:middle}"
	".tick{stroke:#888}.lent{stroke:#fff;stroke-width:.5}"
	".c0{fill:#e69f00}.c1{fill:#56b4e9}.c2{fill:#2ab58b}.c3{fill:#f0e442}"
	".c4{fill:#8f9cf5}.c5{fill:#ef7f4d}.c6{fill:#d68fb8}.c7{fill:#a8a8a8}"
	"@media(prefers-color-scheme:dark){.paper{fill:#1b1b1f}text{fill:#ddd}"
	".free{fill:#38383f}.letter{fill:#111}.lent{stroke:#1b1b1f}}";

static void put_line(double x, double y, const char *class, const char *text,
		     FILE *stream)
{
	fprintf(stream, "<text x=\"%g\" y=\"%g\" class=\"%s\">", x, y, class);
	write_escaped(stream, text, SYNTAX_XML);
	fputs("</text>\n", stream);
}

static double mib(uint64_t bytes)
{
	return (double)bytes / (1 << 20);
}

struct rows {
	uint64_t bytes;		/* of a row */
	size_t count;
	double top;		/* y of the first */
};

static double x_of(const struct rows *rows, uint64_t bytes)
{
	return (double)bytes / rows->bytes * BAR_WIDTH;
}

static void put_scale(const struct rows *rows, FILE *stream)
{
	char text[32];

	put_line(BAR_X - 20, rows->top - 14, "small right", "MiB", stream);
	for (size_t i = 0; i <= TICKS; i++) {
		double x = BAR_X + (double)BAR_WIDTH * i / TICKS;

		snprintf(text, sizeof(text), "+%.6g",
			 mib(rows->bytes) * i / TICKS);
		put_line(x, rows->top - 14, "small middle", text, stream);
		fprintf(stream,
			"<path class=\"tick\" d=\"M%g %gv6\"/>\n", x,
			rows->top - 9);
	}
}

static void put_row(const struct map *map, const struct rows *rows, size_t row,
		    FILE *stream)
{
	uint64_t begin = row * rows->bytes, bytes = map->size - begin;
	double y = rows->top + row * ROW_STEP;
	char text[32];

	if (bytes > rows->bytes)
		bytes = rows->bytes;
	snprintf(text, sizeof(text), "%.6g", mib(begin));
	put_line(BAR_X - 8, y + 18, "small right", text, stream);
	fprintf(stream,
		"<rect class=\"free\" x=\"%d\" y=\"%g\" width=\"%.2f\" height=\"%d\"/>\n",
		BAR_X, y, x_of(rows, bytes), BAR_HEIGHT);
}

/* The part of a buffer that lies in one row. */
static void put_part(const struct map *map, size_t i, const struct rows *rows,
		     uint64_t offset, uint64_t bytes, FILE *stream)
{
	unsigned int holder = map->pieces[i].holder;
	double x = BAR_X + x_of(rows, offset % rows->bytes);
	double y = rows->top + offset / rows->bytes * ROW_STEP;
	double width = x_of(rows, bytes);
	char letter[] = { map_letter(holder), '\0' };

	if (width < LEAST_WIDTH)
		width = LEAST_WIDTH;
	fprintf(stream,
		"<rect class=\"lent c%u\" x=\"%.2f\" y=\"%g\" width=\"%.2f\" height=\"%d\"/>\n",
		holder % N_COLORS, x, y, width, BAR_HEIGHT);
	if (width >= LETTER_WIDTH)
		put_line(x + width / 2, y + 18, "letter", letter, stream);
}

static void put_buffer(const struct map *map, size_t i,
		       const struct rows *rows, FILE *stream)
{
	uint64_t offset = map->pieces[i].offset, left = map->pieces[i].size;
	const struct placed *placed = &map->placed[i];
	char size[SIZE_TEXT], at[SIZE_TEXT];

	fprintf(stream, "<g><title>%s at %s: ", format_size(left, size),
		format_size(offset, at));
	write_escaped(stream, placed->comm, SYNTAX_XML);
	fputs("</title>\n", stream);
	while (left) {
		uint64_t room = rows->bytes - offset % rows->bytes;
		uint64_t bytes = left < room ? left : room;

		put_part(map, i, rows, offset, bytes, stream);
		offset += bytes;
		left -= bytes;
	}
	fputs("</g>\n", stream);
}

/* Where the columns of the table are. */
enum {
	TABLE_OFFSET = 160,
	TABLE_SIZE = 260,
	TABLE_PID = 340,
	TABLE_USER = 364,
	TABLE_COMMAND = 500,
	TABLE_NAME = 680,
};

static void put_table_head(double y, FILE *stream)
{
	put_line(TABLE_OFFSET, y, "small right", "offset", stream);
	put_line(TABLE_SIZE, y, "small right", "size", stream);
	put_line(TABLE_PID, y, "small right", "process", stream);
	put_line(TABLE_USER, y, "small", "user", stream);
	put_line(TABLE_COMMAND, y, "small", "command", stream);
	put_line(TABLE_NAME, y, "small", "name", stream);
}

static void put_table_line(const struct map *map, size_t i, double y,
			   FILE *stream)
{
	unsigned int holder = map->pieces[i].holder;
	const struct placed *placed = &map->placed[i];
	char letter[] = { map_letter(holder), '\0' };
	const char *user = user_name(placed->uid);
	char text[32];

	fprintf(stream,
		"<rect class=\"c%u\" x=\"%d\" y=\"%g\" width=\"16\" height=\"16\"/>\n",
		holder % N_COLORS, EDGE, y - 13);
	put_line(EDGE + 8, y, "letter", letter, stream);
	put_line(TABLE_OFFSET, y, "right", format_size(placed->offset, text),
		 stream);
	put_line(TABLE_SIZE, y, "right", format_size(placed->size, text), stream);
	snprintf(text, sizeof(text), placed->pid ? "%d" : "ended", placed->pid);
	put_line(TABLE_PID, y, "right", text, stream);
	put_line(TABLE_USER, y, "", user ? user : "", stream);
	put_line(TABLE_COMMAND, y, "", placed->comm, stream);
	put_line(TABLE_NAME, y, "", placed->name, stream);
}

static void put_head(const struct map *map, double height, FILE *stream)
{
	fprintf(stream,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %g\" role=\"img\" aria-labelledby=\"title\">\n"
		"<title id=\"title\">Heap ", WIDTH, height);
	write_escaped(stream, map->heap, SYNTAX_XML);
	fprintf(stream, "</title>\n<style>%s</style>\n"
		"<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n"
		"<text x=\"%d\" y=\"38\" class=\"title\">", style, EDGE);
	write_escaped(stream, map->heap, SYNTAX_XML);
	fputs("</text>\n", stream);
}

int map_draw_svg(const struct map *map, FILE *stream)
{
	struct rows rows = { 0 };
	char text[MAP_SENTENCE];
	unsigned int n_lines = 0;
	double y = 44;

	while (map_sentence(map, n_lines, text))
		n_lines++;
	rows.bytes = layout_cell_size(map->size, MAX_ROWS,
				      sysconf(_SC_PAGESIZE));
	rows.count = map->size / rows.bytes + (map->size % rows.bytes != 0);
	rows.top = y + n_lines * LINE_STEP + 48;

	put_head(map, rows.top + rows.count * ROW_STEP +
		 (map->n_pieces + 2) * LINE_STEP + EDGE, stream);
	for (unsigned int i = 0; map_sentence(map, i, text); i++)
		put_line(EDGE, y += LINE_STEP, "", text, stream);

	if (rows.count)
		put_scale(&rows, stream);
	for (size_t i = 0; i < rows.count; i++)
		put_row(map, &rows, i, stream);
	for (size_t i = 0; i < map->n_pieces; i++)
		put_buffer(map, i, &rows, stream);

	y = rows.top + rows.count * ROW_STEP + LINE_STEP;
	if (map->n_pieces)
		put_table_head(y, stream);
	for (size_t i = 0; i < map->n_pieces; i++)
		put_table_line(map, i, y += LINE_STEP, stream);
	fputs("</svg>\n", stream);
	return 0;
}
