// SPDX-License-Identifier: GPL-2.0
/* docs/interface.md, Mapping: huge entries do not depend on a setting. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "mmap.h"

#define SIZE MIB(8)

void write_text(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

char *map_beside(int buf, size_t size, size_t beside)
{
	char *room = mmap(NULL, size + 2 * SLOT, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	CHECK(room != MAP_FAILED);
	room += SLOT - (uintptr_t)room % SLOT + beside;
	CHECK(mmap(room, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		   buf, 0) == room);
	return room;
}

static long long page_tables(void)
{
	return proc_number("/proc/self/status", "VmPTE:") * 1024;
}

/* How many bytes of page tables it takes to write to each page. */
static long long page_tables_of_touching(char *mem)
{
	const long long before = page_tables();

	for (size_t i = 0; i < SIZE; i += PAGE)
		((volatile char *)mem)[i] = 1;
	return page_tables() - before;
}

static void check_huge(int buf)
{
	char *mem = map_beside(buf, SIZE, 0);

	/* At most one table of the level above. */
	CHECK(page_tables_of_touching(mem) <= (long long)PAGE);
	CHECK_EQUAL(munmap(mem, SIZE), 0);
}

TEST(huge_entry_with_thp_off_installed)
{
	const int buf = alloc(heap, SIZE, O_RDWR);

	check_huge(buf);
	write_text(THP, "never");
	check_huge(buf);
	write_text(THP, "always");
	CHECK_EQUAL(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
	check_huge(buf);
}

TEST(huge_entry_beside_a_slot_not_installed)
{
	const int buf = alloc(heap, SIZE, O_RDWR);

	/* Or what is measured here would not tell. */
	CHECK(page_tables_of_touching(map_beside(buf, SIZE, PAGE)) >=
	      (long long)(SIZE / SLOT * PAGE));
}
