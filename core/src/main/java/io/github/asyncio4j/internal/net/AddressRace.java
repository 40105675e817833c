// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.internal.tasks.StaggeredRace;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Connects a socket to the first of several addresses that works: one after the other, or, with
/// `happyEyeballsDelay`, each next one when those before have had their time (RFC 8305, EL-43,
/// EL-48 to EL-50).
///
/// One object for each call. Loop thread only.
final class AddressRace {
  private final NetContext net;
  private final List<AddressInfo> remotes;
  private final @Nullable List<AddressInfo> locals;
  private final ConnectionOptions options;

  // For each address that was tried, in their order, what went wrong.
  private final List<List<IOException>> failures = new ArrayList<>();
  // What no address can be blamed for.
  private @Nullable RuntimeException broken;
  private @Nullable Socket winner;

  /// @param locals what to bind to first, or null
  AddressRace(
      NetContext net,
      List<AddressInfo> remotes,
      @Nullable List<AddressInfo> locals,
      ConnectionOptions options) {
    this.net = net;
    this.remotes = interleaved(remotes, firstOfItsFamily(options));
    this.locals = locals;
    this.options = options;
  }

  private static int firstOfItsFamily(ConnectionOptions options) {
    var interleave = options.interleave();
    if (interleave != null) {
      return interleave;
    }
    return options.happyEyeballsDelay() == null ? 0 : 1;
  }

  /// Sorts addresses so that their families take turns.
  ///
  /// @param first how many of the first family come before the first of another; 0 leaves the order
  static List<AddressInfo> interleaved(List<AddressInfo> infos, int first) {
    if (first == 0) {
      return infos;
    }
    var families = new LinkedHashMap<StandardProtocolFamily, ArrayDeque<AddressInfo>>();
    for (var info : infos) {
      families.computeIfAbsent(info.family(), _ -> new ArrayDeque<>()).add(info);
    }
    var sorted = new ArrayList<AddressInfo>();
    var queues = List.copyOf(families.values());
    while (sorted.size() < first - 1 && !queues.getFirst().isEmpty()) {
      sorted.add(queues.getFirst().remove());
    }
    while (sorted.size() < infos.size()) {
      for (var queue : queues) {
        if (!queue.isEmpty()) {
          sorted.add(queue.remove());
        }
      }
    }
    return sorted;
  }

  /// Suspends until one address is connected.
  ///
  /// @throws IOException the only failure, the first when all say the same, or one that lists them
  /// @throws ExceptionGroup with `allErrors`
  Socket run() throws IOException {
    var delay = options.happyEyeballsDelay();
    if (delay == null || remotes.size() == 1) {
      inTurn();
    } else {
      race(delay);
    }
    if (winner == null) {
      throw failure();
    }
    return winner;
  }

  private void inTurn() {
    for (var remote : remotes) {
      if (winner == null) {
        attempt(remote);
      }
    }
    if (broken != null) {
      throw broken;
    }
  }

  private void race(Duration delay) {
    var attempts = new ArrayList<Coroutine<@Nullable Void>>();
    for (var remote : remotes) {
      attempts.add(
          () -> {
            attempt(remote);
            if (winner == null) {
              // The next one may start.
              throw new IOException("not connected: " + remote);
            }
            return null;
          });
    }
    boolean ended = false;
    try {
      StaggeredRace.run(attempts, delay);
      if (winner == null && broken != null) {
        throw broken;
      }
      ended = true;
    } finally {
      // It was cancelled while the losers ended.
      if (!ended && winner != null) {
        net.close(winner);
      }
    }
  }

  /// Tries an address; keeps the socket if it is the first, and what went wrong if it fails.
  private void attempt(AddressInfo remote) {
    var its = new ArrayList<IOException>();
    failures.add(its);
    try {
      var socket = connect(remote, its);
      if (winner == null) {
        winner = socket;
      } else {
        // Two have connected in one iteration.
        net.close(socket);
      }
    } catch (IOException e) {
      its.add(e);
    } catch (RuntimeException e) {
      broken = broken == null ? e : broken;
    }
  }

  private Socket connect(AddressInfo remote, List<IOException> its) throws IOException {
    var socket = open(remote.family());
    boolean connected = false;
    try {
      if (locals != null) {
        bind(socket, locals, its);
      }
      net.backend().connect(socket, remote.address());
      connected = true;
      return socket;
    } finally {
      // By failure or by cancellation, which may come when the connection had just been made
      //
      if (!connected) {
        net.close(socket);
      }
    }
  }

  private Socket open(StandardProtocolFamily family) throws IOException {
    try {
      return net.sockets().open(family, SocketType.STREAM);
    } catch (UnsupportedOperationException e) {
      throw new IOException("no socket of family " + family + ": " + e.getMessage(), e);
    }
  }

  /// Binds to the first local address of the socket's family that works (EL-43).
  private static void bind(Socket socket, List<AddressInfo> locals, List<IOException> failures)
      throws IOException {
    IOException last = null;
    for (var local : locals) {
      if (local.family() != socket.family()) {
        continue;
      }
      if (last != null) {
        failures.add(last);
      }
      try {
        socket.bind(local.address());
        return;
      } catch (IOException e) {
        last = BindFailure.naming(local.address(), e);
      }
    }
    throw last != null
        ? last
        : new IOException("no matching local address with family=" + socket.family() + " found");
  }

  // Failing (EL-50).

  private IOException failure() {
    var all = failures.stream().flatMap(List::stream).toList();
    if (options.allErrors()) {
      throw new ExceptionGroup("createConnection failed", all);
    }
    if (all.isEmpty()) {
      return new IOException("createConnection failed");
    }
    var texts = all.stream().map(AddressRace::text).distinct().toList();
    if (texts.size() == 1) {
      return all.getFirst();
    }
    var several =
        new IOException(
            all.stream()
                .map(AddressRace::text)
                .collect(Collectors.joining(", ", "Multiple exceptions: ", "")));
    all.forEach(several::addSuppressed);
    return several;
  }

  private static String text(IOException failure) {
    var message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
