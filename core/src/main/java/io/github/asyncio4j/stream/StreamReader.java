// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.transport.ReadTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The incoming half of a connection, read straight down by one task (ST-02 to ST-07).
///
/// Loop thread only, tasks of the loop included. The reading methods suspend the calling task while
/// what they need is not there, and nothing else; what is there already is returned at once.
/// One read at a time: another one while a task waits in the first throws [IllegalStateException].
///
/// No read loses a byte. When its task is cancelled, or when it throws [LimitOverrunException], all
/// bytes stay for the next read; what [IncompleteReadException] takes it carries.
///
/// The *limit* bounds the lines and the memory. A line may be that long without its terminator.
/// When more than twice the limit is unread the transport is paused, and resumed when the limit or
/// less is left, or when a read needs more.
///
/// Once the connection has failed every read throws its exception, the same object each time,
/// unread bytes or not (ST-07). They are not lost: [#readNowait()] gives them still.
public final class StreamReader implements Iterable<byte[]> {
  /// The limit of a reader for which none is given: 64 KiB.
  public static final int DEFAULT_LIMIT = 64 * 1024;

  // The longest array that every JVM can make.
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private static final String GREATER_LIMIT =
      "; a greater limit can be given to openConnection() or startServer(), or to the read";
  private static final byte[] NOTHING = {};
  private static final byte[][] NEWLINE = {{'\n'}};

  private final EventLoop loop;
  private final int limit;
  private final ReceiveBuffer buffer;

  // All below: loop thread only.
  private @Nullable ReadTransport transport;
  private @Nullable Exception exception;
  // Adds the frames of the read that throws it.
  private @Nullable Runnable frames;
  private boolean eof;
  private boolean paused;

  // The read that waits, its name, and the number of unread bytes that it waits for.
  private @Nullable Future<@Nullable Void> waiter;
  private String waitingCall = "";
  // What woke it, if that was a failure: what comes after that does not change how it ends.
  private @Nullable Exception wokenBy;
  private int wakeAt;

  // Above this many unread bytes the transport is paused: more than usual while a read needs more.
  private int pauseAbove;

  /// Makes a reader with the default limit.
  ///
  /// @param loop the loop whose tasks read from it
  public StreamReader(EventLoop loop) {
    this(loop, DEFAULT_LIMIT);
  }

  /// Makes a reader.
  ///
  /// @param loop the loop whose tasks read from it
  /// @param limit in bytes, see above
  /// @throws IllegalArgumentException when the limit is below 1
  public StreamReader(EventLoop loop, int limit) {
    this.loop = Objects.requireNonNull(loop, "loop");
    this.limit = ensureLimit(limit);
    this.buffer = new ReceiveBuffer(ReceivePool.of(loop));
    this.pauseAbove = highWater();
  }

