// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Remembers for a while what another resolver has answered, and that it knew no answer.
///
/// ```java
/// loop.setResolver(
///     new CachingResolver(loop.getResolver(), Duration.ofMinutes(1), Duration.ofSeconds(5), 1000));
/// ```
///
/// Tasks that ask for one name at the same time share one look-up, which ends when the last of them
/// is cancelled. Time is that of the loop. Names of addresses and canonical names are not
/// remembered, nor are failures other than that a host is unknown.
///
/// Loop thread only; it belongs to the loop on which it is asked first.
public final class CachingResolver implements Resolver {
  private final Resolver source;
  private final Duration ttl;
  private final Duration negativeTtl;
  private final int maxSize;

  // Loop thread only.
  private @Nullable EventLoop owner;
  // The one that was asked for least recently first.
  private final LinkedHashMap<String, Answer> answers = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Lookup> lookups = new HashMap<>();

  /// What the source said.
  ///
  /// @param addresses null for an unknown host
  /// @param reason the text of the exception for an unknown host
  /// @param until when to ask again, in the time of the loop
  private record Answer(
      @Nullable List<InetAddress> addresses, @Nullable String reason, long until) {
    List<InetAddress> get() throws UnknownHostException {
      if (addresses == null) {
        throw new UnknownHostException(reason);
      }
      return addresses;
    }
  }

  /// A look-up that is under way, and how many wait for it.
  private static final class Lookup {
    final String name;
    // Null until it was made.
    @Nullable Task<Answer> task;
    int waiting;

    Lookup(String name) {
      this.name = name;
    }
  }

  /// Makes an empty cache.
  ///
  /// @param source who is asked
  /// @param ttl how long addresses are remembered; zero for not at all
  /// @param negativeTtl how long it is remembered that a host is unknown; zero for not at all
  /// @param maxSize most names that are remembered; then the one that was asked for least recently
  ///   is forgotten
  /// @throws IllegalArgumentException when a duration is negative, or `maxSize` below 1
  public CachingResolver(Resolver source, Duration ttl, Duration negativeTtl, int maxSize) {
    this.source = Objects.requireNonNull(source, "source");
    this.ttl = ensureNotNegative("ttl", ttl);
    this.negativeTtl = ensureNotNegative("negativeTtl", negativeTtl);
    if (maxSize < 1) {
      throw new IllegalArgumentException("maxSize < 1: " + maxSize);
    }
    this.maxSize = maxSize;
  }

  private static Duration ensureNotNegative(String name, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(name + " < 0: " + duration);
    }
    return duration;
  }

  /// Returns the remembered addresses, or asks. Suspending.
  ///
  /// @throws IllegalStateException on a loop that is not the first one's
  @Override
  public List<InetAddress> addressesOf(String host) throws IOException {
    EventLoop loop = ownLoop();
    // Names are compared without regard to case (RFC 4343).
    String name = host.toLowerCase(Locale.ROOT);
    Answer known = answers.get(name);
    if (known != null) {
      if (loop.time() - known.until() < 0) {
        return known.get();
      }
      answers.remove(name);
    }
    Lookup lookup = lookups.get(name);
    return await(loop, lookup != null ? lookup : start(loop, name, host)).get();
  }

  private Lookup start(EventLoop loop, String name, String host) {
    var lookup = new Lookup(name);
    lookups.put(name, lookup);
    lookup.task =
        loop.createTask(
            () -> {
              try {
                return remember(loop, name, ask(loop, host));
              } finally {
                lookups.remove(name, lookup);
              }
            });
    return lookup;
  }

  private Answer ask(EventLoop loop, String host) throws IOException {
    try {
      List<InetAddress> addresses = List.copyOf(source.addressesOf(host));
      return new Answer(addresses, null, Durations.instantAfter(loop.time(), ttl));
    } catch (UnknownHostException e) {
      return new Answer(null, e.getMessage(), Durations.instantAfter(loop.time(), negativeTtl));
    }
  }

  private Answer remember(EventLoop loop, String name, Answer answer) {
    if (answer.until() - loop.time() > 0) {
      answers.put(name, answer);
      if (answers.size() > maxSize) {
        answers.pollFirstEntry();
      }
    }
    return answer;
  }

  /// Waits for a look-up that others may wait for too: a cancellation ends this wait only, unless
  /// it is the last one.
  private Answer await(EventLoop loop, Lookup lookup) throws IOException {
    Task<Answer> task = Objects.requireNonNull(lookup.task);
    Future<@Nullable Void> done = loop.createFuture();
    task.addDoneCallback(_ -> done.trySetResult(null));
    lookup.waiting++;
    try {
      done.join();
    } finally {
      if (--lookup.waiting == 0 && !task.done()) {
        // Whoever asks from now on asks anew.
        lookups.remove(lookup.name, lookup);
        task.cancel();
      }
    }
    try {
      return task.result();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      // One of its own for each who has waited.
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public String canonicalNameOf(String host) throws IOException {
    return source.canonicalNameOf(host);
  }

  @Override
  public @Nullable String nameOf(InetAddress address) throws IOException {
    return source.nameOf(address);
  }

  /// Forgets a host.
  public void remove(String host) {
    answers.remove(host.toLowerCase(Locale.ROOT));
  }

  /// Forgets every host. What is being looked up is remembered when it comes.
  public void clear() {
    answers.clear();
  }

  /// Returns how many hosts are remembered, among them those whose time is over and who were not
  /// asked for again.
  public int size() {
    return answers.size();
  }

  private EventLoop ownLoop() {
    EventLoop loop = EventLoop.getRunningLoop();
    if (owner == null) {
      owner = loop;
    } else if (owner != loop) {
      throw new IllegalStateException("a cache of another loop: " + owner + ", asked on " + loop);
    }
    return loop;
  }

  @Override
  public String toString() {
    return "<CachingResolver size=" + answers.size() + " of " + source + ">";
  }
}
