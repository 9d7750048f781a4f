// SPDX-License-Identifier: GPL-2.0
/* Prepared buffers: which ones pools have ready always, as it is written. */
#include <linux/ctype.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core.h"
#include "pool.h"

static char *parameter = "";
module_param_named(prepared, parameter, charp, 0444);
MODULE_PARM_DESC(prepared, "Buffers that heaps have ready always: NAME=COUNTxBYTES, with spaces between several sizes and semicolons between heaps (default: none)");

/* Parse "COUNTxBYTES". Return its length, or -EINVAL. */
static int parse_prepared(const char *text, struct dma_heap_prepared *prepared)
{
	int count_len, bytes_len;
	u64 count, bytes;

	count_len = dma_heap_parse_size(text, &count);
	if (count_len < 0 || !isdigit(text[count_len - 1]) ||
	    text[count_len] != 'x' || !count || count > DMA_HEAP_MAX_PREPARED)
		return -EINVAL;

	text += count_len + 1;
	bytes_len = dma_heap_parse_size(text, &bytes);
	if (bytes_len < 0 || !bytes || bytes > LONG_MAX - PAGE_SIZE ||
	    (text[bytes_len] && !isspace(text[bytes_len])))
		return -EINVAL;

	prepared->count = count;
	prepared->nr_pages = DIV_ROUND_UP_ULL(bytes, PAGE_SIZE);

	return count_len + 1 + bytes_len;
}

/* Parse the text of one heap. Return the number of sizes, or -EINVAL. */
static int parse_all_prepared(const char *text,
			      struct dma_heap_prepared *prepared)
{
	unsigned int left = DMA_HEAP_MAX_PREPARED;
	int n = 0, len, i;

	for (text = skip_spaces(text); *text; text = skip_spaces(text + len)) {
		if (n == DMA_HEAP_MAX_PREPARED_SIZES)
			return -EINVAL;
		len = parse_prepared(text, &prepared[n]);
		if (len < 0)
			return len;
		if (prepared[n].count > left)
			return -EINVAL;
		left -= prepared[n].count;
		for (i = 0; i < n; i++)
			if (prepared[i].nr_pages == prepared[n].nr_pages)
				return -EINVAL;
		n++;
	}

	return n;
}

/**
 * dma_heap_pool_prepare() - set which buffers are preallocated, from a text
 * @heap: Heap with a source.
 * @text: "COUNTxBYTES", or several of them separated by spaces, or nothing.
 *
 * Return: 0, or -EINVAL if @text is anything else, has a size twice, or asks for
 * more than DMA_HEAP_MAX_PREPARED buffers or than the region has.
 */
int dma_heap_pool_prepare(struct dma_heap *heap, const char *text)
{
	struct dma_heap_prepared prepared[DMA_HEAP_MAX_PREPARED_SIZES];
	int n;

	n = parse_all_prepared(text, prepared);
	if (n < 0)
		return n;

	return dma_heap_pool_set_prepared(heap, prepared, n);
}

/* What the parameter says about one heap after the other; NULL at its end. */
static char *next_in_parameter(char **rest, char **name)
{
	char *text;

	*name = strsep(rest, ";");
	if (!*name)
		return NULL;

	text = strchr(*name, '=');
	if (text)
		*text++ = 0;
	return text ?: "none";
}

/* Returns 0, -EINVAL for what can't be understood, or -ENOMEM. */
int dma_heap_pools_check_prepared(void)
{
	struct dma_heap_prepared some[DMA_HEAP_MAX_PREPARED_SIZES];
	char *copy, *rest, *name, *text;
	int ret = 0;

	if (!*parameter)
		return 0;

	copy = kstrdup(parameter, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (ret >= 0 && (text = next_in_parameter(&rest, &name)))
		ret = parse_all_prepared(text, some);
	kfree(copy);
	if (ret < 0)
		pr_err("invalid prepared \"%s\": expected NAME=COUNTxBYTES, with a semicolon before the next heap\n",
		       parameter);

	return min(ret, 0);
}

/* Apply the parameter to a heap that is being added. */
void dma_heap_pool_prepare_first(struct dma_heap *heap)
{
	char *copy, *rest, *name, *text;

	copy = kstrdup(parameter, GFP_KERNEL);
	if (!copy)
		return;
	rest = copy;
	while ((text = next_in_parameter(&rest, &name)))
		if (!strcmp(name, heap->name) &&
		    dma_heap_pool_prepare(heap, text))
			pr_err("invalid prepared \"%s=%s\": expected no more than the heap has, see its attribute total\n",
			       name, text);
	kfree(copy);
}

int dma_heap_pool_print_prepared(struct dma_heap *heap, char *text)
{
	struct dma_heap_pool *pool = &heap->pool;
	unsigned int i;
	int len = 0;

	mutex_lock(&pool->lock);
	for (i = 0; i < pool->nr_prepared; i++)
		len += sysfs_emit_at(text, len, "%s%ux%llu", i ? " " : "",
				     pool->prepared[i].count,
				     (u64)pool->prepared[i].nr_pages <<
				     PAGE_SHIFT);
	mutex_unlock(&pool->lock);

	return len + sysfs_emit_at(text, len, "\n");
}
