// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.ChannelDescriptors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;

/// A channel of the JDK as an end of a pipe.
final class ChannelEnd implements ReadEnd, WriteEnd {
  private final SelectableChannel channel;

  private ChannelEnd(SelectableChannel channel) {
    this.channel = channel;
  }

  /// Takes a channel over and makes it non-blocking.
  static ChannelEnd of(SelectableChannel channel) throws IOException {
    channel.configureBlocking(false);
    return new ChannelEnd(channel);
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    if (!(channel instanceof ReadableByteChannel source)) {
      throw new NonReadableChannelException();
    }
    return source.read(dst);
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    if (!(channel instanceof GatheringByteChannel sink)) {
      throw new NonWritableChannelException();
    }
    try {
      return sink.write(src);
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      throw PipeFailures.translated("write(" + channel + ")", e);
    }
  }

  /// Whether it breaks the JDK says of sockets only.
  @Override
  public boolean noticesReader() {
    return false;
  }

  @Override
  public int fileno() {
    return ChannelDescriptors.fileno(channel);
  }

  @Override
  public SelectableChannel channel() {
    return channel;
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return channel.toString();
  }
}
