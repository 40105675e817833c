// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A logger that never throws.
final class LibraryLoggerTest {
  /// A back end that fails with exceptions, or with everything.
  private static final class BackEnd implements System.Logger {
    private final List<String> logged = new ArrayList<>();
    private final boolean failsAlways;

    BackEnd(boolean failsAlways) {
      this.failsAlways = failsAlways;
    }

    @Override
    public String getName() {
      return "back end";
    }

    @Override
    public boolean isLoggable(Level level) {
      throw new IllegalStateException("isLoggable");
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String text,
        @Nullable Throwable thrown) {
      throw new AssertionError("log");
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object @Nullable ... params) {
      if (failsAlways) {
        throw new StackOverflowError("log");
      }
      logged.add(level + " " + format);
    }
  }

  @Test
  void anExceptionThatCannotBeLoggedIsNamedInTheText() {
    var backEnd = new BackEnd(false);
    var logger = new LibraryLogger(backEnd);

    logger.log(Level.ERROR, "failed", new IOException("secret"));

    assertThat(backEnd.logged)
        .singleElement()
        .asString()
        .startsWith("ERROR failed\nexception: java.io.IOException\n\tat ")
        .contains("LibraryLoggerTest.java:")
        .doesNotContain("secret");
    assertThat(logger.isLoggable(Level.ERROR)).isFalse();
  }

  // The back ends of the JDK swallow such a record.
  @Test
  void anExceptionWithoutATextIsNotGivenToTheBackEnd() {
    var backEnd = new BackEnd(false);
    var logger = new LibraryLogger(backEnd);

    logger.log(
        Level.ERROR,
        "failed",
        new IOException() {
          @Override
          public String getMessage() {
            throw new IllegalStateException("getMessage");
          }
        });

    assertThat(backEnd.logged)
        .singleElement()
        .asString()
        .startsWith("ERROR failed\nexception: " + LibraryLoggerTest.class.getName());
  }

  @Test
  void whatCannotBeLoggedAtAllIsSaidOnTheStandardErrorOutput() {
    var logger = new LibraryLogger(new BackEnd(true));
    var out = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      logger.log(Level.WARNING, "careful");
    } finally {
      System.setErr(before);
    }

    assertThat(out.toString(StandardCharsets.UTF_8).strip())
        .isEqualTo(
            "io.github.asyncio4j: cannot log (java.lang.StackOverflowError): WARNING careful");
  }
}
