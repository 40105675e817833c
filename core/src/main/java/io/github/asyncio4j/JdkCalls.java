// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.List;

/// The call of the JDK that a thread is in.
final class JdkCalls {
  private JdkCalls() {}

  /// Returns frames from the call on that a program has made of the JDK, if those of one are on the
  /// top: what the JDK does in it is left out, so that the program's own line comes second.
  static List<StackTraceElement> from(List<StackTraceElement> frames) {
    int ofJdk = 0;
    while (ofJdk < frames.size() && isOfJdk(frames.get(ofJdk))) {
      ofJdk++;
    }
    return frames.subList(Math.max(0, ofJdk - 1), frames.size());
  }

  /// Tells whether a frame is in a module of the JDK.
  static boolean isOfJdk(StackTraceElement frame) {
    String module = frame.getModuleName();
    return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
  }
}
