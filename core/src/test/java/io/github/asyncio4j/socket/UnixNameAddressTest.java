// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.internal.ffi.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/// Addresses of unix sockets, and what is said of them.
final class UnixNameAddressTest {
  private static final UnixDomainSocketAddress PATH = UnixDomainSocketAddress.of("/a/path");

  @Test
  void twoAreEqualWhenTheirBytesAre() {
    var name = UnixNameAddress.of("grün");
    assertThat(name)
        .isEqualTo(UnixNameAddress.of("grün".getBytes(StandardCharsets.UTF_8)))
        .hasSameHashCodeAs(UnixNameAddress.of("grün"))
        .isNotEqualTo(UnixNameAddress.of("rot"))
        .isNotEqualTo(PATH)
        .hasToString("@grün");
    assertThat(name.name()).isEqualTo("grün");
    name.bytes()[0] = 0;
    assertThat(name.name()).isEqualTo("grün");
    assertThat(UnixNameAddress.of("a\0b")).hasToString("@a@b");
  }

  @Test
  void aNameThatCannotBeIsRefused() {
    assertThat(UnixNameAddress.of("x".repeat(107)).bytes()).hasSize(107);
    assertThatThrownBy(() -> UnixNameAddress.of("x".repeat(108)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("abstract name longer than 107 bytes: @" + "x".repeat(108));
    assertThatThrownBy(() -> UnixNameAddress.of("")).isInstanceOf(IllegalArgumentException.class);
  }

  // EL-64
  @Test
  void aStringIsANameWhenItBeginsWithAZeroCharacter() {
    assertThat(UnixNameAddress.parse("\0name")).isEqualTo(UnixNameAddress.of("name"));
    assertThat(UnixNameAddress.parse("/a/path")).isEqualTo(PATH);
    assertThatThrownBy(() -> UnixNameAddress.parse("/a\0path"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// The longest name fills the structure, and names may have zero bytes anywhere.
  @Test
  void theSystemTakesAnyNameAndGivesItBack() throws IOException {
    var unique = "asyncio4j " + ProcessHandle.current().pid() + "\0";
    for (var name : new String[] {unique, unique + "x".repeat(107 - unique.length())}) {
      try (Socket socket =
          Socket.open(SocketTier.NATIVE, StandardProtocolFamily.UNIX, SocketType.STREAM)) {
        socket.bind(UnixNameAddress.of(name));
        assertThat(socket.getsockname()).isEqualTo(UnixNameAddress.of(name));
      }
    }
  }

  @Test
  void aSocketWithoutAPeerHasNoCredentials() throws IOException {
    try (Socket socket =
        Socket.open(SocketTier.NATIVE, StandardProtocolFamily.UNIX, SocketType.STREAM)) {
      assertThatThrownBy(() -> socket.getOption(SocketOptions.SO_PEERCRED))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("SO_PEERCRED")
          .hasMessageContaining("ENOTCONN");
    }
  }

  // EL-64, EL-80: both tiers throw the same, whatever the JDK says
  @Test
  void theFailuresOfTheJdkAreThoseOfTheSystem() {
    var denied = new SocketException("Permission denied");
    assertThat(UnixFailures.translatedBind(PATH, "bind", denied))
        .isInstanceOf(AccessDeniedException.class)
        .hasMessage("/a/path: bind: EACCES (Permission denied)")
        .hasCause(denied);
    assertThat(UnixFailures.translatedConnect(PATH, "connect", denied))
        .isInstanceOf(AccessDeniedException.class);
    assertThat(
            UnixFailures.translatedConnect(
                PATH, "connect", new SocketException("No such file or directory")))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(
            UnixFailures.translatedConnect(
                PATH, "connect", new SocketException("Resource temporarily unavailable")))
        .isInstanceOf(BacklogFullException.class);
    assertThat(UnixFailures.ofConnect(UnixNameAddress.of("x"), "connect", Errno.ECONNREFUSED))
        .isInstanceOf(ConnectException.class);
    assertThat(UnixFailures.ofBind(PATH, "bind", Errno.EADDRINUSE))
        .isInstanceOf(BindException.class);
  }
}
