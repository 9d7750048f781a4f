// SPDX-License-Identifier: GPL-2.0
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "bystander.h"

/* What somebody else has in use all the time. */
#define BYSTANDER_BYTES MIB(64)

/* Two rounds take no longer, however busy the machine is. */
#define ROUNDS_NS 20000000000ll

static long long oom_kills(void)
{
	return proc_number("/proc/vmstat", "oom_kill");
}

static void mind_own_business(volatile unsigned long *rounds)
{
	unsigned char *mem = mmap(NULL, BYSTANDER_BYTES, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(mem != MAP_FAILED);
	for (;;) {
		unsigned char mark = (unsigned char)(*rounds + 1);

		for (size_t i = 0; i < BYSTANDER_BYTES; i += page_size()) {
			CHECK_EQUAL(mem[i], (unsigned char)*rounds);
			mem[i] = mark;
		}
		++*rounds;
	}
}

struct bystander begin_bystander(void)
{
	struct bystander bystander = { .kills = oom_kills() };

	bystander.rounds = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(bystander.rounds != MAP_FAILED);
	bystander.pid = fork_child();
	if (!bystander.pid)
		mind_own_business(bystander.rounds);
	while (!*bystander.rounds)
		usleep(1000);
	return bystander;
}

void check_unharmed(const struct bystander *bystander)
{
	unsigned long before = *bystander->rounds;
	long long start = nanoseconds();

	while (*bystander->rounds < before + 2) {
		CHECK_EQUAL(waitpid(bystander->pid, NULL, WNOHANG), 0);
		CHECK(nanoseconds() - start < ROUNDS_NS);
		usleep(1000);
	}
	CHECK_EQUAL(oom_kills(), bystander->kills);
}
