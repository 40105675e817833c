// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.InetSocketAddress;

/// Netty's UDP echo server on one event-loop thread: the peer of our datagram endpoint.
///
/// The one argument is `epoll`, which receives and sends many datagrams by one system call, or
/// `nio`. Prints `serving on 127.0.0.1:PORT`.
public final class NettyUdpEcho {
  private static final int LARGEST_MESSAGE = 2048;
  private static final int MESSAGES = 64;

  private NettyUdpEcho() {}

  /// Serves until the process is killed.
  public static void main(String[] args) throws InterruptedException {
    switch (args[0]) {
      case "epoll" -> {
        var bootstrap = bootstrap(EpollIoHandler.newFactory(), EpollDatagramChannel.class);
        // With it a read takes up to so many datagrams by recvmmsg(2).
        bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, LARGEST_MESSAGE);
        bootstrap.option(
            ChannelOption.RECVBUF_ALLOCATOR,
            new FixedRecvByteBufAllocator(LARGEST_MESSAGE * MESSAGES));
        serve(bootstrap);
      }
      case "nio" -> serve(bootstrap(NioIoHandler.newFactory(), NioDatagramChannel.class));
      default -> throw new IllegalArgumentException("neither epoll nor nio: " + args[0]);
    }
  }

  private static Bootstrap bootstrap(
      IoHandlerFactory factory, Class<? extends DatagramChannel> type) {
    return new Bootstrap()
        .group(new MultiThreadIoEventLoopGroup(1, factory))
        .channel(type)
        .handler(new Echo());
  }

  private static void serve(Bootstrap bootstrap) throws InterruptedException {
    Channel channel = bootstrap.bind("127.0.0.1", 0).sync().channel();
    int port = ((InetSocketAddress) channel.localAddress()).getPort();
    System.out.println("serving on 127.0.0.1:" + port);
    channel.closeFuture().sync();
  }

  @Sharable
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      var packet = (DatagramPacket) message;
      // The buffer goes with it.
      context.write(new DatagramPacket(packet.content(), packet.sender()), context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }
}
