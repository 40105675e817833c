// SPDX-License-Identifier: Apache-2.0
//
// The floor for an echo server on one thread: level-triggered epoll, one recv per event, the
// answer sent at once. Prints "serving on 127.0.0.1:PORT".
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, EVENTS = 1024 };

// What the kernel would not take of a message. While there is any, the connection is not read.
struct connection {
  int fd;
  size_t from;
  size_t to;
  char *pending;
};

static char buffer[BUFFER];

static void fail(const char *call) {
  perror(call);
  exit(1);
}

static void watch(int epoll, int operation, struct connection *c, unsigned events) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  if (epoll_ctl(epoll, operation, c->fd, &event) < 0) fail("epoll_ctl");
}

static void drop(struct connection *c) {
  close(c->fd);
  free(c->pending);
  free(c);
}

static void readable(int epoll, struct connection *c) {
  ssize_t got = recv(c->fd, buffer, BUFFER, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    drop(c);
    return;
  }
  ssize_t sent = send(c->fd, buffer, (size_t)got, MSG_NOSIGNAL);
  if (sent == got) return;
  if (sent < 0 && errno != EAGAIN) {
    drop(c);
    return;
  }
  c->from = 0;
  c->to = (size_t)(sent < 0 ? got : got - sent);
  c->pending = malloc(c->to);
  if (c->pending == NULL) fail("malloc");
  memcpy(c->pending, buffer + (got - (ssize_t)c->to), c->to);
  watch(epoll, EPOLL_CTL_MOD, c, EPOLLOUT);
}

static void writable(int epoll, struct connection *c) {
  ssize_t sent = send(c->fd, c->pending + c->from, c->to - c->from, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN) drop(c);
    return;
  }
  c->from += (size_t)sent;
  if (c->from < c->to) return;
  free(c->pending);
  c->pending = NULL;
  watch(epoll, EPOLL_CTL_MOD, c, EPOLLIN);
}

static void accept_all(int epoll, int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EAGAIN || errno == ECONNABORTED) return;
      fail("accept4");
    }
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) fail("setsockopt");
    struct connection *c = calloc(1, sizeof *c);
    if (c == NULL) fail("calloc");
    c->fd = fd;
    watch(epoll, EPOLL_CTL_ADD, c, EPOLLIN);
  }
}

int main(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, length) < 0) fail("bind");
  if (listen(listener, 1024) < 0) fail("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &length) < 0) fail("getsockname");

  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1");
  struct connection accepting = {.fd = listener};
  watch(epoll, EPOLL_CTL_ADD, &accepting, EPOLLIN);
  printf("serving on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);

  static struct epoll_event events[EVENTS];
  for (;;) {
    int ready = epoll_wait(epoll, events, EVENTS, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; i++) {
      struct connection *c = events[i].data.ptr;
      if (c == &accepting) {
        accept_all(epoll, listener);
      } else if (c->pending != NULL) {
        writable(epoll, c);
      } else {
        readable(epoll, c);
      }
    }
  }
}
