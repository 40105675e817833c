// SPDX-License-Identifier: Apache-2.0
package mcp;

import java.io.IOException;
import java.util.Map;

/// A request of the other end, while it is answered.
public final class Request {
  private final Connection connection;
  private final String method;
  private final Map<String, Object> params;

  Request(Connection connection, String method, Map<String, Object> params) {
    this.connection = connection;
    this.method = method;
    this.params = params;
  }

  public String method() {
    return method;
  }

  public Map<String, Object> params() {
    return params;
  }

  /// Tells how far it has come, if the other end wants to know. Suspending.
  public void report(Progress progress) throws IOException {
    if (params.get("_meta") instanceof Map<?, ?> meta && meta.get("progressToken") != null) {
      connection.notify("notifications/progress", progress.params(meta.get("progressToken")));
    }
  }
}
