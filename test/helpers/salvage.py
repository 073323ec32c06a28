"""Finds every readable record below a folder with Python's own zlib and json, however damaged the files are. Shares nothing with src/."""

import json
import os
import sys
import zlib

DECODER = json.JSONDecoder()
START = b'{"eventVersion"'


def content(data):
    """What a gzip file gives before it breaks, byte by byte; other files as they are."""
    if data[:2] != b"\x1f\x8b":
        return data
    out = b""
    rest = data
    while rest[:3] == b"\x1f\x8b\x08":
        member = zlib.decompressobj(31)
        at = 0
        try:
            while at < len(rest) and not member.eof:
                out += member.decompress(rest[at : at + 1])
                at += 1
        except zlib.error:
            return out
        if not member.eof:
            return out
        rest = rest[at:]
    return out


def records(data):
    at = data.find(START)
    while at >= 0:
        # Latin-1 keeps one character a byte: offsets stay those of bytes.
        text = data[at : at + 100_000].decode("latin-1")
        try:
            _, length = DECODER.raw_decode(text)
            record = json.loads(data[at : at + length].decode("utf-8"))
            yield at, length, record["eventID"]
            at = data.find(START, at + length)
        except (ValueError, KeyError):
            at = data.find(START, at + 1)


def main(folder):
    sizes = {}
    found = []
    for parent, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(parent, name)
            with open(path, "rb") as file:
                data = content(file.read())
            sizes[path] = len(data)
            found.extend([path, at, length, event_id] for at, length, event_id in records(data))
    print(json.dumps({"sizes": sizes, "records": found}))


main(sys.argv[1])
