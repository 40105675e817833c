// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.IDN;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Finds the addresses of host names for one loop: asyncio's `getaddrinfo` (EL-110).
///
/// A lookup blocks, in native code, so it runs on one of a few threads of the resolver's own: the
/// work of users cannot stall it. The threads are made on demand and end when idle or when
/// the loop is closed. Literals need no thread. The order of addresses is the JDK's, see the
/// property `java.net.preferIPv6Addresses`.
///
/// Loop thread only.
public final class Resolver implements AutoCloseable {
  /// Lookups at the same time. A thread is held for as long as a name server is silent.
  private static final int MAX_THREADS = 8;

  private static final long IDLE_SECONDS = 5;

  private static final InetAddress ANY_INET = InetAddress.ofLiteral("0.0.0.0");
  private static final InetAddress ANY_INET6 = InetAddress.ofLiteral("::");

  private final Lowlevel lowlevel;
  private final HostLookup lookup;
  private @Nullable ThreadPoolExecutor threads;

  /// Makes the resolver of a loop; starts no thread.
  public Resolver(Lowlevel lowlevel, HostLookup lookup) {
    this.lowlevel = lowlevel;
    this.lookup = lookup;
  }

  /// Resolves a host name. Suspends unless it is a literal.
  ///
  /// @param host name or literal; empty for the wildcard addresses
  /// @param port 0 to 65535, copied to each answer
  /// @param family only addresses of this family, or null for any
  /// @throws IllegalArgumentException when the port is out of range, the host is no text that could
  ///   be a name, or the family has no ports
  /// @throws IllegalStateException outside a task of the loop
  /// @throws UnknownHostException when there is no address
  public List<AddressInfo> getaddrinfo(
      String host, int port, @Nullable StandardProtocolFamily family) throws IOException {
    Objects.requireNonNull(host, "host");
    this.lowlevel.ensureInTask("getaddrinfo");
    return getaddrinfo(List.of(host), port, family);
  }

  /// Resolves several names at the same time, and returns their addresses in the order of the
  /// names.
  List<AddressInfo> getaddrinfo(
      List<String> hosts, int port, @Nullable StandardProtocolFamily family) throws IOException {
    ensurePort(port, 0);
    if (family == StandardProtocolFamily.UNIX) {
      throw new IllegalArgumentException("host and port have no family " + family);
    }
    var lookups = new ArrayList<Future<List<InetAddress>>>();
    try {
      for (var host : hosts) {
        lookups.add(start(host));
      }
      var infos = new ArrayList<AddressInfo>();
      for (int i = 0; i < hosts.size(); i++) {
        addAnswers(infos, hosts.get(i), port, family, await(lookups.get(i)));
      }
      return infos;
    } finally {
      lookups.forEach(Resolver::forget);
    }
  }

  /// Refuses a port that is none.
  static void ensurePort(int port, int least) {
    if (port < least || port > 0xffff) {
      throw new IllegalArgumentException("port out of range: " + port);
    }
  }

  private Future<List<InetAddress>> start(String host) {
    Objects.requireNonNull(host, "host");
    var known = known(host);
    if (known != null) {
      Future<List<InetAddress>> answer = lowlevel.loop().createFuture();
      answer.setResult(known);
      return answer;
    }
    var name = asciiName(host);
    if (lookup.answersAtOnce()) {
      return answered(name);
    }
    Callable<List<InetAddress>> call = () -> lookup.addressesOf(name);
    var loop = lowlevel.loop();
    return loop.runInExecutor(threads(), loop.getDebug() ? timed(name, call) : call);
  }

  private Future<List<InetAddress>> answered(String name) {
    Future<List<InetAddress>> answer = lowlevel.loop().createFuture();
    try {
      answer.setResult(lookup.addressesOf(name));
    } catch (UnknownHostException e) {
      answer.setException(e);
    }
    return answer;
  }

  /// Returns the addresses of what needs no lookup, or null.
  private static @Nullable List<InetAddress> known(String host) {
    if (host.isEmpty()) {
      return List.of(ANY_INET, ANY_INET6);
    }
    // A zone may be the name of an interface, which must be looked up (EL-40).
    if (host.indexOf('%') >= 0) {
      return null;
    }
    try {
      return List.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String asciiName(String host) {
    if (host.indexOf('\0') >= 0) {
      // The system would look up what stands before it.
      throw new IllegalArgumentException(
          "embedded null character in host: " + host.replace("\0", "\\0"));
    }
    return host.chars().allMatch(c -> c < 0x80) ? host : IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
  }

  private Executor threads() {
    var pool = threads;
    if (pool == null) {
      pool =
          new ThreadPoolExecutor(
              MAX_THREADS,
              MAX_THREADS,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              Thread.ofPlatform().daemon().name("asyncio4j-resolver-", 0).factory());
      pool.allowCoreThreadTimeOut(true);
      threads = pool;
    }
    return pool;
  }

  private Callable<List<InetAddress>> timed(String name, Callable<List<InetAddress>> call) {
    long slow = lowlevel.loop().slowCallbackDuration().toNanos();
    return () -> {
      long start = System.nanoTime();
      try {
        return call.call();
      } finally {
        long nanos = System.nanoTime() - start;
        NetContext.log(
            nanos >= slow ? Level.INFO : Level.DEBUG,
            () -> "Getting address info of " + name + " took " + nanos / 1000 + " us",
            null);
      }
    };
  }

  private static List<InetAddress> await(Future<List<InetAddress>> lookup) throws IOException {
    try {
      return lookup.await();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private static void addAnswers(
      List<AddressInfo> infos,
      String host,
      int port,
      @Nullable StandardProtocolFamily family,
      List<InetAddress> addresses)
      throws UnknownHostException {
    int before = infos.size();
    for (var address : addresses) {
      var its =
          address instanceof Inet4Address
              ? StandardProtocolFamily.INET
              : StandardProtocolFamily.INET6;
      if (family == null || family == its) {
        infos.add(new AddressInfo(its, new InetSocketAddress(address, port)));
      }
    }
    if (infos.size() == before) {
      throw new UnknownHostException(host + ": no address of family " + family);
    }
  }

  /// Drops a lookup whose answer is of no use any more, or was used.
  private static void forget(Future<?> lookup) {
    if (!lookup.cancel() && !lookup.cancelled()) {
      // Marks a failure as seen.
      var _ = lookup.exception();
    }
  }

  /// Ends the threads; a lookup that is running ends its thread later.
  @Override
  public void close() {
    if (threads != null) {
      threads.shutdownNow();
    }
  }
}
