// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Several failures that happened together, none more important than the others (PEP 654, EL-50).
///
/// A member may be a group itself. [#split(Class)] takes those that a handler deals with out of it:
///
/// ```java
/// try {
///   Asyncio.taskGroup(group -> ...);
/// } catch (ExceptionGroup e) {
///   ExceptionGroup.Split split = e.split(IOException.class);
///   if (split.matching() != null) {
///     retry(split.matching().exceptions());
///   }
///   if (split.rest() != null) {
///     throw split.rest();
///   }
/// }
/// ```
///
/// The stack trace of a group shows its members as a numbered tree, each with its own trace. Each
/// is a suppressed exception of the group too, for programs that print exceptions in their own way:
/// so does a logging library, and the JDK where the group is the cause of something else.
///
/// Immutable, but for what every [Throwable] lets one add. Any thread. A subclass that is to
/// survive a split overrides [#derive(List)].
public class ExceptionGroup extends RuntimeException {
  private static final long serialVersionUID = 1L;
  // Of groups in groups in a text.
  private static final int MOST_LEVELS = 10;

  /// A group in two parts. Each keeps the nesting of the whole.
  ///
  /// @param matching the part of which the condition is true, or null when there is none
  /// @param rest the other part, or null when there is none
  public record Split(@Nullable ExceptionGroup matching, @Nullable ExceptionGroup rest) {}

  private final String message;
  private final Throwable[] members;

  /// Makes a group.
  ///
  /// @param message what they have in common; [#getMessage()] adds their number
  /// @throws IllegalArgumentException when there is no exception to group
  @SuppressWarnings("this-escape") // addSuppressed is final
  public ExceptionGroup(String message, List<? extends Throwable> exceptions) {
    super(numbered(Objects.requireNonNull(message, "message"), sizeOf(exceptions)));
    if (exceptions.isEmpty()) {
      throw new IllegalArgumentException("no exceptions in group: " + message);
    }
    this.message = message;
    this.members = List.copyOf(exceptions).toArray(Throwable[]::new);
    addSuppressed(this, Arrays.asList(members));
  }

  private static int sizeOf(List<? extends Throwable> exceptions) {
    int size = 0;
    for (Throwable exception : Objects.requireNonNull(exceptions, "exceptions")) {
      if (exception == null) {
        throw new NullPointerException("exceptions[" + size + "]");
      }
      size++;
    }
    return size;
  }

  private static String numbered(String message, int size) {
    return message + " (" + size + (size == 1 ? " sub-exception)" : " sub-exceptions)");
  }

  // One that is there twice is printed once.
  private static void addSuppressed(Throwable group, Collection<? extends Throwable> added) {
    var seen = Collections.<Throwable>newSetFromMap(new java.util.IdentityHashMap<>());
    for (Throwable exception : added) {
      if (seen.add(exception)) {
        group.addSuppressed(exception);
      }
    }
  }

  /// Returns the failures of task groups behind a cancellation, or what stands for one, that has
  /// left their blocks, or null.
  static @Nullable ExceptionGroup failuresBehind(Throwable cancellation) {
    List<ExceptionGroup> groups = suppressedIn(cancellation);
    return switch (groups.size()) {
      case 0 -> null;
      case 1 -> groups.getFirst();
      default -> new ExceptionGroup("unhandled errors in nested TaskGroups", groups);
    };
  }

  /// Returns the groups that are suppressed in an exception: each block of a task group that it has
  /// left has added its own.
  static List<ExceptionGroup> suppressedIn(Throwable exception) {
    var groups = new ArrayList<ExceptionGroup>();
    for (Throwable suppressed : exception.getSuppressed()) {
      if (suppressed instanceof ExceptionGroup group) {
        groups.add(group);
      }
    }
    return groups;
  }

  /// Returns the message without the number of exceptions.
  public final String message() {
    return message;
  }

  /// Returns the failures, in the order in which they were given.
  public final List<Throwable> exceptions() {
    return Collections.unmodifiableList(Arrays.asList(members));
  }

