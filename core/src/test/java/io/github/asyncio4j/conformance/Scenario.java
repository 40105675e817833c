// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks the twin of a Python scenario: a method `void name(Stage stage) throws Exception` of a
/// theme class. Its name is that of the Python half in camelCase.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Scenario {
  /// The spec ids that it pins, as in the Python half.
  String[] value();

  /// Whether the body is the main task of a fresh loop, else it makes its loops itself.
  boolean task() default false;

  /// Whether only the native tier can do it.
  boolean nativeTier() default false;
}
