// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import mcp.Json;
import mcp.JsonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The JSON of the examples `McpServer` and `McpClient`.
final class JsonTest {
  @Test
  void everyKindOfValueIsReadAndWrittenAgain() throws Exception {
    String text =
        "{\"a\":[1,-20,0.5,1.0E30,true,false,null],\"b\":{},\"c\":[],\"d\":\"\\\"\\\\ü\\u0001\"}";

    Object value = Json.parse(text);

    assertThat(value).isInstanceOf(Map.class).extracting("d").isEqualTo("\"\\ü\u0001");
    assertThat(Json.write(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      delimiter = ' ',
      value = {
        "|\"\\u00fc\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\"| |\"ü\uD83D\uDE00/\\u0008\\u000c\\u000a\\u000d\\u0009\"|",
        "|\"\\ud83d\"| |\"\\ud83d\"|",
        "|\"\\ude00\\ud83d\"| |\"\\ude00\\ud83d\"|",
        "9223372036854775807 9223372036854775807",
        "9223372036854775808 9.223372036854776E18",
        "-0 0",
        "1e2 100.0",
        "|{\"a\":1,\"a\":2}| |{\"a\":2}|",
        "|\t[ 1 ,\r\n2 ] | [1,2]"
      })
  void otherFormsAreReadAndWrittenInOne(String text, String written) throws Exception {
    assertThat(Json.write(Json.parse(text))).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "\"",
        "\"\\",
        "\"\\u12",
        "\"\\u12g4\"",
        "\"\\x\"",
        "\"\u0001\"",
        "tru",
        "nulL",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "-01",
        "0x1",
        "NaN",
        "Infinity",
        "1e999",
        "1 2",
        "[]]",
        "'a'",
        "// a\n1",
        "\uFEFF1",
        "\u0661"
      })
  void whatIsNoJsonIsRefused(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining(" at character ");
  }

  @Test
  void nestingHasALimit() throws Exception {
    String deepest = "[".repeat(200) + "]".repeat(200);
    assertThat(Json.write(Json.parse(deepest))).isEqualTo(deepest);
    assertThatThrownBy(() -> Json.parse("[" + deepest + "]"))
        .hasMessage("nested deeper than 200 at character 200");
    // Side by side is no nesting.
    String many = "[" + "[],".repeat(1000) + "[]]";
    assertThat(Json.write(Json.parse(many))).isEqualTo(many);
  }

  @Test
  void whatHasNoJsonIsNotWritten() {
    assertThatThrownBy(() -> Json.write(Double.NaN)).hasMessage("no JSON for NaN");
    assertThatThrownBy(() -> Json.write(List.of('c')))
        .hasMessage("no JSON for a java.lang.Character");
  }

  @Test
  void anyValueIsReadAsItWasWritten() throws Exception {
    for (long seed = 0; seed < 2000; seed++) {
      Object value = value(new Random(seed), 4);
      assertThat(Json.parse(Json.write(value))).as("seed %d", seed).isEqualTo(value);
    }
  }

  private static Object value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 7 : 5)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextLong() >> random.nextInt(64);
      // Of any exponent, but finite.
      case 3 -> Math.scalb(random.nextDouble() - 0.5, random.nextInt(1000) - 500);
      case 4 -> text(random);
      case 5 -> {
        var list = new ArrayList<Object>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(random, depth - 1));
        }
        yield list;
      }
      default -> {
        var map = new LinkedHashMap<String, Object>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(text(random), value(random, depth - 1));
        }
        yield map;
      }
    };
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (int i = random.nextInt(10); i > 0; i--) {
      text.append((char) random.nextInt(random.nextBoolean() ? 128 : 65536));
    }
    return text.toString();
  }
}
