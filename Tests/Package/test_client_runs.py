"""The packaged client where its lean libraries matter: TLS as servers speak it, and threads that end."""

from __future__ import annotations

import http.server
import json
import os
import ssl
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from test_archives import only

KEYS = {
    "RSA": ["-newkey", "rsa:2048"],
    "P-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "P-384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
}


@pytest.fixture(scope="module")
def client(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("client")
    with tarfile.open(only(package, "ssm-broker_*.tar.gz")) as archive:
        archive.extractall(folder, filter="data")
    return folder / "bin" / "ssm-broker"


@dataclass(frozen=True)
class Server:
    """A broker's front door, of which only the handshake matters."""

    url: str
    certificate: Path


class Answer(http.server.BaseHTTPRequestHandler):
    """Says who the caller is to whoever asks."""

    def do_GET(self) -> None:
        body = json.dumps({
            "account": "111122223333", "isAdministrator": False, "isAuditor": False, "kinds": ["shell"], "linuxUser": "dbadmin",
            "nodeTags": {}, "permissionSet": "DatabaseAdmin", "reason": "optional", "regions": [], "ticket": "optional", "user": "alice",
        }).encode()  # fmt: skip
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: what a test says is in its assertions."""


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server with a key of the kind, the one version of TLS and perhaps the one cipher that the test names."""
    kind, version, *ciphers = request.param
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(key), "-out", str(certificate), *KEYS[kind]],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.minimum_version = context.maximum_version = version
    if ciphers:
        context.set_ciphers(":".join(ciphers))
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield Server(f"https://127.0.0.1:{listening.server_address[1]}/prod", certificate)
    listening.shutdown()
    listening.server_close()
    thread.join()


def whoami(client: Path, server: Server, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.defpath, "HOME": str(server.certificate.parent), "SSM_BROKER_URL": server.url, "SSM_BROKER_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token", "NO_PROXY": "*", **more,
    }  # fmt: skip
    return subprocess.run([str(client), "whoami"], env=environment, capture_output=True, text=True, check=False, timeout=60)


EVERY = [(kind, version) for kind in KEYS for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)]


@pytest.mark.parametrize("server", EVERY, indirect=True, ids=lambda one: f"{one[0]} {one[1].name}")
def test_it_speaks_tls_with_every_kind_of_key(client: Path, server: Server) -> None:
    done = whoami(client, server, AWS_CA_BUNDLE=str(server.certificate))
    assert done.returncode == 0 and "dbadmin" in done.stdout, done.stderr


CIPHERS = [
    ("P-256" if "ECDSA" in cipher else "RSA", ssl.TLSVersion.TLSv1_2, cipher)
    for cipher in (
        *(f"ECDHE-{key}-{rest}" for key in ("ECDSA", "RSA") for rest in (
            "AES128-GCM-SHA256", "AES128-SHA256", "AES256-GCM-SHA384", "AES256-SHA384"
        )),
        "AES128-GCM-SHA256", "AES128-SHA256", "AES256-GCM-SHA384", "AES256-SHA256",
    )
]  # fmt: skip
"""What AWS's endpoints offer below TLS 1.3. Source: API Gateway Developer Guide, "Supported security policies", TLS_1_2."""


@pytest.mark.parametrize("server", CIPHERS, indirect=True, ids=lambda one: one[2])
def test_it_speaks_every_cipher_of_awss_endpoints(client: Path, server: Server) -> None:
    done = whoami(client, server, AWS_CA_BUNDLE=str(server.certificate))
    assert done.returncode == 0 and "dbadmin" in done.stdout, done.stderr


@pytest.mark.parametrize("server", EVERY[:1], indirect=True)
def test_it_trusts_no_server_that_the_bundle_does_not_name(client: Path, server: Server) -> None:
    done = whoami(client, server)
    assert done.returncode == 1 and done.stdout == "" and "certificate" in done.stderr


def test_the_programs_that_a_person_waits_for_end_well_a_hundred_times(client: Path, tmp_path: Path) -> None:
    """The main thread ends by glibc's own unwinding, of which the lean linker keeps the tables."""
    map_file = tmp_path / "map.yaml"
    map_file.write_text("version: 1\npermissionSets:\n  Ops: {linuxUser: ops}\n")
    for _ in range(100):
        done = subprocess.run([str(client), "map", "validate", str(map_file)], capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
