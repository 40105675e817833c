// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.process;

import java.nio.charset.Charset;

/// What a process has said until its end ([Process#communicate()]).
///
/// @param returncode as [Process#returncode()]
/// @param stdout what it has written to its standard output; empty when that is no pipe
/// @param stderr what it has written to its standard error output; empty when that is no pipe
@SuppressWarnings("ArrayRecordComponent") // The arrays are the caller's, made for this record.
public record Output(int returncode, byte[] stdout, byte[] stderr) {
  /// Returns the standard output as text.
  public String stdout(Charset charset) {
    return new String(stdout, charset);
  }

  /// Returns the standard error output as text.
  public String stderr(Charset charset) {
    return new String(stderr, charset);
  }

  /// Tells how much there is, not what.
  @Override
  public String toString() {
    return "Output[returncode="
        + returncode
        + ", stdout="
        + stdout.length
        + " bytes, stderr="
        + stderr.length
        + " bytes]";
  }
}
