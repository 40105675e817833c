// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.stream.StreamReader;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What tests of child processes share: no child, pipe or pidfd is left by any of them.
abstract class ChildCase extends NetTest {
  static final SubprocessOptions NOTHING =
      SubprocessOptions.DEFAULT.stdin(Stdio.DEVNULL).stdout(Stdio.DEVNULL).stderr(Stdio.DEVNULL);
  static final SubprocessOptions OUTPUT = NOTHING.stdout(Stdio.PIPE);
  static final SubprocessOptions PIPES =
      SubprocessOptions.DEFAULT.stdin(Stdio.PIPE).stdout(Stdio.PIPE).stderr(Stdio.PIPE);

  private ChildCensus before;

  ChildCase(LoopKind kind) {
    super(kind);
  }

  @Override
  @BeforeEach
  void openLoop() throws Exception {
    super.openLoop();
    before = ChildCensus.now();
  }

  @Override
  @AfterEach
  void nothingIsLeft() throws Exception {
    super.nothingIsLeft();
    before.awaitAgain();
  }

  boolean isNative() {
    return selector.pollsDescriptors();
  }

  Process exec(SubprocessOptions options, String... command) throws IOException {
    return Process.exec(loop, options, StreamReader.DEFAULT_LIMIT, List.of(command));
  }

  Process shell(SubprocessOptions options, String cmd) throws IOException {
    return exec(options, "/bin/sh", "-c", cmd);
  }

  /// Returns what a program writes to its output.
  String outputOf(SubprocessOptions options, String... command) throws IOException {
    return text(exec(options, command).communicate().stdout());
  }
}
