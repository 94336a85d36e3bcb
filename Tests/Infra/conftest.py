"""Templates, policies and configuration of `infra/`, judged without AWS."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT / "infra" / "local", Path(__file__).resolve().parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

# botocore would look for the profile of whoever runs the tests.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
