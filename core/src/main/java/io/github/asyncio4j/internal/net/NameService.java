// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.AddressInfoFlag;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.NameInfo;
import io.github.asyncio4j.NameInfoFlag;
import io.github.asyncio4j.Resolver;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.IDN;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The names of hosts and services for one loop: asyncio's `getaddrinfo` and `getnameinfo`
/// (EL-110).
///
/// It answers by itself what needs no look-up, and asks a [Resolver] for the addresses of names.
/// Loop thread only.
public final class NameService implements AutoCloseable {
  private final Lowlevel lowlevel;
  private final LookupThreads threads;
  private final Resolver own;

  // Loop thread only.
  private Resolver resolver;

  /// Makes the names of a loop; starts no thread.
  ///
  /// @param lookup how the system is asked
  /// @param own who is asked unless another is set; null for the system
  public NameService(Lowlevel lowlevel, HostLookup lookup, @Nullable Resolver own) {
    this.lowlevel = lowlevel;
    this.threads = new LookupThreads(lowlevel);
    this.own = own == null ? new SystemResolver(threads, lookup) : own;
    this.resolver = this.own;
  }

  Resolver resolver() {
    return resolver;
  }

  /// Sets who is asked; null for the loop's own.
  void resolver(@Nullable Resolver resolver) {
    this.resolver = resolver == null ? own : resolver;
  }

  // getaddrinfo.

  /// See `EventLoop.getaddrinfo`.
  List<AddressInfo> getaddrinfo(
      @Nullable String host, @Nullable String service, AddressInfoOptions options)
      throws IOException {
    Objects.requireNonNull(options, "options");
    lowlevel.ensureInTask("getaddrinfo");
    if (host == null && service == null) {
      throw new UnknownHostException("neither host nor service");
    }
    if (host != null && host.isEmpty()) {
      throw new UnknownHostException("host is empty");
    }
    var ports = ports(host, service, types(options), options);
    return answers(host, ports, options);
  }

  /// Looks several names up at the same time, and returns their addresses in the order of the
  /// names. An empty one stands for no host.
  ///
  /// @throws IllegalArgumentException when the port is out of range, a host is no text that could
  ///   be a name, or the family has no ports
  /// @throws UnknownHostException when one has no address
  List<AddressInfo> getaddrinfo(List<String> hosts, int port, AddressInfoOptions options)
      throws IOException {
    ensurePort(port, 0);
    var ports = types(options).stream().map(type -> new Port(type, port)).toList();
    hosts.forEach(host -> Objects.requireNonNull(host, "host"));
    if (hosts.size() == 1) {
      return answers(nullIfEmpty(hosts.getFirst()), ports, options);
    }
    var tasks = new ArrayList<Task<List<AddressInfo>>>();
    try {
      for (var host : hosts) {
        tasks.add(lowlevel.loop().createTask(() -> answers(nullIfEmpty(host), ports, options)));
      }
      var infos = new ArrayList<AddressInfo>();
      for (var task : tasks) {
        infos.addAll(await(task));
      }
      return infos;
    } finally {
      tasks.forEach(NameService::forget);
    }
  }

  private static @Nullable String nullIfEmpty(String host) {
    return host.isEmpty() ? null : host;
  }

