// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

/// An exception that tells the system's reason apart from the call that failed: those of
/// [Socket#bind] and [Socket#listen], unless the socket itself was in no state for the call, and
/// [ResourceExhaustedException].
public sealed interface SystemFailure
    permits AddressNotAvailableException,
        ResourceExhaustedException,
        SystemBindException,
        SystemSocketException {
  /// Returns name and text of the error, as in `EADDRINUSE (Address already in use)`. It is the end
  /// of the exception's text.
  String reason();
}
