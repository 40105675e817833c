// SPDX-License-Identifier: Apache-2.0
package mcp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// JSON (RFC 8259) as objects of the JDK: a [Map] in the order of the text, a [List], a [String], a
/// [Long] or [Double], a [Boolean], or null.
///
/// An integer that no long can hold is a [Double]; a number that no double can hold is refused, and
/// so is nesting deeper than 200. Of two members of one name the last counts.
public final class Json {
  private static final int DEEPEST = 200;

  private final String text;
  private int at;
  private int depth;

  private Json(String text) {
    this.text = text;
  }

  // Reading.

  /// Reads a text that is one value.
  public static Object parse(String text) throws JsonException {
    var json = new Json(text);
    Object value = json.value();
    if (json.skipSpace()) {
      throw json.unexpected("the end");
    }
    return value;
  }

  private Object value() throws JsonException {
    if (!skipSpace()) {
      throw unexpected("a value");
    }
    return switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw unexpected("a value");
    };
  }

  private Map<String, Object> object() throws JsonException {
    var object = new LinkedHashMap<String, Object>();
    enter();
    if (!skip('}')) {
      do {
        if (!skipSpace() || text.charAt(at) != '"') {
          throw unexpected("a name");
        }
        String name = string();
        expect(':');
        object.put(name, value());
      } while (skip(','));
      expect('}');
    }
    depth--;
    return object;
  }

  private List<Object> array() throws JsonException {
    var array = new ArrayList<Object>();
    enter();
    if (!skip(']')) {
      do {
        array.add(value());
      } while (skip(','));
      expect(']');
    }
    depth--;
    return array;
  }

  private void enter() throws JsonException {
    if (++depth > DEEPEST) {
      throw new JsonException("nested deeper than " + DEEPEST, at);
    }
    at++;
  }

  private String string() throws JsonException {
    var string = new StringBuilder();
    at++;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return string.toString();
      }
      if (c < ' ') {
        throw unexpected("an escape");
      }
      at++;
      string.append(c == '\\' ? escaped() : c);
    }
    throw unexpected("\"");
  }

  private char escaped() throws JsonException {
    if (at == text.length()) {
      throw unexpected("an escape");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++, at++) {
          int digit = at < text.length() ? hexDigit(text.charAt(at)) : -1;
          if (digit < 0) {
            throw unexpected("four hexadecimal digits");
          }
          code = code * 16 + digit;
        }
        yield (char) code;
      }
      default -> {
        at--;
        throw unexpected("an escape");
      }
    };
  }

  /// [Character#digit] would take the digits of every script.
  private static int hexDigit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private Object word(String word, Object meaning) throws JsonException {
    if (!text.startsWith(word, at)) {
      throw unexpected("a value");
    }
    at += word.length();
    return meaning;
  }

  private Number number() throws JsonException {
    int start = at;
    skipExactly('-');
    int digits = at;
    skipDigits();
    if (text.charAt(digits) == '0' && at > digits + 1) {
      at = digits + 1;
      throw unexpected("no digit behind a leading 0");
    }
    boolean integer = true;
    if (skipExactly('.')) {
      integer = false;
      skipDigits();
    }
    if (skipExactly('e') || skipExactly('E')) {
      integer = false;
      boolean _ = skipExactly('+') || skipExactly('-');
      skipDigits();
    }
    String number = text.substring(start, at);
    if (integer) {
      try {
        return Long.valueOf(number);
      } catch (NumberFormatException e) {
        // It is too long.
      }
    }
    double value = Double.parseDouble(number);
    if (Double.isInfinite(value)) {
      throw new JsonException("a number out of range", start);
    }
    return value;
  }

  private void skipDigits() throws JsonException {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start) {
      throw unexpected("a digit");
    }
  }

  private boolean skipExactly(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private boolean skip(char c) {
    return skipSpace() && skipExactly(c);
  }

  private void expect(char c) throws JsonException {
    if (!skip(c)) {
      throw unexpected(String.valueOf(c));
    }
  }

  /// Tells whether anything comes behind it.
  private boolean skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at < text.length();
  }

  private JsonException unexpected(String wanted) {
    String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
    return new JsonException("expected " + wanted + ", found " + found, at);
  }

  // Writing.

  /// Writes a value on one line.
  ///
  /// @throws IllegalArgumentException for what has no JSON, such as a number that is not finite
  public static String write(Object value) {
    var out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out) {
    switch (value) {
      case null -> out.append("null");
      case String string -> writeString(string, out);
      case Map<?, ?> map -> {
        char separator = '{';
        for (Map.Entry<?, ?> member : map.entrySet()) {
          out.append(separator);
          writeString((String) member.getKey(), out);
          write(member.getValue(), out.append(':'));
          separator = ',';
        }
        out.append(map.isEmpty() ? "{}" : "}");
      }
      case List<?> list -> {
        char separator = '[';
        for (Object element : list) {
          write(element, out.append(separator));
          separator = ',';
        }
        out.append(list.isEmpty() ? "[]" : "]");
      }
      case Double number when number.isNaN() || number.isInfinite() ->
          throw new IllegalArgumentException("no JSON for " + number);
      case Boolean _, Integer _, Long _, Double _ -> out.append(value);
      default -> throw new IllegalArgumentException("no JSON for a " + value.getClass().getName());
    }
  }

  private static void writeString(String string, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || isAlone(string, i)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /// Half a pair of surrogates, which UTF-8 has no bytes for.
  private static boolean isAlone(String string, int i) {
    char c = string.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == string.length() || !Character.isLowSurrogate(string.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(string.charAt(i - 1)));
  }
}
