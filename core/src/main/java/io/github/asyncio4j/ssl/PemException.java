// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.io.Serial;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A file that is there and can be read, but is not what it should be: not PEM, without a
/// certificate or a key, with a key that does not fit or a password that does not open it.
///
/// The message begins with the name of the file, and with the number of the line where one is to
/// blame. Neither the message nor a cause contains anything of a key or a password.
///
/// It is an [SSLException] where asyncio's world has an `ssl.SSLError`, and so an
/// [java.io.IOException], as everything that can be wrong with a file.
public final class PemException extends SSLException {
  @Serial private static final long serialVersionUID = 1;

  /// The name of the file.
  private final String file;

  PemException(Path file, String what) {
    this(file, what, null);
  }

  PemException(Path file, String what, @Nullable Throwable cause) {
    super(file + ": " + what, cause);
    this.file = file.toString();
  }

  PemException(Path file, int line, String what, @Nullable Throwable cause) {
    super(file + ", line " + line + ": " + what, cause);
    this.file = file.toString();
  }

  /// Returns the name of the file, as it was given.
  public String file() {
    return file;
  }
}
