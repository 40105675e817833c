// SPDX-License-Identifier: Apache-2.0
//
// The load: N connections, each with one message of a fixed size under way (a closed loop). Every
// byte that comes back is compared. Prints one line of JSON.
//
//   load [--wait] tcp|udp|tls|handshakes|resumed PORT CONNECTIONS SIZE WARMUP_SECONDS SECONDS [PID...]
//
// A datagram that is lost is sent again after a second, and counted. TLS is there when it was compiled
// with -DTLS; no certificate is verified. With handshakes each message has a connection of its own: it
// is connected, shakes hands, sends one message, gets it back, says goodbye and is closed. With resumed
// it shows the ticket of the connection before it. With --wait the load sleeps while there is nothing to
// read. PID are the server's processes: their CPU time is read at the two ends of the measured span.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#ifdef TLS
#include <openssl/ssl.h>
#endif

// Latencies are counted in buckets of 1/64 of a power of two: at most 1.6 % off.
enum { EVENTS = 1024, SUB_BITS = 6, SUB = 1 << SUB_BITS, BUCKETS = 64 * SUB };

// The sockets here block: a message must fit into the kernel's buffers while the server only writes.
enum { MAX_SIZE = 64 * 1024 };

// The largest payload of a datagram over IPv4.
enum { MAX_DATAGRAM = 65507 };

// How long the load sleeps while there is nothing to read.
static int patience_millis = 0;

// After this long a datagram is taken for lost.
static const unsigned long long LOST_NANOS = 1000000000;

// How long a server may leave every connection without an answer.
static const unsigned long long STALL_NANOS = 10000000000;

struct connection {
  int fd;
#ifdef TLS
  SSL *ssl;
  SSL_SESSION *ticket;
  enum { SHAKING, TALKING } phase;
#endif
  uint64_t count;
  uint64_t sent_nanos;
  size_t received;
};

static enum { TCP, UDP, OVER_TLS, HANDSHAKES, RESUMED } kind;
static uint64_t lost;
static uint64_t resumed;
static size_t size;
static char *pattern;
static char *buffer;
static uint64_t histogram[BUCKETS];

