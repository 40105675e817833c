// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.Readiness;
import io.github.asyncio4j.selector.Selector;
import io.github.asyncio4j.selector.SelfPolling;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The descriptors that a loop watches, one [IoWatch] each (EL-100, EL-101). Loop thread only.
final class Watches {
  private final BaseEventLoop loop;
  private final Selector selector;
  private final Kernel kernel;
  // By channel where there is one, else by descriptor number; by what says itself when it is ready.
  private final Map<Object, IoWatch> byKey = new HashMap<>();
  final SelfPolling self = new SelfPolling(this::onLoopThread);

  Watches(BaseEventLoop loop, Selector selector, Kernel kernel) {
    this.loop = loop;
    this.selector = selector;
    this.kernel = kernel;
  }

  /// What comes when the loop is closed is nobody's business any more.
  private Runnable onLoopThread(Runnable change) {
    var post = new ReusablePost(loop, change, ContextMap.EMPTY);
    return () -> {
      if (loop.holdsLoop()) {
        change.run();
      } else {
        post.post();
      }
    };
  }

  /// Opens a watch that belongs to a transport or the like.
  ///
  /// @throws IllegalStateException when another owner watches the descriptor
  IoWatch open(
      Pollable pollable,
      IoWatch.Owner owner,
      Runnable onReadable,
      Runnable onWritable,
      Object scope)
      throws IOException {
    Object key = keyOf(pollable);
    IoWatch existing = byKey.get(key);
    if (existing != null) {
      ensureNotOwned(pollable, existing);
      // A leftover of addReader on a descriptor that was closed and given out again.
      existing.close();
    }
    IoWatch watch = register(key, pollable, owner);
    try {
      watch.setCallbacks(
          handle(watch, Selector.READ | Selector.BROKEN, onReadable, scope),
          handle(watch, Selector.WRITE, onWritable, scope));
      return watch;
    } catch (Throwable t) {
      watch.close();
      throw t;
    }
  }

  void addReader(Pollable pollable, Runnable callback, Object scope) {
    IoWatch watch = ofUser(pollable);
    try {
      watch.setReader(handle(watch, Selector.READ, callback, scope));
    } catch (IOException e) {
      throw refused(pollable, watch, e);
    }
  }

  void addWriter(Pollable pollable, Runnable callback, Object scope) {
    IoWatch watch = ofUser(pollable);
    try {
      watch.setWriter(handle(watch, Selector.WRITE, callback, scope));
    } catch (IOException e) {
      throw refused(pollable, watch, e);
    }
  }

  boolean removeReader(Pollable pollable) {
    IoWatch watch = existingOfUser(pollable);
    if (watch == null || !watch.isReading()) {
      return false;
    }
    if (watch.isWriting() && watch.isLeftBehind()) {
      watch.close();
      return true;
    }
    try {
      watch.setReader(null);
    } catch (IOException e) {
      // The descriptor was closed behind our back: there is nothing left to watch.
      watch.close();
      return true;
    }
    closeIfIdle(watch);
    return true;
  }

  boolean removeWriter(Pollable pollable) {
    IoWatch watch = existingOfUser(pollable);
    if (watch == null || !watch.isWriting()) {
      return false;
    }
    if (watch.isReading() && watch.isLeftBehind()) {
      watch.close();
      return true;
    }
    try {
      watch.setWriter(null);
    } catch (IOException e) {
      // The descriptor was closed behind our back: there is nothing left to watch.
      watch.close();
      return true;
    }
    closeIfIdle(watch);
    return true;
  }

  /// A descriptor was closed while a user's callback watched it. Called while the selector polls.
  void leftBehind(IoWatch watch, Pollable pollable) {
    watch.close();
    BaseEventLoop.LOGGER.log(
        System.Logger.Level.WARNING,
        pollable
            + " was closed while it was watched by addReader or addWriter, and is not any more:"
            + " call removeReader and removeWriter before it is closed");
  }

