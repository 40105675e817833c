// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Keeps what the library logs until it is closed, and keeps it off the console.
public final class LogRecorder extends Handler implements AutoCloseable {
  private final Logger logger = Logger.getLogger("io.github.asyncio4j");
  private final Level levelBefore = logger.getLevel();
  private final boolean parentBefore = logger.getUseParentHandlers();
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  private LogRecorder() {}

  /// Starts to record, everything from DEBUG up.
  public static LogRecorder start() {
    var recorder = new LogRecorder();
    recorder.logger.addHandler(recorder);
    recorder.logger.setLevel(Level.ALL);
    recorder.logger.setUseParentHandlers(false);
    return recorder;
  }

  /// Returns the texts logged so far.
  public List<String> messages() {
    return records.stream().map(LogRecord::getMessage).toList();
  }

  /// Returns what was logged so far.
  public List<LogRecord> records() {
    return records;
  }

  @Override
  public void publish(LogRecord record) {
    records.add(record);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setLevel(levelBefore);
    logger.setUseParentHandlers(parentBefore);
  }
}
