// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

/// Who has made the other end of a unix stream socket (`SO_PEERCRED` of unix(7)), as the kernel
/// knows it: of a client's end, who has called listen; of an accepted end, who has called connect.
///
/// Kept by the kernel from that moment on: the process may have ended since, and its id be that of
/// another.
///
/// @param pid id of the process; 0 when it is in another pid namespace
/// @param uid effective user id
/// @param gid effective group id
public record PeerCredentials(int pid, int uid, int gid) {}
