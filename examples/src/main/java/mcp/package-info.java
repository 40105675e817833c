// SPDX-License-Identifier: Apache-2.0

/// What the examples `McpServer` and `McpClient` share: JSON-RPC 2.0 with a message a line, as the
/// Model Context Protocol has it over standard input and output. Start reading at [mcp.Connection].
package mcp;
