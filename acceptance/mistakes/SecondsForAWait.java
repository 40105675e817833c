// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class SecondsForAWait {
  static void run(Future<String> future) throws Exception {
    // instead: Asyncio.waitFor(future, Duration.ofSeconds(30));
    Asyncio.waitFor(future, 30); // mistake
  }
}
