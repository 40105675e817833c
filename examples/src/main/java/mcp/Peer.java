// SPDX-License-Identifier: Apache-2.0
package mcp;

import java.io.IOException;
import java.util.Map;

/// What answers the other end of a [Connection]. Loop thread only.
public interface Peer {
  /// Answers a request, in a task of its own, which is cancelled when the other end says so.
  ///
  /// @return the result, as [Json] has it
  /// @throws RpcException what it is answered by instead
  /// @throws Exception as an internal error
  Object request(Request request) throws Exception;

  /// Takes a notification; they come in the order in which they were sent. Those of progress and of
  /// cancelled requests are the connection's.
  void notification(String method, Map<String, Object> params);

  /// Takes a line that is no message, or belongs to no request that is known.
  ///
  /// @param error what a server answers it by
  void invalid(RpcException error) throws IOException;
}
