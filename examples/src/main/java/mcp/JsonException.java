// SPDX-License-Identifier: Apache-2.0
package mcp;

/// Thrown for text that is not JSON; its message says what was found, and where.
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  JsonException(String message, int at) {
    super(message + " at character " + at);
  }
}
