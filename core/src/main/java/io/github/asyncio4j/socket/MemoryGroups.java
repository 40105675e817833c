// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who has joined which multicast group in a [MemoryNetwork]. The loop's thread.
final class MemoryGroups {
  private final Map<MemoryDatagram, Set<Membership>> members = new LinkedHashMap<>();

  /// Notes a membership.
  ///
  /// @return false when it is known
  boolean join(MemoryDatagram member, Membership membership) {
    return members.computeIfAbsent(member, _ -> new LinkedHashSet<>()).add(membership);
  }

  /// Forgets a membership.
  ///
  /// @return false when it is not known
  boolean leave(MemoryDatagram member, Membership membership) {
    Set<Membership> its = members.get(member);
    return its != null && its.remove(membership);
  }

  void leaveAll(MemoryDatagram member) {
    members.remove(member);
  }

  /// Returns who hears what is sent to a group.
  List<MemoryDatagram> listeners(InetSocketAddress target, InetSocketAddress from) {
    var found = new ArrayList<MemoryDatagram>();
    members.forEach(
        (member, its) -> {
          boolean hears =
              its.stream()
                  .anyMatch(
                      joined ->
                          joined.group().equals(target.getAddress())
                              && (joined.source() == null
                                  || joined.source().equals(from.getAddress())));
          if (hears && member.isBoundFor(target) && member.hears(from)) {
            found.add(member);
          }
        });
    return found;
  }
}
