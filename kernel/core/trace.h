/* SPDX-License-Identifier: GPL-2.0 */
/* Trace events, described in docs/ABI/tracepoints-dmabuf_heaps. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dmabuf_heaps

#if !defined(_DMABUF_HEAPS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _DMABUF_HEAPS_TRACE_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/dma-heap.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

DECLARE_EVENT_CLASS(dma_heap_loan,
	TP_PROTO(struct dma_heap *heap, u64 buffer, u64 len),
	TP_ARGS(heap, buffer, len),
	TP_STRUCT__entry(
		__dynamic_array(char, heap,
				strlen(dma_heap_get_name(heap)) + 1)
		__field(u64, buffer)
		__field(u64, len)
	),
	TP_fast_assign(
		strscpy(__get_str(heap), dma_heap_get_name(heap),
			__get_dynamic_array_len(heap));
		__entry->buffer = buffer;
		__entry->len = len;
	),
	TP_printk("heap=%s buffer=%llu len=%llu", __get_str(heap),
		  __entry->buffer, __entry->len)
);

DEFINE_EVENT(dma_heap_loan, dma_heap_alloc,
	TP_PROTO(struct dma_heap *heap, u64 buffer, u64 len),
	TP_ARGS(heap, buffer, len)
);

DEFINE_EVENT(dma_heap_loan, dma_heap_free,
	TP_PROTO(struct dma_heap *heap, u64 buffer, u64 len),
	TP_ARGS(heap, buffer, len)
);

TRACE_EVENT(dma_heap_alloc_failed,
	TP_PROTO(struct dma_heap *heap, u64 len, int error),
	TP_ARGS(heap, len, error),
	TP_STRUCT__entry(
		__dynamic_array(char, heap,
				strlen(dma_heap_get_name(heap)) + 1)
		__field(u64, len)
		__field(int, error)
	),
	TP_fast_assign(
		strscpy(__get_str(heap), dma_heap_get_name(heap),
			__get_dynamic_array_len(heap));
		__entry->len = len;
		__entry->error = error;
	),
	TP_printk("heap=%s len=%llu reason=%s error=%d", __get_str(heap),
		  __entry->len,
		  __entry->error == -EDQUOT ? "limit" :
		  __entry->error == -ENOMEM ? "memory" :
		  __entry->error == -EBUSY ? "busy" :
		  __entry->error == -EINTR ? "killed" : "other",
		  __entry->error == -EDQUOT || __entry->error == -EBUSY ?
		  -ENOMEM : __entry->error)
);

TRACE_EVENT(dma_heap_clear_extent,
	TP_PROTO(u64 len, u64 ns),
	TP_ARGS(len, ns),
	TP_STRUCT__entry(
		__field(u64, len)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->len = len;
		__entry->ns = ns;
	),
	TP_printk("len=%llu ns=%llu", __entry->len, __entry->ns)
);

DECLARE_EVENT_CLASS(dma_heap_device,
	TP_PROTO(struct device *dev, unsigned long inode, u64 len,
		 enum dma_data_direction direction),
	TP_ARGS(dev, inode, len, direction),
	TP_STRUCT__entry(
		__dynamic_array(char, dev, strlen(dev_name(dev)) + 1)
		__field(unsigned long, inode)
		__field(u64, len)
		__field(int, direction)
	),
	TP_fast_assign(
		strscpy(__get_str(dev), dev_name(dev),
			__get_dynamic_array_len(dev));
		__entry->inode = inode;
		__entry->len = len;
		__entry->direction = direction;
	),
	TP_printk("dev=%s inode=%lu len=%llu direction=%s", __get_str(dev),
		  __entry->inode, __entry->len,
		  __print_symbolic(__entry->direction,
				   { DMA_BIDIRECTIONAL, "bidirectional" },
				   { DMA_TO_DEVICE, "to-device" },
				   { DMA_FROM_DEVICE, "from-device" }))
);

DEFINE_EVENT(dma_heap_device, dma_heap_map,
	TP_PROTO(struct device *dev, unsigned long inode, u64 len,
		 enum dma_data_direction direction),
	TP_ARGS(dev, inode, len, direction)
);

DEFINE_EVENT(dma_heap_device, dma_heap_unmap,
	TP_PROTO(struct device *dev, unsigned long inode, u64 len,
		 enum dma_data_direction direction),
	TP_ARGS(dev, inode, len, direction)
);

TRACE_EVENT(dma_heap_sync,
	TP_PROTO(struct device *dev, u64 len, bool for_cpu),
	TP_ARGS(dev, len, for_cpu),
	TP_STRUCT__entry(
		__dynamic_array(char, dev, strlen(dev_name(dev)) + 1)
		__field(u64, len)
		__field(bool, for_cpu)
	),
	TP_fast_assign(
		strscpy(__get_str(dev), dev_name(dev),
			__get_dynamic_array_len(dev));
		__entry->len = len;
		__entry->for_cpu = for_cpu;
	),
	TP_printk("dev=%s len=%llu for=%s", __get_str(dev), __entry->len,
		  __entry->for_cpu ? "cpu" : "device")
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
