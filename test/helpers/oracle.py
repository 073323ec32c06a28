"""Reads an archive with Python's own gzip and json, and prints what there is in it. Shares nothing with src/."""

import collections
import gzip
import hashlib
import json
import os
import re
import sys

DECODER = json.JSONDecoder()
SPACE = re.compile(r"[ \t\r\n]*")


def skip(text, at):
    return SPACE.match(text, at).end()


def elements(text, at):
    """The values of the list that begins at `at`, with their places."""
    at = skip(text, at + 1)
    while text[at] != "]":
        value, end = DECODER.raw_decode(text, at)
        yield value, at, end
        at = skip(text, end)
        if text[at] == ",":
            at = skip(text, at + 1)


def records(text):
    at = skip(text, 0)
    if text[at] == "[":
        yield from elements(text, at)
        return
    at = skip(text, at + 1)
    while text[at] != "}":
        key, at = DECODER.raw_decode(text, at)
        at = skip(text, skip(text, at) + 1)
        if key == "Records":
            yield from elements(text, at)
        _, at = DECODER.raw_decode(text, at)
        at = skip(text, at)
        if text[at] == ",":
            at = skip(text, at + 1)


def strings(value):
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def words_of(record):
    own = {key: value for key, value in record.items() if key not in ("eventID", "requestID", "eventTime")}
    found = set()
    for text in strings(own):
        found.update(word for word in re.findall(r"[A-Za-z0-9]+", text.lower()) if text.isascii())
    return sorted(found)


def main(folder):
    files = 0
    found = []
    distinct = {}
    for parent, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(parent, name)
            with open(path, "rb") as file:
                data = file.read()
            if data[:2] == b"\x1f\x8b":
                data = gzip.decompress(data)
            if not data.lstrip().startswith((b"{", b"[")):
                continue
            files += 1
            text = data.decode("utf-8")
            ascii_only = text.isascii()
            for record, start, end in records(text):
                exact = text[start:end].encode("utf-8")
                offset = start if ascii_only else len(text[:start].encode("utf-8"))
                identity = record.get("userIdentity") or {}
                found.append(
                    {
                        "path": path,
                        "offset": offset,
                        "length": len(exact),
                        "sha256": hashlib.sha256(exact).hexdigest(),
                        "event_id": record["eventID"],
                        "request_id": record.get("requestID"),
                        "access_key": identity.get("accessKeyId"),
                        "resources": [item["ARN"] for item in record.get("resources") or [] if item.get("ARN")],
                        "words": words_of(record),
                    }
                )
                distinct.setdefault((record["eventID"], json.dumps(record, sort_keys=True)), record)
    events = list(distinct.values())
    count = lambda values: dict(collections.Counter(str(value) for value in values if value is not None))
    print(
        json.dumps(
            {
                "files": files,
                "records": found,
                "events": len(events),
                "duplicates": len(found) - len(events),
                "by_event_name": count(event.get("eventName") for event in events),
                "by_principal_arn": count((event.get("userIdentity") or {}).get("arn") for event in events),
                "by_source_ip": count(event.get("sourceIPAddress") for event in events),
                "by_error_code": count(event.get("errorCode") for event in events),
                "by_minute": count(event["eventTime"][:16] for event in events),
            }
        )
    )


main(sys.argv[1])
