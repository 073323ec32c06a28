"""Counts the places where a record should be in each line of stdin: {"text": "..."} → a number a line. Knows nothing of coldtrail."""
import base64
import json
import sys
import zlib

BROKEN = '{"broken": tru}'
LISTS = ("Records", "Events", "events", "records", "QueryResultRows", "Messages", "logEvents")
HOMES = ("CloudTrailEvent", "detail", "message", "Message", "Body", "_raw", "eventjson")


def load(text):
    return json.loads(text.replace(BROKEN, "null"))


def parsed(text):
    value = text
    for _ in range(2):
        if not isinstance(value, str):
            break
        try:
            value = load(value)
        except ValueError:
            return None
    return value


def unpacked(data):
    raw = base64.b64decode(data)
    return (zlib.decompress(raw, 47) if raw[:2] == b"\x1f\x8b" else raw).decode()


def places(value):
    """At least one: a value is in the place of a record."""
    value = parsed(value)
    if isinstance(value, list):
        return max(1, sum(places(inner) for inner in value if not is_cell(inner)) if not is_row(value) else places(row_of(value)))
    if not isinstance(value, dict) or "userIdentity" in value:
        return 1
    for name in LISTS:
        if isinstance(value.get(name), list):
            return max(1, sum(places(inner) for inner in value[name]))
    for name in HOMES:
        if name in value:
            return places(value[name])
    if isinstance(value.get("hits"), dict):
        return max(1, sum(places(inner) for inner in value["hits"]["hits"]))
    for name in ("result", "_source", "event", "kinesis"):
        if isinstance(value.get(name), dict):
            return places(value[name])
    if "original" in value:
        return places(value["original"])
    if isinstance(value.get("data"), str):
        return places(unpacked(value["data"]))
    return 1


def is_cell(value):
    return isinstance(value, dict) and len(value) == 1 and "userIdentity" not in value and not set(value) & set(HOMES + LISTS)


def is_row(value):
    return any(isinstance(cell, dict) and "eventjson" in cell for cell in value)


def row_of(value):
    return next(cell for cell in value if isinstance(cell, dict) and "eventjson" in cell)


def document(value):
    """A list of the outer level can be empty: nothing is expected in it."""
    if isinstance(value, list):
        return sum(places(inner) for inner in value)
    if isinstance(value, dict):
        for name in LISTS:
            if isinstance(value.get(name), list):
                return sum(places(inner) for inner in value[name])
        if isinstance(value.get("hits"), dict):
            return sum(places(inner) for inner in value["hits"]["hits"])
    return places(value)


def documents(text):
    decoder = json.JSONDecoder()
    text = text.replace(BROKEN, "null")
    at, total = 0, 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        total += document(value)
    return total


for line in sys.stdin:
    print(documents(json.loads(line)["text"]))
