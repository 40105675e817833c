// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// The text of a stack trace in which groups of exceptions are numbered trees.
///
/// ```text
/// io.github.asyncio4j.ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
/// 	at app.Main.main(Main.java:10)
///   +-------- 1 of 2
///   | java.io.IOException: connection reset
///   | 	at app.Main.fetch(Main.java:20)
///   +-------- 2 of 2
///   | java.lang.IllegalStateException: no session
///   | 	at app.Main.login(Main.java:30)
///   +--------
/// ```
///
/// A member that is a group has its own tree inside, numbered `2.1 of 3` and so on. Frames, causes
/// and suppressed exceptions are written as [Throwable#printStackTrace()] does.
final class GroupTrace {
  private static final String BRANCH = "  +--------";
  private static final String STEM = "  | ";

  // Of groups, causes and suppressed exceptions inside one another. Each group indents its members:
  // the text of thousands of levels would fill the heap.
  private static final int MOST_LEVELS = 50;

  private final StringBuilder text = new StringBuilder();
  // An exception may be its own cause's cause.
  private final Set<Throwable> path = Collections.newSetFromMap(new IdentityHashMap<>());

  private GroupTrace() {}

  static String of(ExceptionGroup group) {
    var trace = new GroupTrace();
    trace.append(group, "", "", "", new StackTraceElement[0]);
    return trace.text.toString();
  }

  /// Appends an exception and everything behind it.
  ///
  /// @param caption what it is to the one before
  /// @param prefix what each line begins with
  /// @param number that of the tree it is in, with a dot at the end, or nothing
  /// @param enclosing the frames of the one before, of which common ones are left out
  private void append(
      Throwable exception,
      String caption,
      String prefix,
      String number,
      StackTraceElement[] enclosing) {
    if (!path.add(exception)) {
      line(prefix, caption + "[CIRCULAR REFERENCE: " + Descriptions.textOf(exception) + "]");
      return;
    }
    // A group's own text would list the members, which follow.
    String headline =
        exception instanceof ExceptionGroup group
            ? group.headline()
            : Descriptions.textOf(exception);
    line(prefix, caption + headline);
    StackTraceElement[] frames = exception.getStackTrace();
    appendFrames(frames, prefix, enclosing);
    if (path.size() == MOST_LEVELS) {
      line(prefix, "... (more than " + MOST_LEVELS + " levels)");
      path.remove(exception);
      return;
    }
    if (exception instanceof ExceptionGroup group) {
      appendMembers(group.exceptions(), prefix, number);
      for (Throwable other : group.suppressedOthers()) {
        append(other, "Suppressed: ", prefix + "\t", "", frames);
      }
    } else {
      for (Throwable suppressed : exception.getSuppressed()) {
        append(suppressed, "Suppressed: ", prefix + "\t", "", frames);
      }
    }
    Throwable cause = Descriptions.causeOf(exception);
    if (cause != null) {
      append(cause, "Caused by: ", prefix, "", frames);
    }
    path.remove(exception);
  }

  private void appendMembers(List<Throwable> members, String prefix, String number) {
    for (int i = 0; i < members.size(); i++) {
      String place = number + (i + 1);
      line(prefix, BRANCH + " " + place + " of " + members.size());
      append(members.get(i), "", prefix + STEM, place + ".", new StackTraceElement[0]);
    }
    line(prefix, BRANCH);
  }

  private void appendFrames(
      StackTraceElement[] frames, String prefix, StackTraceElement[] enclosing) {
    int own = frames.length;
    for (int e = enclosing.length; own > 0 && e > 0; own--, e--) {
      if (!frames[own - 1].equals(enclosing[e - 1])) {
        break;
      }
    }
    for (int i = 0; i < own; i++) {
      line(prefix, "\tat " + frames[i]);
    }
    if (own < frames.length) {
      line(prefix, "\t... " + (frames.length - own) + " more");
    }
  }

  // A message may have several lines, and each must stay in its tree.
  private void line(String prefix, String content) {
    content.lines().forEach(l -> text.append(prefix).append(l).append(System.lineSeparator()));
  }
}