  static int ensureLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit < 1: " + limit);
    }
    return limit;
  }

  private int highWater() {
    return (int) Math.min(2L * limit, MAX_BYTES - 1);
  }

  // Reading.

  /// Reads to the end of the stream. Not bounded by the limit; suspending.
  ///
  /// @return all bytes; an empty array at the end of the stream
  /// @throws LimitOverrunException when they are more than an array can hold; they stay unread
  /// @throws IOException when the connection has failed
  public byte[] read() throws IOException {
    begin("read");
    while (!eof) {
      if (buffer.size() == MAX_BYTES) {
        throw new LimitOverrunException("stream is longer than an array can be", MAX_BYTES);
      }
      waitFor("read", MAX_BYTES, MAX_BYTES);
    }
    return take(buffer.size());
  }

  /// Reads what there is, at most `n` bytes; suspends only while there is nothing (ST-03).
  ///
  /// @param n the most bytes to read, not bounded by the limit; negative reads to the end
  /// @return at least one byte, unless `n` is 0 or the stream is at its end
  /// @throws IOException when the connection has failed
  public byte[] read(int n) throws IOException {
    if (n < 0) {
      return read();
    }
    begin("read");
    if (n > 0) {
      waitForAny(n);
    }
    return take(Math.min(n, buffer.size()));
  }

  /// Reads what there is into a buffer, from its position on; suspends only while there is nothing.
  ///
  /// The buffer is the caller's; it is not touched before the call is about to return.
  ///
  /// @return how many bytes, 0 only when the buffer has no room; -1 at the end of the stream
  /// @throws IOException when the connection has failed
  public int read(ByteBuffer dst) throws IOException {
    begin("read");
    if (!dst.hasRemaining()) {
      return 0;
    }
    waitForAny(dst.remaining());
    if (buffer.size() == 0) {
      return -1;
    }
    int count = Math.min(dst.remaining(), buffer.size());
    buffer.take(count, dst);
    resumeIfDrained();
    return count;
  }

  private void waitForAny(int most) throws IOException {
    while (buffer.size() == 0 && !eof) {
      waitFor("read", 1, most);
    }
  }

  /// Takes what has come and is not read yet, at once: neither suspends nor throws for a connection
  /// that has failed.
  ///
  /// So after another read has thrown the failure it gives what came before it, such as the error
  /// message of a peer that then reset the connection:
  ///
  /// ```java
  /// try {
  ///   answer = reader.readline();
  /// } catch (IOException e) {
  ///   log(e, reader.readNowait());
  ///   throw e;
  /// }
  /// ```
  ///
  /// What the system itself had received and not handed over at a reset is gone. The name is that
  /// of a queue's `getNowait`; asyncio has no such read.
  ///
  /// @return the bytes; an empty array when there are none
  /// @throws IllegalStateException while a task waits in another read
  public byte[] readNowait() {
    ensureNobodyWaits("readNowait");
    return take(buffer.size());
  }

  /// Reads exactly `n` bytes (ST-06). Not bounded by the limit; suspending.
  ///
  /// @throws IllegalArgumentException when `n` is negative or longer than an array can be
  /// @throws IncompleteReadException when the stream ends before; it has what came
  /// @throws IOException when the connection has failed
  public byte[] readexactly(int n) throws IOException {
    if (n < 0 || n > MAX_BYTES) {
      throw new IllegalArgumentException("n is not in 0.." + MAX_BYTES + ": " + n);
    }
    begin("readexactly");
    while (buffer.size() < n) {
      if (eof) {
        throw new IncompleteReadException(take(buffer.size()), n);
      }
      waitFor("readexactly", n, n);
    }
    return take(n);
  }

  /// Reads a line with its `\n` (ST-04). Suspending.
  ///
  /// @return the line; without `\n` if the stream ends in the middle of it; empty at the end
  /// @throws LimitOverrunException when the line is longer than the limit; it stays unread
  /// @throws IOException when the connection has failed
  public byte[] readline() throws IOException {
    return readline(limit);
  }

  /// Reads a line with its `\n`; as [#readline()] with another limit for this call.
  ///
  /// @param limit the most bytes before the `\n`
  /// @throws IllegalArgumentException when the limit is below 1
  public byte[] readline(int limit) throws IOException {
    int end = findSeparator("readline", NEWLINE, ensureLimit(limit));
    return take(end < 0 ? buffer.size() : end);
  }

  /// Reads a line as text, without the `\n` or `\r\n` at its end. Suspending.
  ///
  /// Bytes that are not legal in the charset become its replacement character. The charset must be
  /// one in which the byte 10 is always a line feed, as ASCII, Latin-1 and UTF-8 are.
  ///
  /// @return the line, or null at the end of the stream
  /// @throws LimitOverrunException when the line is longer than the limit; it stays unread
  /// @throws IOException when the connection has failed
  public @Nullable String readline(Charset charset) throws IOException {
    int end = findSeparator("readline", NEWLINE, limit);
    int count = end < 0 ? buffer.size() : end;
    if (count == 0) {
      return null;
    }
    String line = buffer.takeLine(count, charset);
    resumeIfDrained();
    return line;
  }

  /// Reads up to and including a separator (ST-05). Suspending.
  ///
  /// @throws IllegalArgumentException when the separator is empty
  /// @throws LimitOverrunException when more than the limit comes before it; everything stays
  ///   unread
  /// @throws IncompleteReadException when the stream ends before; it has what came
  /// @throws IOException when the connection has failed
  public byte[] readuntil(byte[] separator) throws IOException {
    return readuntil(separator, limit);
  }

  /// Reads up to and including a separator; as [#readuntil(byte\[\])] with another limit for this
  /// call.
  ///
  /// @param limit the most bytes before the separator
  public byte[] readuntil(byte[] separator, int limit) throws IOException {
    Objects.requireNonNull(separator, "separator");
    return until(new byte[][] {separator}, limit);
  }

  /// Reads up to and including a separator of one byte; as [#readuntil(byte\[\])].
  public byte[] readuntil(byte separator) throws IOException {
    return readuntil(new byte[] {separator});
  }

  /// Reads up to and including a separator, encoded in UTF-8; as [#readuntil(byte\[\])].
  public byte[] readuntil(String separator) throws IOException {
    Objects.requireNonNull(separator, "separator");
    return readuntil(separator.getBytes(UTF_8));
  }

  /// Reads up to and including whichever of several separators ends first (ST-05). Suspending.
  ///
  /// @throws IllegalArgumentException when there is no separator, or one is empty
  /// @throws LimitOverrunException when more than the limit comes before it; everything stays
  ///   unread
  /// @throws IncompleteReadException when the stream ends before; it has what came
  /// @throws IOException when the connection has failed
  public byte[] readuntil(List<byte[]> separators) throws IOException {
    return readuntil(separators, limit);
  }

  /// Reads up to and including whichever of several separators ends first; as [#readuntil(List)]
  /// with another limit for this call.
  ///
  /// @param limit the most bytes before the separator
  public byte[] readuntil(List<byte[]> separators, int limit) throws IOException {
    Objects.requireNonNull(separators, "separators");
    byte[][] shortestFirst = separators.toArray(byte[][]::new);
    for (int i = 0; i < shortestFirst.length; i++) {
      if (shortestFirst[i] == null) {
        throw new NullPointerException("separators[" + i + "]");
      }
    }
    Arrays.sort(shortestFirst, Comparator.comparingInt(s -> s.length));
    return until(shortestFirst, limit);
  }

  private byte[] until(byte[][] shortestFirst, int limit) throws IOException {
    if (shortestFirst.length == 0 || shortestFirst[0].length == 0) {
      throw new IllegalArgumentException("a separator needs at least one byte");
    }
    int end = findSeparator("readuntil", shortestFirst, ensureLimit(limit));
    if (end < 0) {
      throw new IncompleteReadException(take(buffer.size()));
    }
    return take(end);
  }

  /// Waits until a separator has come and returns the offset of its end, or -1 at the end of
  /// stream.
  private int findSeparator(String call, byte[][] shortestFirst, int limit) throws IOException {
    begin(call);
    int longest = shortestFirst[shortestFirst.length - 1].length;
    int most = (int) Math.min((long) limit + longest, MAX_BYTES);
    var scan = new SeparatorScan(buffer, shortestFirst);
    while (!scan.find()) {
      int clear = buffer.size() + 1 - longest;
      if (clear > limit) {
        throw new LimitOverrunException(
            call + "() found no separator within " + limit + " bytes" + GREATER_LIMIT, clear);
      }
      if (eof) {
        return -1;
      }
      waitFor(call, buffer.size() + 1, most);
    }
    if (scan.matchStart() > limit) {
      throw new LimitOverrunException(
          call + "() found the separator after more than " + limit + " bytes" + GREATER_LIMIT,
          scan.matchStart());
    }
    return scan.matchEnd();
  }

  /// Returns the lines, each with its `\n`, as [#readline()] reads them (ST-07).
  ///
  /// The iterator's methods suspend; they throw [java.io.UncheckedIOException] where `readline`
  /// throws an [IOException], and the same again if they are called again. A reader has one stream
  /// of bytes, so all its iterators share it.
  @Override
  public Iterator<byte[]> iterator() {
    return new LineIterator<>(
        () -> {
          byte[] line = readline();
          return line.length == 0 ? null : line;
        });
  }

  /// Returns the lines as text in UTF-8; as [#lines(Charset)].
  ///
  /// What `readline` throws as an [IOException], such as a reset by the peer, comes out of the
  /// for-each as [java.io.UncheckedIOException]. The handler of a server that does not catch it has
  /// failed, and that is reported.
  public Iterable<String> lines() {
    return lines(UTF_8);
  }

  /// Returns the lines as text, as [#readline(Charset)] reads them; otherwise as [#iterator()],
  /// with its [java.io.UncheckedIOException].
  public Iterable<String> lines(Charset charset) {
    return () -> new LineIterator<>(() -> readline(charset));
  }

  private byte[] take(int count) {
    if (count == 0) {
      return NOTHING;
    }
    byte[] result = buffer.take(count);
    resumeIfDrained();
    return result;
  }

  private void resumeIfDrained() {
    if (paused && buffer.size() <= limit) {
      resume();
    }
  }

  private void resume() {
    paused = false;
    if (transport != null) {
      transport.resumeReading();
    }
  }

  // Waiting.

  private void begin(String call) throws IOException {
    if (exception != null) {
      throw failure(exception);
    }
    ensureNobodyWaits(call);
  }

  private void ensureNobodyWaits(String call) {
    if (waiter != null) {
      throw new IllegalStateException(
          call + "() called while " + waitingCall + "() is already waiting for incoming data");
    }
  }

  /// Suspends until enough bytes are unread, the stream ends, or the connection fails.
  ///
  /// @param wakeAt how many unread bytes are enough
  /// @param most how many unread bytes this read may need
  /// @throws IOException when the connection has failed
  private void waitFor(String call, int wakeAt, int most) throws IOException {
    if (exception != null) {
      throw failure(exception);
    }
    Future<@Nullable Void> future = loop.createFuture();
    waiter = future;
    waitingCall = call;
    wokenBy = null;
    this.wakeAt = wakeAt;
    pauseAbove = Math.clamp(most, pauseAbove, MAX_BYTES - 1);
    try {
      if (paused) {
        resume();
      }
      future.join();
    } finally {
      waiter = null;
      pauseAbove = highWater();
      pauseIfFull();
    }
    if (wokenBy != null) {
      throw failure(wokenBy);
    }
  }

  private IOException failure(Exception failure) {
    if (failure == exception) {
      if (frames == null) {
        frames = Lowlevel.of(loop).frameJoiner(failure);
      }
      frames.run();
    }
    return ConnectionFailures.toThrow(failure);
  }

  private void wake() {
    if (waiter != null) {
      waiter.trySetResult(null);
    }
  }

  private void pauseIfFull() {
    if (!paused && !eof && transport != null && buffer.size() > pauseAbove) {
      paused = true;
      transport.pauseReading();
    }
  }

  // The state.

  /// Tells whether the stream has ended and everything has been read.
  public boolean atEof() {
    return eof && buffer.size() == 0;
  }

  /// Returns why the connection has failed, or null.
  public @Nullable Exception exception() {
    return exception;
  }

  // Feeding: for protocols.

  /// Makes every read fail from now on, the waiting one included (ST-07). For protocols.
  ///
  /// An [IOException] or a [RuntimeException] is thrown as it is, any other is wrapped.
  public void setException(Exception exception) {
    this.exception = Objects.requireNonNull(exception, "exception");
    frames = null;
    if (waiter != null && !waiter.done()) {
      wokenBy = exception;
    }
    wake();
  }

  /// Sets what is paused while too much is unread. For protocols.
  ///
  /// @throws IllegalStateException when there is one already
  public void setTransport(ReadTransport transport) {
    if (this.transport != null) {
      throw new IllegalStateException("transport is set already: " + this.transport);
    }
    this.transport = Objects.requireNonNull(transport, "transport");
  }

  /// Returns what it reads from, or null before that is connected and when it has ended. To close
  /// it ends the stream.
  public @Nullable ReadTransport transport() {
    return transport;
  }

  /// Takes what is unread, because it belongs to TLS and not to the reader's stream.
  ///
  /// @throws IOException when the connection has failed or is at its end
  byte[] takeForTls() throws IOException {
    if (exception != null) {
      throw failure(exception);
    }
    if (eof) {
      throw new ConnectionResetException("startTls() at the end of the peer's stream");
    }
    byte[] unread = buffer.size() == 0 ? NOTHING : buffer.take(buffer.size());
    // Whoever has the transport now reads from it, and not for this reader: what is decrypted
    // before
    // this has the transport above it is paused by nobody, else nobody would resume it.
    transport = null;
    paused = false;
    return unread;
  }

  /// Takes back what TLS has not taken, with the transport.
  void takeBack(byte[] unread, ReadTransport transport) {
    buffer.append(ByteBuffer.wrap(unread));
    replaceTransport(transport);
    fed();
  }

  /// Sets what is paused from now on.
  void replaceTransport(ReadTransport next) {
    transport = next;
    paused = false;
    pauseIfFull();
  }

  /// Appends a copy of bytes to the stream, and moves the buffer's position to its limit. For
  /// protocols.
  ///
  /// @throws IllegalStateException after [#feedEof()]
  public void feedData(ByteBuffer data) {
    if (eof) {
      throw new IllegalStateException("feedData() after feedEof()");
    }
    buffer.append(data);
    fed();
  }

  /// Appends a copy of bytes to the stream; as [#feedData(ByteBuffer)]. For protocols.
  public void feedData(byte[] data) {
    feedData(ByteBuffer.wrap(data));
  }

  /// Ends the stream; idempotent. For protocols.
  public void feedEof() {
    eof = true;
    wake();
  }

  /// Returns room for the next bytes to receive, never more than brings the reader to its pause.
  ByteBuffer room() {
    return buffer.room(Math.max(1, pauseAbove + 1 - buffer.size()));
  }

  /// Appends what has been received into the room.
  ///
  /// @throws OutOfMemoryError when there is no memory for it; then everything unread is dropped,
  ///   because the connection ends with the error and the memory is needed to end it
  void received(int nbytes) {
    try {
      buffer.received(nbytes);
    } catch (OutOfMemoryError e) {
      buffer.clear();
      throw e;
    }
    fed();
  }

  /// Leaves the arrays that readers share, because the transport is gone.
  void detach() {
    transport = null;
    paused = false;
    buffer.leavePool();
  }

  private void fed() {
    if (buffer.size() >= wakeAt) {
      wake();
    }
    pauseIfFull();
  }

  @Override
  public String toString() {
    var text = new StringBuilder("<StreamReader ").append(buffer.size()).append(" bytes");
    text.append(eof ? " eof" : "").append(paused ? " paused" : "");
    text.append(limit != DEFAULT_LIMIT ? " limit=" + limit : "");
    text.append(waiter != null ? " waiting=" + waitingCall : "");
    text.append(exception != null ? " exception=" + ConnectionFailures.text(exception) : "");
    return text.append(transport != null ? " transport=" + transport : "").append('>').toString();
  }
}
