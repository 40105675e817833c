// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.ref.PhantomReference;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/// What is to be reported of a failed future that nobody has asked, once it is collected.
/// Loop thread only.
final class UnseenFailure extends PhantomReference<Future<?>> {
  /*
   * Whoever is to report an exception must hold it, and an exception may refer to its future, which
   * then is never collected. So one that may do that is held only until the collector has run once.
   * If its future is there still, the exception is held weakly from then on, and a copy stands in
   * for it: what is unreachable cannot be had back in Java, save by a finalizer.
   */
  private final UnretrievedFailures failures;
  private final String kind;
  private final @Nullable String taskName;
  // Of a gather whose future nobody has waited for, which looks like a call that waits.
  private final boolean gatherIgnored;
  private final @Nullable HandleTrace trace;
  private @Nullable Throwable exception;
  private @Nullable WeakReference<Throwable> original;

  /// Whether it has outlived a collection and nothing more is to be done for it.
  boolean settled;

  UnseenFailure(Throwable exception, Future<?> future) {
    super(future, future.loop.failures.queue());
    this.exception = exception;
    this.failures = future.loop.failures;
    this.trace = future.trace();
    if (future instanceof Task<?> task) {
      this.kind = "Task";
      this.taskName = task.getName();
    } else {
      this.kind = "Future";
      this.taskName = null;
    }
    this.gatherIgnored = future instanceof GatheringFuture && !future.isAwaited();
  }

  /// Nothing is to be reported.
  void forget() {
    if (failures.remove(this)) {
      clear();
      exception = null;
      original = null;
    }
  }

  /// Lets go of an exception that may refer to the future.
  void letGo() {
    Throwable held = exception;
    if (held != null && ExceptionCopy.isNeededOf(held)) {
      original = new WeakReference<>(held);
      exception = ExceptionCopy.of(held);
    }
  }

  /// Returns what the exception handler is told.
  ExceptionContext report() {
    Throwable unseen = original == null ? null : original.get();
    if (unseen == null) {
      unseen = exception;
    }
    String name = taskName == null ? "" : " name='" + taskName + "'";
    String created = trace == null ? "" : trace.createdAt();
    ExceptionContext report =
        ExceptionContext.of(
                gatherIgnored
                    ? "gather() was never awaited: it returns a future, gather(...).await() waits for it"
                    : kind + " exception was never retrieved: await it, or ask its exception()")
            .with(
                "future",
                "<"
                    + kind
                    + " finished"
                    + name
                    + " exception="
                    + Descriptions.textOf(unseen)
                    + created
                    + ">");
    if (unseen != null) {
      report = report.exception(unseen);
    }
    return trace == null ? report : report.with("source_traceback", trace.source());
  }
}
