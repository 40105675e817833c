// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import static io.github.asyncio4j.internal.ffi.Constants.EPOLLERR;
import static io.github.asyncio4j.internal.ffi.Constants.EPOLLHUP;
import static io.github.asyncio4j.internal.ffi.Constants.EPOLLIN;
import static io.github.asyncio4j.internal.ffi.Constants.EPOLLOUT;
import static io.github.asyncio4j.internal.ffi.Constants.EPOLL_CTL_ADD;
import static io.github.asyncio4j.internal.ffi.Constants.EPOLL_CTL_DEL;
import static io.github.asyncio4j.internal.ffi.Constants.EPOLL_CTL_MOD;

import io.github.asyncio4j.internal.ffi.ChannelDescriptors;
import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.EpollEvents;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A selector over Linux epoll(7), level-triggered. Watches descriptors, and NIO channels when the
/// JDK tells their numbers.
///
/// Threads as for [Selector].
public final class EpollSelector implements Selector {
  /*
   * Some facts about epoll.
   *
   * EPOLLERR and EPOLLHUP are reported whether asked for or not. So a registration without interest
   * is not in the epoll set at all, else a broken connection that nobody reads would spin the loop;
   * and one whose only interest is that it breaks is in it and asks for nothing.
   *
   * The set belongs to open files, not to descriptor numbers. Closing a number takes the file out
   * only when no duplicate is left; until then its events come, and nothing can remove it, because
   * epoll_ctl finds it by a number that is gone or is another's. The data of each event carries the
   * number and a generation, so such an event finds nobody; the set is then made anew, which is the
   * one way to get rid of the file.
   *
   * Whether a number still means the file that it meant is told by adding it: EEXIST says so. Unless
   * there is an orphan of the same number and file; so the set is also made anew before a number is
   * registered that may have left one.
   *
   * A batch is resolved to registrations before the first listener runs. Whatever finds nobody then
   * is such an orphan, and not merely something that an earlier listener has cancelled.
   */

  private static final int BATCH = 1024;
  private static final int BREAKS = EPOLLERR | EPOLLHUP;
  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final Syscalls syscalls;
  private final EpollWakeup wakeup;

  // Loop thread only, as is all below. The arena is freed by the garbage collector: a shared one
  // would cost two atomic operations in each call.
  private final MemorySegment errno;
  private final EpollEvents events;
  private final EpollEvents change;
  private final MemorySegment timespec;
  private final EpollRegistration[] batch = new EpollRegistration[BATCH];
  private final int[] batchOps = new int[BATCH];
  private int epfd;
  private @Nullable EpollRegistration[] registrations = new EpollRegistration[64];
  // Numbers of which the set may have an orphan.
  private final BitSet suspects = new BitSet();
  // How many have an interest.
  private int interested;
  private int lastGeneration;
  private boolean nanosecondTimeouts = true;

  // Written by the loop thread.
  private volatile boolean open = true;

  EpollSelector(Syscalls syscalls) throws IOException {
    Arena arena = Arena.ofAuto();
    this.syscalls = syscalls;
    this.errno = arena.allocate(ValueLayout.JAVA_INT);
    this.events = new EpollEvents(arena, BATCH);
    this.change = new EpollEvents(arena, 1);
    this.timespec = arena.allocate(ValueLayout.JAVA_LONG, 2);
    this.epfd = createSet();
    try {
      this.wakeup = new EpollWakeup(syscalls, arena, errno);
    } catch (IOException e) {
      syscalls.close(errno, epfd);
      throw e;
    }
    try {
      addWakeup(epfd);
    } catch (IOException e) {
      wakeup.close();
      syscalls.close(errno, epfd);
      throw e;
    }
  }

  /// Opens a selector.
  ///
  /// @throws UnsupportedOperationException when native access is not granted, or this is not Linux
  /// @throws IOException when the system is out of descriptors
  public static EpollSelector open() throws IOException {
    return new EpollSelector(Native.syscalls());
  }

  private int createSet() throws IOException {
    int result = syscalls.epoll_create1(errno, Constants.EPOLL_CLOEXEC);
    if (result < 0) {
      throw Errno.ioException("epoll_create1", -result);
    }
    return result;
  }

  private void addWakeup(int set) throws IOException {
    change.set(0, EPOLLIN, wakeup.fd());
    int result = syscalls.epoll_ctl(errno, set, EPOLL_CTL_ADD, wakeup.fd(), change.segment());
    if (result < 0) {
      throw Errno.ioException("epoll_ctl(ADD, fd " + wakeup.fd() + ")", -result);
    }
  }

