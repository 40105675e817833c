// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class TextForAnExecutor {
  static void run(EventLoop loop) throws Exception {
    // instead: loop.runInExecutor(null, () -> "x").await();
    loop.runInExecutor("pool", () -> "x").await(); // mistake
  }
}
