"""What an archive holds, counted again: objects of CloudTrail by account, region and day of delivery, and events by that of the call.

Reads lines of JSON: {"path", "since", "until"}; a folder, a zip or a tar.gz; days or null. Writes a line of JSON for each.
"""
import datetime, gzip, json, os, re, sys, tarfile, zipfile

NAME = re.compile(r"(?<!\d)(\d{12})_CloudTrail_([a-z]+(?:-[a-z]+)+-\d+)_(\d{4})(\d\d)(\d\d)T\d{4}Z_[A-Za-z0-9]{16}")


def files(path):
    if path.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            yield from ((one.filename, archive.read(one)) for one in archive.infolist() if not one.is_dir())
    elif path.endswith(".tar.gz"):
        with tarfile.open(path) as archive:
            yield from ((one.name, archive.extractfile(one).read()) for one in archive if one.isfile())
    else:
        for folder, _, names in os.walk(path):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    yield os.path.join(folder, name), file.read()


def is_whole_name(name):
    "Copies have a mark of their own; anything else behind the name is a leftover."
    plain = re.sub(r"( \(\d+\)| - Copy| copy)", "", name)
    return plain.endswith((".json", ".json.gz")) and not name.startswith((".", "~"))


def records(content):
    try:
        return json.loads(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)["Records"]
    except (EOFError, ValueError, KeyError, TypeError):
        return []


def is_outside(day, since, until):
    days = datetime.date.fromisoformat
    return (since is not None and day < since) or (until is not None and (days(day) - days(until)).days > 2)


def matrix(path, since, until):
    objects, events = {}, {}
    for name, content in files(path):
        base = re.split(r"[\\/]", name)[-1]
        found = NAME.search(base)
        if found is not None:
            day = "-".join(found.group(3, 4, 5))
            if is_outside(day, since, until):
                continue
            if is_whole_name(base):
                objects[found.group(0)] = f"{found.group(1)} {found.group(2)} {day}"
        for record in records(content):
            place = f"{record['recipientAccountId']} {record['awsRegion']} {record['eventTime'][:10]}"
            events[record["eventID"]] = place
    keys = sorted({*objects.values(), *events.values()})
    count = lambda found, key: sum(value == key for value in found.values())
    return {key: [count(objects, key), count(events, key)] for key in keys}


for line in sys.stdin:
    print(json.dumps(matrix(**json.loads(line))))
