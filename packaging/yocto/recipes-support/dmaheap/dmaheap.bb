# SPDX-License-Identifier: GPL-2.0

SUMMARY = "Library and command for DMA-BUF heaps"
DESCRIPTION = "libdmaheap allocates dma-bufs from heaps and uses them; dmaheap \
shows what heaps have lent, and what is missing on a machine without any."
LICENSE = "GPL-2.0-only & LGPL-2.1-or-later"
LIC_FILES_CHKSUM = "file://LICENSES/GPL-2.0;md5=b234ee4d69f5fce4486a80fdaf4a4263 \
	file://LICENSES/LGPL-2.1;md5=4fbd65380cdd255951079008b364516c \
	file://LICENSES/Linux-syscall-note;md5=6b0dff741019b948dfe290c05d6f361c"
PV = "${@open(d.getVar('DMABUF_HEAPS_CHECKOUT') + '/VERSION').read().strip()}"
DEPENDS = "util-linux"

inherit bash-completion meson pkgconfig

FILESEXTRAPATHS:prepend := "${DMABUF_HEAPS_CHECKOUT}:"
SRC_URI = "file://LICENSES file://VERSION file://docs file://kernel/include \
	file://lib file://meson.build file://meson_options.txt \
	file://packaging/completions file://tests/cli file://tests/lib file://tools"
S = "${UNPACKDIR}"

EXTRA_OEMESON = "-Dguest=false -Dtests=disabled"

PACKAGES =+ "libdmaheap"
FILES:libdmaheap = "${libdir}/libdmaheap.so.*"
LICENSE:libdmaheap = "LGPL-2.1-or-later"
