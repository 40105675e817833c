// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/// The files in which the unix sockets of a loop have their names. Loop thread only; the calls
/// block as long as the file system does.
public interface SocketFiles {
  /// The files of the system.
  SocketFiles SYSTEM = new OfSystem();

  /// Tells whether a socket is at a path, links followed.
  ///
  /// @throws NoSuchFileException when there is nothing
  boolean isSocket(Path path) throws IOException;

  /// Returns what tells the file at a path, links followed, from each other that exists.
  ///
  /// @throws NoSuchFileException when there is nothing
  Object identity(Path path) throws IOException;

  /// Removes what is at a path, a link itself and not what it leads to.
  ///
  /// @throws NoSuchFileException when there is nothing
  void remove(Path path) throws IOException;

  /// Sets who may read and write a socket's file: connecting needs the right to write.
  ///
  /// @throws UnsupportedOperationException when these files have no such permissions
  void setPermissions(Path path, Set<PosixFilePermission> permissions) throws IOException;

  /// The files of the system.
  final class OfSystem implements SocketFiles {
    // S_IFMT and S_IFSOCK of inode(7).
    private static final int TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private OfSystem() {}

    @Override
    public boolean isSocket(Path path) throws IOException {
      if (path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
        return ((int) Files.getAttribute(path, "unix:mode") & TYPE) == SOCKET;
      }
      return Files.readAttributes(path, BasicFileAttributes.class).isOther();
    }

    @Override
    public Object identity(Path path) throws IOException {
      var attributes = Files.readAttributes(path, BasicFileAttributes.class);
      var key = attributes.fileKey();
      return key == null ? attributes.creationTime() : key;
    }

    @Override
    public void remove(Path path) throws IOException {
      Files.delete(path);
    }

    @Override
    public void setPermissions(Path path, Set<PosixFilePermission> permissions) throws IOException {
      Files.setPosixFilePermissions(path, permissions);
    }
  }
}
