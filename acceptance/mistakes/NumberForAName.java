// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class NumberForAName {
  static void run() throws Exception {
    // instead: Asyncio.createTask(() -> "x", "1");
    Asyncio.createTask(() -> "x", 1); // mistake
  }
}
