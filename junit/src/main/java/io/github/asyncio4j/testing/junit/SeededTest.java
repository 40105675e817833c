// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/// Marks a test method that runs as an [AsyncioTest] once for each of many seeds.
///
/// The seed is in the display name and in the message of a failure. With the system property
/// `io.github.asyncio4j.seed` it runs once, with that seed.
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(AsyncioExtension.class)
public @interface SeededTest {
  /// Returns how many seeds: 1 to this one, which must be at least 1.
  int value();
}
