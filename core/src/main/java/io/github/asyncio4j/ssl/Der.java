// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.ssl;

import java.io.ByteArrayOutputStream;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;

/// Reads and writes the few forms of DER that stand around a key; keys and certificates themselves
/// are the JDK's to read.
///
/// A reader goes through the elements of one sequence and refuses what is no DER. Failures tell
/// nothing of the content.
final class Der {
  static final int INTEGER = 0x02;
  static final int OCTET_STRING = 0x04;
  static final int OID = 0x06;
  static final int SEQUENCE = 0x30;

  private final byte[] bytes;
  private final int end;
  private int at;

  private Der(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /// Returns a reader of the elements of a sequence that fills the array, which stays the caller's.
  static Der ofSequence(byte[] bytes) throws InvalidKeySpecException {
    Der whole = new Der(bytes, 0, bytes.length);
    Der sequence = whole.enter(SEQUENCE);
    whole.end();
    return sequence;
  }

  /// Tells whether the array is filled by one sequence, as far as its first bytes tell.
  static boolean isSequence(byte[] bytes) {
    try {
      ofSequence(bytes);
      return true;
    } catch (InvalidKeySpecException e) {
      return false;
    }
  }

  boolean isAt(int tag) {
    return at < end && (bytes[at] & 0xff) == tag;
  }

  /// Returns a reader of what is inside the next element.
  Der enter(int tag) throws InvalidKeySpecException {
    if (!isAt(tag)) {
      throw malformed();
    }
    at++;
    int length = length();
    if (length > end - at) {
      throw malformed();
    }
    Der inside = new Der(bytes, at, at + length);
    at += length;
    return inside;
  }

  /* The shortest form only: DER has no other. */
  private int length() throws InvalidKeySpecException {
    int first = octet();
    if (first < 0x80) {
      return first;
    }
    int count = first & 0x7f;
    if (count == 0 || count > 3) {
      throw malformed();
    }
    int length = 0;
    for (int i = 0; i < count; i++) {
      length = (length << 8) | octet();
    }
    if (length < 0x80 || (length >>> (8 * (count - 1))) == 0) {
      throw malformed();
    }
    return length;
  }

  private int octet() throws InvalidKeySpecException {
    if (at >= end) {
      throw malformed();
    }
    return bytes[at++] & 0xff;
  }

  /// Returns a copy of the content of the next element.
  byte[] content(int tag) throws InvalidKeySpecException {
    Der inside = enter(tag);
    return Arrays.copyOfRange(bytes, inside.at, inside.end);
  }

  /// Returns the next element, which is a number that is not negative and has 31 bits at most.
  int number() throws InvalidKeySpecException {
    Der inside = enter(INTEGER);
    int size = inside.end - inside.at;
    if (size < 1 || size > 4 || bytes[inside.at] < 0) {
      throw malformed();
    }
    int number = 0;
    while (inside.at < inside.end) {
      number = (number << 8) | inside.octet();
    }
    return number;
  }

  /// Returns the next element, which is an object identifier, as text with dots.
  String oid() throws InvalidKeySpecException {
    Der inside = enter(OID);
    if (inside.at == inside.end || inside.end - inside.at > 32 || bytes[inside.end - 1] < 0) {
      throw malformed();
    }
    var text = new StringBuilder();
    long part = 0;
    while (inside.at < inside.end) {
      int octet = inside.octet();
      if (part > Integer.MAX_VALUE) {
        throw malformed();
      }
      part = (part << 7) | (octet & 0x7f);
      if (octet < 0x80) {
        if (text.isEmpty()) {
          long first = Math.min(part / 40, 2);
          text.append(first).append('.').append(part - 40 * first);
        } else {
          text.append('.').append(part);
        }
        part = 0;
      }
    }
    return text.toString();
  }

  /// Refuses further elements.
  void end() throws InvalidKeySpecException {
    if (at != end) {
      throw malformed();
    }
  }

  private static InvalidKeySpecException malformed() {
    return new InvalidKeySpecException("not DER");
  }

  /// Returns an element made of its content, which is copied; the parts stay the caller's.
  static byte[] element(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    var head = new ByteArrayOutputStream();
    head.write(tag);
    if (length < 0x80) {
      head.write(length);
    } else {
      int count = (39 - Integer.numberOfLeadingZeros(length)) / 8;
      head.write(0x80 | count);
      for (int i = count - 1; i >= 0; i--) {
        head.write(length >>> (8 * i));
      }
    }
    byte[] element = Arrays.copyOf(head.toByteArray(), head.size() + length);
    int to = head.size();
    for (byte[] part : parts) {
      System.arraycopy(part, 0, element, to, part.length);
      to += part.length;
    }
    return element;
  }
}
