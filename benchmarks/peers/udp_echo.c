// SPDX-License-Identifier: Apache-2.0
//
// A UDP echo server on one thread: level-triggered epoll, and for each event all that recvmmsg(2)
// has, sent back by one sendmmsg(2), which is the floor. With the argument `single` it is the loop
// that is usual: recvfrom(2) and sendto(2) in turn until there is nothing more. Prints
// "serving on 127.0.0.1:PORT".
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { BATCH = 64, BUFFER = 64 * 1024 };

static char buffers[BATCH][BUFFER];
static struct sockaddr_in peers[BATCH];
static struct iovec pieces[BATCH];
static struct mmsghdr messages[BATCH];

static void fail(const char *call) {
  perror(call);
  exit(1);
}

static void readable(int fd) {
  for (int i = 0; i < BATCH; i++) {
    pieces[i] = (struct iovec){.iov_base = buffers[i], .iov_len = BUFFER};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &peers[i], .msg_namelen = sizeof peers[i], .msg_iov = &pieces[i], .msg_iovlen = 1};
  }
  int count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
  if (count < 0) {
    if (errno == EAGAIN || errno == EINTR) return;
    fail("recvmmsg");
  }
  for (int i = 0; i < count; i++) pieces[i].iov_len = messages[i].msg_len;
  // What the kernel has no room for is lost, as datagrams are.
  if (sendmmsg(fd, messages, (unsigned)count, MSG_DONTWAIT) < 0 && errno != EAGAIN) fail("sendmmsg");
}

static void readable_single(int fd) {
  for (;;) {
    socklen_t length = sizeof peers[0];
    ssize_t size = recvfrom(fd, buffers[0], BUFFER, MSG_DONTWAIT, (struct sockaddr *)&peers[0], &length);
    if (size < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return;
      fail("recvfrom");
    }
    if (sendto(fd, buffers[0], (size_t)size, MSG_DONTWAIT, (struct sockaddr *)&peers[0], length) < 0
        && errno != EAGAIN) {
      fail("sendto");
    }
  }
}

int main(int argc, char **argv) {
  void (*on_input)(int) = readable;
  if (argc > 1) {
    if (strcmp(argv[1], "single") != 0) {
      fprintf(stderr, "usage: udp_echo [single]\n");
      return 2;
    }
    on_input = readable_single;
  }
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, length) < 0) fail("bind");
  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) fail("getsockname");
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1");
  struct epoll_event event = {.events = EPOLLIN};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
  printf("serving on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    int ready = epoll_wait(epoll, &event, 1, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    if (ready > 0) on_input(fd);
  }
}
