/* The time of day, frozen: a program that is started with this library sees the second in FROZEN_CLOCK. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
    const char *frozen = getenv("FROZEN_CLOCK");
    if (clock != CLOCK_REALTIME || frozen == NULL)
        return (int)syscall(SYS_clock_gettime, clock, now);
    now->tv_sec = (time_t)strtoll(frozen, NULL, 10);
    now->tv_nsec = 0;
    return 0;
}
