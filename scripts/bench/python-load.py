"""What a user would write: every record into one table, its text into FTS5, eight indexes. python-load.py FOLDER DATABASE"""

import glob, gzip, json, sqlite3, sys

folder, database = sys.argv[1:]
columns = "eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode requestID eventID".split()
indexed = "eventTime eventName sourceIPAddress userAgent requestID eventID arn accessKeyId".split()
db = sqlite3.connect(database)
db.execute(f"CREATE TABLE events ({', '.join(columns)}, arn, accessKeyId, record)")
db.execute("CREATE VIRTUAL TABLE words USING fts5(record, content='events', columnsize=0)")


def rows(path):
    with gzip.open(path) as file:
        for record in json.load(file)["Records"]:
            caller = record.get("userIdentity") or {}
            fields = [record.get(name) for name in columns]
            yield *fields, caller.get("arn"), caller.get("accessKeyId"), json.dumps(record, separators=(",", ":"))


for path in sorted(glob.glob(f"{glob.escape(folder)}/**/*.json.gz", recursive=True)):
    db.executemany(f"INSERT INTO events VALUES ({', '.join('?' * 12)})", rows(path))
db.execute("INSERT INTO words (words) VALUES ('rebuild')")
for name in indexed:
    db.execute(f"CREATE INDEX by_{name} ON events ({name})")
db.commit()
print(json.dumps({"rows": db.execute("SELECT count(*) FROM events").fetchone()[0]}))
