// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.loop.SelectorEventLoop;
import io.github.asyncio4j.pipe.WindowSize;
import io.github.asyncio4j.socket.MemoryNetwork;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.socket.Wire;
import io.github.asyncio4j.ssl.SslEngineFactory;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the keyword arguments of all calls have in common.
final class OptionsTest {
  private static final List<Object> SAMPLES =
      List.of(
          StandardProtocolFamily.INET6,
          new MemoryNetwork(() -> Wire.DIRECT).open(StandardProtocolFamily.INET, SocketType.STREAM),
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 7),
          (Supplier<EventLoop>) SelectorEventLoop::new,
          Duration.ofSeconds(7),
          "a name",
          7,
          SocketType.DATAGRAM,
          Set.of(AddressInfoFlag.AI_NUMERICHOST),
          Set.of(PosixFilePermission.OWNER_WRITE),
          SslEngineFactory.of(defaultContext()),
          (Consumer<SSLParameters>) p -> p.setNeedClientAuth(true),
          ByteBuffer.wrap(new byte[] {1, 2}).asReadOnlyBuffer(),
          Context.copyContext(),
          Stdio.DEVNULL,
          new WindowSize(7, 7),
          Path.of("a/path"),
          Map.of("A", "value"),
          List.of(7));

  private static SSLContext defaultContext() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void eachKeywordMakesACopyAndLeavesTheOriginal() {
    ServerOptions changed = ServerOptions.DEFAULT.backlog(7).reusePort(true);

    assertThat(changed.backlog()).isEqualTo(7);
    assertThat(changed.reusePort()).isTrue();
    assertThat(changed.startServing()).isTrue();
    assertThat(ServerOptions.DEFAULT.backlog()).isEqualTo(100);
  }

  @Test
  void theyAreEqualByTheirValues() {
    assertThat(TaskOptions.DEFAULT.name("a"))
        .isEqualTo(TaskOptions.DEFAULT.name("a"))
        .hasSameHashCodeAs(TaskOptions.DEFAULT.name("a"))
        .isNotEqualTo(TaskOptions.DEFAULT.name("b"))
        .isNotEqualTo(RunnerOptions.DEFAULT);
  }

  @Test
  void theTextShowsTheKeywords() {
    assertThat(ConnectionOptions.DEFAULT.allErrors(true).toString())
        .startsWith("ConnectionOptions{family=null, sock=null, localAddr=null, allErrors=true");
  }

  // EL-46, EL-47, EL-77, D-11
  @Test
  void aTimeoutOfTlsIsRefusedWhereItIsGiven() {
    for (Duration bad : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
      assertThatThrownBy(() -> ConnectionOptions.DEFAULT.sslHandshakeTimeout(bad))
          .hasMessage("sslHandshakeTimeout is not positive: " + bad);
      assertThatThrownBy(() -> ServerOptions.DEFAULT.sslShutdownTimeout(bad))
          .hasMessage("sslShutdownTimeout is not positive: " + bad);
      assertThatThrownBy(() -> SslOptions.DEFAULT.sslShutdownTimeout(bad))
          .hasMessage("sslShutdownTimeout is not positive: " + bad);
    }
  }

  @Test
  void aValueThatCannotBeIsRefusedWhereItIsGiven() {
    assertThatThrownBy(() -> ServerOptions.DEFAULT.backlog(0)).hasMessage("backlog < 1: 0");
    assertThatThrownBy(() -> RunnerOptions.DEFAULT.shutdownTimeout(Duration.ofSeconds(-1)))
        .hasMessage("shutdownTimeout < 0: PT-1S");
  }

  @Test
  void aStreamOfAChildThatCannotBeIsRefusedWhereItIsGiven() {
    var options = SubprocessOptions.DEFAULT;
    Stdio input = Stdio.from(Path.of("in"));
    Stdio output = Stdio.appendTo(Path.of("out"));
    assertThatThrownBy(() -> options.stdin(Stdio.STDOUT)).hasMessage("stdin cannot be STDOUT");
    assertThatThrownBy(() -> options.stdin(output)).hasMessageStartingWith("stdin cannot be ");
    assertThatThrownBy(() -> options.stdout(Stdio.STDOUT)).hasMessage("stdout cannot be STDOUT");
    assertThatThrownBy(() -> options.stdout(input)).hasMessageStartingWith("stdout cannot be ");
    assertThatThrownBy(() -> options.stderr(input)).hasMessageStartingWith("stderr cannot be ");
    assertThatThrownBy(() -> Stdio.descriptor(-1)).hasMessage("Invalid file descriptor: -1");
  }

  @Test
  void whatAChildCannotHaveIsRefusedWhereItIsGiven() {
    var options = SubprocessOptions.DEFAULT;
    assertThatThrownBy(() -> options.env(Map.of("A=B", "")))
        .hasMessage("illegal name of an environment variable: 'A=B'");
    assertThatThrownBy(() -> options.env(Map.of("", "")))
        .hasMessage("illegal name of an environment variable: ''");
    assertThatThrownBy(() -> options.env(Map.of("A", "b\0")))
        .hasMessage("NUL in an environment variable: A=b\\0");
    assertThatThrownBy(() -> options.umask(01000)).hasMessage("umask is not in 0..0777: 512");
    assertThatThrownBy(() -> options.processGroup(-1)).hasMessage("processGroup < 0: -1");
    assertThatThrownBy(() -> options.passFds(List.of(7, 2)))
        .hasMessage("passFds: not a descriptor from 3 on: 2");
  }

  private static Stream<Options> defaults() {
    return Stream.of(
        AddressInfoOptions.DEFAULT,
        ConnectionOptions.DEFAULT,
        DatagramOptions.DEFAULT,
        ExecutorOptions.DEFAULT,
        RunnerOptions.DEFAULT,
        ServerOptions.DEFAULT,
        SslOptions.DEFAULT,
        SubprocessOptions.DEFAULT,
        TaskOptions.DEFAULT);
  }

  @ParameterizedTest
  @MethodSource("defaults")
  void everyKeywordIsKeptByTheCopiesOfAllOthersAndIsInTheText(Options options) throws Exception {
    var given = new LinkedHashMap<Method, Object>();
    Options all = options;
    for (Method keyword : keywords(options)) {
      Object value = sampleFor(keyword, options);
      given.put(keyword, value);
      all = (Options) keyword.invoke(all, value);
    }
    // Once more: the one that was set last has been copied by nobody.
    var first = given.firstEntry();
    all = (Options) first.getKey().invoke(all, first.getValue());

    for (var keyword : given.entrySet()) {
      String name = keyword.getKey().getName();
      assertThat(options.getClass().getMethod(name).invoke(all)).isEqualTo(keyword.getValue());
      assertThat(all.toString()).contains(name + "=" + keyword.getValue());
    }
    assertThat(given).isNotEmpty();
  }

  @Test
  void thereAreNoOtherOptions() throws Exception {
    var compiled =
        Path.of(Options.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> found;
    try (var files = Files.list(compiled.resolve("io/github/asyncio4j"))) {
      found =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith("Options.class") && !name.equals("Options.class"))
              .map(name -> name.substring(0, name.length() - ".class".length()))
              .toList();
    }

    assertThat(defaults().map(options -> options.getClass().getSimpleName()))
        .containsExactlyInAnyOrderElementsOf(found);
  }

  /// Returns the methods that give a keyword its value: one for each field, of the field's name.
  private static List<Method> keywords(Options options) throws NoSuchMethodException {
    var found = new ArrayList<Method>();
    for (Field field : options.getClass().getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && !field.getName().equals("owned")) {
        found.add(options.getClass().getMethod(field.getName(), field.getType()));
      }
    }
    return found;
  }

  /// Returns a value that is not the default.
  private static Object sampleFor(Method keyword, Options options) throws Exception {
    Object old = options.getClass().getMethod(keyword.getName()).invoke(options);
    Class<?> type = keyword.getParameterTypes()[0];
    if (type == boolean.class || type == Boolean.class) {
      return old == null || !(Boolean) old;
    }
    if (type == int.class) {
      return (int) old + 1;
    }
    return SAMPLES.stream()
        .filter(type::isInstance)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no sample of a " + type));
  }
}
