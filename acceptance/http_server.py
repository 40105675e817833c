# SPDX-License-Identifier: Apache-2.0
"""HttpServer under wrk, curl, pipelining, and 10,000 idle connections.

Needs wrk and curl (Debian: apt-get install wrk curl).
"""

import re
import resource
import socket
import subprocess

from server import check, running

IDLE = 10_000


def wrk(port, seconds=10):
    output = subprocess.run(
        ["wrk", "-t1", "-c100", f"-d{seconds}s", f"http://127.0.0.1:{port}/plaintext"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    errors = re.findall(r"Socket errors.*|Non-2xx.*", output)
    rate = re.search(r"Requests/sec:\s*([\d.]+)", output)[1]
    return errors, float(rate)


def curl(port, *arguments):
    return subprocess.run(
        ["curl", "-sS", "--max-time", "10", *arguments], check=True, capture_output=True, text=True
    ).stdout


def read_answer(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            raise AssertionError(f"the server closed after {head!r}")
        head += line
    length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
    return head.split(b"\r\n", 1)[0].decode(), stream.read(length)


def pipelining(port):
    """100 requests in one segment, the last cut in two; rubbish after them ends the connection."""
    request = b"GET /plaintext HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(request * 99 + request[:10])
        stream = sock.makefile("rb")
        answers = [read_answer(stream) for _ in range(99)]
        sock.sendall(request[10:] + b"RUBBISH\r\n\r\n")
        answers.append(read_answer(stream))
        bad, _ = read_answer(stream)
        rest = stream.read()
    good = all(a == ("HTTP/1.1 200 OK", b"Hello, World!") for a in answers)
    check("100 pipelined requests are answered in order", good, len(answers))
    check("rubbish gets 400 and the end of the connection", " 400 " in bad and rest == b"", bad)


def idle_connections(server):
    before = server.settled_descriptors()
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(IDLE)]
    errors, rate = wrk(server.port, 5)
    check(f"wrk beside {IDLE} idle connections", not errors, f"{rate:.0f} requests/s {errors}")
    open_now = server.descriptors() - before
    check("all of them are open", open_now == IDLE, open_now)
    served = 0
    for sock in idle:
        sock.sendall(b"GET /plaintext HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    for sock in idle:
        served += sock.makefile("rb").read().endswith(b"Hello, World!")
        sock.close()
    check("then each is served", served == IDLE, served)
    after = server.settled_descriptors()
    check("descriptors", after == before, f"{before} before, {after} after")


def play(portable):
    name = "HttpServer --portable" if portable else "HttpServer"
    print(f"-- {name}")
    with running("HttpServer", portable=portable) as server:
        url = f"http://127.0.0.1:{server.port}"
        body = curl(server.port, f"{url}/plaintext")
        check("curl", body == "Hello, World!", body)
        text = curl(server.port, "-v", "--stderr", "-", f"{url}/plaintext", f"{url}/plaintext")
        check("curl keeps the connection alive", "Re-using existing connection" in text)
        code = curl(server.port, "-o", "/dev/null", "-w", "%{http_code}", f"{url}/nothing")
        check("an unknown path", code == "404", code)
        pipelining(server.port)
        errors, rate = wrk(server.port)
        check("wrk -t1 -c100 -d10s without errors", not errors, f"{rate:.0f} requests/s {errors}")
        idle_connections(server)
        text = server.standard_error()
        check("standard error is empty", text == "", text)


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for portable in (False, True):
        play(portable)


if __name__ == "__main__":
    main()
