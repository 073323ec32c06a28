"""Counts what CloudTrail log files hold, with nothing but Python: the other opinion on principals, summary and --by."""
import json
import os
import sys
from collections import defaultdict


def records(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield from json.load(file).get("Records", [])


def caller(record):
    who = record.get("userIdentity") or {}
    kind = who.get("type")
    if kind is None and "invokedBy" in who:
        return "service:" + who["invokedBy"].lower()
    if kind == "AWSService":
        return "service:" + who["invokedBy"].lower()
    if kind == "Root":
        return "root:" + who["accountId"]
    if kind == "AssumedRole":
        return "role:" + who["principalId"].split(":")[0]
    if kind == "IAMUser":
        return "user:" + who["principalId"] if who.get("principalId", "").startswith("AIDA") else "user:" + who["userName"]
    return str(kind)


def failed(record):
    response = record.get("responseElements")
    refused = isinstance(response, dict) and "Failure" in (response.get("ConsoleLogin"), response.get("SwitchRole"), response.get("CheckMfa"))
    return "errorCode" in record or "errorMessage" in record or refused


def new():
    return {"events": 0, "errors": 0, "first": None, "last": None, "sets": defaultdict(set)}


def add(into, record):
    into["events"] += 1
    into["errors"] += failed(record)
    time = record["eventTime"]
    into["first"] = min(into["first"] or time, time)
    into["last"] = max(into["last"] or time, time)
    for name in ("awsRegion", "sourceIPAddress"):
        if record.get(name):
            into["sets"][name].add(record[name])
    key = (record.get("userIdentity") or {}).get("accessKeyId")
    if key:
        into["sets"]["accessKeyId"].add(key)
    into["sets"]["caller"].add(caller(record))


def main(folder):
    seen = {}
    for record in records(folder):
        seen.setdefault(record["eventID"], record)
    groups = {name: defaultdict(new) for name in ("caller", "eventName", "eventSource", "sourceIPAddress", "userAgent", "awsRegion", "errorCode")}
    for record in seen.values():
        add(groups["caller"][caller(record)], record)
        for name in groups:
            if name == "caller" or (name == "errorCode" and not failed(record)):
                continue
            value = record.get(name)
            add(groups[name]["\0" if value is None else value], record)
    result = {
        name: {
            value: [
                counts["events"],
                counts["errors"],
                counts["first"],
                counts["last"],
                len(counts["sets"]["caller"]),
                sorted(counts["sets"]["awsRegion"]),
                sorted(counts["sets"]["sourceIPAddress"]),
                sorted(counts["sets"]["accessKeyId"]),
            ]
            for value, counts in group.items()
        }
        for name, group in groups.items()
    }
    result["totals"] = [len(seen), sum(map(failed, seen.values())), sum(r.get("readOnly") is True for r in seen.values())]
    json.dump(result, sys.stdout)


main(sys.argv[1])
