// SPDX-License-Identifier: Apache-2.0
// Child processes with nothing in between: `processes spawn|roundtrip COUNT WARM_UP AT_ONCE`, as
// processes.py. What the system itself needs: posix_spawn(3) and a pidfd for each child, poll(2)
// before each read.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE "a line of text\n"
#define MOST_AT_ONCE 1024

extern char **environ;

static int at_once, to_cat, from_cat;

static void ensure(int condition, const char *what) {
  if (!condition) {
    perror(what);
    exit(1);
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static struct pollfd start_true(void) {
  char *command[] = {"/bin/true", NULL};
  pid_t pid;
  ensure(posix_spawn(&pid, command[0], NULL, NULL, command, environ) == 0, "posix_spawn");
  struct pollfd pidfd = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
  ensure(pidfd.fd >= 0, "pidfd_open");
  return pidfd;
}

static void spawn(int count) {
  struct pollfd running[MOST_AT_ONCE];
  int started = 0, now_running = 0;
  while (started < count || now_running > 0) {
    while (started < count && now_running < at_once) {
      running[now_running++] = start_true();
      started++;
      if (poll(running, now_running, 0) > 0) {
        break; // As a loop would: what has ended comes before the next start.
      }
    }
    ensure(poll(running, now_running, -1) > 0, "poll");
    for (int i = now_running - 1; i >= 0; i--) {
      if (running[i].revents != 0) {
        siginfo_t info;
        ensure(waitid(P_PIDFD, running[i].fd, &info, WEXITED) == 0, "waitid");
        ensure(info.si_code == CLD_EXITED && info.si_status == 0, "status");
        close(running[i].fd);
        running[i] = running[--now_running];
      }
    }
  }
}

static void round_trips(int count) {
  char buffer[65536];
  size_t length = strlen(LINE);
  for (int i = 0; i < count; i++) {
    ensure(write(to_cat, LINE, length) == (ssize_t)length, "write");
    size_t received = 0;
    while (received < length) {
      struct pollfd readable = {.fd = from_cat, .events = POLLIN};
      ensure(poll(&readable, 1, -1) == 1, "poll");
      ssize_t more = read(from_cat, buffer + received, sizeof buffer - received);
      ensure(more > 0, "read");
      received += more;
    }
    ensure(memcmp(buffer, LINE, length) == 0, "the line");
  }
}

static void run(int is_spawn, int count) {
  if (is_spawn) {
    spawn(count);
  } else {
    round_trips(count);
  }
}

static double seconds(int is_spawn, int count) {
  double start = now();
  run(is_spawn, count);
  return now() - start;
}

static void start_cat(void) {
  int in[2], out[2];
  ensure(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0, "pipe2");
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_adddup2(&streams, in[0], 0);
  posix_spawn_file_actions_adddup2(&streams, out[1], 1);
  char *command[] = {"cat", NULL};
  pid_t pid;
  ensure(posix_spawnp(&pid, command[0], &streams, NULL, command, environ) == 0, "posix_spawnp");
  close(in[0]);
  close(out[1]);
  to_cat = in[1];
  from_cat = out[0];
}

int main(int argc, char **argv) {
  if (argc != 5 || atoi(argv[4]) > MOST_AT_ONCE) {
    fprintf(stderr, "usage: processes spawn|roundtrip COUNT WARM_UP AT_ONCE\n");
    return 2;
  }
  int is_spawn = strcmp(argv[1], "spawn") == 0;
  int count = atoi(argv[2]);
  at_once = atoi(argv[4]);
  if (!is_spawn) {
    start_cat(); // It ends with this process, which has its input.
  }
  run(is_spawn, count / 10);
  double first = seconds(is_spawn, count);
  run(is_spawn, atoi(argv[3]));
  printf("{\"first\": %.4f, \"seconds\": %.4f}\n", first, seconds(is_spawn, count));
  return 0;
}
