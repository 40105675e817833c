// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.io.IOException;
import java.net.BindException;

/// Finds a port that is free on several addresses.
final class FreePort {
  /// More than enough: hardly any program serves on as many as half of the ports.
  static final int TRIES = 16;

  private FreePort() {}

  /// Binds several addresses to one port.
  interface Binding<T> {
    /// Binds them to a port that is free on the first; leaves nothing open when it fails.
    ///
    /// @throws BindException when it is taken on another
    T bind() throws IOException;
  }

  /// Binds until the port is free on all of them.
  ///
  /// @throws BindException of the last try
  static <T> T find(Binding<T> binding) throws IOException {
    for (int left = TRIES - 1; left > 0; left--) {
      try {
        return binding.bind();
      } catch (BindException e) {
        // The next free port is another one.
      }
    }
    return binding.bind();
  }
}
