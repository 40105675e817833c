// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.Asyncio;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// The names that the library exports, for those who look up what a page says.
final class PublicApi {
  private static final String ROOT = "io/github/asyncio4j";

  private final Map<String, Class<?>> types = new HashMap<>();
  private final Set<String> methods = new HashSet<>();

  private PublicApi() {}

  /// Reads the library that is on the class path.
  static PublicApi read() throws IOException, URISyntaxException {
    var api = new PublicApi();
    URI place = Asyncio.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path library = Path.of(place);
    if (Files.isDirectory(library)) {
      api.add(library);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(library)) {
        api.add(jar.getPath("/"));
      }
    }
    return api;
  }

  /// Returns the package pages of what is exported, as source files.
  static List<Path> packagePages(Path sources) throws IOException {
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .filter(file -> file.endsWith("package-info.java") && !isInternal(file))
          .sorted()
          .toList();
    }
  }

  boolean hasType(String simpleName) {
    return types.containsKey(simpleName);
  }

  boolean hasMethod(String name) {
    return methods.contains(name);
  }

  /// Tells whether a class has a method, or a constant, of this name.
  boolean hasMember(String simpleName, String member) {
    Class<?> type = types.get(simpleName);
    return type != null
        && (Stream.of(type.getMethods()).anyMatch(method -> method.getName().equals(member))
            || Stream.of(type.getFields()).anyMatch(field -> field.getName().equals(member)));
  }

  private static boolean isInternal(Path file) {
    return file.toString().contains("internal");
  }

  private void add(Path root) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(root.resolve(ROOT))) {
      files = new ArrayList<>(all.filter(file -> file.toString().endsWith(".class")).toList());
    }
    for (Path file : files) {
      if (isInternal(file) || file.endsWith("package-info.class")) {
        continue;
      }
      String path = root.relativize(file).toString();
      String name = path.substring(0, path.length() - ".class".length()).replace('/', '.');
      Class<?> type;
      try {
        type = Class.forName(name, false, Asyncio.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(name, e);
      }
      if (Modifier.isPublic(type.getModifiers())) {
        types.putIfAbsent(type.getSimpleName(), type);
        for (Method method : type.getMethods()) {
          if (method.getDeclaringClass() != Object.class) {
            methods.add(method.getName());
          }
        }
      }
    }
  }
}
