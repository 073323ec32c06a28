"""Makes zips and tars with Python's own modules, damages them, and writes down which members no damage touched.

Usage: damaged-containers.py FOLDER ROUNDS SEED. FOLDER/key.json names each file, its damage, and the SHA-256 of each whole member.
"""
import hashlib
import io
import json
import os
import random
import sys
import tarfile
import zipfile

folder, rounds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rng = random.Random(seed)


def content(n):
    words = " ".join(rng.choice(["alpha", "beta", "gamma", "delta"]) + str(rng.randrange(99)) for _ in range(rng.randrange(5, 60)))
    return json.dumps({"member": n, "text": words}).encode()


def make_zip(members):
    out = io.BytesIO()
    method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    with zipfile.ZipFile(out) as archive:
        starts = [info.header_offset for info in archive.infolist()]
        ends = starts[1:] + [archive.start_dir]
    return out.getvalue(), list(zip(starts, ends))


def make_tar(members):
    out = io.BytesIO()
    layout = rng.choice([tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
    with tarfile.open(fileobj=out, mode="w", format=layout) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    out.seek(0)
    with tarfile.open(fileobj=out) as archive:
        extents = [(info.offset, info.offset_data + info.size) for info in archive]
    return out.getvalue(), extents


def damage(data, shape):
    """Returns the damaged bytes, and the span of the original that they differ in."""
    # A tar is read as it goes by: where bytes of a member are missing, its length covers the header of the next one.
    kinds = ["bit", "other", "insert", "cut"] + (["remove"] if shape == "zip" else [])
    kind = rng.choice(kinds)
    at = rng.randrange(1, len(data))
    count = rng.randrange(1, 300)
    if kind == "bit":
        return kind, data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :], at, at + 1
    if kind == "other":
        to = min(len(data), at + count)
        return kind, data[:at] + rng.randbytes(to - at) + data[to:], at, to
    if kind == "insert":
        return kind, data[:at] + rng.randbytes(count) + data[at:], at, at
    if kind == "remove":
        to = min(len(data), at + count)
        return kind, data[:at] + data[to:], at, to
    return kind, data[:at], at, len(data)


key = []
for n in range(rounds):
    shape = rng.choice(["zip", "tar"])
    members = [(f"m{i}.json", content(i)) for i in range(rng.randrange(2, 9))]
    data, extents = make_zip(members) if shape == "zip" else make_tar(members)
    kind, damaged, start, end = damage(data, shape)
    # An insertion damages a member only when it is inside it.
    whole = [
        hashlib.sha256(body).hexdigest()
        for (_, body), (first, last) in zip(members, extents)
        if last <= start or first >= end
    ]
    name = f"{n}.{shape}"
    with open(os.path.join(folder, name), "wb") as file:
        file.write(damaged)
    key.append({"name": name, "shape": shape, "damage": f"{kind} {start}-{end} of {len(data)}", "members": len(members), "whole": whole})
with open(os.path.join(folder, "key.json"), "w") as file:
    json.dump(key, file)
