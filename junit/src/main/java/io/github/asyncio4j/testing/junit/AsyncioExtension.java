// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.testing.EventRecorder;
import io.github.asyncio4j.testing.ExceptionRecorder;
import io.github.asyncio4j.testing.Seeds;
import io.github.asyncio4j.testing.TestLoop;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/// Gives each test a loop of its own and fails a test that leaves something behind.
///
/// A method with [AsyncioTest] or [SeededTest] runs as the main task of the loop: it may suspend.
/// Any other test of a class with `@ExtendWith(AsyncioExtension.class)` runs beside the loop, which
/// it gets as a parameter and runs as it likes. `@BeforeEach` and `@AfterEach` methods run beside
/// it.
///
/// **Parameters** of test and life-cycle methods: [EventLoop], [TestLoop], `@Seed long`,
/// [ExceptionRecorder], the handler of the loop, and [EventRecorder], which sees what follows. With
/// [AsyncioOptions.Clock#REAL] there is neither a [TestLoop] nor an [EventRecorder].
///
/// **A test fails** when after its end
///
/// - a task is still pending, an asynchronous generator still open: with its stack;
/// - the exception handler was called, unless the test took or expected it by the
///   [ExceptionRecorder];
/// - a task was suspended inside a blocking call of the JDK, unless [AsyncioOptions] allow it;
/// - a server, a connection or a datagram endpoint of a [TestLoop] is open, unless they allow that:
///   by its address.
///
/// Any test fails that takes longer than [AsyncioOptions#limitSeconds()]. A `@Timeout` of JUnit
/// does not end a loop: it interrupts the test's thread, and a loop keeps interrupts for its end.
///
/// Of an [ExceptionGroup] with nothing in it but failed assertions JUnit gets these; with nothing
/// but assumptions that did not hold, the first.
///
/// What is ready still runs before that is looked at, so a cancelled task has the time to end, but
/// the clock stands still. The loop is closed in the end; a test may close it itself.
public final class AsyncioExtension
    implements ParameterResolver,
        InvocationInterceptor,
        AfterEachCallback,
        TestTemplateInvocationContextProvider {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(AsyncioExtension.class);
  private static final String SEED = "seed";

  /// Called by JUnit.
  public AsyncioExtension() {}

  // Parameters.

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    if (context.getTestMethod().isEmpty()) {
      return false;
    }
    Class<?> type = parameter.getParameter().getType();
    return type == EventLoop.class
        || type == TestLoop.class
        || type == ExceptionRecorder.class
        || type == EventRecorder.class
        || (type == long.class && parameter.isAnnotated(Seed.class));
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    LoopFixture fixture = fixture(context);
    Class<?> type = parameter.getParameter().getType();
    if (type == long.class) {
      return seed(context);
    }
    if (type == ExceptionRecorder.class) {
      return fixture.failures();
    }
    if (type == EventLoop.class) {
      return fixture.loop();
    }
    if (!(fixture.loop() instanceof TestLoop loop)) {
      throw new ParameterResolutionException(
          "a loop on the real clock is no TestLoop and has no trace: " + parameter);
    }
    if (type == TestLoop.class) {
      return loop;
    }
    var recorder = new EventRecorder();
    loop.addObserver(recorder);
    return recorder;
  }

  private static LoopFixture fixture(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(
            LoopFixture.class,
            key -> LoopFixture.open(options(context), seed(context)),
            LoopFixture.class);
  }

  private static long seed(ExtensionContext context) {
    Long given = context.getStore(NAMESPACE).get(SEED, Long.class);
    return given != null ? given : Seeds.propertyOr(0);
  }

  private static @Nullable AsyncioOptions options(ExtensionContext context) {
    var ofMethod = AnnotationSupport.findAnnotation(context.getTestMethod(), AsyncioOptions.class);
    if (ofMethod.isPresent()) {
      return ofMethod.get();
    }
    Class<?> type = context.getTestClass().orElse(null);
    for (; type != null; type = type.getEnclosingClass()) {
      var ofClass = AnnotationSupport.findAnnotation(type, AsyncioOptions.class);
      if (ofClass.isPresent()) {
        return ofClass.get();
      }
    }
    return null;
  }

  // Running.

  @Override
  public void interceptBeforeEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    runBesideLoop(invocation, context);
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    runBesideLoop(invocation, context);
  }

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    if (AnnotationSupport.isAnnotated(method.getExecutable(), AsyncioTest.class)) {
      runAsTask(invocation, context);
    } else {
      runBesideLoop(invocation, context);
    }
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    if (!AnnotationSupport.isAnnotated(method.getExecutable(), SeededTest.class)) {
      runBesideLoop(invocation, context);
      return;
    }
    try {
      runAsTask(invocation, context);
    } catch (TestAbortedException e) {
      throw e;
    } catch (Throwable t) {
      throw Seeds.failure(seed(context), t);
    }
  }

  // A test that has asked for no loop is none of our business.
  private static void runBesideLoop(Invocation<@Nullable Void> invocation, ExtensionContext context)
      throws Throwable {
    LoopFixture fixture = context.getStore(NAMESPACE).get(LoopFixture.class, LoopFixture.class);
    if (fixture == null) {
      invocation.proceed();
    } else {
      TimeLimit.watch(fixture, limit -> invocation.proceed());
    }
  }

  private static void runAsTask(Invocation<@Nullable Void> invocation, ExtensionContext context)
      throws Throwable {
    LoopFixture fixture = fixture(context);
    try {
      TimeLimit.watch(
          fixture, limit -> fixture.loop().runUntilComplete(() -> proceed(invocation, limit)));
    } catch (ExceptionGroup e) {
      throw GroupFailures.of(e);
    }
  }

  private static @Nullable Void proceed(Invocation<@Nullable Void> invocation, TimeLimit limit)
      throws Exception {
    limit.isMain();
    try {
      return invocation.proceed();
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError("the test has thrown neither Exception nor Error", t);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    LoopFixture fixture = context.getStore(NAMESPACE).remove(LoopFixture.class, LoopFixture.class);
    if (fixture == null) {
      return;
    }
    if (context.getExecutionException().isPresent()) {
      fixture.close();
      return;
    }
    AssertionError leftBehind = check(fixture);
    if (leftBehind != null) {
      Long seed = context.getStore(NAMESPACE).get(SEED, Long.class);
      throw seed == null ? leftBehind : Seeds.failure(seed, leftBehind);
    }
  }

  private static @Nullable AssertionError check(LoopFixture fixture) {
    try {
      return fixture.closeAndCheck();
    } catch (AssertionError e) {
      return e;
    }
  }

  // Seeds.

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getTestMethod(), SeededTest.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    SeededTest seeded =
        AnnotationSupport.findAnnotation(context.getTestMethod(), SeededTest.class).orElseThrow();
    return Seeds.of(seeded.value()).mapToObj(SeededRun::new);
  }

  /// One run of a test with one seed.
  private record SeededRun(long seed) implements TestTemplateInvocationContext {
    @Override
    public String getDisplayName(int invocationIndex) {
      return "seed " + seed;
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      BeforeEachCallback setSeed = context -> context.getStore(NAMESPACE).put(SEED, seed);
      return List.of(setSeed);
    }
  }
}
