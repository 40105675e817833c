// SPDX-License-Identifier: Apache-2.0
package mcp;

/// An error of JSON-RPC: what a request is answered by that has no result.
public final class RpcException extends Exception {
  private static final long serialVersionUID = 1L;

  public static final int PARSE_ERROR = -32700;
  public static final int INVALID_REQUEST = -32600;
  public static final int METHOD_NOT_FOUND = -32601;
  public static final int INVALID_PARAMS = -32602;
  public static final int INTERNAL_ERROR = -32603;

  /// Of the codes that a server may define: too much is under way.
  public static final int BUSY = -32000;

  private final int code;

  public RpcException(int code, String message) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }
}