static void fail(const char *call) {
  perror(call);
  exit(1);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static unsigned bucket_of(uint64_t nanos) {
  if (nanos < SUB) return (unsigned)nanos;
  unsigned shift = 63u - (unsigned)__builtin_clzll(nanos) - SUB_BITS;
  return (shift + 1) * SUB + (unsigned)((nanos >> shift) - SUB);
}

// The middle of a bucket.
static double nanos_of(unsigned bucket) {
  if (bucket < SUB) return bucket;
  unsigned shift = bucket / SUB - 1;
  return (double)((uint64_t)(bucket % SUB + SUB) << shift) + (double)(1ull << shift) / 2;
}

static double percentile_micros(uint64_t total, double share) {
  uint64_t rank = (uint64_t)((double)total * share);
  uint64_t seen = 0;
  for (unsigned i = 0; i < BUCKETS; i++) {
    seen += histogram[i];
    if (seen > rank) return nanos_of(i) / 1000;
  }
  return 0;
}

// User and system time of a process in seconds: fields 14 and 15 of /proc/PID/stat (proc(5)).
static double cpu_seconds(char **pids, int count) {
  unsigned long ticks = 0;
  for (int i = 0; i < count; i++) {
    char path[64];
    char text[1024];
    snprintf(path, sizeof path, "/proc/%s/stat", pids[i]);
    FILE *file = fopen(path, "r");
    if (file == NULL) fail(path);
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = 0;
    char *after_name = strrchr(text, ')');
    unsigned long user = 0;
    unsigned long system = 0;
    if (after_name == NULL
        || sscanf(after_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                  &system) != 2) {
      fprintf(stderr, "cannot read %s\n", path);
      exit(1);
    }
    ticks += user + system;
  }
  return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

// What all processors did in seconds: the first line of /proc/stat (proc(5)). A driver compares it
// with the two processes' own time to see whether something else was running.
static void machine_seconds(double *busy, double *stolen) {
  unsigned long user = 0, nice = 0, system = 0, irq = 0, softirq = 0, steal = 0;
  FILE *file = fopen("/proc/stat", "r");
  if (file == NULL) fail("/proc/stat");
  int fields = fscanf(file, "cpu %lu %lu %lu %*u %*u %lu %lu %lu", &user, &nice, &system, &irq,
                      &softirq, &steal);
  fclose(file);
  if (fields != 6) {
    fprintf(stderr, "cannot read /proc/stat\n");
    exit(1);
  }
  double ticks = (double)sysconf(_SC_CLK_TCK);
  *busy = (double)(user + nice + system + irq + softirq) / ticks;
  *stolen = (double)steal / ticks;
}

static double own_cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// Messages differ from one another, so an old answer cannot pass for a new one.
static const char *message(const struct connection *c) { return pattern + c->count % 256; }

#ifdef TLS
// The socket does not block; what is read while a message is sent stays in the kernel.
static void send_over_tls(struct connection *c) {
  int n;
  while ((n = SSL_write(c->ssl, message(c), (int)size)) <= 0) {
    int why = SSL_get_error(c->ssl, n);
    if (why != SSL_ERROR_WANT_WRITE && why != SSL_ERROR_WANT_READ) fail("SSL_write");
  }
}

static ssize_t receive_over_tls(struct connection *c) {
  int n = SSL_read(c->ssl, buffer, (int)(size - c->received));
  if (n > 0) return n;
  switch (SSL_get_error(c->ssl, n)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    default:
      fail("SSL_read");
      return -1;
  }
}

static void shake_hands(struct connection *c, SSL_CTX *context) {
  c->ssl = SSL_new(context);
  if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1 || SSL_connect(c->ssl) != 1) {
    fprintf(stderr, "no TLS handshake\n");
    exit(1);
  }
}

static SSL_CTX *tls_context(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  // The same cipher with every server.
  if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1
      || SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1) {
    fail("SSL_CTX");
  }
  return context;
}

// Handshakes: each connection lives for one message.

static struct sockaddr_in server_address;
static int epoll_of_all;
static SSL_CTX *context_of_all;

static int keep_ticket(SSL *ssl, SSL_SESSION *session) {
  struct connection *c = SSL_get_app_data(ssl);
  if (c->ticket != NULL) SSL_SESSION_free(c->ticket);
  c->ticket = session;
  return 1;
}

