// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;

/// Displays the date every second, by callbacks: `bin/asyncio DisplayDate [COUNT [PERIOD]]`.
///
/// The period is written as in ISO 8601: `PT1S` is a second.
void main(String[] args) {
  if (args.length > 2 || !String.join(" ", args).matches("(\\d+( P\\S+)?)?")) {
    System.err.println("usage: DisplayDate [COUNT [PERIOD]]");
    System.exit(2);
  }
  int count = args.length > 0 ? Integer.parseInt(args[0]) : 5;
  Duration period = Duration.parse(args.length > 1 ? args[1] : "PT1S");

  try (EventLoop loop = Asyncio.newEventLoop()) {
    loop.callSoon(() -> displayDate(loop, count, period));
    loop.runForever();
  }
}

void displayDate(EventLoop loop, int count, Duration period) {
  IO.println(LocalDateTime.now(ZoneId.systemDefault()));
  if (count > 1) {
    loop.callLater(period, () -> displayDate(loop, count - 1, period));
  } else {
    loop.stop();
  }
}