  /// Splits the group by a condition, which is asked about the group first, then about each member.
  ///
  /// When it is true of a group, the whole of it matches; else its members are split in turn. A
  /// part that is not the group itself is made by [#derive(List)] and has this one's stack trace,
  /// cause and what was suppressed in it.
  public final Split split(Predicate<? super Throwable> condition) {
    Objects.requireNonNull(condition, "condition");
    if (condition.test(this)) {
      return new Split(this, null);
    }
    var matching = new ArrayList<Throwable>();
    var rest = new ArrayList<Throwable>();
    for (Throwable member : members) {
      if (member instanceof ExceptionGroup group) {
        Split split = group.split(condition);
        addIfThere(matching, split.matching);
        addIfThere(rest, split.rest);
      } else {
        (condition.test(member) ? matching : rest).add(member);
      }
    }
    return new Split(part(matching), part(rest));
  }

  /// Splits the group into the exceptions of a class and the others; as [#split(Predicate)].
  ///
  /// Of `ExceptionGroup.class` and its superclasses the group as a whole is one.
  public final Split split(Class<? extends Throwable> type) {
    Objects.requireNonNull(type, "type");
    return split((Predicate<Throwable>) type::isInstance);
  }

  /// Returns the part of which a condition is true, or null; as [#split(Predicate)].
  public final @Nullable ExceptionGroup subgroup(Predicate<? super Throwable> condition) {
    return split(condition).matching;
  }

  /// Returns the exceptions of a class, or null; as [#split(Class)].
  public final @Nullable ExceptionGroup subgroup(Class<? extends Throwable> type) {
    return split(type).matching;
  }

  /// Makes a group like this one with other exceptions, for [#split(Predicate)].
  ///
  /// A subclass returns one of its own kind.
  ///
  /// @param exceptions some of this group's, never none
  protected ExceptionGroup derive(List<? extends Throwable> exceptions) {
    return new ExceptionGroup(message, exceptions);
  }

  private static void addIfThere(List<Throwable> list, @Nullable ExceptionGroup part) {
    if (part != null) {
      list.add(part);
    }
  }

  private @Nullable ExceptionGroup part(List<Throwable> exceptions) {
    if (exceptions.isEmpty()) {
      return null;
    }
    ExceptionGroup part = derive(exceptions);
    part.setStackTrace(getStackTrace());
    Throwable cause = getCause();
    if (cause != null && part.getCause() == null) {
      part.initCause(cause);
    }
    addSuppressed(part, suppressedOthers());
    return part;
  }

  /// Returns what was suppressed in this group and is no member of it.
  final List<Throwable> suppressedOthers() {
    var others = new ArrayList<>(Arrays.asList(getSuppressed()));
    others.removeIf(this::isMember);
    return others;
  }

  private boolean isMember(Throwable exception) {
    for (Throwable member : members) {
      if (member == exception) {
        return true;
      }
    }
    return false;
  }

  /// Returns the message and the texts of the members: what a log shows of it without a stack
  /// trace. Groups more than ten levels down are there without their members.
  @Override
  @SuppressWarnings("OverrideThrowableToString") // the message is what a trace begins with
  public String toString() {
    return textOf(this, 1);
  }

  private static String textOf(Throwable exception, int level) {
    if (!(exception instanceof ExceptionGroup group)) {
      return Descriptions.textOf(exception);
    }
    if (level > MOST_LEVELS) {
      return group.headline();
    }
    return group.headline()
        + ": "
        + group.exceptions().stream()
            .map(member -> textOf(member, level + 1))
            .collect(Collectors.joining("; "));
  }

  /// Returns the text without the members.
  final String headline() {
    try {
      return super.toString();
    } catch (RuntimeException | Error e) {
      // A subclass has a text of its own, which fails.
      return getClass().getName();
    }
  }

  /// Prints the group and its members as a numbered tree.
  @Override
  public void printStackTrace(PrintStream out) {
    out.print(GroupTrace.of(this));
    out.flush();
  }

  /// Prints the group and its members as a numbered tree.
  @Override
  public void printStackTrace(PrintWriter out) {
    out.print(GroupTrace.of(this));
    out.flush();
  }
}
