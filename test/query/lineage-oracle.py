"""Reads log files with nothing but Python: which events issued each role session that was used. Prints {start: [eventID, ...]}.

A session is named by its access key, or by principalId@creationDate where it has none. Rule: by the key that was
issued, else by principalId and creationDate; with the request that a service's AssumeRole answered.
"""
import json
import pathlib
import sys

records = []
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    records += json.loads(file.read_text())["Records"]

issued_keys, issued_sessions, by_request = {}, {}, {}
for record in records:
    by_request.setdefault(record.get("requestID"), []).append(record)
    if record["eventName"] != "AssumeRole" or not record.get("responseElements"):
        continue
    response = record["responseElements"]
    issued_keys.setdefault(response["credentials"]["accessKeyId"], []).append(record)
    session = response.get("assumedRoleUser", {}).get("assumedRoleId")
    if session:
        issued_sessions.setdefault((session, record["eventTime"]), []).append(record)


def events_of(record):
    found = [record["eventID"]]
    if record["userIdentity"]["type"] == "AWSService":
        callers = [r for r in by_request[record["requestID"]] if r["userIdentity"].get("type") in ("IAMUser", "AssumedRole", "Root")]
        found += [r["eventID"] for r in callers[:1]]
    return found


answer = {}
for record in records:
    who = record["userIdentity"]
    if who.get("type") != "AssumedRole":
        continue
    key, principal = who.get("accessKeyId"), who["principalId"]
    created = who["sessionContext"]["attributes"]["creationDate"]
    matching = issued_keys.get(key) or issued_sessions.get((principal, created)) or []
    start = key or f"{principal}@{created}"
    answer[start] = sorted({event for match in matching for event in events_of(match)})
print(json.dumps(answer))
