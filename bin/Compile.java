// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Compiles a program of one file for `bin/asyncio`, which keeps what comes out.
///
/// The rules are those of the JDK's launcher for source files: the program is the file's first class,
/// and what lies beside it may be used. A program that does use it is left to the launcher, unless its
/// identity has the text of each file that it uses.
///
/// The entry of a program is a directory: the classes as a jar, the name of the main class, and the identity,
/// which is all that the classes depend on and has the source at its end. It comes into being whole.
public final class Compile {
  /// Errors were reported.
  private static final int FAILED = 1;

  /// Nothing was reported and nothing made.
  private static final int LEFT_TO_THE_LAUNCHER = 3;

  private final Path program;
  private final String text;
  private final String classPath;
  private final JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
  private final PrintWriter messages = new PrintWriter(System.err, true);
  private final Set<Path> otherFiles = new HashSet<>();

  private Compile(Path program, String classPath) throws IOException {
    this.program = program;
    this.text = Files.readString(program);
    this.classPath = classPath;
  }

  /// Arguments: the program, the class path, the entry to make. The identity is the standard input.
  public static void main(String[] arguments) {
    int status;
    try {
      byte[] identity = System.in.readAllBytes();
      status = new Compile(Path.of(arguments[0]), arguments[1]).make(Path.of(arguments[2]), identity);
    } catch (IOException | RuntimeException e) {
      // No room to keep it, text that is not UTF-8, or a fault of javac, which the launcher will meet too.
      status = LEFT_TO_THE_LAUNCHER;
    }
    System.exit(status);
  }

  private int make(Path entry, byte[] identity) throws IOException {
    // The file may have changed since it was looked at.
    if (!new String(identity, UTF_8).endsWith(text + "\n")) {
      return LEFT_TO_THE_LAUNCHER;
    }
    CompilationUnitTree unit = parse();
    if (unit == null || !(unit.getTypeDecls().getFirst() instanceof ClassTree first)) {
      return LEFT_TO_THE_LAUNCHER;
    }
    String prefix = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
    Path root = program.toAbsolutePath().normalize().getParent();
    Path directories = Path.of(prefix.replace('.', '/'));
    if (!prefix.isEmpty()) {
      if (!root.endsWith(directories)) {
        return LEFT_TO_THE_LAUNCHER;
      }
      for (Path _ : directories) {
        root = root.getParent();
      }
    }
    Files.createDirectories(entry.getParent());
    Path made = Files.createTempDirectory(entry.getParent(), ".new");
    try {
      Path classes = Files.createDirectory(made.resolve("classes"));
      // Held back: of what is left to the launcher that says it.
      var held = new StringWriter();
      boolean compiled = compile(root, classes, held);
      if (!knows(identity)) {
        return LEFT_TO_THE_LAUNCHER;
      }
      messages.print(held);
      messages.flush();
      if (!compiled) {
        System.err.println("error: compilation failed");
        return FAILED;
      }
      pack(classes, made.resolve("program.jar"));
      delete(classes);
      Files.writeString(made.resolve("main"), prefix + first.getSimpleName() + "\n");
      Files.write(made.resolve("identity"), identity);
      moveTo(entry, made);
      return 0;
    } finally {
      delete(made);
    }
  }

  /// Returns the syntax tree, or null when there is none to speak of.
  private CompilationUnitTree parse() throws IOException {
    var task = task(Writer.nullWriter(), List.of());
    CompilationUnitTree unit = task.parse().iterator().next();
    return unit.getTypeDecls().isEmpty() ? null : unit;
  }

  /// Tells whether an identity has all other files that were read, as they are now.
  private boolean knows(byte[] identity) throws IOException {
    String known = new String(identity, UTF_8);
    for (Path file : otherFiles) {
      if (!known.contains(Files.readString(file))) {
        return false;
      }
    }
    return true;
  }

  private boolean compile(Path root, Path classes, Writer held) throws IOException {
    JavacTask task =
        task(
            held,
            List.of(
                "-proc:none", "-implicit:class", "-Xlint:deprecation", "-Xlint:unchecked",
                "-Xlint:-options", "--class-path", classPath, "--source-path", root.toString(),
                "-d", classes.toString()));
    task.addTaskListener(
        new TaskListener() {
          @Override
          public void finished(TaskEvent event) {
            if (event.getKind() == TaskEvent.Kind.PARSE
                && !event.getSourceFile().toUri().equals(program.toAbsolutePath().toUri())) {
              otherFiles.add(Path.of(event.getSourceFile().toUri()));
            }
          }
        });
    return task.call();
  }

  private JavacTask task(Writer output, List<String> options) {
    return (JavacTask)
        javac.getTask(output, null, null, options, null, List.of(new Source(program, text)));
  }

  /// Packs the classes, so that a program that has run out of descriptors can still load them.
  private static void pack(Path classes, Path jar) throws IOException {
    try (var out = new ZipOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      out.setLevel(Deflater.NO_COMPRESSION);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, out);
      }
    }
  }

  private static void moveTo(Path entry, Path made) throws IOException {
    try {
      Files.move(made, entry, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // Somebody else was faster, with the same: only then is it no matter.
      if (!Files.isDirectory(entry)) {
        throw e;
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> paths = Files.walk(directory)) {
        for (Path path : paths.toList().reversed()) {
          Files.delete(path);
        }
      }
    }
  }

  /// The program as it was read, so that what is compiled is what was looked at.
  private static final class Source extends SimpleJavaFileObject {
    private final Path program;
    private final String text;

    Source(Path program, String text) {
      super(program.toAbsolutePath().toUri(), Kind.SOURCE);
      this.program = program;
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }

    @Override
    public String getName() {
      return program.toString();
    }
  }
}
