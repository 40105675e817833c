// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.internal.ffi.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;

final class SocketFailuresTest {
  @Test
  void aBindThatTheAddressForbidsIsABindException() {
    for (int errno : new int[] {Errno.EADDRINUSE, Errno.EADDRNOTAVAIL, Errno.EACCES}) {
      assertThat(SocketFailures.ofBind("bind", errno)).isInstanceOf(BindException.class);
    }
    assertThat(SocketFailures.ofBind("bind", Errno.EADDRNOTAVAIL))
        .isInstanceOf(AddressNotAvailableException.class);
    assertThat(SocketFailures.ofBind("bind", Errno.EADDRINUSE))
        .isNotInstanceOf(AddressNotAvailableException.class);
    assertThat(SocketFailures.ofBind("bind", Errno.EINVAL))
        .isInstanceOf(SocketException.class)
        .isNotInstanceOf(BindException.class);
    assertThat(SocketFailures.ofBind("bind", Errno.ENOBUFS))
        .isInstanceOf(ResourceExhaustedException.class);
  }

  @Test
  void everyFailureOfABindTellsItsReasonAndTheCallBeforeIt() {
    for (int errno :
        new int[] {
          Errno.EADDRINUSE, Errno.EADDRNOTAVAIL, Errno.EACCES, Errno.EINVAL, Errno.ENOMEM, 4711
        }) {
      assertThat(SocketFailures.ofBind("bind(fd 7)", errno))
          .hasMessage("bind(fd 7): " + Errno.describe(errno))
          .isInstanceOfSatisfying(
              SystemFailure.class, e -> assertThat(e.reason()).isEqualTo(Errno.describe(errno)));
    }
  }

  @Test
  void whatTheJdkSaysIsTheSameAsWhatTheSystemSays() {
    var said = new BindException("Cannot assign requested address");
    var unknown = new IOException("no text of the system");

    assertThat(SocketFailures.translatedBind("bind(x)", said))
        .isInstanceOf(AddressNotAvailableException.class)
        .hasMessage("bind(x): EADDRNOTAVAIL (Cannot assign requested address)")
        .hasCause(said);
    assertThat(SocketFailures.translatedBind("bind(x)", unknown)).isSameAs(unknown);
  }
}
