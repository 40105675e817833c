// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the [ContextPropagator]s capture, carried by contexts. Any thread.
///
/// It is the value of a variable that only this class knows, so it is copied with the others and
/// goes where they go.
final class Propagation {
  /// A propagator, with its type tied to what it captures.
  private record Carrier<S>(ContextPropagator<S> propagator) {
    @Nullable Captured<S> capture() {
      S value = guarded(propagator::capture);
      return value == null ? null : new Captured<>(this, value);
    }

    ContextPropagator.@Nullable Scope restore(@Nullable S value) {
      return guarded(() -> propagator.restore(value));
    }

    // A plug-in that fails must not keep a loop from running what it was given.
    private <R extends @Nullable Object> @Nullable R guarded(Supplier<R> call) {
      try {
        return call.get();
      } catch (RuntimeException | Error e) {
        logFailure(propagator, e);
        return null;
      }
    }
  }

  private record Captured<S>(Carrier<S> carrier, S value) {
    ContextPropagator.@Nullable Scope restore() {
      return carrier.restore(value);
    }
  }

  private static final ContextVar<List<Captured<?>>> CAPTURED = ContextVar.of("captured");
  private static final List<Carrier<?>> CARRIERS = load();

  /// Whether there are propagators. Constant, so that code behind it costs nothing without them.
  static final boolean IN_USE = !CARRIERS.isEmpty();

  private static final ContextPropagator.Scope NOTHING = () -> {};

  private Propagation() {}

  private static List<Carrier<?>> load() {
    var carriers = new ArrayList<Carrier<?>>();
    Iterator<ContextPropagator<?>> found = propagators();
    while (true) {
      try {
        if (!found.hasNext()) {
          return List.copyOf(carriers);
        }
        carriers.add(new Carrier<>(found.next()));
      } catch (ServiceConfigurationError e) {
        // The iterator goes on with the next one.
        BaseEventLoop.LOGGER.log(System.Logger.Level.ERROR, "No context propagator", e);
      }
    }
  }

  @SuppressWarnings({"rawtypes", "unchecked"}) // a class literal has no type arguments
  private static Iterator<ContextPropagator<?>> propagators() {
    Class<ContextPropagator<?>> service = (Class) ContextPropagator.class;
    return ServiceLoader.load(service, service.getClassLoader()).iterator();
  }

  /// Tells whether a variable is the one that carries what was captured.
  static boolean isHidden(Object var) {
    return var == CAPTURED;
  }

  /// Returns the values with what the calling thread has now.
  static ContextMap capture(ContextMap vars) {
    return IN_USE ? vars.replacing(CAPTURED, captureAll()) : vars;
  }

  private static @Nullable List<Captured<?>> captureAll() {
    var all = new ArrayList<Captured<?>>(CARRIERS.size());
    for (Carrier<?> carrier : CARRIERS) {
      Captured<?> captured = carrier.capture();
      if (captured != null) {
        all.add(captured);
      }
    }
    return all.isEmpty() ? null : all;
  }

  /// Gives the calling thread what was captured with the values, until the result is closed. Costs
  /// nothing where there are no propagators.
  ///
  /// @param vars null to leave the thread what it has
  static ContextPropagator.Scope restore(@Nullable ContextMap vars) {
    return IN_USE && vars != null ? restoreAll(vars) : NOTHING;
  }

  private static ContextPropagator.Scope restoreAll(ContextMap vars) {
    var scopes = new ArrayList<ContextPropagator.Scope>(CARRIERS.size());
    try {
      restoreTo(scopes, vars);
    } catch (Throwable t) {
      // Whatever happens here, what is to be run runs.
      BaseEventLoop.LOGGER.log(System.Logger.Level.WARNING, "No context for a task or callback", t);
    }
    return () -> closeAll(scopes);
  }

  private static void restoreTo(List<ContextPropagator.Scope> scopes, ContextMap vars) {
    List<Captured<?>> captured = vars.get(CAPTURED);
    int next = 0;
    for (Carrier<?> carrier : CARRIERS) {
      ContextPropagator.Scope scope;
      // They are in the order of the carriers, but not every carrier has one.
      if (captured != null && next < captured.size() && captured.get(next).carrier == carrier) {
        scope = captured.get(next++).restore();
      } else {
        scope = carrier.restore(null);
      }
      if (scope != null) {
        scopes.add(scope);
      }
    }
  }

  private static void closeAll(List<ContextPropagator.Scope> scopes) {
    for (ContextPropagator.Scope scope : scopes.reversed()) {
      try {
        scope.close();
      } catch (RuntimeException | Error e) {
        logFailure(scope, e);
      }
    }
  }

  private static void logFailure(Object failed, Throwable e) {
    BaseEventLoop.LOGGER.log(
        System.Logger.Level.WARNING,
        "Context propagator has failed: " + Descriptions.textOf(failed),
        e);
  }
}
