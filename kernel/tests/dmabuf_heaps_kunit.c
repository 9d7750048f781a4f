// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of what needs neither a device nor user space. */
#include <kunit/test.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/string.h>

/* A copy of its own: the core exports nothing for tests. */
#include "../core/access.c"

/* Sets of directions, of answers, and of events. */
#define TO	BIT(DMA_TO_DEVICE)
#define FROM	BIT(DMA_FROM_DEVICE)
#define BIDIR	BIT(DMA_BIDIRECTIONAL)
#define ALL	(TO | FROM | BIDIR)

#define NO	BIT(false)
#define YES	BIT(true)
#define ANY	(NO | YES)

#define MAP	BIT(DMA_HEAP_MAP)
#define BEGIN	BIT(DMA_HEAP_CPU_BEGIN)
#define END	BIT(DMA_HEAP_CPU_END)
#define UNMAP	BIT(DMA_HEAP_UNMAP)
#define DIRTIED	BIT(DMA_HEAP_DIRTIED)

/* Sets of devices, by whether they are coherent and whether they are bounced. */
#define DEVICE(coherent, bounced) BIT(2 * (coherent) + (bounced))
#define COHERENT		DEVICE(true, false)
#define NONCOHERENT		DEVICE(false, false)
#define BOUNCED			DEVICE(true, true)
#define BOUNCED_NONCOHERENT	DEVICE(false, true)
#define NOT_THE_SAME		(NONCOHERENT | BOUNCED | BOUNCED_NONCOHERENT)

#define NOTHING		0
#define FOR_DEVICE	DMA_HEAP_SYNC_FOR_DEVICE
#define FOR_CPU		DMA_HEAP_SYNC_FOR_CPU

/* Maintenance of all combinations out of the sets, with the reason. */
static const struct rule {
	const char *why;
	unsigned long events;
	unsigned long devices;
	unsigned long cpu_writes;
	unsigned long cpu;
	unsigned long device;
	unsigned int due;
} rules[] = {
	{ "coherent: both sides see the same memory through the same caches",
	  MAP | BEGIN | END | UNMAP | DIRTIED, COHERENT, ANY, ALL, ALL,
	  NOTHING },

	{ "map: stores of the CPU or of the allocation may be cached",
	  MAP, NOT_THE_SAME, YES, ALL, ALL, FOR_DEVICE },
	{ "map: the caches were cleaned and no store followed",
	  MAP, NONCOHERENT, NO, ALL, ALL, NOTHING },
	{ "map: the DMA API fills the bounce buffer",
	  MAP, BOUNCED, NO, ALL, ALL, NOTHING },
	{ "map: the CPU filled the bounce buffer, in its caches",
	  MAP, BOUNCED_NONCOHERENT, NO, ALL, ALL, FOR_DEVICE },

	{ "begin: a device that only reads changed nothing",
	  BEGIN, NOT_THE_SAME, ANY, ALL, TO, NOTHING },
	{ "begin: data of the device is not visible to the CPU yet",
	  BEGIN, NOT_THE_SAME, ANY, FROM | BIDIR, FROM | BIDIR, FOR_CPU },
	{ "begin: an access that only writes replaces the device's data",
	  BEGIN, NOT_THE_SAME, ANY, TO, FROM | BIDIR, NOTHING },

	{ "end: an access declared a read stored nothing",
	  END, NOT_THE_SAME, ANY, FROM, ALL, NOTHING },
	{ "end: no store is possible through a read-only view",
	  END, NOT_THE_SAME, NO, TO | BIDIR, ALL, NOTHING },
	{ "end: stores of the CPU may be cached",
	  END, NOT_THE_SAME, YES, TO | BIDIR, ALL, FOR_DEVICE },

	{ "unmap: a device that only reads changed nothing",
	  UNMAP, NOT_THE_SAME, ANY, ALL, TO, NOTHING },
	{ "unmap: data of the device is not visible to the CPU yet",
	  UNMAP, NOT_THE_SAME, ANY, ALL, FROM | BIDIR, FOR_CPU },

	{ "dirtied: data of another device is in the CPU caches",
	  DIRTIED, NONCOHERENT, ANY, ALL, ALL, FOR_DEVICE },
	{ "dirtied: a bounce buffer is refilled at the end of a CPU access",
	  DIRTIED, BOUNCED | BOUNCED_NONCOHERENT, ANY, ALL, ALL, NOTHING },
};

/* One of all combinations. */
struct combination {
	enum dma_heap_event event;
	struct dma_heap_access access;
};

