// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;

/// Has the library that a program uses tell what its loops do. Loaded into the program's JVM, in a
/// thread of the JVM's own.
///
/// It gets there without the rest of the library and under another name ([AgentJar]), so it is one
/// method that names no other class of ours, itself included, and has no lambda.
public final class Agent {
  private Agent() {}

  /// Writes what `Inspection` of each copy of the library says into a file that exists, and a last
  /// line, `end`, when all went well. Throws nothing, which would be printed by the program.
  ///
  /// @param argument how many tasks of a loop are told of in detail, a space, the file
  /// @param instrumentation of the JVM
  public static void agentmain(String argument, Instrumentation instrumentation) {
    int space = argument.indexOf(' ');
    Path file = Path.of(argument.substring(space + 1));
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(
                Files.newOutputStream(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                StandardCharsets.UTF_8))) {
      Module own = MethodHandles.lookup().lookupClass().getModule();
      for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
        if (!loaded.getName().equals("io.github.asyncio4j.BaseEventLoop")) {
          continue;
        }
        try {
          Class<?> inspection =
              Class.forName(loaded.getPackageName() + ".Inspection", true, loaded.getClassLoader());
          if (loaded.getModule().isNamed()) {
            Map<String, Set<Module>> opened = Map.of(loaded.getPackageName(), Set.of(own));
            instrumentation.redefineModule(
                loaded.getModule(), Set.of(), Map.of(), opened, Set.of(), Map.of());
          }
          Method write = inspection.getDeclaredMethod("write", Writer.class, int.class);
          write.setAccessible(true);
          write.invoke(null, out, Integer.parseInt(argument.substring(0, space)));
        } catch (ClassNotFoundException e) {
          out.write("older\n");
        } catch (InvocationTargetException e) {
          Throwable cause = e.getCause();
          out.write("failed\t" + (cause == null ? e : cause).getClass().getName() + "\n");
        }
      }
      out.write("end\n");
    } catch (Throwable t) {
      // The operator sees that the end is missing.
    }
  }
}
