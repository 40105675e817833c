// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class ValuesForAGather {
  static void run() throws Exception {
    // instead: Asyncio.gather(() -> 1, () -> 2).await();
    Asyncio.gather(1, 2).await(); // mistake
  }
}
