# SPDX-License-Identifier: Apache-2.0
"""EchoServer that runs out of descriptors: few reports, an idle processor, and everybody is served.

The server may have 64 descriptors open. 200 clients come at once and stay; after three seconds those
that were served leave, until all have been.
"""

import select
import socket
import time

from server import check, running

CLIENTS = 200
SECONDS = 3


def connect_all(port):
    """Starts all connections; the kernel completes them as its queue has room."""
    clients = []
    for _ in range(CLIENTS):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", port))
        clients.append(sock)
    return clients


def serve_all(clients):
    """Says hello on each connection and leaves once it is answered; returns how many were."""
    poll = select.poll()
    by_number = {sock.fileno(): sock for sock in clients}
    for number in by_number:
        poll.register(number, select.POLLOUT)
    end = time.monotonic() + 60
    served = 0
    while by_number and time.monotonic() < end:
        for number, events in poll.poll(1000):
            sock = by_number[number]
            if events & select.POLLIN:
                served += sock.recv(10) == b"hello\n"
            elif events & select.POLLOUT:
                sock.send(b"hello\n")
                poll.modify(number, select.POLLIN)
                continue
            poll.unregister(number)
            del by_number[number]
            sock.close()
    return served


def main():
    for portable in (False, True):
        name = "EchoServer --portable" if portable else "EchoServer"
        with running("EchoServer", portable=portable, descriptors=64) as server:
            with socket.create_connection(("127.0.0.1", server.port)) as first:
                first.sendall(b"hello\n")
                first.recv(10)
            time.sleep(1)  # lets the compiler's threads come to rest
            clients = connect_all(server.port)
            time.sleep(0.5)
            cpu = server.cpu_seconds()
            time.sleep(SECONDS)
            cpu = server.cpu_seconds() - cpu
            open_now = server.descriptors()
            reports = server.standard_error().count("out of system resource")
            check(f"{name}: descriptors used up", open_now >= 60, open_now)
            check(f"{name}: reports", 1 <= reports <= 4, reports)
            check(f"{name}: processor seconds in {SECONDS}", cpu <= 0.1, f"{cpu:.2f}")
            start = time.monotonic()
            served = serve_all(clients)
            seconds = time.monotonic() - start
            check(f"{name}: served", served == CLIENTS, f"{served} in {seconds:.1f} s")


if __name__ == "__main__":
    main()