  private static <T> T await(Task<T> task) throws IOException {
    try {
      return task.await();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  /// Ends a look-up whose answer is of no use any more, or was used.
  private static void forget(Task<?> lookup) {
    if (!lookup.cancel() && !lookup.cancelled()) {
      // Marks a failure as seen.
      var _ = lookup.exception();
    }
  }

  /// Refuses a port that is none.
  static void ensurePort(int port, int least) {
    if (port < least || port > 0xffff) {
      throw new IllegalArgumentException("port out of range: " + port);
    }
  }

  // Types of sockets, and ports.

  private record Port(SocketType type, int number) {
    int proto() {
      return protoOf(type);
    }
  }

  private static int protoOf(SocketType type) {
    return type == SocketType.STREAM ? 6 : 17;
  }

  private static List<SocketType> types(AddressInfoOptions options) {
    if (options.family() == StandardProtocolFamily.UNIX) {
      throw new IllegalArgumentException("host and port have no family " + options.family());
    }
    var types = new ArrayList<SocketType>();
    for (var type : SocketType.values()) {
      if ((options.type() == null || options.type() == type)
          && (options.proto() == 0 || options.proto() == protoOf(type))) {
        types.add(type);
      }
    }
    if (types.isEmpty()) {
      throw new IllegalArgumentException("no type of socket has the protocol: " + options);
    }
    return types;
  }

  private List<Port> ports(
      @Nullable String host,
      @Nullable String service,
      List<SocketType> types,
      AddressInfoOptions options)
      throws IOException {
    if (service == null || service.matches("[+-]?[0-9]{1,18}")) {
      long port = service == null ? 0 : Long.parseLong(service);
      ensurePort(Math.clamp(port, Integer.MIN_VALUE, Integer.MAX_VALUE), 0);
      return types.stream().map(type -> new Port(type, (int) port)).toList();
    }
    if (options.flags().contains(AddressInfoFlag.AI_NUMERICSERV)) {
      throw new UnknownHostException(
          host + ": service is not a number, with AI_NUMERICSERV: " + service);
    }
    var services = threads.call(Services::read);
    var ports = new ArrayList<Port>();
    for (var type : types) {
      int port = services.port(service, type);
      if (port >= 0) {
        ports.add(new Port(type, port));
      }
    }
    if (ports.isEmpty()) {
      throw new UnknownHostException(
          host + ": no service of this name for " + types + ": " + service);
    }
    return ports;
  }

  // Addresses.

  private List<AddressInfo> answers(
      @Nullable String host, List<Port> ports, AddressInfoOptions options) throws IOException {
    var found = AddressFamilies.wanted(addresses(host, options), options);
    if (found.isEmpty()) {
      throw new UnknownHostException(host + ": no address of family " + options.family());
    }
    var canonname = canonname(host, options);
    var infos = new ArrayList<AddressInfo>();
    for (var address : found) {
      for (var port : ports) {
        infos.add(
            new AddressInfo(
                AddressFamilies.of(address),
                port.type(),
                port.proto(),
                infos.isEmpty() ? canonname : "",
                new InetSocketAddress(address, port.number())));
      }
    }
    return infos;
  }

  private String canonname(@Nullable String host, AddressInfoOptions options) throws IOException {
    if (host == null || !options.flags().contains(AddressInfoFlag.AI_CANONNAME)) {
      return "";
    }
    return HostLiteral.parse(host) != null ? host : resolver.canonicalNameOf(asciiName(host));
  }

  private List<InetAddress> addresses(@Nullable String host, AddressInfoOptions options)
      throws IOException {
    var flags = options.flags();
    if (host == null) {
      return flags.contains(AddressInfoFlag.AI_PASSIVE)
          ? AddressFamilies.ALL_INTERFACES
          : AddressFamilies.LOOPBACK;
    }
    var literal = HostLiteral.parse(host);
    if (literal != null) {
      return List.of(literal);
    }
    var name = asciiName(host);
    if (flags.contains(AddressInfoFlag.AI_NUMERICHOST)) {
      throw new UnknownHostException(host + ": host is not a literal, with AI_NUMERICHOST");
    }
    var found = lookedUp(name);
    return flags.contains(AddressInfoFlag.AI_ADDRCONFIG)
        ? AddressFamilies.configured(name, found, threads.call(AddressFamilies::ofThisMachine))
        : found;
  }

  private List<InetAddress> lookedUp(String name) throws IOException {
    if (!lowlevel.loop().getDebug()) {
      return resolver.addressesOf(name);
    }
    long slow = lowlevel.loop().slowCallbackDuration().toNanos();
    long start = lowlevel.loop().time();
    try {
      return resolver.addressesOf(name);
    } finally {
      long nanos = lowlevel.loop().time() - start;
      NetContext.log(
          nanos >= slow ? Level.INFO : Level.DEBUG,
          () -> "Getting address info of " + name + " took " + micros(nanos) + " us",
          null);
    }
  }

  private static long micros(long nanos) {
    return TimeUnit.NANOSECONDS.toMicros(nanos);
  }

  private static String asciiName(String host) {
    if (host.indexOf('\0') >= 0) {
      // The system would look up what stands before it.
      throw new IllegalArgumentException(
          "embedded null character in host: " + host.replace("\0", "\\0"));
    }
    return host.chars().allMatch(c -> c < 0x80) ? host : IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
  }

  // getnameinfo.

  /// See `EventLoop.getnameinfo`.
  NameInfo getnameinfo(SocketAddress sockaddr, NameInfoFlag... flags) throws IOException {
    Objects.requireNonNull(sockaddr, "sockaddr");
    var wanted = EnumSet.noneOf(NameInfoFlag.class);
    wanted.addAll(List.of(flags));
    lowlevel.ensureInTask("getnameinfo");
    if (!(sockaddr instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("an address without host and port: " + sockaddr);
    }
    if (inet.isUnresolved()) {
      throw new UnknownHostException(inet.getHostString() + ": the address is not resolved");
    }
    return new NameInfo(hostName(inet.getAddress(), wanted), serviceName(inet.getPort(), wanted));
  }

  private String hostName(InetAddress address, EnumSet<NameInfoFlag> flags) throws IOException {
    String name = null;
    if (!flags.contains(NameInfoFlag.NI_NUMERICHOST)) {
      name = resolver.nameOf(address);
    }
    if (name == null && flags.contains(NameInfoFlag.NI_NAMEREQD)) {
      throw new UnknownHostException(HostLiteral.of(address) + ": the address has no name");
    }
    return name == null ? HostLiteral.of(address) : name;
  }

  private String serviceName(int port, EnumSet<NameInfoFlag> flags) throws IOException {
    String name = null;
    if (!flags.contains(NameInfoFlag.NI_NUMERICSERV)) {
      var type = flags.contains(NameInfoFlag.NI_DGRAM) ? SocketType.DATAGRAM : SocketType.STREAM;
      name = threads.call(Services::read).name(port, type);
    }
    return name == null ? Integer.toString(port) : name;
  }

  /// Ends the threads; a look-up that is running ends its thread later.
  @Override
  public void close() {
    threads.close();
  }
}
