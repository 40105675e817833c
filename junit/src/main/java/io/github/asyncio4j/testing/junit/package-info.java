// SPDX-License-Identifier: Apache-2.0

/// The test kit's extension for JUnit 6: a loop for each test, and a failure for what it leaves
/// behind.
///
/// It is in a jar of its own (`asyncio4j-junit`), so that the library needs no JUnit.
///
/// ```java
/// @AsyncioTest
/// void anAnswerComesWithinASecond(TestLoop loop) throws Exception {
///   assertThat(Asyncio.waitFor(service::ask, Duration.ofSeconds(1))).isEqualTo("yes");
/// }
/// ```
///
/// Start reading at [AsyncioExtension], then [AsyncioTest] and [SeededTest].
@NullMarked
package io.github.asyncio4j.testing.junit;

import org.jspecify.annotations.NullMarked;
