// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.pipe.Pipe;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Pipes of the system: descriptors, or channels where the selector is the JDK's.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SystemPipeTest extends PipeContract {
  SystemPipeTest(LoopKind kind) {
    super(kind);
  }

  @RegisterExtension final PipeCensus census = new PipeCensus();

  @Override
  Pipe newPipe() throws Exception {
    return Pipe.open(tier());
  }

  @Override
  boolean noticesReader() {
    return selector.pollsDescriptors();
  }
}
