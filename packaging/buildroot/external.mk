# SPDX-License-Identifier: GPL-2.0

include $(sort $(wildcard $(BR2_EXTERNAL_DMABUF_HEAPS_PATH)/package/*/*.mk))
