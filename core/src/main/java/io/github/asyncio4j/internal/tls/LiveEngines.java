// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.LoopLocal;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// The engines of one loop that are to be given back to their factories when it is closed: a loop
/// that closes its sockets tells no protocol. Loop thread only.
final class LiveEngines {
  static final LoopLocal<LiveEngines> OF_LOOP = new LoopLocal<>(_ -> new LiveEngines());

  private final Set<DelegatedTasks> live = Collections.newSetFromMap(new IdentityHashMap<>());

  void add(DelegatedTasks engine) {
    live.add(engine);
  }

  void remove(DelegatedTasks engine) {
    live.remove(engine);
  }

  void releaseAll() {
    List.copyOf(live).forEach(DelegatedTasks::release);
    live.clear();
  }
}
