"""Running a program with another folder for its `/`, in a mount namespace that goes with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

_CHROOT = shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin:/bin") or "chroot"
"""In a folder that is not on everybody's path."""

_SCRIPT = """
chroot=$1 root=$2 program=$3
shift 3
mount --rbind /proc "$root/proc"
while [ "$1" != -- ]; do mount --bind "$1" "$root$1"; shift; done
shift
exec "$chroot" "$root" "$program" "$@"
"""


def command(root: Path, program: str, arguments: Sequence[str] = (), shared: Sequence[Path] = ()) -> list[str]:
    """The command that runs `program` of `root` there.

    Beside what is in the root it sees `/proc`, as every Lambda does, and the `shared` folders under their own paths.
    """
    for folder in (Path("/proc"), *shared):
        (root / folder.relative_to("/")).mkdir(parents=True, exist_ok=True)
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    start = ["unshare", "--mount", *as_root, "--propagation", "private", "sh", "-euc", _SCRIPT, "sh"]
    return [*start, _CHROOT, str(root), program, *map(str, shared), "--", *arguments]
