// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The names of signals and their numbers on this platform, as the JDK knows them. Any thread.
///
/// A name is accepted with `SIG` and without, in capitals, as everywhere in the system.
public final class SignalNames {
  /*
   * Numbers differ between platforms: SIGUSR1 is 10 on Linux and 30 on macOS. Real-time signals have
   * no names in the JDK, so they are unknown here.
   */
  private static final String[] KNOWN = {
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "EMT", "BUS", "FPE", "KILL", "USR1", "SEGV",
    "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "INFO", "PWR", "SYS"
  };

  private static final class Numbers {
    static final Map<String, Integer> BY_NAME = numbers();

    private static Map<String, Integer> numbers() {
      Map<String, Integer> numbers = new LinkedHashMap<>();
      for (String name : KNOWN) {
        ProcessSignal signal = existing(name);
        if (signal != null) {
          numbers.put(name, signal.number());
        }
      }
      return Collections.unmodifiableMap(numbers);
    }

    private static @Nullable ProcessSignal existing(String name) {
      try {
        return ProcessSignal.of(name);
      } catch (IllegalArgumentException e) {
        return null; // This platform has no such signal.
      }
    }
  }

  private SignalNames() {}

  /// Returns the numbers of all signals by their names without `SIG`; empty when the JDK does not
  /// let us at signals.
  public static Map<String, Integer> numbers() {
    return Numbers.BY_NAME;
  }

  /// Returns a name without `SIG`, such as `INT` for `SIGINT` or `INT`.
  ///
  /// @throws IllegalArgumentException when the platform has no signal of this name; not when the
  ///   JDK does not let us at signals
  public static String nameOf(String signal) {
    Objects.requireNonNull(signal, "signal");
    String name = signal.startsWith("SIG") ? signal.substring(3) : signal;
    if (!numbers().containsKey(name) && !numbers().isEmpty()) {
      throw new IllegalArgumentException("no such signal: " + signal);
    }
    return name;
  }

  /// Returns the name without `SIG` of the signal of a number.
  ///
  /// @throws IllegalArgumentException when the platform has no signal of this number
  public static String nameOf(int signum) {
    return numbers().entrySet().stream()
        .filter(entry -> entry.getValue() == signum)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("invalid signal number " + signum))
        .getKey();
  }

  /// Returns the number of a signal.
  ///
  /// @param signal its name, with `SIG` or without
  /// @throws IllegalArgumentException when the platform has no signal of this name
  /// @throws UnsupportedOperationException when the JDK does not let us at signals
  public static int numberOf(String signal) {
    Integer number = numbers().get(nameOf(signal));
    if (number == null) {
      throw new UnsupportedOperationException(
          "the number of signal "
              + signal
              + " is not known: the module jdk.unsupported is missing");
    }
    return number;
  }
}
