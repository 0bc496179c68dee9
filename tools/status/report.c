/* report.c - time, speed and memory of the run
 *
 * SPDX-License-Identifier: MIT */
#include "status/report.h"

#include "status/message.h"
#include "status/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static struct {
	double started;
	uint64_t bytes, lines, seed, values, value_bytes;
	bool has_lines, has_seed, has_index, has_values;
	int index_failure;
} report;

void report_start(void)
{
	report.started = now_seconds();
}

double report_seconds(void)
{
	return now_seconds() - report.started;
}

void report_bytes(uint64_t n_bytes)
{
	report.bytes += n_bytes;
}

void report_scan(void)
{
	const mmr_progress *progress = progress_of_scans();
	uint64_t done, total;

	if (!progress)
		return;
	mmr_progress_read(progress, &done, &total);
	report_bytes(done);
}

void report_lines(uint64_t n_lines)
{
	report.lines += n_lines;
	report.has_lines = true;
}

void report_values(uint64_t n_values, uint64_t n_bytes)
{
	report.values = n_values;
	report.value_bytes = n_bytes;
	report.has_values = true;
}

void report_index(int failure)
{
	report.has_index = true;
	if (failure < 0)
		report.index_failure = failure;
}

void report_seed(uint64_t seed)
{
	report.seed = seed;
	report.has_seed = true;
}

/* ru_maxrss is in KiB, but in bytes on macOS. */
static double peak_resident(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
#if defined(__APPLE__)
	return (double)usage.ru_maxrss;
#else
	return (double)usage.ru_maxrss * 1024;
#endif
}

/* Adds to the line; what does not fit is cut. */
__attribute__((format(printf, 4, 5))) static void add(
	char *line, size_t room, size_t *len, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line + *len, room - *len, format, args);
	va_end(args);
	if (n > 0)
		*len += (size_t)n < room - *len ? (size_t)n : room - *len - 1;
}

void report_print(void)
{
	/* By enum mmr_io_mode. It stays AUTO if no scan ran: then the kernel copied the bytes. */
	static const char *const io_modes[] = {"kernel", "map", "read", "uncached", "direct"};
	const mmr_progress *progress = progress_of_scans();
	mmr_io_summary io = {.io_mode = MMR_IO_AUTO};
	double seconds = now_seconds() - report.started;
	mmr_library_info library;
	char line[1024];
	size_t len = 0;
	int id;

	add(line, sizeof(line), &len, "%" PRIu64 " bytes", report.bytes);
	if (report.has_lines)
		add(line, sizeof(line), &len, ", %" PRIu64 " lines", report.lines);
	if (report.has_values)
		add(line, sizeof(line), &len, ", %" PRIu64 " distinct values in %.1f MiB",
			report.values, (double)report.value_bytes / 1048576);
	if (report.has_seed)
		add(line, sizeof(line), &len, ", seed %" PRIu64, report.seed);
	add(line, sizeof(line), &len, ", %.3f s", seconds);
	if (seconds > 0)
		add(line, sizeof(line), &len, ", %.2f GB/s", (double)report.bytes / seconds / 1e9);
	if (progress)
		mmr_progress_io(progress, &io);
	add(line, sizeof(line), &len, ", I/O mode %s, ", io_modes[io.io_mode]);
	if (io.device > 0)
		add(line, sizeof(line), &len,
			"%.1f MiB from the device, %.1f MiB of them cached now, ",
			(double)io.device / 1048576, (double)io.kept / 1048576);
	if (report.has_index)
		add(line, sizeof(line), &len, "index %s, ",
			report.index_failure < 0 ? "failed" : "used");
	add(line, sizeof(line), &len, "scan kernels %s", mmr_kernel_name());
	if (strcmp(mmr_kernel_order(), "unmeasured") != 0)
		add(line, sizeof(line), &len, ", order of counts %s", mmr_kernel_order());
	add(line, sizeof(line), &len, ", peak memory %.1f MiB, peak heap %.1f KiB",
		peak_resident() / 1048576, (double)mmr_heap_peak() / 1024);
	for (id = 0; mmr_library_status((enum mmr_library)id, &library) == 0; id++)
		if (library.loaded)
			add(line, sizeof(line), &len,
				", %s %s loaded in %.1f ms with %.1f MiB of memory", library.name,
				library.version, library.load_ms,
				(double)library.load_resident / 1048576);
	message("%s", line);
}
