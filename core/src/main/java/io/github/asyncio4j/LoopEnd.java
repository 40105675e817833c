// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.selector.Selector;

/// The end of a loop, once it refuses to run: whatever it leaves undone is told, ended and released
/// (EL-15). The closing thread.
final class LoopEnd {
  private final BaseEventLoop loop;
  private final Selector selector;
  private final CoroutineEngine engine;

  LoopEnd(BaseEventLoop loop, Selector selector, CoroutineEngine engine) {
    this.loop = loop;
    this.selector = selector;
    this.engine = engine;
  }

  /// Takes every step, and throws the first failure at the end.
  void run() {
    var closing = new FailureCollector();
    closing.step(loop::onClosing);
    closing.step(loop.tasks::refuseAll);
    closing.step(loop.drivenBodies::refuseAll);
    closing.step(this::reportPending);
    closing.step(() -> engine.runLoop(this::abandonTasks));
    closing.step(loop.kernel::refusePosted);
    // From here on no task that the JDK still blocks waits for this thread to carry it.
    closing.step(loop.failures::reportAll);
    closing.step(() -> loop.followers.forEach(f -> f.cancel(false)));
    closing.step(loop.signals::close);
    closing.step(loop.executor::close);
    closing.step(() -> loop.kernel.close(closing));
    closing.step(loop::onClose);
    closing.step(selector::close);
    closing.rethrow();
  }

  // The handler, or a logger, may wait for a lock that a task holds inside a blocking call.
  private void reportPending() {
    if (loop.kernel.callbacks.blockedTasks > 0) {
      engine.runLoop(() -> loop.kernel.callbacks.run(this::report));
    } else {
      report();
    }
  }

  private void report() {
    loop.tasks.reportAll(loop);
    loop.drivenBodies.warnOfAll();
  }

  // In a thread that may carry tasks. One that the JDK still blocks afterwards goes on elsewhere.
  private void abandonTasks() {
    var closing = new FailureCollector();
    closing.step(loop.tasks::abandonAll);
    closing.step(loop.drivenBodies::abandonAll);
    closing.step(() -> loop.kernel.carrier.carryTheLast(loop.kernel.callbacks));
    closing.step(loop.kernel.callbacks::end);
    closing.rethrow();
  }
}
