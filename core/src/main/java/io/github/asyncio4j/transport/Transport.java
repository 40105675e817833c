// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

/// A two-way byte stream (TP-01 to TP-04). Loop thread only.
public interface Transport extends ReadTransport, WriteTransport {}
