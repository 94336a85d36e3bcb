"""A page as a browser has it: what its document became, how wide it is, and how it looks."""

from __future__ import annotations

import functools
import html
import http.server
import json
import re
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60

# Shows the page in a frame as wide as a phone, and writes what became of it into its own document. The frame's own policy holds
# inside of it; what is asked here is asked from outside.
HARNESS = """<!doctype html><meta charset="utf-8"><iframe src="{page}" style="width:{width}px;height:800px;border:0"></iframe>
<pre id="seen"></pre><script>
const frame = document.querySelector("iframe");
frame.addEventListener("load", () => {{
  const page = frame.contentDocument, root = page.documentElement;
  const wide = [...page.body.querySelectorAll("*")].filter(
    (one) => one.getBoundingClientRect().right > root.clientWidth + 1);
  document.querySelector("#seen").textContent = JSON.stringify({{
    title: page.title, text: page.body.innerText, width: root.scrollWidth, visible: root.clientWidth,
    scripts: page.scripts.length, images: page.images.length, owned: String(frame.contentWindow.owned),
    wide: wide.map((one) => one.tagName), loaded: frame.contentWindow.performance.getEntriesByType("resource").length,
    styled: frame.contentWindow.getComputedStyle(page.querySelector("h1")).marginTop,
  }});
}});
</script>
"""


@dataclass(frozen=True)
class Seen:
    """What a page became: its title and text, its width and the part of it that shows, and what it holds and loaded."""

    title: str
    text: str
    width: int
    visible: int
    scripts: int
    images: int
    owned: str
    wide: list[str]
    loaded: int
    styled: str


def chromium() -> str:
    """The browser's path; without one the test fails, and says how to get it."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    pytest.fail("there is no chromium on the PATH; next: infra/local/setup browser")


def seen(page: Path, folder: Path, width: int = 360) -> Seen:
    """Opens a page in a frame of this width."""
    shutil.copy(page, folder / "page.html")
    (folder / "harness.html").write_text(HARNESS.format(page="page.html", width=width))
    serve = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/harness.html"
        document = run(folder, "--dump-dom", "--virtual-time-budget=10000", address)
        server.shutdown()
    found = re.search(r'<pre id="seen">(.+?)</pre>', document, re.DOTALL)
    assert found, f"the page did not load:\n{document[:2000]}"
    return Seen(**json.loads(html.unescape(found[1])))


def document(page: Path, folder: Path) -> str:
    """The page's own document after it was opened as a file."""
    return run(folder, "--dump-dom", page.as_uri())


def screenshot(page: Path, folder: Path, width: int, height: int) -> bytes:
    """The page as a picture."""
    run(folder, f"--window-size={width},{height}", "--hide-scrollbars", f"--screenshot={folder}/page.png", page.as_uri())
    return (folder / "page.png").read_bytes()


def run(folder: Path, *arguments: str) -> str:
    """One run of the browser with a profile of its own; its standard output."""
    # Without a sandbox, which root and most containers cannot have: it opens pages of our own making, from this machine.
    command = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
               f"--user-data-dir={folder}/profile", *arguments]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the folder and says nothing."""

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Nothing: the test's output is the test's."""
