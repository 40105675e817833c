// SPDX-License-Identifier: Apache-2.0

/// Sockets that never block, their addresses and options: asyncio's socket object.
///
/// A call of a [Socket] does what can be done now, and says so when that is nothing. The `sock...`
/// methods of a loop wait for the rest. Most programs use streams or protocols instead.
///
/// ```java
/// EventLoop loop = Asyncio.getRunningLoop();
/// try (Socket listener = Socket.open(StandardProtocolFamily.INET, SocketType.STREAM);
///     Socket client = Socket.open(StandardProtocolFamily.INET, SocketType.STREAM)) {
///   listener.bind(new InetSocketAddress("127.0.0.1", 0));
///   listener.listen(16);
///   loop.sockConnect(client, listener.getsockname());
///   try (Socket accepted = loop.sockAccept(listener)) {
///     loop.sockSendall(accepted, "hello".getBytes(StandardCharsets.UTF_8));
///   }
///   IO.println(new String(loop.sockRecv(client, 100), StandardCharsets.UTF_8));
/// }
/// ```
///
/// Start reading at [Socket]. [PassedSocket] takes the sockets that a supervisor has opened,
/// [UnixNameAddress] is an abstract name, [MemoryNetwork] has sockets in memory for tests.
package io.github.asyncio4j.socket;
