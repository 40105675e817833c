// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

/// A port that bytes come from and go to: a connected stream socket. Loop thread only.
interface StreamPort extends InputPort, OutputPort {}
