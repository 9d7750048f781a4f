################################################################################
# SPDX-License-Identifier: GPL-2.0
#
# dmaheap
#
################################################################################

DMAHEAP_VERSION = $(file <$(BR2_EXTERNAL_DMABUF_HEAPS_PATH)/../../VERSION)
DMAHEAP_SITE = $(BR2_EXTERNAL_DMABUF_HEAPS_PATH)/../..
DMAHEAP_SITE_METHOD = local
DMAHEAP_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = --exclude /build
DMAHEAP_LICENSE = GPL-2.0 (command), LGPL-2.1+ (library), \
	GPL-2.0 with Linux-syscall-note (header of the ioctls)
DMAHEAP_LICENSE_FILES = LICENSES/GPL-2.0 LICENSES/LGPL-2.1 \
	LICENSES/Linux-syscall-note
DMAHEAP_INSTALL_STAGING = YES
DMAHEAP_DEPENDENCIES = host-pkgconf util-linux
DMAHEAP_CONF_OPTS = -Dguest=false -Dtests=disabled

$(eval $(meson-package))
