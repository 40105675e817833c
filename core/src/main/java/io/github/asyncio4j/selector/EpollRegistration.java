// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import java.io.IOException;

/// A descriptor in an epoll set, or one that has a place but no interest. Loop thread only.
final class EpollRegistration implements Registration {
  final int fd;
  final ReadyListener listener;

  private final EpollSelector selector;
  private final Pollable pollable;
  private final long data;
  private int interest;

  EpollRegistration(
      EpollSelector selector, Pollable pollable, int fd, int generation, ReadyListener listener) {
    this.selector = selector;
    this.pollable = pollable;
    this.fd = fd;
    this.data = ((long) generation << 32) | fd;
    this.listener = listener;
  }

  /// Returns what events of this registration carry: the number below, the generation above.
  long data() {
    return data;
  }

  void interestIs(int ops) {
    interest = ops;
  }

  @Override
  public Pollable pollable() {
    return pollable;
  }

  @Override
  public int interest() {
    return interest;
  }

  @Override
  public void interest(int ops) throws IOException {
    if (!isValid()) {
      throw new IllegalStateException("registration is not valid: " + this);
    }
    selector.setInterest(this, ops);
  }

  @Override
  public boolean isValid() {
    return selector.isCurrent(this);
  }

  @Override
  public boolean isLeftBehind() {
    return isValid() && selector.isLeftBehind(this);
  }

  @Override
  public void cancel() {
    selector.cancel(this);
  }

  @Override
  public String toString() {
    return "<Registration fd=" + fd + " interest=" + interest + (isValid() ? ">" : " invalid>");
  }
}
