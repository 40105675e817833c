// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/// The jar that a program's JVM loads: the class [Agent] and nothing else.
///
/// The JVM adds it to the program's class path for good. With the whole library in it a program
/// whose own class loader has loaded the library could from then on find the rest of it there, and
/// would get classes that do not know each other. The name is one that is in no module: a program
/// may have the library as one, and a class of a module is no agent. A JVM keeps the class that it
/// gets first, so the name has to change whenever [Agent] does something else.
final class AgentJar {
  private static final ClassDesc NAME = ClassDesc.of("asyncio4j.attached1", "Agent");

  private AgentJar() {}

  static void write(OutputStream out) throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .putValue("Agent-Class", NAME.packageName() + "." + NAME.displayName());
    try (var jar = new JarOutputStream(out, manifest)) {
      jar.putNextEntry(
          new ZipEntry(NAME.packageName().replace('.', '/') + "/" + NAME.displayName() + ".class"));
      jar.write(renamedAgent());
    }
  }

  private static byte[] renamedAgent() throws IOException {
    try (InputStream in = Agent.class.getResourceAsStream("Agent.class")) {
      byte[] agent = Objects.requireNonNull(in, "Agent.class").readAllBytes();
      ClassFile classes = ClassFile.of();
      return classes.transformClass(classes.parse(agent), NAME, ClassTransform.ACCEPT_ALL);
    }
  }
}
