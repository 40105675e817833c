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
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Netty's echo server on one event-loop thread: the peer of our protocol style.
///
/// The first argument is `epoll` or `nio`. For TLS three more follow: `jdk` or `openssl`, whose
/// engine is used, the server's certificate and its key (PEM files). Prints `serving on
/// 127.0.0.1:PORT`.
public final class NettyEcho {
  private NettyEcho() {}

  /// Serves until the process is killed.
  public static void main(String[] args) throws InterruptedException, SSLException {
    SslContext tls = args.length == 1 ? null : tls(args[1], new File(args[2]), new File(args[3]));
    var accepted = new Accepted(tls);
    switch (args[0]) {
      case "epoll" -> serve(EpollIoHandler.newFactory(), EpollServerSocketChannel.class, accepted);
      case "nio" -> serve(NioIoHandler.newFactory(), NioServerSocketChannel.class, accepted);
      default -> throw new IllegalArgumentException("neither epoll nor nio: " + args[0]);
    }
  }

  private static SslContext tls(String engine, File certificate, File key) throws SSLException {
    SslProvider provider =
        switch (engine) {
          case "jdk" -> SslProvider.JDK;
          case "openssl" -> SslProvider.OPENSSL_REFCNT;
          default -> throw new IllegalArgumentException("neither jdk nor openssl: " + engine);
        };
    return SslContextBuilder.forServer(certificate, key).sslProvider(provider).build();
  }

  private static void serve(
      IoHandlerFactory factory, Class<? extends ServerChannel> type, Accepted accepted)
      throws InterruptedException {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, factory);
    Channel listener =
        new ServerBootstrap()
            .group(loop)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(accepted)
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    System.out.println("serving on 127.0.0.1:" + port);
    listener.closeFuture().sync();
  }

  private static final class Accepted extends ChannelInitializer<Channel> {
    private final Echo echo = new Echo();
    private final @Nullable SslContext tls;

    Accepted(@Nullable SslContext tls) {
      this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (tls != null) {
        channel.pipeline().addLast(tls.newHandler(channel.alloc()));
      }
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
