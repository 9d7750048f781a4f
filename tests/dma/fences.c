// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, CPU access: a start waits for the work of devices that a
 * driver has told of. vgem tells it here, the device does it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include "../uapi/vgem.h"
#include "device.h"

/* Until a process waits for something, as /proc has it. */
static void wait_until_it_sleeps(pid_t pid)
{
	char path[64], state = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (state != 'S') {
		FILE *file = fopen(path, "re");

		CHECK(file);
		CHECK_EQUAL(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
		fclose(file);
		usleep(1000);
	}
}

static void check_reader_waits(const struct buffer *buffer,
			       const struct buffer *worked_on)
{
	const struct vgem_work work = begin_work(worked_on->fd);
	struct device camera = attach(buffer, WRITES);
	const pid_t reader = fork_child();

	if (!reader) {
		check_cpu_reads(buffer);
		_exit(0);
	}
	wait_until_it_sleeps(reader);
	device_writes(&camera, 0, MOST_MOVED, 1);
	end_work(&work);
	check_child(reader);
}

TEST(read_access_waits_for_writes_of_a_device)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);

	check_reader_waits(&buffer, &buffer);
}

TEST(work_on_a_view_is_waited_for_with_the_buffer)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	const struct buffer view = new_view(heap, &buffer, 0, page_size(),
					    O_RDONLY);

	check_reader_waits(&buffer, &view);
}

static void do_nothing(int signal)
{
	(void)signal;
}

/* Again and again, so that one comes while the call waits. */
static void let_signals_come(void)
{
	const struct sigaction action = { .sa_handler = do_nothing };
	const struct itimerval often = {
		.it_interval.tv_usec = 100000,
		.it_value.tv_usec = 100000,
	};

	CHECK_EQUAL(sigaction(SIGALRM, &action, NULL), 0);
	CHECK_EQUAL(setitimer(ITIMER_REAL, &often, NULL), 0);
}

static void let_no_signal_come(void)
{
	const struct itimerval never = { 0 };

	CHECK_EQUAL(setitimer(ITIMER_REAL, &never, NULL), 0);
}

/* One that had begun would have to end, or what it wrote is what counts. */
TEST(start_that_a_signal_ends_has_not_begun)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);
	const struct vgem_work work = begin_work(buffer.fd);
	struct dma_buf_sync sync = {
		.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW,
	};

	let_signals_come();
	CHECK_ERRNO(ioctl(buffer.fd, DMA_BUF_IOCTL_SYNC, &sync), EINTR);
	let_no_signal_come();
	device_writes(&camera, 0, MOST_MOVED, 1);
	end_work(&work);
	check_cpu_reads(&buffer);
}
