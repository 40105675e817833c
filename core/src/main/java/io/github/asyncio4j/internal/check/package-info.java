// SPDX-License-Identifier: Apache-2.0

/// A program that shows whether the library works, and on what engine and selector.
package io.github.asyncio4j.internal.check;
