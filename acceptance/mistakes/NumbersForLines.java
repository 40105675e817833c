// SPDX-License-Identifier: Apache-2.0
import io.github.asyncio4j.*;
import io.github.asyncio4j.stream.*;
import io.github.asyncio4j.sync.*;
import java.time.Duration;
import java.util.List;

final class NumbersForLines {
  static void run(StreamWriter writer) throws Exception {
    // instead: writer.writelines(List.of(new byte[1]));
    writer.writelines(List.of(1)); // mistake
  }
}
