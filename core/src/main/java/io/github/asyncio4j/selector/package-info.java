// SPDX-License-Identifier: Apache-2.0

/// Which descriptors and channels are ready, by when: what a loop waits in, over epoll or over the
/// JDK's NIO.
///
/// Programs need [Pollable], which is what `addReader` and `addWriter` of a loop take, and seldom
/// more. For a loop of one's own making there is [Selector]:
///
/// ```java
/// try (Selector selector = Selector.open();
///     var listener = ServerSocketChannel.open()) {
///   listener.bind(new InetSocketAddress("127.0.0.1", 0)).configureBlocking(false);
///   if (selector.pollsDescriptors()) {
///     IO.println("this selector can watch descriptors");
///   }
///   selector.wakeup();
///   selector.select(-1); // returns at once
///   IO.println("woken");
/// }
/// ```
///
/// Nothing here knows a loop, a task or a protocol.
package io.github.asyncio4j.selector;
