// SPDX-License-Identifier: LGPL-2.1-or-later
// The header compiles as C++, and what it declares links.

#include <dmaheap.h>

#include <cerrno>

int main()
{
	struct dmaheap *heap;

	return dmaheap_open("", &heap) == -EINVAL ? 0 : 1;
}
