// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.sync.Event;

/// Waits for SIGINT, SIGTERM or an hour, whichever comes first: `bin/asyncio Signals`.
///
/// A handler is an ordinary callback of the loop, so it may do anything: here it sets the event
/// that the main coroutine waits for, which then ends in good order.
void main(String[] args) throws Exception {
  if (args.length > 0) {
    System.err.println("usage: Signals");
    System.exit(2);
  }
  Asyncio.run(this::waitForSignal);
}

void waitForSignal() throws Exception {
  EventLoop loop = Asyncio.getRunningLoop();
  var exit = new Event();
  for (String signal : List.of("SIGINT", "SIGTERM")) {
    loop.addSignalHandler(
        signal,
        () -> {
          IO.println("got signal " + signal + ": exit");
          exit.set();
        });
  }
  IO.println("Event loop running for 1 hour, press Ctrl+C to interrupt.");
  IO.println("pid " + ProcessHandle.current().pid() + ": send SIGINT or SIGTERM to exit.");
  try {
    exit.await(Duration.ofHours(1));
  } catch (TimeoutException e) {
    IO.println("the hour is over");
  }
}
