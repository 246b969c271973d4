import gzip, hashlib, json, pathlib, sys

report, copy = json.load(open(sys.argv[1])), pathlib.Path(sys.argv[2])
start = report["requested"]["start"] or ""
codes = {(f["bucket"], f["key"]): f["code"] for f in report["findings"] if f["severity"] != "note"}
unproven = {key: code for (_, key), code in codes.items()}
# What these findings do to the lines is not repeated here.
other = ("algorithm-", "chain-fork", "chain-link", "digest-identity", "digest-malformed", "digest-relocated",
         "digest-signature-invalid", "digest-unreadable", "log-unreadable")
uncovered = {f["chain"] for f in report["findings"] if f["code"].startswith(other)}
sha256 = lambda data: hashlib.sha256(data)

digests = []
for file in copy.rglob("*_CloudTrail-Digest_*.json.gz"):
    head, signature = pathlib.Path(f"{file}.head.json"), "-"
    if head.exists():
        signature = json.loads(head.read_text())["Metadata"].get("signature", "-")
    try:
        content = gzip.decompress(file.read_bytes())
        digests.append((json.loads(content), file.relative_to(copy).as_posix(), content, signature))
    except (OSError, EOFError, ValueError):
        print("not a digest:", file)
digests.sort(key=lambda digest: (digest[0]["digestEndTime"], digest[1]))

for chain in report["chains"]:
    if chain["id"] in uncovered or chain["logs"]["not_read"] or report["requested"]["map"]:
        print("not covered by this script:", chain["id"], chain["verdict"])
        continue
    folder = "AWSLogs/" + (f"{chain['organization']}/" if chain["organization"] else "") + chain["account"]
    name = "/{account}_CloudTrail-Digest_{region}_{trail}_{home_region}_".format(**chain)
    lines = [], [], []
    for digest, key, content, signature in digests:
        if f"/{folder}/" not in f"/{key}" or name not in key:
            continue
        if digest["digestEndTime"] <= start or digest["digestStartTime"] >= chain["window"]["to"]:
            continue
        proven = key not in unproven
        judged = f"proven {key} {sha256(content).hexdigest()}" if proven else f"{unproven[key]} {key} -"
        lines["_backfill." in key].insert(0, f"{judged} {signature}\n")
        for log in digest["logFiles"] if proven else []:
            place = log["s3Bucket"], log["s3Object"]
            lines[2].append("log {}/{} {} {}\n".format(*place, log["hashValue"], codes.get(place, "valid")))
    hashes = b"".join(sha256("".join(part).encode()).digest() for part in lines)
    same = sha256(hashes).hexdigest() == chain["evidence_sha256"]
    print("equal" if same else "not equal", chain["id"], chain["verdict"])

# The hash of the report is over those of its chains, which are checked above. Earlier versions wrote none.
line = "{evidence_sha256} {id} {organization}\n".format
of_chains = "".join(line(**{**chain, "organization": chain.get("organization") or "-"}) for chain in report["chains"])
if "evidence_sha256" in report:
    same = sha256(of_chains.encode()).hexdigest() == report["evidence_sha256"]
    print("equal" if same else "not equal", "report", report["verdict"])
