// SPDX-License-Identifier: Apache-2.0

/// Child processes with streams, used straight down in tasks.
///
/// ```java
/// var pipes = SubprocessOptions.DEFAULT.stdin(Stdio.PIPE).stdout(Stdio.PIPE);
/// try (var sort = Asyncio.createSubprocessExec(pipes, "sort")) {
///   var output = sort.communicate("pear\napple\n");
///   IO.print(output.stdout(StandardCharsets.UTF_8));
/// }
/// ```
///
/// At the end of the block a process that still runs is shut down: its input is closed, then it is
/// terminated, then killed. Start reading at [Process].
package io.github.asyncio4j.process;
