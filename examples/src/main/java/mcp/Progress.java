// SPDX-License-Identifier: Apache-2.0
package mcp;

import java.util.LinkedHashMap;
import java.util.Map;

/// How far a request has come.
///
/// @param total what the progress will be at the end, null when that is not known
/// @param message null for none
public record Progress(double progress, Double total, String message) {
  static Progress of(Map<String, Object> params) {
    return new Progress(
        params.get("progress") instanceof Number number ? number.doubleValue() : 0,
        params.get("total") instanceof Number number ? number.doubleValue() : null,
        params.get("message") instanceof String text ? text : null);
  }

  Map<String, Object> params(Object token) {
    var params = new LinkedHashMap<String, Object>();
    params.put("progressToken", token);
    params.put("progress", progress);
    if (total != null) {
      params.put("total", total);
    }
    if (message != null) {
      params.put("message", message);
    }
    return params;
  }

  @Override
  public String toString() {
    String end = total == null ? "" : "/" + brief(total);
    return brief(progress) + end + (message == null ? "" : " " + message);
  }

  private static String brief(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
