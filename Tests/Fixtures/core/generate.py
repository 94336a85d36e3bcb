#!/usr/bin/env python3
"""Makes the fixtures beside it, with Python's own libraries and nothing of ours.

Run it in this folder; it is deterministic, so `git diff` shows nothing afterwards.

canonical.json   JSON texts and their one canonical form, by the rules of RFC 8785
chain.json       records and the hashes that link them
timestamps.json  milliseconds since 1970 and their RFC 3339 text
role-map.json    session-documents/role-map.yaml as it stood when this was last run, as JSON
"""

import datetime
import hashlib
import json
import pathlib
import random
import struct
import unicodedata

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def canonical(value):
    """RFC 8785, 3.2: no white space; members by the UTF-16 code units of their names; json.dumps escapes just what 3.2.2.2 asks for."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(part) for name, part in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def random_text(rng):
    """Text from every part of Unicode where escaping or order could go wrong."""
    ranges = [(0x00, 0x1F), (0x20, 0x7E), (0x7F, 0xFF), (0x2028, 0x2029), (0xD7A4, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x1FFFF)]
    return "".join(chr(rng.randint(*rng.choice(ranges))) for _ in range(rng.randint(0, 6)))


def random_value(rng, depth):
    kind = rng.randrange(7 if depth < 4 else 5)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.randint(-(2**53) + 1, 2**53 - 1)
    if kind == 2:
        return rng.randint(-9, 9)
    if kind < 5:
        return random_text(rng)
    if kind == 5:
        return [random_value(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    members = {}
    for _ in range(rng.randint(0, 5)):
        name = random_text(rng)
        # Swift holds texts for equal that differ only in normalisation, so such names are one member to the reader.
        if unicodedata.normalize("NFC", name) not in {unicodedata.normalize("NFC", other) for other in members}:
            members[name] = random_value(rng, depth + 1)
    return members


def canonical_cases():
    rng = random.Random(8785)
    values = [
        # RFC 8785, 3.2.3: the names of its sorting example.
        {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
         "\U0001f600": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"},
        # RFC 8785, 3.2.2: the text of its example.
        {"string": "\u20ac$\u000f\nA'B\"\\\\\"/", "literals": [None, True, False]},
        {}, [], "", 0, -1, 2**53 - 1, [[], {}, [{}]], {"": {"": ""}}, "\u007f/\u2028",
    ]
    values += [random_value(rng, 0) for _ in range(200)]
    # Written as differently as JSON allows: all but ASCII escaped, white space, members in another order.
    return [{"text": json.dumps(value, indent=rng.choice([None, 1])), "canonical": canonical(value)} for value in values]


def chain_cases():
    cases = []
    for chain in [0, 3, 2**31]:
        previous = bytes(32)
        for sequence in [0, 1, 2**40]:
            text = canonical({"chain": chain, "text": "\u00e9\n", "version": 1})
            digest = hashlib.sha256(struct.pack(">BIq", 1, chain, sequence) + previous + text.encode()).digest()
            cases.append({"chain": chain, "sequence": sequence, "previous": previous.hex(), "text": text, "hash": digest.hex()})
            previous = digest
    return cases


def timestamp_cases():
    rng = random.Random(3339)
    epoch = datetime.datetime(1970, 1, 1)
    moments = [
        epoch, datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59, 999000),
        datetime.datetime(1900, 2, 28, 23, 59, 59, 999000), datetime.datetime(2000, 2, 29), datetime.datetime(2100, 3, 1),
        datetime.datetime(2026, 11, 21, 8, 0, 0, 1000),
    ]
    moments += [datetime.datetime(1, 1, 1) + datetime.timedelta(milliseconds=rng.randrange(315_537_897_600_000)) for _ in range(300)]
    return [
        {
            "milliseconds": (moment - epoch) // datetime.timedelta(milliseconds=1),
            "text": moment.isoformat(timespec="milliseconds") + "Z",
            "basic": moment.isoformat(timespec="seconds").replace("-", "").replace(":", "") + "Z",
        }
        for moment in moments
    ]


def write(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="ascii")


write("canonical.json", canonical_cases())
write("chain.json", chain_cases())
write("timestamps.json", timestamp_cases())
write("role-map.json", yaml.safe_load((ROOT / "session-documents" / "role-map.yaml").read_text(encoding="utf-8")))