/* Five events, two directions, and three properties that are true or false. */
#define NR_COMBINATIONS (5 * 3 * 3 * 2 * 2 * 2)

/* The lowest digit of a number whose digits have different bases. */
static unsigned int take(unsigned int *number, unsigned int base)
{
	unsigned int digit = *number % base;

	*number /= base;
	return digit;
}

static struct combination nth_combination(unsigned int n)
{
	struct combination c;

	c.event = take(&n, 5);
	c.access.cpu = take(&n, 3);
	c.access.device = take(&n, 3);
	c.access.cpu_writes = take(&n, 2);
	c.access.coherent = take(&n, 2);
	c.access.bounced = take(&n, 2);

	return c;
}

#define TEXT_MAX 128

static const char *describe(const struct combination *c, char text[TEXT_MAX])
{
	const struct dma_heap_access *a = &c->access;

	snprintf(text, TEXT_MAX,
		 "event %d, CPU %s, direction %d; device %scoherent, %sbounced, direction %d",
		 c->event, a->cpu_writes ? "writes" : "reads", a->cpu,
		 a->coherent ? "" : "not ", a->bounced ? "" : "not ", a->device);
	return text;
}

static bool rule_holds(const struct rule *rule, const struct combination *c)
{
	const struct dma_heap_access *a = &c->access;

	return rule->events & BIT(c->event) &&
	       rule->devices & DEVICE(a->coherent, a->bounced) &&
	       rule->cpu_writes & BIT(a->cpu_writes) &&
	       rule->cpu & BIT(a->cpu) && rule->device & BIT(a->device);
}

static void rules_are_for_every_combination_once(struct kunit *test)
{
	char text[TEXT_MAX];
	unsigned int n, i;

	for (n = 0; n < NR_COMBINATIONS; n++) {
		const struct combination c = nth_combination(n);
		unsigned int held = 0;

		for (i = 0; i < ARRAY_SIZE(rules); i++)
			held += rule_holds(&rules[i], &c);
		KUNIT_EXPECT_EQ_MSG(test, held, 1, "%s", describe(&c, text));
	}
}

KUNIT_ARRAY_PARAM_DESC(rule, rules, why);

static void maintenance_is_done_when_it_is_due(struct kunit *test)
{
	const struct rule *rule = test->param_value;
	char text[TEXT_MAX];
	unsigned int n;

	for (n = 0; n < NR_COMBINATIONS; n++) {
		const struct combination c = nth_combination(n);

		if (rule_holds(rule, &c))
			KUNIT_EXPECT_EQ_MSG(test,
					    dma_heap_maintenance(c.event,
								 &c.access),
					    rule->due, "%s", describe(&c, text));
	}
}

static void copy_that_comes_back_dirties_caches(struct kunit *test)
{
	char text[TEXT_MAX];
	unsigned int n;

	for (n = 0; n < NR_COMBINATIONS; n++) {
		const struct combination c = nth_combination(n);

		if (c.access.bounced &&
		    dma_heap_maintenance(c.event, &c.access) & FOR_CPU)
			KUNIT_EXPECT_TRUE_MSG(test,
					      dma_heap_dirties(c.event,
							       &c.access),
					      "%s", describe(&c, text));
	}
}

static void coherent_device_that_wrote_has_dirtied_caches(struct kunit *test)
{
	struct dma_heap_access access = { .coherent = true };

	for (access.device = 0; access.device <= DMA_FROM_DEVICE; access.device++)
		KUNIT_EXPECT_EQ(test, dma_heap_dirties(DMA_HEAP_UNMAP, &access),
				access.device != DMA_TO_DEVICE);
	access.device = DMA_FROM_DEVICE;
	KUNIT_EXPECT_FALSE(test, dma_heap_dirties(DMA_HEAP_CPU_BEGIN, &access));
}

/* It has written to memory, beside the caches; or it could not write. */
static void others_leave_caches_as_they_are(struct kunit *test)
{
	char text[TEXT_MAX];
	unsigned int n;

	for (n = 0; n < NR_COMBINATIONS; n++) {
		const struct combination c = nth_combination(n);

		if ((!c.access.coherent && !c.access.bounced) ||
		    c.access.device == DMA_TO_DEVICE)
			KUNIT_EXPECT_FALSE_MSG(test,
					       dma_heap_dirties(c.event,
								&c.access),
					       "%s", describe(&c, text));
	}
}