  /// Closes every watch and has the owners release their descriptors. The loop is closed.
  void closeAll(FailureCollector closing) {
    for (IoWatch watch : new ArrayList<>(byKey.values())) {
      IoWatch.Owner owner = watch.owner();
      closing.step(watch::close);
      if (owner != null) {
        closing.step(owner::loopClosed);
      }
    }
  }

  /// As [Lowlevel#ensureNotOwned].
  void ensureNotOwned(Pollable pollable) {
    IoWatch watch = byKey.get(keyOf(pollable));
    if (watch != null) {
      ensureNotOwned(pollable, watch);
    }
  }

  /// As [Lowlevel#isWatched].
  boolean isOfUser(Pollable pollable) {
    IoWatch watch = byKey.get(keyOf(pollable));
    return watch != null && watch.owner() == null && !watch.isIdle() && watch.watches(pollable);
  }

  // For IoWatch.

  void queue(IoWatch.IoHandle handle) {
    kernel.queue(handle);
  }

  void closed(Object key, IoWatch watch) {
    byKey.remove(key, watch);
  }

  private IoWatch.IoHandle handle(IoWatch watch, int op, Runnable callback, Object scope) {
    return loop.traced(new IoWatch.IoHandle(watch, op, callback, scope));
  }

  private IoWatch ofUser(Pollable pollable) {
    SelectableChannel channel = pollable.channel();
    if (channel != null && channel.isBlocking()) {
      // Epoll would watch it, but what the callback does then may block the loop.
      throw new IllegalArgumentException(
          "channel is blocking: " + pollable + "; call its configureBlocking(false) before");
    }
    if (pollable instanceof Socket socket && !socket.isOpen()) {
      throw new IllegalArgumentException("Invalid file descriptor: -1, " + pollable);
    }
    IoWatch watch = existingOfUser(pollable);
    if (watch != null && !watch.isLeftBehind()) {
      return watch;
    }
    if (watch != null) {
      watch.close();
    }
    try {
      return register(keyOf(pollable), pollable, null);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot watch " + pollable + ": " + e.getMessage(), e);
    }
  }

  private @Nullable IoWatch existingOfUser(Pollable pollable) {
    IoWatch watch = byKey.get(keyOf(pollable));
    if (watch == null) {
      return null;
    }
    ensureNotOwned(pollable, watch);
    if (!watch.isValid()) {
      // Left behind by a number whose next file was found in its place.
      watch.close();
      return null;
    }
    return watch;
  }

  private IoWatch register(Object key, Pollable pollable, IoWatch.@Nullable Owner owner)
      throws IOException {
    IoWatch.Registrar registrar =
        pollable.readiness() == null
            ? l -> selector.register(pollable, 0, l)
            : l -> self.register(pollable, 0, l);
    var watch = new IoWatch(this, key, owner, registrar);
    try {
      byKey.put(key, watch);
      return watch;
    } catch (Throwable t) {
      watch.close();
      throw t;
    }
  }

  private static IllegalArgumentException refused(Pollable pollable, IoWatch watch, IOException e) {
    closeIfIdle(watch);
    return new IllegalArgumentException("cannot watch " + pollable + ": " + e.getMessage(), e);
  }

  private static void closeIfIdle(IoWatch watch) {
    if (watch.isIdle()) {
      watch.close();
    }
  }

  private static void ensureNotOwned(Pollable pollable, IoWatch watch) {
    if (watch.owner() != null) {
      throw new IllegalStateException(
          "File descriptor " + pollable + " is used by transport " + watch.owner());
    }
  }

  /// Tells whether something is a number and nothing else.
  static boolean isBareNumber(Pollable pollable) {
    return pollable.channel() == null
        && pollable.readiness() == null
        && !(pollable instanceof Socket);
  }

  private static Object keyOf(Pollable pollable) {
    Readiness readiness = pollable.readiness();
    if (readiness != null) {
      return readiness;
    }
    SelectableChannel channel = pollable.channel();
    if (channel != null) {
      return channel;
    }
    int fd = pollable.fileno();
    if (fd < 0) {
      throw new IllegalArgumentException("Invalid file descriptor: " + fd + ", " + pollable);
    }
    return fd;
  }
}
