// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that uses the default CMA area as well, by the DMA API: it takes
 * pieces, writes to them, looks whether what it wrote is still there, and gives
 * them back, for as long as it is loaded.
 *
 * Parameters, to be read: how many pieces it got, and how many of them were
 * spoiled by somebody else.
 *
 * Parameter to be written: hold, which has a page of the area that cannot be moved,
 * as one that a device reads. CMA does not know of it. The CMA heaps' attempts to
 * allocate are counted from then on.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/random.h>
#include <linux/workqueue.h>

/* The page allocator has none of the smallest: they are out of the area. */
#define LEAST_PAGES (MAX_ORDER_NR_PAGES + 1)
#define MOST_PAGES (2 * LEAST_PAGES)

static unsigned int taken;
module_param(taken, uint, 0444);
MODULE_PARM_DESC(taken, "Pieces that it got");

static unsigned int spoiled;
module_param(spoiled, uint, 0444);
MODULE_PARM_DESC(spoiled, "Pieces that somebody else wrote to");

static bool quiet;
module_param(quiet, bool, 0444);
MODULE_PARM_DESC(quiet, "Take no pieces: hold alone has an effect");

static unsigned long keep;
module_param(keep, ulong, 0444);
MODULE_PARM_DESC(keep, "Bytes to take in one piece for as long as it is loaded");

static struct page *kept;
static dma_addr_t kept_addr;

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

static int attempts;
module_param(attempts, int, 0444);
MODULE_PARM_DESC(attempts, "Attempts of the CMA heaps since hold was written");

/* Page frame that is held, or 0; and the attempt that it is held until. */
static unsigned long held;
static int held_until;

static void release_page(struct work_struct *work)
{
	if (held)
		free_contig_range(held, 1);
	held = 0;
}

static DECLARE_WORK(release, release_page);

/* Runs as an attempt begins. The page is released some time during it, or after. */
static int count_attempt(struct kprobe *probe, struct pt_regs *regs)
{
	if (++attempts == held_until)
		schedule_work(&release);
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "dmabuf_heaps_cma:cma_area_alloc",
	.pre_handler = count_attempt,
};

static void stop_holding(void)
{
	if (held_until)
		unregister_kprobe(&probe);
	held_until = 0;
	cancel_work_sync(&release);
	release_page(NULL);
}

/* Hold a page 2 MiB behind the first place: each large buffer needs it. */
static int hold_page(struct device *dev)
{
	struct page *pages;
	unsigned long pfn;
	dma_addr_t addr;
	int ret;

	pages = dma_alloc_pages(dev, LEAST_PAGES << PAGE_SHIFT, &addr,
				DMA_BIDIRECTIONAL, GFP_KERNEL | __GFP_NOWARN);
	if (!pages)
		return -ENOMEM;
	pfn = page_to_pfn(pages) + LEAST_PAGES / 2;
	dma_free_pages(dev, LEAST_PAGES << PAGE_SHIFT, pages, addr,
		       DMA_BIDIRECTIONAL);

	ret = alloc_contig_range(pfn, pfn + 1, ACR_FLAGS_CMA,
				 GFP_KERNEL | __GFP_NOWARN);
	if (!ret)
		held = pfn;
	return ret;
}

static int set_hold(const char *text, const struct kernel_param *param)
{
	int until, ret;

	ret = kstrtoint(text, 0, &until);
	if (ret)
		return ret;
	if (!neighbour)
		return -ENODEV;

	stop_holding();
	if (!until)
		return 0;

	ret = hold_page(&neighbour->dev);
	if (ret)
		return ret;

	attempts = 0;
	probe.flags = 0;
	probe.addr = NULL;
	ret = register_kprobe(&probe);
	if (ret)
		release_page(NULL);
	else
		held_until = until;
	return ret;
}

static const struct kernel_param_ops hold_ops = { .set = set_hold };
module_param_cb(hold, &hold_ops, NULL, 0200);
MODULE_PARM_DESC(hold, "Hold a page until this attempt of the CMA heaps; -1: until 0 is written");

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

	if (keep) {
		kept = dma_alloc_pages(&neighbour->dev, keep, &kept_addr,
				       DMA_BIDIRECTIONAL, GFP_KERNEL);
		if (!kept) {
			platform_device_unregister(neighbour);
			return -ENOMEM;
		}
	}

	if (quiet || keep)
		return 0;

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
	if (thread)
		kthread_stop(thread);
	stop_holding();
	if (kept)
		dma_free_pages(&neighbour->dev, keep, kept, kept_addr,
			       DMA_BIDIRECTIONAL);
	platform_device_unregister(neighbour);
}
module_exit(neighbour_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: somebody else in the default CMA area, for tests");
MODULE_LICENSE("GPL");
