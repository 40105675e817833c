// SPDX-License-Identifier: Apache-2.0

/// What an operator sees of a running JVM from outside: `bin/asyncio ps` and `pstree` (ADR 19).
///
/// All of it runs in a JVM of the operator's, save [io.github.asyncio4j.internal.inspect.Agent].
package io.github.asyncio4j.internal.inspect;
