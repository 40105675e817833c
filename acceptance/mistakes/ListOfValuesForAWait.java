// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class ListOfValuesForAWait {
  static void run(List<String> names) throws Exception {
    // instead: Asyncio.wait(List.of(Asyncio.createTask(() -> names.size())));
    Asyncio.wait(names); // mistake
  }
}
