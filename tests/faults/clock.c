/* A clock that can be set: preloaded into a process, it adds to the wall clock the seconds that a file holds.
 *
 * FLACK_TEST_CLOCK names a file of eight bytes, a signed 64-bit number in the machine's order; it is mapped, so that a
 * change is seen at once. Only CLOCK_REALTIME jumps, as it does when somebody sets the clock: the monotonic clock goes on.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t none, *jump = &none;

__attribute__((constructor)) static void map_file(void) {
    const char *name = getenv("FLACK_TEST_CLOCK");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof *jump, PROT_READ, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) jump = mapped;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int answer = syscall(SYS_clock_gettime, clock, now);
    if (answer == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *jump;
    return answer;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int answer = syscall(SYS_gettimeofday, now, zone);
    if (answer == 0) now->tv_sec += *jump;
    return answer;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
