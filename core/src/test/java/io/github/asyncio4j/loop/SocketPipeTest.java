// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Sockets as ends of a pipe.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SocketPipeTest extends PipeContract {
  SocketPipeTest(LoopKind kind) {
    super(kind);
  }

  @Override
  Pipe newPipe() throws Exception {
    try (var listener = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM)) {
      listener.bind(at("127.0.0.1", 0));
      listener.listen(1);
      var client = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM);
      // Over the loopback interface it is done when the call returns, whatever that says.
      boolean connected = client.connect(listener.getsockname()) || client.finishConnect();
      assert connected;
      return new Pipe(ReadPipe.of(listener.accept()), WritePipe.of(client));
    }
  }

  /// A socket that has been closed at the other end says so when it has reset the connection.
  @Override
  boolean noticesReader() {
    return false;
  }

  @Override
  Class<? extends Exception> brokenBy() {
    return IOException.class;
  }
}
