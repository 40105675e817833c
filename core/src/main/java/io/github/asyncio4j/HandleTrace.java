// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.List;

/// What debug mode remembers of a handle or future: where it was made, what it was. Loop thread
/// only.
final class HandleTrace {
  private final List<StackTraceElement> source = ProgramFrames.callers();
  private String text = "";

  List<StackTraceElement> source() {
    return source;
  }

  String createdAt() {
    return source.isEmpty() ? "" : " created at " + Descriptions.ofFrame(source.getFirst());
  }

  /// Returns what a warning says of where something was made: nothing, if that is not known.
  static String linesOf(List<StackTraceElement> source) {
    var text = new StringBuilder(source.isEmpty() ? "" : "\nmade");
    source.forEach(frame -> text.append("\n  at ").append(frame));
    return text.toString();
  }

  void rememberText(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
