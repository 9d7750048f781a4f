#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Gets a buffer from a heap, with nothing but Python: allocate.py [HEAP]

Allocates 8 MiB, names the buffer, maps it, and brackets a write and a read.
"""

import contextlib
import fcntl
import mmap
import os
import struct
import sys

SIZE = 8 << 20

# <linux/dma-heap.h>: struct dma_heap_allocation_data
ALLOCATION = struct.Struct("=QIIQ")
DMA_HEAP_IOCTL_ALLOC = 0xC0184800

# <linux/dma-buf.h>: struct dma_buf_sync
SYNC = struct.Struct("=Q")
DMA_BUF_IOCTL_SYNC = 0x40086200
DMA_BUF_SYNC_READ = 1
DMA_BUF_SYNC_WRITE = 2
DMA_BUF_SYNC_START = 0
DMA_BUF_SYNC_END = 4
DMA_BUF_SET_NAME_B = 0x40086201


def allocate(heap, size):
    """Returns the descriptor of a new buffer."""
    node = os.open(f"/dev/dma_heap/{heap}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        request = bytearray(
            ALLOCATION.pack(size, 0, os.O_RDWR | os.O_CLOEXEC, 0))
        fcntl.ioctl(node, DMA_HEAP_IOCTL_ALLOC, request)
        return ALLOCATION.unpack(request)[1]
    finally:
        os.close(node)


def set_name(buf, name):
    """Names the buffer, for whoever looks where memory has gone."""
    fcntl.ioctl(buf, DMA_BUF_SET_NAME_B, name.encode() + b"\0")


@contextlib.contextmanager
def access(buf, kind):
    """What the processor does with a mapped buffer is done within this."""
    fcntl.ioctl(buf, DMA_BUF_IOCTL_SYNC, SYNC.pack(DMA_BUF_SYNC_START | kind))
    try:
        yield
    finally:
        fcntl.ioctl(buf, DMA_BUF_IOCTL_SYNC, SYNC.pack(DMA_BUF_SYNC_END | kind))


def about(buf):
    """What the kernel says of the buffer."""
    with open(f"/proc/self/fdinfo/{buf}", encoding="utf-8") as info:
        return dict(line.strip().split(":\t") for line in info)


def main():
    heap = sys.argv[1] if len(sys.argv) > 1 else "default_cma_region"
    buf = allocate(heap, SIZE)
    set_name(buf, "a Python buffer")
    with mmap.mmap(buf, SIZE) as memory:
        with access(buf, DMA_BUF_SYNC_WRITE):
            memory[:] = b"\x5a" * SIZE
        with access(buf, DMA_BUF_SYNC_READ):
            same = memory[:] == b"\x5a" * SIZE
    info = about(buf)
    print(f"{info['size']} bytes from {info['exp_name']}, named "
          f"\"{info['name']}\", are {'as written' if same else 'wrong'}")
    os.close(buf)


if __name__ == "__main__":
    main()
