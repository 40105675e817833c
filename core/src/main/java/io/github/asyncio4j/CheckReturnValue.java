// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a call that does nothing for a caller who ignores what it returns. Error Prone and other
/// checkers know the name, in whatever package.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.CLASS)
@interface CheckReturnValue {}
