// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;

/// Can be had twice: every socket of the native tier, and what listens on the NIO tier.
interface DuplicableCalls {
  /// As [Socket#dup()]. The caller closes what the result owns.
  SocketRole dup() throws IOException;
}
