"""A broker that has a generated log and nothing else: pages that were written beforehand, answered as they are."""

from __future__ import annotations

import multiprocessing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


def serve(folder: Path) -> tuple[multiprocessing.Process, int]:
    """Starts it in a process of its own, so that what asks is not slowed by Python; returns that and the port."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_run, args=(folder, there), daemon=True)
    process.start()
    return process, int(here.recv())


def _run(folder: Path, answer: Connection) -> None:
    class Log(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Heads, or the page that begins where the client goes on."""
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            name = "heads.json" if parts.path.endswith("/heads") else f"{query['chain']}-{query['from']}.json"
            body = (folder / name).read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Nothing: the output is the figures."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Log) as server:
        answer.send(server.server_address[1])
        server.serve_forever()
