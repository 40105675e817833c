// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Takes a PEM file apart. Outside of blocks may stand any text, inside nothing that does not
/// belong there. Lines end with LF or CR LF, and blanks at their ends do not count.
final class PemParser {
  private static final String BEGIN = "-----BEGIN";
  private static final String END = "-----END";
  private static final String DASHES = "-----";
  private static final Pattern LABEL = Pattern.compile("[A-Z0-9]([A-Z0-9 ]{0,38}[A-Z0-9])?");
  /* No line that matters is longer, as text. */
  private static final int MARK_LENGTH = 80;

  private final Path path;
  private final byte[] bytes;
  private final List<PemBlock> blocks = new ArrayList<>();

  // Where the current line begins and ends, its blanks left out, and where the next one begins.
  private int from;
  private int to;
  private int next;
  private int line;

  // The block that is open; without one the label is null.
  private @Nullable String label;
  private int beginLine;
  private Map<String, String> headers = new HashMap<>();
  private Part part = Part.START;
  private final byte[] base64;
  private int length;

  private enum Part {
    /* Nothing yet: a header or the content may follow. */
    START,
    HEADERS,
    CONTENT
  }

  /// Makes a parser of bytes that stay the caller's.
  PemParser(Path path, byte[] bytes) {
    this.path = path;
    this.bytes = bytes;
    this.base64 = new byte[bytes.length];
  }

  /// Returns all blocks.
  List<PemBlock> blocks() throws PemException {
    boolean done = false;
    try {
      while (nextLine()) {
        if (label == null) {
          outside();
        } else {
          inside(label);
        }
      }
      if (label != null) {
        throw new PemException(path, beginLine, "BEGIN " + label + " has no END", null);
      }
      done = true;
      return blocks;
    } finally {
      Arrays.fill(base64, (byte) 0);
      if (!done) {
        blocks.forEach(PemBlock::wipe);
      }
    }
  }

  private boolean nextLine() {
    if (next >= bytes.length) {
      return false;
    }
    line++;
    from = next;
    to = from;
    while (to < bytes.length && bytes[to] != '\n') {
      to++;
    }
    next = to + 1;
    while (to > from && isBlank(bytes[to - 1])) {
      to--;
    }
    return true;
  }

  private static boolean isBlank(byte value) {
    return value == ' ' || value == '\t' || value == '\r';
  }

  private void outside() throws PemException {
    if (startsWith(BEGIN)) {
      label = labelBehind(BEGIN);
      beginLine = line;
      headers = new HashMap<>();
      part = Part.START;
      length = 0;
    } else if (startsWith(END)) {
      throw failure("END without BEGIN");
    }
  }

  private void inside(String open) throws PemException {
    if (startsWith(END)) {
      String closed = labelBehind(END);
      if (!closed.equals(open)) {
        throw failure("END " + closed + ", but line " + beginLine + " has BEGIN " + open);
      }
      blocks.add(new PemBlock(path, beginLine, open, headers, decoded()));
      label = null;
    } else if (startsWith(BEGIN)) {
      throw failure("BEGIN, but BEGIN " + open + " of line " + beginLine + " has no END");
    } else if (from == to) {
      part = part == Part.HEADERS ? Part.CONTENT : part;
    } else if (part != Part.CONTENT && colon() > from) {
      part = Part.HEADERS;
      headers.put(text(from, colon()).strip(), text(colon() + 1, to).strip());
    } else if (part == Part.HEADERS) {
      throw failure("neither a header nor the empty line behind the headers");
    } else {
      part = Part.CONTENT;
      takeContent();
    }
  }

  private int colon() {
    int at = from;
    while (at < to && bytes[at] != ':') {
      at++;
    }
    return at < to ? at : -1;
  }

  private void takeContent() throws PemException {
    for (int at = from; at < to; at++) {
      if (!isBase64(bytes[at])) {
        throw failure("column " + (at - from + 1) + " is not base64");
      }
      base64[length++] = bytes[at];
    }
  }

  private static boolean isBase64(byte value) {
    return (value >= 'A' && value <= 'Z')
        || (value >= 'a' && value <= 'z')
        || (value >= '0' && value <= '9')
        || value == '+'
        || value == '/'
        || value == '=';
  }

  private byte[] decoded() throws PemException {
    if (length == 0) {
      throw new PemException(path, beginLine, "BEGIN " + label + " has nothing behind it", null);
    }
    // The decoder takes a last group without its padding: nobody writes that, but a cut may.
    if (length % 4 != 0) {
      throw failure("the base64 before it is cut off");
    }
    byte[] content = Arrays.copyOf(base64, length);
    try {
      return Base64.getDecoder().decode(content);
    } catch (IllegalArgumentException e) {
      throw failure("the base64 before it has padding in a wrong place");
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private boolean startsWith(String prefix) {
    if (to - from < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (bytes[from + i] != prefix.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private String labelBehind(String mark) throws PemException {
    if (to - from <= MARK_LENGTH) {
      String text = text(from + mark.length(), to);
      if (text.startsWith(" ") && text.endsWith(DASHES)) {
        String word = text.substring(1, Math.max(1, text.length() - DASHES.length()));
        if (LABEL.matcher(word).matches()) {
          return word;
        }
      }
    }
    throw failure("not of the form " + mark + " LABEL-----");
  }

  private String text(int begin, int end) {
    return new String(bytes, begin, end - begin, ISO_8859_1);
  }

  private PemException failure(String what) {
    return new PemException(path, line, what, null);
  }
}
