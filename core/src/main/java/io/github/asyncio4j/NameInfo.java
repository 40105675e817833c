// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// The answer of `getnameinfo` (EL-110, getnameinfo(3)).
///
/// @param host a name, or a literal where there is none or none was wanted
/// @param service a name, or a number where there is none or none was wanted
public record NameInfo(String host, String service) {}
