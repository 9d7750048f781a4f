// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that uses the default CMA area as well, by the DMA API: it takes
 * pieces, writes to them, looks whether what it wrote is still there, and gives
 * them back, for as long as it is loaded.
 *
 * Parameters, to be read: how many pieces it got, and how many of them were
 * spoiled by somebody else.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/random.h>

/* The page allocator has none of the smallest: they are out of the area. */
#define LEAST_PAGES (MAX_ORDER_NR_PAGES + 1)
#define MOST_PAGES (2 * LEAST_PAGES)

static unsigned int taken;
module_param(taken, uint, 0444);
MODULE_PARM_DESC(taken, "Pieces that it got");

static unsigned int spoiled;
module_param(spoiled, uint, 0444);
MODULE_PARM_DESC(spoiled, "Pieces that somebody else wrote to");

static struct platform_device *neighbour;
static struct task_struct *thread;

static void write_marks(u32 *mem, unsigned long nr_pages, u32 mark)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++)
		mem[i * PAGE_SIZE / sizeof(*mem)] = mark + i;
}

static bool marks_are_there(const u32 *mem, unsigned long nr_pages, u32 mark)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++)
		if (mem[i * PAGE_SIZE / sizeof(*mem)] != mark + i)
			return false;

	return true;
}

static void take_a_piece(struct device *dev)
{
	unsigned long n = get_random_u32() % (MOST_PAGES - LEAST_PAGES) +
			  LEAST_PAGES;
	u32 mark = get_random_u32();
	struct page *pages;
	dma_addr_t addr;

	pages = dma_alloc_pages(dev, n << PAGE_SHIFT, &addr, DMA_BIDIRECTIONAL,
				GFP_KERNEL | __GFP_NOWARN);
	if (!pages)
		return;

	taken++;
	write_marks(page_address(pages), n, mark);
	usleep_range(1000, 20000);
	if (!marks_are_there(page_address(pages), n, mark))
		spoiled++;
	dma_free_pages(dev, n << PAGE_SHIFT, pages, addr, DMA_BIDIRECTIONAL);
}

static int live(void *dev)
{
	while (!kthread_should_stop()) {
		take_a_piece(dev);
		usleep_range(1000, 2000);
	}

	return 0;
}

static int __init neighbour_init(void)
{
	const struct platform_device_info info = {
		.name = KBUILD_MODNAME,
		.id = PLATFORM_DEVID_NONE,
		.dma_mask = DMA_BIT_MASK(64),
	};

	neighbour = platform_device_register_full(&info);
	if (IS_ERR(neighbour))
		return PTR_ERR(neighbour);

	thread = kthread_run(live, &neighbour->dev, "cma-neighbour");
	if (IS_ERR(thread)) {
		platform_device_unregister(neighbour);
		return PTR_ERR(thread);
	}

	return 0;
}
module_init(neighbour_init);

static void __exit neighbour_exit(void)
{
	kthread_stop(thread);
	platform_device_unregister(neighbour);
}
module_exit(neighbour_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: somebody else in the default CMA area, for tests");
MODULE_LICENSE("GPL");
