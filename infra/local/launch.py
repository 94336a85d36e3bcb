"""Entry of `infra/local/run`; Python puts this file's directory on its path, so no variable has to."""

import sys

if __name__ == "__main__":
    if sys.argv[1] == "serve":
        from system.serve import main
    else:
        from system.run import main
    sys.exit(main(sys.argv[2:]))
