/* Many Socket.IO clients in one process: what every server of the comparison is measured with.
 *
 *   client PORT SOCKETS TOKENS_FILE|- CONNECTS_PER_SECOND [FIRST_TOKEN [API_PORT]]
 *
 * Opens SOCKETS WebSockets to 127.0.0.1:PORT, speaks Engine.IO 4 and Socket.IO 5 as far as a listener must, answers
 * heartbeats, and counts event packets that hold "t":NANOSECONDS (CLOCK_MONOTONIC at publishing). TOKENS_FILE has one
 * access token a line, used in turn from number FIRST_TOKEN on; with tokens a socket is ready once it was told `ready`,
 * without once it is connected. Who is answered 503 comes back after Retry-After.
 * With API_PORT a client has missed something: behind its token stands what it has (STREAM@SEQ,…), and it is whole once
 * api told it the rest (sync.h). Then who is closed or refused comes back, too, after one to two seconds.
 * Commands on standard input, each answered by one line of JSON on standard output:
 *   begin        forget what was counted
 *   end          what was counted since: deliveries, latencies, this process's own CPU seconds
 *   close N      close N sockets at once
 *   quit
 */
#define _GNU_SOURCE
#include "people.h"
#include "sync.h"
#include <netinet/tcp.h>
#include <sys/resource.h>

enum { CONNECTING, HANDSHAKE, OPENING, READY, CLOSED };
enum { BUFFER = 2048, MAX_EVENTS = 512 };

struct conn {
    int fd, state, slot;
    double again; /* when to knock again after a 503 */
    size_t have, room;
    unsigned char *buffer;
};

static struct conn *conns;
static int total, opened, ready, closed_by_server, refused, knocks, waiting, ep, port;
static struct histogram delays; /* of deliveries */
static uint64_t bytes_in;

static double cpu_seconds(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void drop(struct conn *c) {
    if (c->state == CLOSED) return;
    if (c->state == READY) ready--;
    close(c->fd);
    free(c->buffer);
    c->buffer = NULL;
    c->state = CLOSED;
}

static void knock_later(struct conn *c, double seconds) {
    drop(c);
    c->again = now_ns() / 1e9 + seconds + rand() / (double)RAND_MAX;
    waiting++;
}

/* The server closed or refused it. */
static void lost(struct conn *c, int *count) {
    if (c->state == CLOSED) return;
    ++*count;
    drop(c);
    if (syncs) knock_later(c, 1);
}

/* A masked text frame with a zero mask: the payload stays readable, which RFC 6455 allows a client to choose. */
static void send_text(struct conn *c, const char *text, size_t n) {
    unsigned char frame[8192];
    size_t at = 0;
    frame[at++] = 0x81;
    if (n < 126) frame[at++] = 0x80 | (unsigned char)n;
    else { frame[at++] = 0x80 | 126; frame[at++] = (unsigned char)(n >> 8); frame[at++] = (unsigned char)n; }
    memset(frame + at, 0, 4);
    at += 4;
    if (n > sizeof frame - at) return;
    memcpy(frame + at, text, n);
    if (send(c->fd, frame, at + n, MSG_NOSIGNAL) < 0 && errno != EAGAIN) lost(c, &closed_by_server);
}

static void start(int slot) {
    struct conn *c = &conns[slot];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    /* One source address has some 28,000 ports; loopback has 16 million addresses. */
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(0x7f000001u + (uint32_t)(slot / 4000));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->slot = slot;
    c->again = 0;
    knocks++;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    /* The port is chosen when it connects: among those of an earlier round, still in TIME_WAIT, `bind` searches for ms. */
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(c->fd, (struct sockaddr *)&from, sizeof from) ||
        (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS)) {
        refused++;
        c->state = CLOSED;
        close(c->fd);
        return;
    }
    c->buffer = malloc(c->room = BUFFER);
    c->have = 0;
    c->state = CONNECTING;
    struct epoll_event e = {.events = EPOLLOUT, .data.u32 = (uint32_t)slot};
    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
}

static void ask(struct conn *c) {
    char request[512];
    int n = snprintf(request, sizeof request,
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", port);
    c->state = HANDSHAKE;
    if (send(c->fd, request, (size_t)n, MSG_NOSIGNAL) < 0) { lost(c, &refused); return; }
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = (uint32_t)c->slot};
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}

