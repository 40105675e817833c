// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;

/// What the tests of raw sockets share: sockets of the loop's tier, and how to wait for a wait.
abstract class RawSocketCase extends NetTest {
  RawSocketCase(LoopKind kind) {
    super(kind);
  }

  final Socket open() throws IOException {
    return Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM);
  }

  final Socket listener() throws IOException {
    var listener = open();
    listener.bind(at("127.0.0.1", 0));
    listener.listen(10);
    return listener;
  }

  interface Body {
    void run(Socket socket, Peer peer) throws Exception;
  }

  /// Runs a body with a socket that is connected with a peer.
  final void connected(Body body) throws Exception {
    run(
        () -> {
          try (var listener = listener()) {
            int port = ((InetSocketAddress) listener.getsockname()).getPort();
            try (var peer = blocking(() -> Peer.connectNarrow(port));
                var socket = loop.sockAccept(listener)) {
              socket.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
              body.run(socket, peer);
            }
          }
          poll();
        });
  }

  /// Starts a task and lets it come to its first wait.
  final <T> Task<T> started(io.github.asyncio4j.Coroutine<T> body) {
    Task<T> task = loop.createTask(body);
    passIterations();
    assertThat(task.done()).isFalse();
    return task;
  }

  static void ended(Task<?> task, Class<? extends Throwable> with) {
    assertThat(catchThrowable(task::await)).isInstanceOf(with);
  }
}
