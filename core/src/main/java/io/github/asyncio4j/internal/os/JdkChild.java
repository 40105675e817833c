// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Native;
import java.util.HashSet;
import java.util.Set;

/// A child that a [ProcessBuilder] has started. A thread of the JDK waits for it. Loop thread only.
final class JdkChild implements Child {
  // What the JDK makes of the end by signal N: 128 + N, which a program may also return by itself.
  private static final int SIGNALLED = 128;

  private final Process process;
  private final Listener listener;

  // Loop thread only.
  private boolean ended;
  // Ours: any of them may be the one that ended it.
  private final Set<Integer> sent = new HashSet<>();

  JdkChild(Lowlevel lowlevel, Process process, Listener listener) {
    this.process = process;
    this.listener = listener;
    // Made now: when it has ended there may be no memory. Nobody is told if the loop is closed by
    // then.
    var told = lowlevel.newPost(this::onExit, Context.copyContext());
    var _ = process.onExit().thenRun(told::post);
  }

  @Override
  public int pid() {
    return (int) process.pid();
  }

  /// The thread that waits for it keeps what it has written, and closes our ends.
  @Override
  public boolean takesPipesAlong() {
    return true;
  }

  private void onExit() {
    ended = true;
    int status = process.exitValue();
    int signal = status - SIGNALLED;
    listener.ended(sent.contains(signal) ? -signal : status);
  }

  @Override
  public void signal(int signal) {
    if (signal != Constants.SIGTERM && signal != Constants.SIGKILL) {
      throw Native.unsupported("Sending signal " + signal + " to a child process");
    }
    if (ended) {
      return;
    }
    sent.add(signal);
    // Not by the process itself, which would close its streams with what is unread in them.
    ProcessHandle handle = process.toHandle();
    boolean _ = signal == Constants.SIGKILL ? handle.destroyForcibly() : handle.destroy();
  }

  @Override
  public boolean leadsGroup() {
    return false;
  }

  @Override
  public boolean signalGroup(int signal) {
    return false;
  }

  @Override
  public void release() {
    if (!ended) {
      var _ = process.destroyForcibly();
    }
  }

  @Override
  public String toString() {
    return "<JdkChild pid=" + process.pid() + (ended ? " ended" : " running") + ">";
  }
}
