// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.pipe.Pipe;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Pipes of the system: descriptors, or channels where the selector is the JDK's.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SystemPipeTest extends PipeContract {
  SystemPipeTest(LoopKind kind) {
    super(kind);
  }

  private Map<String, String> pipesBefore;

  @BeforeEach
  @Override
  void openLoop() throws Exception {
    super.openLoop();
    pipesBefore = OpenSockets.pipes();
  }

  @AfterEach
  void noEndIsLeft() throws Exception {
    loop.close();
    assertThat(OpenSockets.pipes()).isEqualTo(pipesBefore);
  }

  @Override
  Pipe newPipe() throws Exception {
    return Pipe.open(tier());
  }

  @Override
  boolean noticesReader() {
    return selector.pollsDescriptors();
  }
}
