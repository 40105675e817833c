// SPDX-License-Identifier: Apache-2.0

/// The C functions, constants and structures that the library uses, under their C names.
///
/// Layer: the lowest, beside `transport`. Only `selector`, `socket`, `pipe`, `internal.net` and
/// `loop` may call it; no other package sees a C name or an errno. Each function is one call: no
/// retry, no policy, no state beyond what a call needs.
///
/// Start reading at the interface through which every system call goes.
package io.github.asyncio4j.internal.ffi;
