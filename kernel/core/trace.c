// SPDX-License-Identifier: GPL-2.0
/* The trace events, once. */
#include <linux/errno.h>

#define CREATE_TRACE_POINTS
#include "trace.h"
