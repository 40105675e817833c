# SPDX-License-Identifier: Apache-2.0
"""A server of the Model Context Protocol that does not end as it should: bad_server.py KIND MARK.

The mark is for whoever looks for what is left of it.

deaf        does not end when its input does; SIGTERM ends it
stubborn    ignores SIGTERM, too
noisy       writes to its standard error as fast as it can, from its start to its end
dying       is gone in the middle of the line that answers a call
forking     leaves a child behind that holds all its pipes and ignores SIGTERM
"""

import json
import os
import signal
import sys
import threading

NOISE = b"noise " * 1000 + b"\n"


def make_noise():
    while True:
        os.write(2, NOISE)


def answer(kind, message):
    method = message["method"]
    if method == "initialize":
        return {
            "protocolVersion": message["params"]["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": kind, "version": "0"},
        }
    if method == "tools/list":
        return {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}
    return {"content": [{"type": "text", "text": "pid " + str(os.getpid())}]}


def serve(kind):
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            continue
        reply = {"jsonrpc": "2.0", "id": message["id"], "result": answer(kind, message)}
        text = json.dumps(reply) + "\n"
        if kind == "dying" and message["method"] == "tools/call":
            os.write(1, text[: len(text) // 2].encode())
            os._exit(3)
        os.write(1, text.encode())


def main():
    kind = sys.argv[1]
    if kind == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if kind == "noisy":
        threading.Thread(target=make_noise, daemon=True).start()
    if kind == "forking" and os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            signal.pause()
    serve(kind)
    while kind in ("deaf", "stubborn"):
        signal.pause()
    os._exit(0)


main()