static void come_back(struct conn *c, const char *head) {
    const char *wait = strstr(head, "Retry-After: ");
    if (wait) knock_later(c, atof(wait + 13));
    else lost(c, &refused);
}

static void packet(struct conn *c, const char *text, size_t n, uint64_t at) {
    if (!n) return;
    if (text[0] == '2' && n == 1) { send_text(c, "3", 1); return; }
    if (text[0] == '0') {
        char hello[4096];
        int m = people ? snprintf(hello, sizeof hello, "40{\"token\":\"%s\"}", person(c->slot)->token)
                       : snprintf(hello, sizeof hello, "40");
        send_text(c, hello, (size_t)m);
        return;
    }
    int is_ready = people ? n > 10 && !memcmp(text, "42[\"ready\"", 10) : n >= 2 && !memcmp(text, "40", 2);
    if (is_ready && c->state == OPENING) {
        c->state = READY;
        ready++;
        if (syncs) sync_ready(ep, c->slot, text, n);
        return;
    }
    if (n >= 2 && text[0] == '4' && text[1] == '4') { lost(c, &refused); return; }
    if (n >= 2 && text[0] == '4' && text[1] == '2') {
        const char *stamp = memmem(text, n, "\"t\":", 4);
        if (!stamp) return;
        uint64_t sent = strtoull(stamp + 4, NULL, 10);
        record(&delays, at > sent ? at - sent : 0);
    }
}

static void frames(struct conn *c, uint64_t at) {
    size_t i = 0;
    while (c->state != CLOSED && c->have - i >= 2) {
        unsigned char *p = c->buffer + i;
        size_t n = p[1] & 127, head = 2;
        if (n == 126) { if (c->have - i < 4) break; n = (size_t)p[2] << 8 | p[3]; head = 4; }
        else if (n == 127) {
            if (c->have - i < 10) break;
            n = 0;
            for (int k = 2; k < 10; k++) n = n << 8 | p[k];
            head = 10;
        }
        if (c->have - i < head + n) {
            if (head + n > c->room) {
                memmove(c->buffer, c->buffer + i, c->have -= i);
                i = 0;
                c->buffer = realloc(c->buffer, c->room = head + n);
            }
            break;
        }
        int opcode = p[0] & 15;
        if (opcode == 8) { lost(c, &closed_by_server); return; }
        if (opcode == 1) packet(c, (char *)p + head, n, at);
        i += head + n;
    }
    if (c->state != CLOSED && i) memmove(c->buffer, c->buffer + i, c->have -= i);
}

static void readable(struct conn *c, uint64_t at) {
    for (;;) {
        ssize_t n = recv(c->fd, c->buffer + c->have, c->room - c->have, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) { lost(c, &closed_by_server); return; }
        if (n < 0) return;
        bytes_in += (uint64_t)n;
        int full = (size_t)n == c->room - c->have;
        c->have += (size_t)n;
        if (c->state == HANDSHAKE) {
            unsigned char *end = memmem(c->buffer, c->have, "\r\n\r\n", 4);
            if (!end) return;
            if (memcmp(c->buffer, "HTTP/1.1 101", 12)) {
                *end = 0;
                come_back(c, (char *)c->buffer);
                return;
            }
            size_t used = (size_t)(end + 4 - c->buffer);
            memmove(c->buffer, c->buffer + used, c->have -= used);
            c->state = OPENING;
        }
        frames(c, at);
        if (c->state == CLOSED || !full) return;
    }
}

static void say_state(const char *what, double seconds, double back) {
    printf("{\"%s\":true,\"ready\":%d,\"refused\":%d,\"closed_by_server\":%d,\"knocks\":%d,\"seconds\":%.4f", what,
           ready, refused, closed_by_server, knocks, seconds);
    if (syncs) sync_report(back);
    puts("}");
    fflush(stdout);
}

