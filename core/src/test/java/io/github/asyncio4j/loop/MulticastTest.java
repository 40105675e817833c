// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.socket.TransportSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Datagrams to many, on the loopback interface.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class MulticastTest extends NetTest {
  private static final InetAddress GROUP = InetAddress.ofLiteral("239.7.7.7");

  MulticastTest(LoopKind kind) {
    super(kind);
  }

  private static NetworkInterface loopback() throws IOException {
    return NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1"));
  }

  private DatagramRecorder bound(String literal) throws Exception {
    var recorder = new DatagramRecorder(loop);
    loop.createDatagramEndpoint(() -> recorder, at(literal, 0), null);
    return recorder;
  }

  private static TransportSocket socketOf(DatagramRecorder recorder) {
    return recorder.transport.getExtraInfo("socket", TransportSocket.class);
  }

  private void close(DatagramRecorder... recorders) throws Exception {
    for (var recorder : recorders) {
      recorder.transport.close();
      recorder.untilLost();
      assertThat(recorder.breaches).isEmpty();
    }
    poll();
  }

  @Test
  void membersHearWhatIsSentToTheirGroupUntilTheyLeave() throws Exception {
    run(
        () -> {
          var member = bound("0.0.0.0");
          var sender = bound("127.0.0.1");
          var group = new InetSocketAddress(GROUP, member.address().getPort());
          socketOf(member).joinGroup(GROUP, loopback(), null);
          socketOf(sender)
              .setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback())
              .setOption(StandardSocketOptions.IP_MULTICAST_TTL, 0)
              .setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);

          sender.transport.sendto(bytes("all"), group);
          member.untilReceived(1);
          assertThat(member.texts()).containsExactly("all");
          assertThat(member.senders).containsExactly(sender.address());

          socketOf(member).leaveGroup(GROUP, loopback(), null);
          sender.transport.sendto(bytes("gone"), group);
          sender.transport.sendto(bytes("end"), at("127.0.0.1", group.getPort()));
          member.untilReceived(2);
          assertThat(member.texts()).containsExactly("all", "end");
          close(member, sender);
        });
  }

  @Test
  void amongSourcesOnlyTheOneThatWasAskedForIsHeard() throws Exception {
    run(
        () -> {
          var member = bound("0.0.0.0");
          var wanted = bound("127.0.0.2");
          var other = bound("127.0.0.1");
          var group = new InetSocketAddress(GROUP, member.address().getPort());
          var source = InetAddress.ofLiteral("127.0.0.2");
          socketOf(member).joinGroup(GROUP, loopback(), source);
          for (var sender : new DatagramRecorder[] {other, wanted}) {
            socketOf(sender).setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback());
          }

          other.transport.sendto(bytes("other"), group);
          wanted.transport.sendto(bytes("wanted"), group);
          member.untilReceived(1);

          assertThat(member.texts()).containsExactly("wanted");
          socketOf(member).leaveGroup(GROUP, loopback(), source);
          close(member, wanted, other);
        });
  }

  @Test
  void aMembershipThatIsNotThereAndWhatIsNoGroupAreRefused() throws Exception {
    run(
        () -> {
          var member = bound("0.0.0.0");
          var socket = socketOf(member);

          assertThatThrownBy(() -> socket.leaveGroup(GROUP, loopback(), null))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("EADDRNOTAVAIL");
          socket.joinGroup(GROUP, loopback(), null);
          assertThatThrownBy(() -> socket.joinGroup(GROUP, loopback(), null))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("EADDRINUSE");
          assertThatThrownBy(
                  () -> socket.joinGroup(InetAddress.ofLiteral("127.0.0.1"), loopback(), null))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("127.0.0.1");
          close(member);
        });
  }

  @Test
  void theOptionsOfMulticastAreReadBackInBothFamilies() throws Exception {
    run(
        () -> {
          for (var family :
              new StandardProtocolFamily[] {
                StandardProtocolFamily.INET, StandardProtocolFamily.INET6
              }) {
            var endpoint = new DatagramRecorder(loop);
            loop.createDatagramEndpoint(() -> endpoint, DatagramOptions.DEFAULT.family(family));
            var socket = socketOf(endpoint);

            assertThat(socket.getOption(StandardSocketOptions.IP_MULTICAST_IF)).isNull();
            assertThat(socket.getOption(StandardSocketOptions.IP_MULTICAST_TTL)).isEqualTo(1);
            assertThat(socket.getOption(StandardSocketOptions.IP_MULTICAST_LOOP)).isTrue();
            socket
                .setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback())
                .setOption(StandardSocketOptions.IP_MULTICAST_TTL, 7)
                .setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
            assertThat(socket.getOption(StandardSocketOptions.IP_MULTICAST_IF))
                .isEqualTo(loopback());
            assertThat(socket.getOption(StandardSocketOptions.IP_MULTICAST_TTL)).isEqualTo(7);
            assertThat(socket.getOption(StandardSocketOptions.IP_MULTICAST_LOOP)).isFalse();
            assertThatThrownBy(() -> socket.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 256))
                .isInstanceOf(IllegalArgumentException.class);
            close(endpoint);
          }
        });
  }

  // EL-63
  @Test
  void aBroadcastWithoutPermissionIsToldAndWithItTravels() throws Exception {
    run(
        () -> {
          var all = InetAddress.ofLiteral("127.255.255.255");
          var listener = bound("0.0.0.0");
          var target = new InetSocketAddress(all, listener.address().getPort());
          var denied = bound("127.0.0.1");
          denied.transport.sendto(bytes("x"), target);
          denied.untilErrors(1);
          assertThat(denied.errors.getFirst()).hasMessageContaining("EACCES");
          var allowed = new DatagramRecorder(loop);
          loop.createDatagramEndpoint(
              () -> allowed,
              at("127.0.0.1", 0),
              target,
              DatagramOptions.DEFAULT.allowBroadcast(true));
          allowed.transport.sendto(bytes("to all"));
          listener.untilReceived(1);

          assertThat(listener.texts()).containsExactly("to all");
          assertThat(socketOf(allowed).getOption(StandardSocketOptions.SO_BROADCAST)).isTrue();
          close(listener, denied, allowed);
        });
  }

  @Test
  void thePortableTierSaysThatItDoesNotCountWhatWasDropped() throws Exception {
    run(
        () -> {
          var endpoint = bound("127.0.0.1");
          if (selector.pollsDescriptors()) {
            assertThat(endpoint.transport.getDroppedDatagrams()).isZero();
          } else {
            assertThatThrownBy(endpoint.transport::getDroppedDatagrams)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("native");
          }
          close(endpoint);
        });
  }
}