  @Override
  public Registration register(Pollable pollable, int interest, ReadyListener listener)
      throws IOException {
    ensureOpen();
    checkInterest(interest);
    int fd = descriptorOf(pollable);
    EpollRegistration old = at(fd);
    if (old != null) {
      if (!isLeftBehind(old)) {
        throw new IllegalStateException("already registered: " + pollable);
      }
      registrations[fd] = null;
      countInterest(old.interest(), 0);
      if (old.interest() != 0) {
        suspects.set(fd);
      }
    }
    if (suspects.get(fd)) {
      renewSet();
    }
    if (fd >= registrations.length) {
      // Whatever number it is: room is made for one that exists.
      ensureExists(fd);
      registrations = Arrays.copyOf(registrations, Math.max(fd + 1, registrations.length * 2));
    }
    var registration = new EpollRegistration(this, pollable, fd, nextGeneration(), listener);
    registrations[fd] = registration;
    try {
      setInterest(registration, interest);
    } catch (IOException | RuntimeException e) {
      registrations[fd] = null;
      throw e;
    }
    return registration;
  }

  private static int descriptorOf(Pollable pollable) throws IOException {
    int fd = pollable.fileno();
    if (fd >= 0) {
      return fd;
    }
    SelectableChannel channel = pollable.channel();
    if (channel == null || !channel.isOpen()) {
      throw new ClosedChannelException();
    }
    throw new UnsupportedOperationException(
        "the descriptor of a "
            + channel.getClass().getSimpleName()
            + " is not known: start java with "
            + ChannelDescriptors.flag());
  }

  /// Tells whether the descriptor of a registration was closed, so that its number is free again.
  ///
  /// A socket or channel says so itself. A bare number cannot: but then the file that has it now is
  /// not in the set, so that its addition succeeds.
  boolean isLeftBehind(EpollRegistration old) {
    if (old.pollable().fileno() != old.fd) {
      return true;
    }
    if (old.interest() == 0) {
      return false;
    }
    int result = syscalls.epoll_ctl(errno, epfd, EPOLL_CTL_ADD, old.fd, change.segment());
    if (result >= 0) {
      syscalls.epoll_ctl(errno, epfd, EPOLL_CTL_DEL, old.fd, change.segment());
    }
    // Closed, or the number of something else; EPERM if that cannot be in a set.
    return result >= 0 || result == -Errno.EBADF || result == -Errno.EPERM;
  }

  private void ensureExists(int fd) throws IOException {
    int result = syscalls.fcntl(errno, fd, Constants.F_GETFD, 0);
    if (result < 0) {
      throw Errno.ioException("fcntl(F_GETFD, fd " + fd + ")", -result);
    }
  }

  private int nextGeneration() {
    // 0 is the wake-up's. A number comes back after four thousand million registrations.
    lastGeneration = lastGeneration == -1 ? 1 : lastGeneration + 1;
    return lastGeneration;
  }

  @Override
  public @Nullable Registration registration(Pollable pollable) {
    int fd = pollable.fileno();
    EpollRegistration found = fd < 0 ? null : at(fd);
    return found == null || found.pollable().fileno() != fd ? null : found;
  }

  private @Nullable EpollRegistration at(int fd) {
    return fd < registrations.length ? registrations[fd] : null;
  }

  boolean isCurrent(EpollRegistration registration) {
    return open && at(registration.fd) == registration;
  }

  void setInterest(EpollRegistration registration, int interest) throws IOException {
    checkInterest(interest);
    int old = registration.interest();
    if (interest == old) {
      return;
    }
    if (registration.pollable().fileno() != registration.fd) {
      // Closed, so the number may be another's.
      if (interest != 0) {
        throw new ClosedChannelException();
      }
      countInterest(old, 0);
      registration.interestIs(0);
      return;
    }
    int op = old == 0 ? EPOLL_CTL_ADD : interest == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
    int result = control(epfd, op, registration, interest);
    if (op == EPOLL_CTL_MOD && result == -Errno.ENOENT) {
      // The number was closed and opened again: watch the file that it means now.
      suspects.set(registration.fd);
      result = control(epfd, EPOLL_CTL_ADD, registration, interest);
    } else if (op == EPOLL_CTL_DEL && isGone(registration, result)) {
      result = 0;
    }
    if (result < 0) {
      String call = "epoll_ctl(" + opName(op) + ", fd " + registration.fd + ")";
      if (result == -Errno.EPERM) {
        call += ", which watches no regular file and no directory";
      }
      throw Errno.ioException(call, -result);
    }
    countInterest(old, interest);
    registration.interestIs(interest);
  }

  private void countInterest(int before, int after) {
    interested += (after == 0 ? 0 : 1) - (before == 0 ? 0 : 1);
  }

  private static String opName(int op) {
    return op == EPOLL_CTL_ADD ? "ADD" : op == EPOLL_CTL_MOD ? "MOD" : "DEL";
  }

  /// Tells of the result of a removal whether the number was closed before: the set forgot the file
  /// by itself, or has an orphan now.
  private boolean isGone(EpollRegistration registration, int result) {
    boolean gone = result == -Errno.ENOENT || result == -Errno.EBADF;
    if (gone) {
      suspects.set(registration.fd);
    }
    return gone;
  }

  private int control(int set, int op, EpollRegistration registration, int interest) {
    int bits = ((interest & READ) != 0 ? EPOLLIN : 0) | ((interest & WRITE) != 0 ? EPOLLOUT : 0);
    change.set(0, bits, registration.data());
    return syscalls.epoll_ctl(errno, set, op, registration.fd, change.segment());
  }

