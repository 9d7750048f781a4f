################################################################################
# SPDX-License-Identifier: GPL-2.0
#
# dmabuf-heaps
#
################################################################################

DMABUF_HEAPS_VERSION = $(file <$(BR2_EXTERNAL_DMABUF_HEAPS_PATH)/../../VERSION)
DMABUF_HEAPS_SITE = $(BR2_EXTERNAL_DMABUF_HEAPS_PATH)/../..
DMABUF_HEAPS_SITE_METHOD = local
DMABUF_HEAPS_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = --exclude /build
DMABUF_HEAPS_LICENSE = GPL-2.0
DMABUF_HEAPS_LICENSE_FILES = LICENSES/GPL-2.0
DMABUF_HEAPS_MODULE_SUBDIRS = kernel

define DMABUF_HEAPS_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0644 $(@D)/packaging/modprobe.d/dmabuf-heaps.conf \
		$(TARGET_DIR)/usr/lib/modprobe.d/dmabuf-heaps.conf
	$(INSTALL) -D -m 0644 $(@D)/packaging/modules-load.d/dmabuf-heaps.conf \
		$(TARGET_DIR)/usr/lib/modules-load.d/dmabuf-heaps.conf
	$(INSTALL) -D -m 0644 $(@D)/packaging/udev/60-dmabuf-heaps.rules \
		$(TARGET_DIR)/usr/lib/udev/rules.d/60-dmabuf-heaps.rules
endef

$(eval $(kernel-module))
$(eval $(generic-package))
