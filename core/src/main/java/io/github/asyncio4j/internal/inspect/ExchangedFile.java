// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/// A file for us and the JVM that is looked at, and for nobody else; gone when it is closed.
///
/// It is open here from its beginning: whatever is put in its place is not read.
final class ExchangedFile implements AutoCloseable {
  private final Path path;
  private final String pathThere;
  private final FileChannel channel;

  /// Makes an empty file.
  ///
  /// @param pid of the JVM
  ExchangedFile(long pid, String suffix) throws IOException {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    String name = "asyncio4j-" + HexFormat.of().formatHex(random) + suffix;
    // The JVM may be in a container, with a /tmp of its own.
    Path there = Path.of("/proc", Long.toString(pid), "root/tmp");
    boolean throughProc = Files.isWritable(there);
    Path directory = throughProc ? there : Path.of(System.getProperty("java.io.tmpdir"));
    path = directory.resolve(name);
    pathThere = throughProc ? "/tmp/" + name : path.toAbsolutePath().toString();
    channel =
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            ownersOnly());
    try {
      giveTo(pid);
    } catch (Throwable t) {
      close();
      throw t;
    }
  }

  // Elsewhere than on POSIX systems a user's temporary directory is the user's own.
  private FileAttribute<?>[] ownersOnly() {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };
  }

  // Of root's files the JVM could neither read nor write any.
  private void giveTo(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    if (Files.exists(process)) {
      var owner = Files.getOwner(process);
      if (!owner.equals(Files.getOwner(path))) {
        Files.setOwner(path, owner);
      }
    }
  }

  /// Returns what it is written and read by here.
  FileChannel channel() {
    return channel;
  }

  /// Returns where the JVM finds it.
  String pathThere() {
    return pathThere;
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(path);
    }
  }
}
