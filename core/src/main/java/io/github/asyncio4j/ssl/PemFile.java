// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// The blocks of a PEM file. Closing it overwrites what was read, since there may be a key in it.
final class PemFile implements AutoCloseable {
  /// How many bytes are read at most. All the certificates of the public web have a quarter of a
  /// million.
  static final int MAX_BYTES = 8 << 20;

  private static final int FIRST_BYTES = 16 << 10;

  private final Path path;
  private final List<PemBlock> blocks;

  private PemFile(Path path, List<PemBlock> blocks) {
    this.path = path;
    this.blocks = blocks;
  }

  /// Reads a file, whose every block has to be well-formed.
  ///
  /// @throws PemException if it is longer than [#MAX_BYTES], or is no PEM
  /// @throws IOException if it cannot be read; it names the file
  static PemFile read(Path path) throws IOException {
    byte[] bytes;
    try {
      bytes = bytesOf(path);
    } catch (FileSystemException | PemException e) {
      throw e;
    } catch (IOException e) {
      // "Is a directory" and its like name no file.
      throw new PemException(path, "cannot be read: " + e.getMessage(), e);
    }
    try {
      return new PemFile(path, new PemParser(path, bytes).blocks());
    } finally {
      wipe(bytes);
    }
  }

  private static byte[] bytesOf(Path path) throws IOException {
    byte[] bytes = new byte[FIRST_BYTES];
    int length = 0;
    try (InputStream in = Files.newInputStream(path)) {
      while (true) {
        int count = in.read(bytes, length, bytes.length - length);
        if (count < 0) {
          break;
        }
        length += count;
        if (length > MAX_BYTES) {
          throw new PemException(path, "is longer than " + MAX_BYTES + " bytes");
        }
        if (length == bytes.length) {
          bytes = moved(bytes, Math.min(2 * length, MAX_BYTES + 1));
        }
      }
      bytes = moved(bytes, length);
      return bytes;
    } catch (IOException | RuntimeException | Error e) {
      wipe(bytes);
      throw e;
    }
  }

  private static byte[] moved(byte[] bytes, int length) {
    byte[] to = Arrays.copyOf(bytes, length);
    wipe(bytes);
    return to;
  }

  private static void wipe(byte[] bytes) {
    Arrays.fill(bytes, (byte) 0);
  }

  Path path() {
    return path;
  }

  List<PemBlock> blocks() {
    return blocks;
  }

  @Override
  public void close() {
    blocks.forEach(PemBlock::wipe);
  }
}
