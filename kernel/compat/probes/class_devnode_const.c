// SPDX-License-Identifier: GPL-2.0
/* 6.2, "driver core: make struct class.devnode() take a const *". */
#include <linux/device.h>

char *probe(const struct device *dev, umode_t *mode);

struct class probe_class = { .devnode = probe };
