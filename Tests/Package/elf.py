"""What an ELF file says of its needs. Source: System V ABI, "Program Header"."""

from __future__ import annotations

import struct

_INTERPRETER, _DYNAMIC = 3, 2


def is_static(content: bytes) -> bool:
    """Whether a 64-bit ELF program asks for neither a loader nor shared libraries."""
    assert content[:5] == b"\x7fELF\x02", "not a 64-bit ELF file"
    offset, = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    kinds = {struct.unpack_from("<I", content, offset + size * index)[0] for index in range(count)}
    return not kinds & {_INTERPRETER, _DYNAMIC}
