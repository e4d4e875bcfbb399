/* What a client of the storm does once it is back: it asks api for what it missed, and is whole when it has all of it.
 *
 * Each has a connection of its own to api, as a browser has. Who is told to come back (503, 429) does so after
 * Retry-After, up to a second later by chance; who gets no answer, or another one, after three seconds, as the UI does.
 */
#ifndef SYNC_H
#define SYNC_H
#include "histogram.h"
#include "people.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SYNCING 0x80000000u /* marks a slot whose connection to api has something to tell */

struct sync {
    const char *since; /* its person's */
    int fd, connected, whole;
    double again;   /* when to ask again */
    uint64_t began; /* when this request began */
    uint64_t heads; /* the newest seqs that `ready` told, added up */
    size_t have, room;
    char *buffer;
};

static int api_port;
static struct sync *syncs; /* by slot; NULL where nobody syncs */
static int whole, sync_waiting, told_to_wait, sync_failed;
static uint64_t events_missed;
static struct histogram sync_times;

static void sync_end(struct sync *s) {
    close(s->fd);
    free(s->buffer);
    s->buffer = NULL;
    s->fd = -1;
}

static void sync_later(struct sync *s, double seconds) {
    if (s->fd >= 0) sync_end(s);
    s->again = now_ns() / 1e9 + seconds;
    sync_waiting++;
}

static void sync_lost(struct sync *s) {
    sync_failed++;
    sync_later(s, 3);
}

static void sync_begin(int ep, int slot) {
    struct sync *s = &syncs[slot];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)api_port)};
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(0x7f000101u + (uint32_t)(slot / 4000)); /* not those of the WebSockets */
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->again = 0;
    s->connected = 0;
    s->have = 0;
    s->began = now_ns();
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    s->buffer = malloc(s->room = 16384);
    if (bind(s->fd, (struct sockaddr *)&from, sizeof from) ||
        (connect(s->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS)) { sync_lost(s); return; }
    struct epoll_event e = {.events = EPOLLOUT, .data.u32 = (uint32_t)slot | SYNCING};
    epoll_ctl(ep, EPOLL_CTL_ADD, s->fd, &e);
}

/* `ready` came: ask, if a stream is further than this client. */
static void sync_ready(int ep, int slot, const char *ready, size_t n) {
    struct sync *s = &syncs[slot];
    int behind = 0;
    s->heads = 0;
    if (s->whole) return;
    for (const char *at = s->since; *at;) {
        char key[64];
        size_t name = strcspn(at, "@");
        uint64_t had = strtoull(at + name + 1, NULL, 10), head;
        int m = snprintf(key, sizeof key, "\"%.*s\":", (int)name, at);
        const char *found = memmem(ready, n, key, (size_t)m);
        head = found ? strtoull(found + m, NULL, 10) : had;
        s->heads += head;
        behind |= head > had;
        at += strcspn(at, ",");
        if (*at) at++;
    }
    if (!behind) { s->whole = 1; whole++; return; }
    if (s->fd >= 0 || s->again) return; /* closed and back while it asks: one request at a time */
    sync_begin(ep, slot);
}

static void sync_ask(struct sync *s, int ep, int slot) {
    char request[4096];
    int n = snprintf(request, sizeof request,
        "GET /api/v2/sync?since=%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\nAccept: */*\r\n\r\n",
        s->since, api_port, person(slot)->token);
    s->connected = 1;
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = (uint32_t)slot | SYNCING};
    epoll_ctl(ep, EPOLL_CTL_MOD, s->fd, &e);
    if (send(s->fd, request, (size_t)n, MSG_NOSIGNAL) != n) sync_lost(s);
}

static size_t times(const char *text, const char *what) {
    size_t found = 0;
    for (; (text = strstr(text, what)); text++) found++;
    return found;
}

/* Whether every stream was recovered, up to what `ready` told or further, and no event of it is missing. A quote within
 * a message is \" in JSON: these keys are found nowhere else. */
static int is_whole(struct sync *s, const char *body, size_t *events) {
    uint64_t had = 0, have = 0;
    size_t streams = 0;
    for (const char *at = s->since; (at = strchr(at, '@')); streams++) had += strtoull(++at, NULL, 10);
    const char *recovered = "\"recovered\":true,\"seq\":";
    for (const char *at = body; (at = strstr(at, recovered));) have += strtoull(at += strlen(recovered), NULL, 10);
    *events = times(body, "\"type\":\"message.posted\"");
    return times(body, recovered) == streams && have >= s->heads && *events == have - had;
}

static void sync_answered(struct sync *s, char *body) {
    int status = atoi(s->buffer + 9);
    if (status == 503 || status == 429) {
        body[-1] = 0; /* the head alone */
        const char *wait = strcasestr(s->buffer, "\r\nRetry-After: ");
        told_to_wait++;
        sync_later(s, (wait ? atof(wait + 15) : 3) + rand() / (double)RAND_MAX);
        return;
    }
    size_t events = 0;
    if (status != 200 || !is_whole(s, body, &events)) { sync_lost(s); return; }
    record(&sync_times, now_ns() - s->began);
    events_missed += events;
    sync_end(s);
    s->whole = 1;
    whole++;
}

static void sync_readable(struct sync *s) {
    for (;;) {
        if (s->have + 1 >= s->room) s->buffer = realloc(s->buffer, s->room *= 2);
        ssize_t n = recv(s->fd, s->buffer + s->have, s->room - s->have - 1, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) { sync_lost(s); return; }
        if (n < 0) return;
        s->have += (size_t)n;
        s->buffer[s->have] = 0;
        char *end = strstr(s->buffer, "\r\n\r\n");
        const char *length = end ? strcasestr(s->buffer, "\r\nContent-Length: ") : NULL;
        if (!length) continue;
        char *body = end + 4;
        if (s->have - (size_t)(body - s->buffer) >= strtoull(length + 18, NULL, 10)) { sync_answered(s, body); return; }
    }
}

/* Those whose time has come ask again. */
static void sync_again(int ep, int slots) {
    double now = now_ns() / 1e9;
    for (int i = 0; i < slots && sync_waiting; i++)
        if (syncs[i].again && syncs[i].again <= now) { sync_waiting--; sync_begin(ep, i); }
}

static void sync_event(int ep, int slot) {
    struct sync *s = &syncs[slot];
    if (s->fd < 0) return;
    if (s->connected) sync_readable(s);
    else sync_ask(s, ep, slot);
}

static void sync_report(double back_seconds) {
    printf(",\"back_seconds\":%.4f,\"whole\":%d,\"events_missed\":%llu,\"told_to_wait\":%d,\"sync_failed\":%d,"
           "\"sync_p50_ms\":%.3f,\"sync_p99_ms\":%.3f,\"sync_max_ms\":%.3f", back_seconds, whole,
           (unsigned long long)events_missed, told_to_wait, sync_failed, percentile(&sync_times, 0.5),
           percentile(&sync_times, 0.99), (double)sync_times.worst / 1e6);
}

static void syncs_of(int slots, int port_of_api) {
    api_port = port_of_api;
    syncs = calloc((size_t)slots, sizeof *syncs);
    for (int i = 0; i < slots; i++) {
        syncs[i].fd = -1;
        syncs[i].since = person(i)->since;
    }
}

#endif
