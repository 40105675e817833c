// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.traces;

import io.github.asyncio4j.Asyncio;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;

/// Sleeps, connects, and prints which threads of the JDK wait for descriptors at its end.
public final class ShortProgram {
  private ShortProgram() {}

  /// Does so.
  ///
  /// @param args none
  public static void main(String[] args) throws Exception {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Asyncio.run(
          () -> {
            Asyncio.sleep(Duration.ofMillis(20));
            Asyncio.openConnection("127.0.0.1", listener.getLocalPort()).close();
          });
    }
    Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains("Poller"))
        .forEach(System.out::println);
    System.out.println("end");
  }
}
