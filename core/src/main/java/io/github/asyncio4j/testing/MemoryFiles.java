// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.internal.net.SocketFiles;
import io.github.asyncio4j.socket.MemoryNetwork;
import java.net.UnixDomainSocketAddress;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/// The files of unix sockets in memory. Loop thread only.
final class MemoryFiles implements SocketFiles {
  private final MemoryNetwork network;

  MemoryFiles(MemoryNetwork network) {
    this.network = network;
  }

  @Override
  public boolean isSocket(Path path) throws NoSuchFileException {
    Object _ = identity(path);
    return true;
  }

  @Override
  public Object identity(Path path) throws NoSuchFileException {
    Object file = network.file(UnixDomainSocketAddress.of(path));
    if (file == null) {
      throw new NoSuchFileException(path.toString());
    }
    return file;
  }

  @Override
  public void remove(Path path) throws NoSuchFileException {
    if (!network.removeFile(UnixDomainSocketAddress.of(path))) {
      throw new NoSuchFileException(path.toString());
    }
  }

  /// Does nothing: everything in memory is one program's.
  @Override
  public void setPermissions(Path path, Set<PosixFilePermission> permissions)
      throws NoSuchFileException {
    Object _ = identity(path);
  }
}
