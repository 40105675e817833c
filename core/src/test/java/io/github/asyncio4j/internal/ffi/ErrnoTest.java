// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  @Test
  void theTextIsCallNameAndMeaning() {
    assertThat(Errno.connectException("connect(fd 7, /127.0.0.1:1)", Errno.ECONNREFUSED))
        .hasMessage("connect(fd 7, /127.0.0.1:1): ECONNREFUSED (Connection refused)");
    assertThat(Errno.ioException("epoll_ctl(ADD, fd 7)", Errno.EEXIST))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("epoll_ctl(ADD, fd 7): EEXIST (File exists)");
  }

  @Test
  void anUnknownNumberIsShownAsANumber() {
    assertThat(Errno.name(4711)).isEqualTo("errno 4711");
    assertThat(Errno.describe(4711)).isEqualTo("errno 4711");
  }

  @Test
  void aTextOfTheSystemLeadsBackToItsNumber() {
    assertThat(Errno.ofText("Too many open files")).isEqualTo(Errno.EMFILE);
    assertThat(Errno.ofText("No such text")).isZero();
  }

  @Test
  void aRefusedOrTimedOutConnectIsAConnectException() {
    for (int errno : new int[] {Errno.ECONNREFUSED, Errno.ETIMEDOUT, Errno.EADDRNOTAVAIL}) {
      assertThat(Errno.connectException("connect", errno)).isInstanceOf(ConnectException.class);
    }
    for (int errno : new int[] {Errno.ENETUNREACH, Errno.EHOSTUNREACH}) {
      assertThat(Errno.connectException("connect", errno))
          .isInstanceOf(NoRouteToHostException.class);
    }
  }
}