static void map_direction_bounced_keeps_cpu_data(struct kunit *test)
{
	struct dma_heap_access access = { .bounced = true };

	for (access.device = 0; access.device <= DMA_FROM_DEVICE; access.device++)
		KUNIT_EXPECT_EQ(test, dma_heap_map_direction(&access),
				access.device == DMA_FROM_DEVICE ?
				DMA_BIDIRECTIONAL : access.device);
}

/* An IOMMU lets a camera read only what is mapped BIDIRECTIONAL. */
static void map_direction_coherent_is_not_widened(struct kunit *test)
{
	struct dma_heap_access access = { .coherent = true };

	for (access.device = 0; access.device <= DMA_FROM_DEVICE; access.device++)
		KUNIT_EXPECT_EQ(test, dma_heap_map_direction(&access),
				access.device);
}

static struct kunit_case access_cases[] = {
	KUNIT_CASE(rules_are_for_every_combination_once),
	KUNIT_CASE_PARAM(maintenance_is_done_when_it_is_due, rule_gen_params),
	KUNIT_CASE(copy_that_comes_back_dirties_caches),
	KUNIT_CASE(coherent_device_that_wrote_has_dirtied_caches),
	KUNIT_CASE(others_leave_caches_as_they_are),
	KUNIT_CASE(map_direction_bounced_keeps_cpu_data),
	KUNIT_CASE(map_direction_coherent_is_not_widened),
	{}
};

static struct kunit_suite access_suite = {
	.name = "dmabuf_heaps_access",
	.test_cases = access_cases,
};

static struct dma_buf *no_memory(struct dma_heap *heap, unsigned long len,
				 u32 fd_flags, u64 heap_flags)
{
	return ERR_PTR(-ENOMEM);
}

static const struct dma_heap_ops no_memory_ops = {
	.allocate = no_memory,
};

static struct dma_heap *add(const char *name)
{
	const struct dma_heap_export_info info = {
		.name = name,
		.ops = &no_memory_ops,
	};

	return dma_heap_add(&info);
}

/* A name as long as names can be, or longer. */
static char *long_name(struct kunit *test, size_t len)
{
	char *name = kunit_kzalloc(test, len + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, name);
	memset(name, 'n', len);
	return name;
}

static void name_that_no_file_can_have_is_refused(struct kunit *test)
{
	const char * const names[] = {
		"", ".", "..", "/", "a/b", "/a", "a/",
		long_name(test, NAME_MAX + 1),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_EXPECT_PTR_EQ_MSG(test, add(names[i]), ERR_PTR(-EINVAL),
					"'%s'", names[i]);
}

static void name_that_a_file_can_have_is_taken(struct kunit *test)
{
	const char * const names[] = {
		"...", ".hidden", "with space", "linux,cma", "camera@58000000",
		"%s", "\xc3\xa9t\xc3\xa9", long_name(test, NAME_MAX),
	};
	struct dma_heap *heap;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		heap = add(names[i]);
		KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(heap), "'%s': %pe",
				       names[i], heap);
		KUNIT_EXPECT_STREQ(test, dma_heap_get_name(heap), names[i]);
		dma_heap_remove(heap);
	}
}

static void name_in_use_is_refused_and_can_be_had_later(struct kunit *test)
{
	struct dma_heap *heap = add("kunit-a");

	KUNIT_ASSERT_FALSE(test, IS_ERR(heap));
	KUNIT_EXPECT_PTR_EQ(test, add("kunit-a"), ERR_PTR(-EEXIST));
	KUNIT_EXPECT_EQ(test, dma_heap_add_alias(heap, "kunit-a"), -EEXIST);
	KUNIT_EXPECT_EQ(test, dma_heap_add_alias(heap, "kunit-b"), 0);
	KUNIT_EXPECT_PTR_EQ(test, add("kunit-b"), ERR_PTR(-EEXIST));
	dma_heap_remove(heap);

	heap = add("kunit-b");
	KUNIT_ASSERT_FALSE(test, IS_ERR(heap));
	dma_heap_remove(heap);
}

static struct kunit_case name_cases[] = {
	KUNIT_CASE(name_that_no_file_can_have_is_refused),
	KUNIT_CASE(name_that_a_file_can_have_is_taken),
	KUNIT_CASE(name_in_use_is_refused_and_can_be_had_later),
	{}
};

static struct kunit_suite name_suite = {
	.name = "dmabuf_heaps_names",
	.test_cases = name_cases,
};

kunit_test_suites(&access_suite, &name_suite);

MODULE_DESCRIPTION("DMA-BUF heaps: KUnit tests");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
