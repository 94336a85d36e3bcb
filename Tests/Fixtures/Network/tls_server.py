"""A TLS server for the transport's tests.

Prints the port it listens on, then answers every request with "<connection> <request on it>", both from 1, until its
standard input ends: a test that crashes closes that too.
Connections that end during the handshake are counted and otherwise ignored: that is what a client without trust does.

Usage: tls_server.py CERTIFICATE KEY
"""

import itertools
import socket
import ssl
import sys
import threading


def serve(connection: socket.socket, context: ssl.SSLContext, number: int) -> None:
    """Answers the requests of one connection until the client ends it."""
    try:
        with context.wrap_socket(connection, server_side=True) as stream:
            for request in itertools.count(1):
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    received = stream.recv(65536)
                    if not received:
                        return
                    head += received
                body = f"{number} {request}".encode()
                stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    except (ssl.SSLError, ConnectionError):
        return


def accept(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Gives each connection a thread of its own."""
    for number in itertools.count(1):
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, context, number), daemon=True).start()


def main(certificate: str, key: str) -> None:
    """Listens on a free port of 127.0.0.1 until standard input ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener, context), daemon=True).start()
        print(listener.getsockname()[1], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
