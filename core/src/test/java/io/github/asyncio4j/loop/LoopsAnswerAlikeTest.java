// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.AddressInfoFlag;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.testing.TestLoop;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.Protocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A test on virtual time is worth something only if its loop answers as the real ones do.
final class LoopsAnswerAlikeTest {
  private static final class Quiet implements Protocol {}

  private static final class Silent implements DatagramProtocol {}

  private static InetSocketAddress at(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  /// What a loop is asked.
  enum Probe {
    EMPTY_HOST {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createConnection(Quiet::new, "", 80);
      }
    },
    EVERY_INTERFACE {
      @Override
      Object ask(EventLoop loop) throws Exception {
        var passive = AddressInfoOptions.DEFAULT.flags(AddressInfoFlag.AI_PASSIVE);
        return loop.getaddrinfo(null, 80, passive).stream().map(AddressInfo::address).toList();
      }
    },
    ALL_ERRORS {
      @Override
      Object ask(EventLoop loop) throws Exception {
        int port;
        try (Server server = loop.createServer(Quiet::new, "127.0.0.1", 0)) {
          port = server.port();
        }
        try {
          return loop.createConnection(
              Quiet::new, "127.0.0.1", port, ConnectionOptions.DEFAULT.allErrors(true));
        } catch (ExceptionGroup e) {
          return (e.getMessage() + e.exceptions()).replace(String.valueOf(port), "PORT");
        }
      }
    },
    REFUSED {
      @Override
      Object ask(EventLoop loop) throws Exception {
        int port;
        try (Server server = loop.createServer(Quiet::new, "127.0.0.1", 0)) {
          port = server.port();
        }
        try {
          return loop.createConnection(Quiet::new, "127.0.0.1", port);
        } catch (java.net.ConnectException e) {
          return String.valueOf(e.getMessage()).replace(String.valueOf(port), "PORT");
        }
      }
    },
    PORT_OUT_OF_RANGE {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createConnection(Quiet::new, "127.0.0.1", 65536);
      }
    },
    PORT_OF_A_SERVER_OUT_OF_RANGE {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createServer(Quiet::new, "127.0.0.1", -1);
      }
    },
    NUL_IN_A_HOST {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createConnection(Quiet::new, "local\0host", 80);
      }
    },
    NUL_IN_THE_HOST_OF_A_SERVER {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createServer(Quiet::new, "local\0host", 0);
      }
    },
    UNIX_FAMILY {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createConnection(
            Quiet::new,
            "localhost",
            80,
            ConnectionOptions.DEFAULT.family(StandardProtocolFamily.UNIX));
      }
    },
    NO_HOSTS {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createServer(Quiet::new, List.of(), 0, ServerOptions.DEFAULT);
      }
    },
    OPTIONS_OF_A_SOCKET {
      @Override
      Object ask(EventLoop loop) throws Exception {
        Server server = loop.createServer(Quiet::new, "127.0.0.1", 0);
        var transport = loop.createConnection(Quiet::new, "127.0.0.1", server.port()).transport();
        var socket = (TransportSocket) Objects.requireNonNull(transport.getExtraInfo("socket"));
        Object answer =
            List.of(
                socket.getOption(StandardSocketOptions.TCP_NODELAY),
                socket.getOption(StandardSocketOptions.SO_KEEPALIVE),
                socket.type() == SocketType.STREAM,
                socket.family());
        transport.abort();
        server.close();
        server.waitClosed();
        return answer;
      }
    },
    ADDRESS_IN_USE {
      @Override
      Object ask(EventLoop loop) throws Exception {
        try (Server server = loop.createServer(Quiet::new, "127.0.0.1", 0)) {
          try {
            return loop.createServer(Quiet::new, "127.0.0.1", server.port());
          } catch (java.net.BindException e) {
            return String.valueOf(e.getMessage()).replace(String.valueOf(server.port()), "PORT");
          }
        }
      }
    },
    DATAGRAMS_WITHOUT_A_FAMILY {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createDatagramEndpoint(Silent::new, null, null);
      }
    },
    DATAGRAMS_OF_TWO_FAMILIES {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createDatagramEndpoint(Silent::new, at("127.0.0.1", 0), at("::1", 9));
      }
    },
    DATAGRAMS_TO_PORT_0 {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createDatagramEndpoint(Silent::new, null, at("127.0.0.1", 0));
      }
    },
    DATAGRAMS_OF_UNIX_TO_A_HOST {
      @Override
      Object ask(EventLoop loop) throws Exception {
        return loop.createDatagramEndpoint(
            Silent::new,
            null,
            at("127.0.0.1", 9),
            DatagramOptions.DEFAULT.family(StandardProtocolFamily.UNIX));
      }
    },
    DATAGRAM_ADDRESS_IN_USE {
      @Override
      Object ask(EventLoop loop) throws Exception {
        var first = loop.createDatagramEndpoint(Silent::new, at("127.0.0.1", 0), null).transport();
        var taken = first.getExtraInfo("sockname", InetSocketAddress.class);
        try {
          return loop.createDatagramEndpoint(Silent::new, taken, null);
        } catch (java.net.BindException e) {
          return String.valueOf(e.getMessage()).replace(String.valueOf(taken.getPort()), "PORT");
        } finally {
          first.abort();
        }
      }
    },
    TWO_SERVERS_ON_ALL_INTERFACES {
      @Override
      Object ask(EventLoop loop) throws Exception {
        try (Server server = loop.createServer(Quiet::new, 0)) {
          try {
            return loop.createServer(Quiet::new, server.port());
          } catch (java.net.BindException e) {
            return "in use";
          }
        }
      }
    };

    abstract Object ask(EventLoop loop) throws Exception;
  }

  private static String answer(EventLoop loop, Probe probe) throws Exception {
    try (loop) {
      return loop.runUntilComplete(
          () -> {
            try {
              return String.valueOf(probe.ask(loop));
            } catch (Exception e) {
              return e.toString();
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Probe.class)
  void aTestLoopAnswersAsTheRealOnes(Probe probe) throws Exception {
    String virtual = answer(new TestLoop(), probe);

    for (LoopKind kind : LoopKind.values()) {
      assertThat(virtual).as("%s", kind).isEqualTo(answer(kind.newLoop(), probe));
    }
  }
}
