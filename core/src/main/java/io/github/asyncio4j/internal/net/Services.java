// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The names of ports: what services(5) says. Immutable.
final class Services {
  /// Where a POSIX system has them.
  private static final Path FILE = Path.of("/etc/services");

  /// What is asked for most, for a system without the file, as small images of containers are.
  private static final List<String> WITHOUT_FILE =
      List.of(
          "ssh 22/tcp",
          "smtp 25/tcp mail",
          "domain 53/tcp",
          "domain 53/udp",
          "http 80/tcp www",
          "pop3 110/tcp pop-3",
          "ntp 123/udp",
          "imap2 143/tcp imap",
          "ldap 389/tcp",
          "https 443/tcp",
          "https 443/udp",
          "shell 514/tcp cmd syslog",
          "syslog 514/udp",
          "submission 587/tcp",
          "ldaps 636/tcp",
          "imaps 993/tcp",
          "pop3s 995/tcp",
          "mysql 3306/tcp",
          "postgresql 5432/tcp postgres");

  private final List<Service> services;

  private record Service(List<String> names, int port, String proto) {}

  private Services(List<Service> services) {
    this.services = services;
  }

  /// Reads the file of the system; blocks.
  static Services read() {
    try {
      return parse(Files.readAllLines(FILE, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return parse(WITHOUT_FILE);
    }
  }

  /// Takes the lines of such a file, and passes over those that make no sense.
  static Services parse(List<String> lines) {
    var services = new ArrayList<Service>();
    for (var line : lines) {
      int comment = line.indexOf('#');
      var words = (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+");
      if (words.length >= 2 && words[1].matches("[0-9]{1,5}/[a-z]+")) {
        int slash = words[1].indexOf('/');
        var names = new ArrayList<>(List.of(words));
        names.remove(1);
        services.add(
            new Service(
                names,
                Integer.parseInt(words[1].substring(0, slash)),
                words[1].substring(slash + 1)));
      }
    }
    return new Services(services);
  }

  /// Returns the port of a name or of another name of it, or -1.
  int port(String name, SocketType type) {
    for (var service : services) {
      if (service.proto.equals(proto(type)) && service.names.contains(name)) {
        return service.port;
      }
    }
    return -1;
  }

  /// Returns the name of a port, or null.
  @Nullable String name(int port, SocketType type) {
    for (var service : services) {
      if (service.port == port && service.proto.equals(proto(type))) {
        return service.names.getFirst();
      }
    }
    return null;
  }

  private static String proto(SocketType type) {
    return type == SocketType.STREAM ? "tcp" : "udp";
  }
}
