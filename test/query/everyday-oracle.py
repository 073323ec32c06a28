"""Everyday facts of each event, read from the files themselves: by eventID, in the order of COLUMNS.

Takes a folder. Prints one JSON object.
"""
import gzip, json, os, sys

COLUMNS = ["error", "failed", "denied", "mfa_used", "console", "bearer_token", "source_identity", "principal_tags", "bytes_in", "bytes_out"]

DENIED = {
    "accessdenied", "accessdeniedexception", "client.unauthorizedoperation", "unauthorizedoperation", "authorizationerror",
    "authorizationerrorexception", "notauthorizedexception", "unauthorizedexception", "forbidden", "forbiddenexception",
    "client.authfailure", "allaccessdisabled", "kms.accessdeniedexception", "insufficientprivilegesexception",
}
CONSOLES = ("console.", "signin.", "S3Console/", "[S3Console/", "RDS Console", "Mozilla/")


def records(folder):
    for where, _, names in os.walk(folder):
        for name in sorted(names):
            with open(os.path.join(where, name), "rb") as file:
                content = file.read()
            content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
            try:
                yield from json.loads(content)["Records"]
            except (ValueError, KeyError, TypeError):
                pass


def inner(value, *path):
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def is_true(value):
    return value is True or value == "true"


def count(value):
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def failed(r):
    if r.get("errorCode") is not None or r.get("errorMessage") is not None:
        return True
    said = [r.get("responseElements"), r.get("serviceEventDetails")]
    return any(
        inner(part, step) == "Failure"
        for part in said
        for step in ("ConsoleLogin", "SwitchRole", "CheckMfa", r.get("eventName"))
        if isinstance(step, str)
    )


def mfa(r):
    used = inner(r, "additionalEventData", "MFAUsed")
    session = inner(r, "userIdentity", "sessionContext", "attributes", "mfaAuthenticated")
    said = [str(value).lower() for value in (used, session) if value is not None]
    if "yes" in said or "true" in said:
        return 1
    return 0 if said and inner(r, "userIdentity", "type") in ("IAMUser", "Root") else None


def console(r):
    if is_true(r.get("sessionCredentialFromConsole")) or r.get("eventType") in ("AwsConsoleSignIn", "AwsConsoleAction"):
        return 1
    by = inner(r, "userIdentity", "invokedBy")
    if inner(r, "userIdentity", "type") == "AWSService" or by not in (None, "", "signin.amazonaws.com", "console.amazonaws.com"):
        return 0
    agent = r.get("userAgent") or ""
    if agent.startswith("AWS Internal"):
        return int(tuple(int(part) for part in r["eventVersion"].split(".")) < (1, 8))
    return int(agent.startswith(CONSOLES))


def tags(r):
    found = inner(r, "eventContext", "tagContext", "principalTags") or inner(r, "requestParameters", "principalTags")
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False) if found else None


def facts(r):
    code = r.get("errorCode")
    denied = (code or "").lower() in DENIED or (code is None and "not authorized to perform" in (r.get("errorMessage") or ""))
    return [
        code or ("Failure" if failed(r) else None),
        int(failed(r)),
        int(denied),
        mfa(r),
        console(r),
        int(is_true(inner(r, "additionalEventData", "callWithBearerToken"))),
        inner(r, "userIdentity", "sessionContext", "sourceIdentity"),
        tags(r),
        count(inner(r, "additionalEventData", "bytesTransferredIn")),
        count(inner(r, "additionalEventData", "bytesTransferredOut")),
    ]


print(json.dumps({r["eventID"]: facts(r) for r in records(sys.argv[1])}))
