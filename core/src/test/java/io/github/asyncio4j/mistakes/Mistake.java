// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;

/// A test that makes a mistake and knows the whole text of what is said to that.
@Test
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Mistake {
  /// Returns the grade of the text: 2 when it tells the mistake, with whom or what it was made, and
  /// what to do instead, unless that goes without saying; 1 when it tells the mistake; 0 when it
  /// misleads, or nothing is said.
  int value();
}
