// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.List;

/// What debug mode remembers of a handle or future: where it was made, what it was. Loop thread
/// only.
final class HandleTrace {
  private final List<StackTraceElement> source = Descriptions.callerFrames();
  private String text = "";

  List<StackTraceElement> source() {
    return source;
  }

  String createdAt() {
    return source.isEmpty() ? "" : " created at " + Descriptions.ofFrame(source.getFirst());
  }

  void rememberText(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