  void cancel(EpollRegistration registration) {
    if (!isCurrent(registration)) {
      return;
    }
    registrations[registration.fd] = null;
    countInterest(registration.interest(), 0);
    // A closed channel's number may be another's already, so leave it alone.
    if (registration.interest() != 0 && registration.pollable().fileno() == registration.fd) {
      int fd = registration.fd;
      int result = syscalls.epoll_ctl(errno, epfd, EPOLL_CTL_DEL, fd, change.segment());
      var _ = isGone(registration, result);
    }
  }

  @Override
  public void select(long timeoutNanos) throws IOException {
    ensureOpen();
    int count = poll(timeoutNanos);
    if (count < 0) {
      if (count == -Errno.EINTR) {
        return;
      }
      throw Errno.ioException("epoll_wait(fd " + epfd + ")", -count);
    }
    if (count > 0) {
      deliver(resolve(count));
    }
  }

  private int poll(long timeoutNanos) {
    if (timeoutNanos > 0 && nanosecondTimeouts) {
      timespec.setAtIndex(ValueLayout.JAVA_LONG, 0, timeoutNanos / NANOS_PER_SECOND);
      timespec.setAtIndex(ValueLayout.JAVA_LONG, 1, timeoutNanos % NANOS_PER_SECOND);
      int count = syscalls.epoll_pwait2(errno, epfd, events.segment(), BATCH, timespec);
      if (count != -Errno.ENOSYS && count != -Errno.EPERM) {
        return count;
      }
      nanosecondTimeouts = false; // An old kernel or C library, or a sandbox that forbids it.
    }
    return syscalls.epoll_wait(errno, epfd, events.segment(), BATCH, millis(timeoutNanos));
  }

  private static int millis(long nanos) {
    if (nanos <= 0) {
      return nanos == 0 ? 0 : -1;
    }
    long roundedUp = (nanos - 1) / NANOS_PER_MILLI + 1;
    return (int) Math.min(roundedUp, Integer.MAX_VALUE);
  }

  /// Turns the events into registrations, consumes the wake-up, and removes orphans.
  private int resolve(int count) throws IOException {
    int ready = 0;
    boolean orphans = false;
    for (int i = 0; i < count; i++) {
      long data = events.data(i);
      EpollRegistration registration = at((int) data);
      if (registration != null && registration.data() == data && registration.interest() != 0) {
        batch[ready] = registration;
        batchOps[ready++] = events.events(i);
      } else if (data == wakeup.fd()) {
        wakeup.drain();
      } else {
        orphans = true;
      }
    }
    if (orphans) {
      renewSet();
    }
    return ready;
  }

  private void deliver(int ready) {
    try {
      for (int i = 0; i < ready; i++) {
        EpollRegistration registration = batch[i];
        int bits = batchOps[i];
        int ops =
            (bits & BREAKS) != 0
                ? READ | WRITE | BROKEN
                : ((bits & EPOLLIN) != 0 ? READ : 0) | ((bits & EPOLLOUT) != 0 ? WRITE : 0);
        ops &= registration.interest();
        if (ops != 0 && isCurrent(registration)) {
          registration.listener.ready(ops);
        }
      }
    } finally {
      Arrays.fill(batch, 0, ready, null);
    }
  }

  /// Replaces the set by one that has the live registrations and nothing else. One whose number is
  /// another file's by now is none: the old set does not have that file.
  private void renewSet() throws IOException {
    int fresh = createSet();
    try {
      addWakeup(fresh);
    } catch (IOException e) {
      syscalls.close(errno, fresh);
      throw e;
    }
    for (EpollRegistration registration : registrations) {
      if (registration != null
          && registration.interest() != 0
          && registration.pollable().fileno() == registration.fd
          && !move(registration, fresh)) {
        registrations[registration.fd] = null;
        countInterest(registration.interest(), 0);
      }
    }
    syscalls.close(errno, epfd);
    epfd = fresh;
    suspects.clear();
  }

  private boolean move(EpollRegistration registration, int fresh) {
    int interest = registration.interest();
    int there = control(epfd, EPOLL_CTL_MOD, registration, interest);
    return there != -Errno.ENOENT
        && there != -Errno.EBADF
        && control(fresh, EPOLL_CTL_ADD, registration, interest) >= 0;
  }

  @Override
  public void wakeup() {
    wakeup.signal();
  }

  @Override
  public boolean pollsDescriptors() {
    return true;
  }

  @Override
  public boolean anyInterest() {
    return interested > 0;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    Arrays.fill(registrations, null);
    syscalls.close(errno, epfd);
    wakeup.close();
  }

  private void ensureOpen() {
    if (!open) {
      throw new IllegalStateException("selector is closed");
    }
  }

  private static void checkInterest(int interest) {
    if ((interest & ~(READ | WRITE | BROKEN)) != 0) {
      throw new IllegalArgumentException("interest has unknown bits: " + interest);
    }
  }

  @Override
  public String toString() {
    return open ? "<EpollSelector fd=" + epfd + ">" : "<EpollSelector closed>";
  }
}
