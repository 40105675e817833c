// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.memory;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;

/// Loads the library once more, so that each place of it which needs memory asks [Memory] first:
/// where an object or an array is made, a lambda captures something, a text is put together, and
/// where a method of the JDK is called that makes something for its caller.
final class StarvedClasses extends ClassLoader {
  private static final String LIBRARY = "io.github.asyncio4j.";
  private static final ClassDesc MEMORY = ClassDesc.of(Memory.class.getName());
  private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(ConstantDescs.CD_void);

  // By name, whichever class it is: what they need in truth depends on how full a collection is.
  private static final Set<String> MAKERS =
      Set.of(
          "add",
          "addAll",
          "addFirst",
          "addLast",
          "allocate",
          "allocateDirect",
          "asIntBuffer",
          "concat",
          "copyOf",
          "copyOfRange",
          "computeIfAbsent",
          "duplicate",
          "entrySet",
          "execute",
          "format",
          "formatted",
          "getStackTrace",
          "invokeExact",
          "iterator",
          "keySet",
          "keys",
          "merge",
          "newKeySet",
          "of",
          "offer",
          "put",
          "putIfAbsent",
          "slice",
          "start",
          "stream",
          "submit",
          "substring",
          "toArray",
          "toList",
          "toString",
          "unstarted",
          "valueOf",
          "values",
          "walk",
          "wrap",
          "yield");

  static {
    registerAsParallelCapable();
  }

  StarvedClasses(ClassLoader parent) {
    super(parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(LIBRARY) || name.equals(Memory.class.getName())) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes;
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      bytes = in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
    if (!name.startsWith(getClass().getPackageName())) {
      bytes = starved(bytes);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte[] starved(byte[] bytes) {
    var resolver =
        ClassHierarchyResolver.ofResourceParsing(getParent())
            .orElse(ClassHierarchyResolver.defaultResolver());
    ClassFile file = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(resolver));
    CodeTransform asking = StarvedClasses::ask;
    return file.transformClass(
        file.parse(bytes),
        ClassTransform.transformingMethodBodies(
            method -> !method.methodName().equalsString("<clinit>"), asking));
  }

  private static void ask(CodeBuilder code, CodeElement element) {
    if (needsMemory(element)) {
      code.invokestatic(MEMORY, "need", NOTHING);
    }
    code.with(element);
  }

  // The queue of the loop grows when there is more in it than ever before.
  private static boolean isGrowing(InvokeInstruction call) {
    return call.owner().asInternalName().equals("io/github/asyncio4j/Kernel")
        && (call.name().equalsString("reserve") || call.name().equalsString("queue"));
  }

  private static boolean needsMemory(CodeElement element) {
    return switch (element) {
      case NewObjectInstruction _ -> true;
      case NewPrimitiveArrayInstruction _ -> true;
      case NewReferenceArrayInstruction _ -> true;
      case NewMultiArrayInstruction _ -> true;
      // One that captures nothing is made once.
      case InvokeDynamicInstruction indy -> indy.typeSymbol().parameterCount() > 0;
      case InvokeInstruction call ->
          (call.owner().asInternalName().startsWith("java/")
                  && MAKERS.contains(call.name().stringValue()))
              || isGrowing(call);
      default -> false;
    };
  }
}
