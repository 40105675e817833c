// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

/// All themes.
final class Themes {
  static final Class<?>[] ALL = {
    AsyncGeneratorsScenarios.class,
    BarriersScenarios.class,
    CancelDeliveryScenarios.class,
    CancellationScenarios.class,
    ConditionsScenarios.class,
    ConnectionsScenarios.class,
    ContextsScenarios.class,
    DatagramsScenarios.class,
    DebugScenarios.class,
    EagerScenarios.class,
    ErrorsScenarios.class,
    EventsScenarios.class,
    ExceptionGroupsScenarios.class,
    ExecutorScenarios.class,
    FlowControlScenarios.class,
    FuturesScenarios.class,
    GatherShieldScenarios.class,
    GeneratorGamesScenarios.class,
    HandlesScenarios.class,
    LocksScenarios.class,
    LoopScenarios.class,
    NamesScenarios.class,
    QueueShutdownScenarios.class,
    QueuesScenarios.class,
    RawSocketsScenarios.class,
    ReadersScenarios.class,
    RunnerScenarios.class,
    SemaphoresScenarios.class,
    SendfileScenarios.class,
    StaggeredScenarios.class,
    StartTlsScenarios.class,
    StreamsScenarios.class,
    TaskFactoriesScenarios.class,
    TaskGroupCancelScenarios.class,
    TaskGroupScenarios.class,
    TasksScenarios.class,
    TcpClientScenarios.class,
    TcpServerScenarios.class,
    TimeoutsScenarios.class,
    TimersScenarios.class,
    TlsScenarios.class,
    TlsTransportsScenarios.class,
    TransportsScenarios.class,
    UnixScenarios.class,
    WaitForScenarios.class,
    WaitingScenarios.class
  };

  private Themes() {}
}
