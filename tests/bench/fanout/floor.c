/* The floor of the comparison: a bare C WebSocket writer. One send() a socket and nothing else.
 *
 *   floor PORT REDIS_PORT CHANNEL
 *
 * Speaks just enough Engine.IO and Socket.IO for the client to be ready, subscribes to one Redis channel, and writes each
 * payload that comes from there to every socket. It checks no token, keeps no rooms and no queue: a socket that cannot take
 * a frame at once loses it. What it spends is what the kernel's TCP send costs on this machine.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX = 70000 };

static int state[MAX]; /* 0 none, 1 asks to upgrade, 2 open */
static int sockets[MAX], count, place[MAX];
static char inbox[1 << 20];
static size_t have;

static int tcp(int port, int serve) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (serve ? bind(fd, (void *)&a, sizeof a) || listen(fd, 4096) : connect(fd, (void *)&a, sizeof a)) { perror("socket"); exit(1); }
    return fd;
}

static void write_frame(int fd, const char *data, size_t n) {
    char frame[65600];
    size_t head = 2;
    frame[0] = (char)0x81;
    if (n < 126) frame[1] = (char)n;
    else { frame[1] = 126; frame[2] = (char)(n >> 8); frame[3] = (char)n; head = 4; }
    memcpy(frame + head, data, n);
    send(fd, frame, head + n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void fan_out(const char *data, size_t n) {
    char frame[65600];
    size_t head = 2;
    frame[0] = (char)0x81;
    if (n < 126) frame[1] = (char)n;
    else { frame[1] = 126; frame[2] = (char)(n >> 8); frame[3] = (char)n; head = 4; }
    memcpy(frame + head, data, n);
    for (int i = 0; i < count; i++) send(sockets[i], frame, head + n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void gone(int fd) {
    if (state[fd] == 2) { int last = sockets[--count]; sockets[place[fd]] = last; place[last] = place[fd]; }
    state[fd] = 0;
    close(fd);
}

static void from_client(int fd) {
    char text[4096];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    if (n <= 0) { gone(fd); return; }
    if (state[fd] == 1) {
        /* The client's key is always the example of RFC 6455, so the answer to it is too. */
        static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        static const char open[] = "0{\"sid\":\"x\",\"upgrades\":[],\"pingTimeout\":20000,\"pingInterval\":25000}";
        send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
        write_frame(fd, open, sizeof open - 1);
        state[fd] = 2;
        place[fd] = count;
        sockets[count++] = fd;
    } else if (n > 6 && memmem(text, (size_t)n, "40", 2)) write_frame(fd, "40{\"sid\":\"x\"}", 13);
}

/* RESP: *3 $7 message $n channel $n payload. Returns what was used of the inbox. */
static size_t one_message(char *at, size_t n) {
    char *end = at + n, *p = at;
    const char *part = NULL;
    size_t length = 0;
    if (*p != '*') return 0;
    int items = atoi(p + 1);
    if (!(p = memmem(p, n, "\r\n", 2))) return 0;
    p += 2;
    for (int i = 0; i < items; i++) {
        char *eol = p < end ? memmem(p, (size_t)(end - p), "\r\n", 2) : NULL;
        if (!eol) return 0;
        if (*p == ':') { p = eol + 2; continue; }
        length = (size_t)atol(p + 1);
        part = eol + 2;
        if (part + length + 2 > end) return 0;
        p = (char *)part + length + 2;
        if (i == 0 && memcmp(part, "message", 7)) items = 3;
    }
    if (part && length && part[0] == '4') fan_out(part, length);
    return (size_t)(p - at);
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    struct rlimit files = {MAX, MAX};
    setrlimit(RLIMIT_NOFILE, &files);
    int listener = tcp(atoi(argv[1]), 1), redis = tcp(atoi(argv[2]), 0), ep = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener}, events[512];
    epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
    e.data.fd = redis;
    epoll_ctl(ep, EPOLL_CTL_ADD, redis, &e);
    dprintf(redis, "SUBSCRIBE %s\r\n", argv[3]);
    for (;;) {
        int n = epoll_wait(ep, events, 512, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                int one = 1, c = accept(listener, NULL, NULL);
                if (c < 0 || c >= MAX) continue;
                setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                state[c] = 1;
                e.data.fd = c;
                epoll_ctl(ep, EPOLL_CTL_ADD, c, &e);
            } else if (fd == redis) {
                ssize_t got = recv(redis, inbox + have, sizeof inbox - have, 0);
                if (got <= 0) return 1;
                have += (size_t)got;
                size_t used, at = 0;
                while (at < have && (used = one_message(inbox + at, have - at))) at += used;
                memmove(inbox, inbox + at, have -= at);
            } else from_client(fd);
        }
    }
}