// From many addresses of this machine: one has too few ports, as each rests for a minute.
static void begin_handshake(struct connection *c, uint64_t at) {
  static unsigned turn;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) fail("socket");
  int on = 1;
  struct sockaddr_in from = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK + turn++ % 64)};
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0
      || setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0) {
    fail("setsockopt");
  }
  if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
  if (connect(fd, (struct sockaddr *)&server_address, sizeof server_address) < 0
      && errno != EINPROGRESS) {
    fail("connect");
  }
  c->fd = fd;
  c->sent_nanos = at;
  c->phase = SHAKING;
  c->ssl = SSL_new(context_of_all);
  if (c->ssl == NULL || SSL_set_fd(c->ssl, fd) != 1 || SSL_set_app_data(c->ssl, c) != 1) fail("SSL_new");
  if (kind == RESUMED && c->ticket != NULL && SSL_set_session(c->ssl, c->ticket) != 1) {
    fail("SSL_set_session");
  }
  SSL_set_connect_state(c->ssl);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
  if (epoll_ctl(epoll_of_all, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

// True when the handshake is done and the message is sent.
static int shake_on(struct connection *c) {
  int n = SSL_do_handshake(c->ssl);
  if (n != 1) {
    int why = SSL_get_error(c->ssl, n);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return 0;
    fprintf(stderr, "no TLS handshake: %d\n", why);
    exit(1);
  }
  resumed += (uint64_t)SSL_session_reused(c->ssl);
  c->phase = TALKING;
  c->received = 0;
  send_over_tls(c);
  return 1;
}

static void end_connection(struct connection *c) {
  SSL_shutdown(c->ssl);
  SSL_free(c->ssl);
  close(c->fd);
}
#endif

static void request(struct connection *c, uint64_t at) {
#ifdef TLS
  if (kind == HANDSHAKES || kind == RESUMED) {
    begin_handshake(c, at);
    return;
  }
#endif
  c->received = 0;
  c->sent_nanos = at;
#ifdef TLS
  if (kind == OVER_TLS) {
    send_over_tls(c);
    return;
  }
#endif
  size_t sent = 0;
  while (sent < size) {
    ssize_t n = send(c->fd, message(c) + sent, size - sent, MSG_NOSIGNAL);
    if (n < 0) fail("send");
    sent += (size_t)n;
  }
}

static ssize_t receive(struct connection *c) {
#ifdef TLS
  if (kind >= OVER_TLS) return receive_over_tls(c);
#endif
  return recv(c->fd, buffer, size - c->received, MSG_DONTWAIT);
}

// True when the whole answer is there.
static int response(struct connection *c) {
#ifdef TLS
  if ((kind == HANDSHAKES || kind == RESUMED) && c->phase == SHAKING && !shake_on(c)) return 0;
#endif
  ssize_t n = receive(c);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (n < 0) fail("recv");
  if (n == 0) {
    fprintf(stderr, "the server closed connection %d\n", c->fd);
    exit(1);
  }
  if (memcmp(buffer, message(c) + c->received, (size_t)n) != 0) {
    // The answer to a datagram that was taken for lost.
    if (kind == UDP) return 0;
    fprintf(stderr, "the server sent other bytes back\n");
    exit(1);
  }
  c->received += (size_t)n;
  return c->received == size;
}

static void open_connections(struct connection *all, int count, int port, int epoll) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
#ifdef TLS
  SSL_CTX *context = kind >= OVER_TLS ? tls_context() : NULL;
  if (kind == HANDSHAKES || kind == RESUMED) {
    server_address = address;
    epoll_of_all = epoll;
    context_of_all = context;
    if (kind == RESUMED) {
      SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
      SSL_CTX_sess_set_new_cb(context, keep_ticket);
    }
    for (int i = 0; i < count; i++) all[i].count = (uint64_t)i;
    return;
  }
#endif
  for (int i = 0; i < count; i++) {
    int fd = socket(AF_INET, (kind == UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    int on = 1;
    if (kind != UDP && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) {
      fail("setsockopt");
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    all[i] = (struct connection){.fd = fd, .count = (uint64_t)i};
#ifdef TLS
    if (kind == OVER_TLS) {
      shake_hands(&all[i], context);
      if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0) fail("fcntl");
    }
#endif
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
  }
}

// Serves the connections until `until`; returns the number of answers.
//
// Never sleeps, save with --wait. Otherwise the server's sends would wake this core whenever the server is
// the slower of the two: on a virtual machine that costs a server several times the send itself.
static uint64_t serve(int epoll, struct connection *all, int count, uint64_t until) {
  static struct epoll_event events[EVENTS];
  uint64_t answers = 0;
  uint64_t at = now();
  uint64_t last_answer = at;
  uint64_t last_look = at;
  while (at < until) {
    if (kind == UDP && at - last_look > LOST_NANOS) {
      last_look = at;
      for (int i = 0; i < count; i++) {
        if (at - all[i].sent_nanos < LOST_NANOS) continue;
        lost++;
        request(&all[i], at);
      }
    }
    int ready = epoll_wait(epoll, events, EVENTS, patience_millis);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    if (ready <= 0) {
      at = now();
      if (at - last_answer > STALL_NANOS) {
        fprintf(stderr, "no answer for %llu s\n", STALL_NANOS / 1000000000);
        exit(1);
      }
      continue;
    }
    last_answer = at;
    for (int i = 0; i < ready; i++) {
      struct connection *c = events[i].data.ptr;
      if (!response(c)) continue;
      at = now();
      histogram[bucket_of(at - c->sent_nanos)]++;
      answers++;
      c->count++;
#ifdef TLS
      if (kind == HANDSHAKES || kind == RESUMED) end_connection(c);
#endif
      request(c, at);
    }
  }
  return answers;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--wait") == 0) {
    patience_millis = 1000;
    argc--;
    argv++;
  }
  if (argc < 7) {
    fprintf(stderr, "usage: load [--wait] tcp|udp|tls|handshakes|resumed PORT CONNECTIONS SIZE WARMUP_SECONDS SECONDS [PID...]\n");
    return 2;
  }
  if (strcmp(argv[1], "tcp") == 0) {
    kind = TCP;
  } else if (strcmp(argv[1], "udp") == 0) {
    kind = UDP;
#ifdef TLS
  } else if (strcmp(argv[1], "tls") == 0) {
    kind = OVER_TLS;
  } else if (strcmp(argv[1], "handshakes") == 0) {
    kind = HANDSHAKES;
  } else if (strcmp(argv[1], "resumed") == 0) {
    kind = RESUMED;
#endif
  } else {
    fprintf(stderr, "no such load: %s\n", argv[1]);
    return 2;
  }
  int count = atoi(argv[3]);
  size = (size_t)atol(argv[4]);
  double warmup = atof(argv[5]);
  double seconds = atof(argv[6]);
  size_t largest = kind == UDP ? MAX_DATAGRAM : MAX_SIZE;
  if (count < 1 || size < 1 || size > largest || seconds <= 0) {
    fprintf(stderr, "CONNECTIONS < 1, SIZE not in 1..%zu, or SECONDS <= 0\n", largest);
    return 2;
  }
  pattern = malloc(size + 256);
  buffer = malloc(size);
  struct connection *all = calloc((size_t)count, sizeof *all);
  if (pattern == NULL || buffer == NULL || all == NULL) fail("malloc");
  // A connection's messages start one byte further each time, so none is like the one before.
  for (size_t i = 0; i < size + 256; i++) pattern[i] = (char)(i % 251);

  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1");
  open_connections(all, count, atoi(argv[2]), epoll);
  uint64_t start = now();
  for (int i = 0; i < count; i++) request(&all[i], start);
  serve(epoll, all, count, start + (uint64_t)(warmup * 1e9));

  memset(histogram, 0, sizeof histogram);
  lost = 0;
  resumed = 0;
  double busy, stolen, busy_before, stolen_before;
  machine_seconds(&busy_before, &stolen_before);
  double server_cpu = cpu_seconds(argv + 7, argc - 7);
  double own_cpu = own_cpu_seconds();
  start = now();
  uint64_t answers = serve(epoll, all, count, start + (uint64_t)(seconds * 1e9));
  double span = (double)(now() - start) / 1e9;
  own_cpu = own_cpu_seconds() - own_cpu;
  server_cpu = cpu_seconds(argv + 7, argc - 7) - server_cpu;

  machine_seconds(&busy, &stolen);

  printf("{\"requests\": %llu, \"lost\": %llu, \"resumed\": %llu, \"seconds\": %.6f, \"server_cpu_seconds\": %.2f, "
         "\"load_cpu_seconds\": %.6f, \"machine_cpu_seconds\": %.2f, \"stolen_seconds\": %.2f, "
         "\"p50_us\": %.2f, \"p90_us\": %.2f, \"p99_us\": %.2f, "
         "\"p999_us\": %.2f}\n",
         (unsigned long long)answers, (unsigned long long)lost, (unsigned long long)resumed, span, server_cpu, own_cpu, busy - busy_before,
         stolen - stolen_before, percentile_micros(answers, 0.5), percentile_micros(answers, 0.9),
         percentile_micros(answers, 0.99), percentile_micros(answers, 0.999));
  return 0;
}
