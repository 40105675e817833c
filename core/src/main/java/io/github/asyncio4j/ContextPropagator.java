// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// Carries thread-locals to where a program goes on, so that tracing and logging built on them
/// follow it: spans, MDC, security contexts.
///
/// Found once by [java.util.ServiceLoader], by the class loader of this library. When there is none
/// nothing is spent on it. To be found a propagator is named in a file
/// `META-INF/services/io.github.asyncio4j.ContextPropagator` of the class path, or in a module:
/// `provides io.github.asyncio4j.ContextPropagator with com.example.MdcPropagator`.
///
/// What a thread has is captured wherever a [Context] is copied: by `callSoon` and the other
/// methods that schedule a callback, by `addDoneCallback`, `createTask`, `toThread` and
/// [Context#copyContext()]. It is put in place before a callback runs, before the first step of a
/// task, before a call of `toThread`, before an exception handler that is called for one of these,
/// and inside [Context#call]; and taken away after it. A task has a thread of its own, so what it
/// sets itself stays over its suspensions and goes with what it schedules. What a callback sets
/// goes with what it schedules and is gone after it.
///
/// A context that is given explicitly carries what was captured when it was copied, not what its
/// giver has; one made by `new Context()` carries nothing, and [#restore] is told so. A call of
/// `runInExecutor` gets nothing (EL-115).
///
/// Its methods are called by any thread and must not block or suspend. What they throw is logged,
/// and the value in question is not carried.
///
/// @param <S> what is carried; immutable, for several threads may have it at once
public interface ContextPropagator<S> {
  /// Returns what the calling thread has, or null when it has nothing.
  @Nullable S capture();

  /// Gives the calling thread what was captured, instead of what it has.
  ///
  /// @param captured null to take away what it has
  /// @return closed by the same thread when it is over; puts back what was there before
  Scope restore(@Nullable S captured);

  /// What a thread has for a while.
  @FunctionalInterface
  interface Scope extends AutoCloseable {
    /// Puts back what was there before.
    @Override
    void close();
  }
}
