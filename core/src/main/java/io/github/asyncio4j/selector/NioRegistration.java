// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A channel in an NIO selector: the attachment of its key. Loop thread only.
final class NioRegistration implements Registration {
  private final NioSelector selector;
  private final Pollable pollable;
  private final SelectableChannel channel;
  private final ReadyListener listener;
  private @Nullable SelectionKey key;
  private int interest;
  private boolean cancelled;

  /// Whether it is in the selector's list of connects in progress.
  boolean connecting;

  NioRegistration(
      NioSelector selector, Pollable pollable, SelectableChannel channel, ReadyListener listener) {
    this.selector = selector;
    this.pollable = pollable;
    this.channel = channel;
    this.listener = listener;
  }

  /// Takes the key, which exists only after its attachment.
  void attach(SelectionKey registered, int ops) {
    key = registered;
    interest = ops;
  }

  SelectionKey key() {
    return Objects.requireNonNull(key);
  }

  /// Returns the channel of the key; that of the pollable may have been replaced.
  SelectableChannel channel() {
    return channel;
  }

  ReadyListener listener() {
    return listener;
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
    selector.countInterest(interest, ops);
    interest = ops;
  }

  @Override
  public boolean isValid() {
    return !cancelled && selector.isOpen();
  }

  @Override
  public void cancel() {
    if (!cancelled) {
      cancelled = true;
      selector.countInterest(interest, 0);
    }
    selector.cancel(this);
  }

  @Override
  public String toString() {
    return "<Registration " + channel + " interest=" + interest + (isValid() ? ">" : " invalid>");
  }
}
