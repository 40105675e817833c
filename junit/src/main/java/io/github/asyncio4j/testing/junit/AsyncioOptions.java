// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Says which loop the tests of a class, or one test, get from [AsyncioExtension], and what they
/// may do. Only the annotation nearest to the test counts; the options of outer ones are not merged
/// in.
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface AsyncioOptions {
  /// Returns the clock that the loop goes by.
  Clock clock() default Clock.VIRTUAL;

  /// Tells whether a task may call what blocks in the JDK. The loop-thread engine notices; on the
  /// other such a call holds up the loop, and nobody can tell.
  boolean allowHiddenSuspensions() default false;

  /// Tells whether servers, connections and datagram endpoints may be open at the end of the test.
  /// Only a [io.github.asyncio4j.testing.TestLoop] knows of them.
  boolean allowOpenSockets() default false;

  /// Returns how long the test may take, in seconds of real time, whatever the clock; 0 for as long
  /// as it likes.
  ///
  /// When the time is over the test fails with a list of the pending tasks and where each is
  /// suspended: its main task is cancelled, then the loop stopped, and a thread that does not
  /// return to the loop interrupted. What reacts to none of these goes on; the list is in the log
  /// then.
  ///
  /// It counts for each of these by itself: the method, each of its `@BeforeEach` and `@AfterEach`
  /// methods, and what is ready after the end of the test; for those that run beside the loop if
  /// there is one.
  int limitSeconds() default DEFAULT_LIMIT_SECONDS;

  /// The limit of a test that sets none.
  int DEFAULT_LIMIT_SECONDS = 60;

  /// The kinds of loops.
  enum Clock {
    /// A [io.github.asyncio4j.testing.TestLoop].
    VIRTUAL,
    /// A [io.github.asyncio4j.loop.SelectorEventLoop] over the best selector that works here.
    REAL
  }
}
