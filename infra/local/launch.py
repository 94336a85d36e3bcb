"""Entry of what stands beside it; Python puts this file's directory on its path, so no variable has to."""

import sys
from importlib import import_module

if __name__ == "__main__":
    # Each is a module with a `main`: `run` starts the system, `serve` is the system, `demo` is shown inside it.
    sys.exit(import_module(f"system.{sys.argv[1]}").main(sys.argv[2:]))
