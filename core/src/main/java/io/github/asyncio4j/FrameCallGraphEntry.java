// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// A frame of the call stack of a task (TC-14).
///
/// @param frame where the call is; frames of this package and of the JDK's threads are left out of
///   call graphs
public record FrameCallGraphEntry(StackTraceElement frame) {}
