// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;

/// Hello World by a callback: `bin/asyncio HelloWorld`.
void main() {
  try (EventLoop loop = Asyncio.newEventLoop()) {
    loop.callSoon(() -> helloWorld(loop));
    loop.runForever();
  }
}

void helloWorld(EventLoop loop) {
  IO.println("Hello World");
  loop.stop();
}
