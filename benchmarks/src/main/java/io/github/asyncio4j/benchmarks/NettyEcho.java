// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;

/// Netty's echo server on one event-loop thread: the peer of our protocol style.
///
/// The one argument is `epoll` or `nio`. Prints `serving on 127.0.0.1:PORT`.
public final class NettyEcho {
  private NettyEcho() {}

  /// Serves until the process is killed.
  public static void main(String[] args) throws InterruptedException {
    switch (args[0]) {
      case "epoll" -> serve(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
      case "nio" -> serve(NioIoHandler.newFactory(), NioServerSocketChannel.class);
      default -> throw new IllegalArgumentException("neither epoll nor nio: " + args[0]);
    }
  }

  private static void serve(IoHandlerFactory factory, Class<? extends ServerChannel> type)
      throws InterruptedException {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, factory);
    Channel listener =
        new ServerBootstrap()
            .group(loop)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Accepted())
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    System.out.println("serving on 127.0.0.1:" + port);
    listener.closeFuture().sync();
  }

  private static final class Accepted extends ChannelInitializer<Channel> {
    private final Echo echo = new Echo();

    @Override
    protected void initChannel(Channel channel) {
      channel.pipeline().addLast(echo);
    }
  }

  // Writes what was read and flushes once the burst is over, as Netty's own echo example does.
  @Sharable
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.write(message, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
