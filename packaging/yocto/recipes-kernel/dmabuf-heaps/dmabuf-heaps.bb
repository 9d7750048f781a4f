# SPDX-License-Identifier: GPL-2.0

SUMMARY = "DMA-BUF heaps as kernel modules"
DESCRIPTION = "Memory that devices can share: contiguous memory from CMA areas, \
from reserved regions or from ordinary memory, and ordinary memory in pieces."
LICENSE = "GPL-2.0-only"
LIC_FILES_CHKSUM = "file://LICENSES/GPL-2.0;md5=b234ee4d69f5fce4486a80fdaf4a4263"
PV = "${@open(d.getVar('DMABUF_HEAPS_CHECKOUT') + '/VERSION').read().strip()}"

inherit module

FILESEXTRAPATHS:prepend := "${DMABUF_HEAPS_CHECKOUT}:"
SRC_URI = "file://LICENSES file://kernel file://packaging/modprobe.d \
	file://packaging/modules-load.d file://packaging/udev"
S = "${UNPACKDIR}"

# There is no Makefile: the kernel's is started for the folder of Kbuild.
EXTRA_OEMAKE += "-C ${STAGING_KERNEL_DIR} M=${S}/kernel"
MAKE_TARGETS = "modules"

do_install:append() {
	install -D -m 644 ${S}/packaging/modprobe.d/dmabuf-heaps.conf \
		${D}${nonarch_libdir}/modprobe.d/dmabuf-heaps.conf
	install -D -m 644 ${S}/packaging/modules-load.d/dmabuf-heaps.conf \
		${D}${nonarch_libdir}/modules-load.d/dmabuf-heaps.conf
	install -D -m 644 ${S}/packaging/udev/60-dmabuf-heaps.rules \
		${D}${nonarch_base_libdir}/udev/rules.d/60-dmabuf-heaps.rules
}

# The modules are packages of their own (kernel-module-...), and wanted by this one.
FILES:${PN} += "${nonarch_libdir}/modprobe.d ${nonarch_libdir}/modules-load.d \
	${nonarch_base_libdir}/udev"