static int command(double *began, double *cpu) {
    char line[128];
    static char pending[256];
    static size_t have;
    ssize_t n = read(0, pending + have, sizeof pending - have - 1);
    if (n <= 0) return 0;
    have += (size_t)n;
    pending[have] = 0;
    char *eol;
    while ((eol = strchr(pending, '\n'))) {
        size_t length = (size_t)(eol - pending);
        memcpy(line, pending, length);
        line[length] = 0;
        memmove(pending, eol + 1, have -= length + 1);
        pending[have] = 0;
        if (!strcmp(line, "begin")) {
            memset(&delays, 0, sizeof delays);
            bytes_in = 0;
            *began = now_ns() / 1e9;
            *cpu = cpu_seconds();
            say_state("begun", 0, 0);
        } else if (!strcmp(line, "end")) {
            printf("{\"deliveries\":%llu,\"bytes\":%llu,\"seconds\":%.4f,\"client_cpu\":%.4f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
                   "\"max_ms\":%.3f,\"ready\":%d,\"closed_by_server\":%d}\n",
                   (unsigned long long)delays.count, (unsigned long long)bytes_in, now_ns() / 1e9 - *began,
                   cpu_seconds() - *cpu, percentile(&delays, 0.5), percentile(&delays, 0.99), delays.worst / 1e6,
                   ready, closed_by_server);
            fflush(stdout);
        } else if (!strncmp(line, "close ", 6)) {
            int left = atoi(line + 6);
            for (int i = 0; i < total && left; i++)
                if (conns[i].state == READY) { drop(&conns[i]); left--; }
            say_state("closed", 0, 0);
        } else if (!strcmp(line, "quit")) return 0;
    }
    return 1;
}

int main(int argc, char **argv) {
    if (argc < 5) { fputs("usage: client PORT SOCKETS TOKENS_FILE|- CONNECTS_PER_SECOND [FIRST [API_PORT]]\n", stderr); return 2; }
    port = atoi(argv[1]);
    total = atoi(argv[2]);
    if (strcmp(argv[3], "-")) read_people(argv[3], argc > 5 ? atoi(argv[5]) : 0);
    double rate = atof(argv[4]), began = now_ns() / 1e9, cpu = 0, start_time = began, back = 0;
    if (argc > 6) syncs_of(total, atoi(argv[6]));
    rlim_t sockets = (rlim_t)total * (syncs ? 2 : 1) + 64;
    struct rlimit files = {sockets, sockets};
    setrlimit(RLIMIT_NOFILE, &files);
    conns = calloc((size_t)total, sizeof *conns);
    for (int i = 0; i < total; i++) conns[i].state = CLOSED;
    ep = epoll_create1(0);
    struct epoll_event in = {.events = EPOLLIN, .data.u32 = UINT32_MAX}, events[MAX_EVENTS];
    epoll_ctl(ep, EPOLL_CTL_ADD, 0, &in);
    int told = 0;
    double looked = 0;
    for (;;) {
        double elapsed = now_ns() / 1e9 - start_time;
        /* Up to a thousand a second they wait for each other, so that a server that is slower is not flooded. */
        while (opened < total && opened < elapsed * rate && (rate > 1000 || opened - ready - refused - waiting < 200))
            start(opened++);
        if ((waiting || sync_waiting) && elapsed - looked > 0.02) {
            looked = elapsed;
            for (int i = 0; i < opened; i++)
                if (conns[i].again && conns[i].again <= elapsed + start_time) { waiting--; start(i); }
            if (syncs) sync_again(ep, opened);
        }
        if (!back && ready >= total) back = elapsed;
        int done = syncs ? back && whole >= total : ready + refused + closed_by_server >= total;
        if (!told && (done || elapsed > total / rate + 120)) {
            say_state("connected", elapsed, back);
            told = 1;
        }
        int n = epoll_wait(ep, events, MAX_EVENTS, told ? 1000 : 2);
        uint64_t at = now_ns();
        for (int i = 0; i < n; i++) {
            if (events[i].data.u32 == UINT32_MAX) { if (!command(&began, &cpu)) return 0; continue; }
            if (events[i].data.u32 & SYNCING) { sync_event(ep, (int)(events[i].data.u32 & ~SYNCING)); continue; }
            struct conn *c = &conns[events[i].data.u32];
            if (c->state == CONNECTING) ask(c);
            else if (c->state != CLOSED) readable(c, at);
        }
    }
}
