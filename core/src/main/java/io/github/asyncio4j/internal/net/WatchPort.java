// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.IoWatch;
import java.io.IOException;

/// What all ports of a [ReadinessBackend] are: a watch. Loop thread only.
class WatchPort implements IoPort {
  final IoWatch watch;

  WatchPort(IoWatch watch) {
    this.watch = watch;
  }

  @Override
  public final void receiving(boolean on) throws IOException {
    watch.reading(on);
  }

  @Override
  public final void sending(boolean on) throws IOException {
    watch.writing(on);
  }

  @Override
  public final boolean isSending() {
    return watch.isWriting();
  }

  @Override
  public final void runIn(Context context) {
    watch.runIn(context);
  }

  @Override
  public final void callForRoom() {
    watch.callWriter();
  }

  @Override
  public final void close() {
    watch.close();
  }
}
