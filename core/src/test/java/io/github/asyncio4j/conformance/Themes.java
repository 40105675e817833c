// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

/// All themes.
final class Themes {
  static final Class<?>[] ALL = {
    CancellationScenarios.class,
    ContextsScenarios.class,
    DebugScenarios.class,
    ErrorsScenarios.class,
    ExecutorScenarios.class,
    FlowControlScenarios.class,
    FuturesScenarios.class,
    GatherShieldScenarios.class,
    HandlesScenarios.class,
    LoopScenarios.class,
    ReadersScenarios.class,
    RunnerScenarios.class,
    StreamsScenarios.class,
    TasksScenarios.class,
    TcpClientScenarios.class,
    TcpServerScenarios.class,
    TimeoutsScenarios.class,
    TimersScenarios.class,
    TransportsScenarios.class
  };

  private Themes() {}
}
