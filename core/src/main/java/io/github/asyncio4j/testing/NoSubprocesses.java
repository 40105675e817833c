// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Connection;
import io.github.asyncio4j.LoopSubprocesses;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.transport.SubprocessProtocol;
import io.github.asyncio4j.transport.SubprocessTransport;
import java.util.List;
import java.util.function.Supplier;

/// The child processes of a loop that has none: they do not live on its clock.
final class NoSubprocesses implements LoopSubprocesses {
  @Override
  public <P extends SubprocessProtocol> Connection<SubprocessTransport, P> subprocessExec(
      Supplier<P> protocolFactory, SubprocessOptions options, List<String> command) {
    throw new UnsupportedOperationException(
        "a TestLoop starts no processes, which do not live on its clock: " + command);
  }
}
