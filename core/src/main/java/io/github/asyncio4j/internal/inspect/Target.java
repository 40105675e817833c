// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The JVM of a program that is looked at.
final class Target {
  // A JVM whose threads do not come to a halt never answers.
  private static final int ANSWER_SECONDS = 60;
  private static final int OLDEST_JAVA = 25;
  private static final String NO_ATTACH = "-XX:+DisableAttachMechanism";
  private static final String OTHERWISE = "docs/operations.md says what to use instead";

  private final long pid;

  Target(long pid) {
    this.pid = pid;
  }

  /// Returns the lines that `Inspection` has written there.
  ///
  /// @param mostDetailed of how many tasks of a loop it is told where they are
  /// @throws Refusal when there is no loop, or the JVM cannot be looked at
  List<String> read(int mostDetailed) throws Refusal, IOException, InterruptedException {
    ensureJvm();
    try (var answer = new ExchangedFile(pid, ".txt");
        var agent = new ExchangedFile(pid, ".jar")) {
      AgentJar.write(Channels.newOutputStream(agent.channel()));
      String argument = mostDetailed + " " + answer.pathThere();
      load(agent.pathThere(), argument);
      List<String> lines =
          new String(Channels.newInputStream(answer.channel().position(0)).readAllBytes(), UTF_8)
              .lines()
              .toList();
      ensureComplete(lines);
      return lines;
    }
  }

  // To attach begins with SIGQUIT. Who is no JVM may end by that, and a JVM that cannot be
  // attached to prints all its threads, again and again.
  private void ensureJvm() throws Refusal {
    if (pid == ProcessHandle.current().pid()) {
      throw cannot("is this command itself");
    }
    if (ProcessHandle.of(pid).isEmpty()) {
      throw new Refusal(Refusal.NOT_POSSIBLE, "there is no process " + pid);
    }
    if (!Files.exists(Path.of("/proc/self/maps"))) {
      return;
    }
    try {
      if (!proc("maps").contains("/libjvm.so")) {
        throw cannot("is not a JVM");
      }
      if (proc("status").contains("\nState:\tT")) {
        throw cannot("is stopped (SIGSTOP)");
      }
      if (proc("cmdline").contains(NO_ATTACH)) {
        throw cannot("has been started with " + NO_ATTACH + "; " + OTHERWISE);
      }
    } catch (IOException e) {
      throw cannot("is another user's: ask as that user");
    }
  }

  private String proc(String file) throws IOException {
    // A name may have any bytes.
    return Files.readString(Path.of("/proc", Long.toString(pid), file), ISO_8859_1);
  }

  private void load(String jar, String argument) throws Refusal, InterruptedException {
    var loading = new FutureTask<@Nullable Void>(() -> attachAndLoad(jar, argument));
    Thread.ofPlatform().daemon().start(loading);
    try {
      loading.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw cannot("does not answer");
    } catch (ExecutionException e) {
      throw refusalOf(Objects.requireNonNullElse(e.getCause(), e));
    }
  }

  private @Nullable Void attachAndLoad(String jar, String argument) throws Exception {
    VirtualMachine jvm = VirtualMachine.attach(Long.toString(pid));
    try {
      String java = jvm.getSystemProperties().getProperty("java.specification.version", "");
      if (!isNewEnough(java)) {
        throw new Refusal(
            Refusal.NO_LOOP, "process " + pid + " has no asyncio4j loop: it runs on Java " + java);
      }
      jvm.loadAgent(jar, argument);
    } finally {
      jvm.detach();
    }
    return null;
  }

  private static boolean isNewEnough(String java) {
    try {
      return Integer.parseInt(java) >= OLDEST_JAVA;
    } catch (NumberFormatException e) {
      // 1.8
      return false;
    }
  }

  private Refusal refusalOf(Throwable failure) {
    // First, as the other exceptions are not there either.
    if (failure instanceof NoClassDefFoundError) {
      return new Refusal(
          Refusal.NOT_POSSIBLE, "this needs a Java runtime with the module jdk.attach: a JDK");
    }
    String text = String.valueOf(failure.getMessage());
    return switch (failure) {
      case Refusal refusal -> refusal;
      case AttachNotSupportedException _ when text.contains("does not support") ->
          cannot("has been started with " + NO_ATTACH + "; " + OTHERWISE);
      case AttachNotSupportedException _ when text.contains("respond") ->
          cannot("does not answer: it may have " + NO_ATTACH + "; " + OTHERWISE);
      case AgentLoadException _ when text.contains("EnableDynamicAgentLoading") ->
          cannot("has been started with -XX:-EnableDynamicAgentLoading; " + OTHERWISE);
      case AgentLoadException _ when text.contains("java.instrument") ->
          cannot("has a runtime without the module java.instrument; " + OTHERWISE);
      case AttachNotSupportedException _, AgentLoadException _, AgentInitializationException _ ->
          cannot("cannot be looked at: " + text + "; " + OTHERWISE);
      default -> cannot("cannot be looked at: " + failure);
    };
  }

  private void ensureComplete(List<String> lines) throws Refusal {
    if (lines.isEmpty() || !lines.getLast().equals("end")) {
      throw cannot("did not say all: it may have no memory left");
    }
    boolean any = false;
    for (String line : lines) {
      if (line.equals("older")) {
        throw cannot("has an older version of asyncio4j, which tells nothing; " + OTHERWISE);
      }
      if (line.startsWith("failed\t")) {
        throw cannot("cannot be looked at: " + line.substring(line.indexOf('\t') + 1));
      }
      if (line.startsWith("version\t") && !line.equals("version\t" + Snapshot.VERSION)) {
        throw cannot("has another version of asyncio4j: use bin/asyncio of that version");
      }
      any |= line.startsWith("loop\t");
    }
    if (!any) {
      throw new Refusal(Refusal.NO_LOOP, "process " + pid + " has no asyncio4j loop");
    }
  }

  private Refusal cannot(String why) {
    return new Refusal(Refusal.NOT_POSSIBLE, "process " + pid + " " + why);
  }
}
