/* How long things took: buckets of 50 microseconds up to 50 ms, then of 1 ms up to two minutes. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H
#include <stdint.h>
#include <string.h>
#include <time.h>

enum { FINE = 1000, COARSE = 120000 };

struct histogram { uint64_t fine[FINE], coarse[COARSE], count, worst; };

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void record(struct histogram *h, uint64_t ns) {
    h->count++;
    if (ns > h->worst) h->worst = ns;
    if (ns < 50000000u) h->fine[ns / 50000u]++;
    else { uint64_t b = ns / 1000000u; h->coarse[b < COARSE ? b : COARSE - 1]++; }
}

/* The time in milliseconds below which a share of them lies. */
static double percentile(const struct histogram *h, double share) {
    uint64_t want = (uint64_t)(share * (double)h->count), seen = 0;
    for (int i = 0; i < FINE; i++) if ((seen += h->fine[i]) > want) return (i + 1) * 0.05;
    for (int i = 0; i < COARSE; i++) if ((seen += h->coarse[i]) > want) return i + 1;
    return h->worst / 1e6;
}

#endif
