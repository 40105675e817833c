// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.Context;

/// A transport that calls its protocol in a context of its own, which what is laid upon it uses as
/// well.
public interface ContextOwner {
  /// Returns that context itself; loop thread only.
  Context context();
}
