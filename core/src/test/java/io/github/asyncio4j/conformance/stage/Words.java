// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.InvalidStateException;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.stream.IncompleteReadException;
import io.github.asyncio4j.stream.LimitOverrunException;
import io.github.asyncio4j.sync.BrokenBarrierError;
import io.github.asyncio4j.sync.QueueEmpty;
import io.github.asyncio4j.sync.QueueFull;
import io.github.asyncio4j.sync.QueueShutDown;
import io.github.asyncio4j.transport.ProcessLookupException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// The neutral words that scenarios print, the same in Python and in Java.
public final class Words {
  private Words() {}

  /// Returns the word for what was thrown; `none` for null.
  public static String word(Throwable t) {
    return switch (t) {
      case null -> "none";
      case ExceptionGroup e -> "exception group " + show(e.exceptions());
      case Boom e -> "error " + e.getMessage();
      case HardBoom e -> "error " + e.getMessage();
      case CancelledError e -> "cancelled";
      case InvalidStateException e -> "invalid state";
      case IncompleteReadException e ->
          "incomplete read partial=" + show(e.partial()) + " expected=" + show(e.expected());
      case LimitOverrunException e -> "limit overrun consumed=" + e.consumed();
      case BrokenBarrierError e -> "broken barrier";
      case QueueEmpty e -> "queue empty";
      case QueueFull e -> "queue full";
      case QueueShutDown e -> "queue shut down";
      case KeyboardInterrupt e -> "keyboard interrupt";
      case SystemExit e -> "system exit " + e.status();
      case TimeoutException e -> "timeout";
      case ConnectionResetException e -> "connection reset";
      case IOException e -> "io error";
      case ProcessLookupException e -> "process lookup";
      case IllegalArgumentException e -> "illegal argument";
      case IllegalStateException e -> "illegal state";
      case NoSuchElementException e -> "no such element";
      default -> throw new AssertionError("no word for this exception", t);
    };
  }

  /// Returns a value as both languages print it.
  public static String show(Object value) {
    return switch (value) {
      case null -> "none";
      case byte[] bytes -> text(ByteBuffer.wrap(bytes));
      case ByteBuffer bytes -> text(bytes.duplicate());
      case List<?> list ->
          list.stream().map(Words::show).collect(Collectors.joining(", ", "[", "]"));
      case Throwable t -> word(t);
      case Boolean b -> b.toString();
      case Number n -> n.toString();
      case OptionalInt n -> n.isPresent() ? show(n.getAsInt()) : "none";
      case String s -> s;
      default -> throw new AssertionError("cannot be shown: " + value.getClass());
    };
  }

  private static String text(ByteBuffer bytes) {
    String text = StandardCharsets.US_ASCII.decode(bytes).toString().replace("\n", "\\n");
    return text.isEmpty() ? "nothing" : text;
  }
}
