// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a reader must answer, computed the simple way: on the whole stream, as if it had come at
/// once.
final class StreamModel {
  private final String stream;
  private final int limit;
  private int position;

  StreamModel(String stream, int limit) {
    this.stream = stream;
    this.limit = limit;
  }

  boolean atEnd() {
    return position == stream.length();
  }

  private String rest() {
    return stream.substring(position);
  }

  /// What a call returned or threw.
  record Answer(@Nullable Object value, @Nullable Exception exception) {
    String text() {
      assertThat(exception).isNull();
      return value instanceof byte[] bytes ? new String(bytes, ISO_8859_1) : (String) value;
    }
  }

  void checkRead(int n, Answer answer) {
    String text = answer.text();
    assertThat(text.length()).isBetween(atEnd() ? 0 : 1, atEnd() ? 0 : n);
    takeText(text);
  }

  void checkReadAll(Answer answer) {
    assertThat(answer.text()).isEqualTo(rest());
    position = stream.length();
  }

  void checkReadexactly(int n, Answer answer) {
    if (n <= rest().length()) {
      assertThat(answer.text()).hasSize(n);
      takeText(answer.text());
    } else {
      checkIncomplete(answer);
    }
  }

  private void checkIncomplete(Answer answer) {
    assertThat(answer.exception()).isInstanceOf(IncompleteReadException.class);
    var partial = ((IncompleteReadException) answer.exception()).partial();
    assertThat(new String(partial, ISO_8859_1)).isEqualTo(rest());
    position = stream.length();
  }

  void checkReadline(Answer answer) {
    int end = stream.indexOf('\n', position);
    if (end < 0 && rest().length() <= limit) {
      checkReadAll(answer);
    } else {
      checkSeparated(end < 0 ? -1 : end + 1, 1, 1, limit, answer);
    }
  }

  void checkTextLine(Answer answer) {
    if (answer.exception() != null || answer.value() == null) {
      checkReadline(answer.value() == null && answer.exception() == null ? EMPTY : answer);
      return;
    }
    int end = stream.indexOf('\n', position);
    String line = end < 0 ? rest() : stream.substring(position, end + 1);
    assertThat(answer.text()).isEqualTo(line.replaceFirst("\r?\n$", ""));
    assertThat(line.length() - (end < 0 ? 0 : 1)).isBetween(end < 0 ? 1 : 0, limit);
    position += line.length();
  }

  private static final Answer EMPTY = new Answer(new byte[0], null);

  void checkReaduntil(List<byte[]> separators, int limit, Answer answer) {
    int end = Integer.MAX_VALUE;
    int length = 0;
    int longest = 0;
    for (byte[] bytes : separators) {
      var separator = new String(bytes, ISO_8859_1);
      int start = stream.indexOf(separator, position);
      int itsEnd = start + separator.length();
      longest = Math.max(longest, separator.length());
      if (start >= 0 && (itsEnd < end || (itsEnd == end && separator.length() < length))) {
        end = itsEnd;
        length = separator.length();
      }
    }
    if (length == 0 && rest().length() + 1 - longest <= limit) {
      checkIncomplete(answer);
    } else {
      checkSeparated(length == 0 ? -1 : end, length, longest, limit, answer);
    }
  }

  /// @param end behind the separator, or -1 when there is none and so much that it is an overrun
  private void checkSeparated(int end, int length, int longest, int limit, Answer answer) {
    int before = end < 0 ? rest().length() + 1 - longest : end - length - position;
    if (end >= 0 && before <= limit) {
      assertThat(answer.text()).isEqualTo(stream.substring(position, end));
      position = end;
    } else {
      assertThat(answer.exception()).isInstanceOf(LimitOverrunException.class);
      int consumed = ((LimitOverrunException) answer.exception()).consumed();
      assertThat(consumed).isBetween(limit + 1, before);
    }
  }

  private void takeText(String text) {
    assertThat(rest()).startsWith(text);
    position += text.length();
  }
}
