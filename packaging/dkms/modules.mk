# SPDX-License-Identifier: GPL-2.0
# Prints the modules that Kbuild builds for a kernel, one a line: run in the
# folder of Kbuild, with KERNEL set to the kernel's build folder. If that is not
# there, prints every module that is built for any kernel.

KBUILD_EXTMOD := .
src := .
obj := .
objtree := $(KERNEL)
config := $(wildcard $(KERNEL)/include/config/auto.conf)

ifneq ($(config),)
include $(config)
endif
include Kbuild

all := $(patsubst %-y,%,$(filter dmabuf_heaps%-y,$(.VARIABLES)))
modules := $(if $(config),$(basename $(obj-m)),$(all))

.PHONY: print
.DEFAULT_GOAL := print
print:
	@printf '%s\n' $(sort $(modules))
