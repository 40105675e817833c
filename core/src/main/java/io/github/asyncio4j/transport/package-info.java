// SPDX-License-Identifier: Apache-2.0

/// Protocols and transports: a loop calls a protocol, a protocol calls its transport.
///
/// ```java
/// class Echo implements Protocol {
///   private Transport transport;
///
///   @Override
///   public void connectionMade(BaseTransport made) {
///     transport = (Transport) made;
///   }
///
///   @Override
///   public void dataReceived(ByteBuffer data) {
///     transport.write(data); // the buffer is lent for this call; write copies what it cannot send
///   }
/// }
/// EventLoop loop = Asyncio.getRunningLoop();
/// try (Server server = loop.createServer(Echo::new, "127.0.0.1", 0)) {
///   IO.println("echo on a free port: " + (server.port() > 0));
/// }
/// ```
///
/// The calls come in this order, never two at a time: `connectionMade` once; `dataReceived` any
/// number of times; `eofReceived` at most once; `connectionLost` once. `pauseWriting` and
/// `resumeWriting` come in turn in between. Start reading at [Protocol], then [Transport]; for
/// datagrams at [DatagramProtocol].
package io.github.asyncio4j.transport;
