// SPDX-License-Identifier: Apache-2.0
package inspected;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/// Has a library and a program loaded by a class loader of its own, as containers do.
public final class OwnLoaderProgram {
  private OwnLoaderProgram() {}

  /// Starts the program.
  ///
  /// @param arguments the places of the library and of the program, then what the program gets
  public static void main(String[] arguments) throws Exception {
    URL[] places = {
      Path.of(arguments[0]).toUri().toURL(), Path.of(arguments[1]).toUri().toURL(),
    };
    // One that asks its parent first, as most do.
    var loader = new URLClassLoader(places, ClassLoader.getSystemClassLoader());
    Class<?> program = Class.forName("inspected.HungProgram", true, loader);
    program.getMethod("main", String[].class).invoke(null, (Object) new String[] {arguments[2]});
  }
}
