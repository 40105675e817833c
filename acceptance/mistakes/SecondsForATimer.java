// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class SecondsForATimer {
  static void run(EventLoop loop) throws Exception {
    // instead: loop.callLater(Duration.ofSeconds(1), loop::stop);
    loop.callLater(1.0, loop::stop); // mistake
  }
}
