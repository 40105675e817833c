// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What the program's protocol has of a connection under TLS. Loop thread only.
final class TlsTransport implements StreamTransport {
  private final TlsConnection connection;
  private final TlsInput input;
  private final TlsOutput output;

  TlsTransport(TlsConnection connection, TlsInput input, TlsOutput output) {
    this.connection = connection;
    this.input = input;
    this.output = output;
  }

  @Override
  public Context context() {
    return connection.context();
  }

  @Override
  public boolean isReading() {
    return input.isReading();
  }

  @Override
  public void pauseReading() {
    connection.pauseReading();
  }

  @Override
  public void resumeReading() {
    connection.resumeReading();
  }

  @Override
  public void write(ByteBuffer data) {
    output.write(data);
  }

  @Override
  public void writelines(Iterable<ByteBuffer> pieces) {
    output.writelines(pieces);
  }

  @Override
  public void writeEof() {
    connection.writeEof();
  }

  @Override
  public boolean canWriteEof() {
    return connection.canWriteEof();
  }

  @Override
  public void ensureWritable(String call) {
    output.ensureWritable(call);
  }

  @Override
  public FileOutput sendingFile() {
    return new TlsFile(connection, input, output);
  }

  @Override
  public int getWriteBufferSize() {
    return output.size();
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return output.flow().limits();
  }

  @Override
  public void setWriteBufferLimits(int high, int low) {
    output.limits(new WriteBufferLimits(low, high));
  }

  @Override
  public void close() {
    connection.close();
  }

  @Override
  public void abort() {
    connection.abort();
  }

  @Override
  public boolean isClosing() {
    return connection.isClosing();
  }

  @Override
  public @Nullable Object getExtraInfo(String name) {
    return connection.extraInfo(name);
  }

  @Override
  public BaseProtocol getProtocol() {
    return connection.app().protocol();
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    connection.app().protocol(protocol);
  }

  @Override
  public String toString() {
    return "<Transport TLS " + connection + " input=" + input + " output=" + output + ">";
  }
}
