"""A plain witness: what a copy on disk proves, said with the standard library alone.

    oracle.py DIR [FROM TO]

DIR holds a folder for each bucket, KEY.head.json beside the digests that kept their metadata, and keys/REGION.json. It
prints JSON: of each digest, whether it is proven and by what; of each log that a proven digest lists, whether it is
valid, altered or missing. FROM and TO bound the digests that count; those beside them may still prove others.

It follows the user guide, "Custom implementations of CloudTrail log file integrity validation", and shares no line with
the program that it is compared with.
"""

import base64
import hashlib
import json
import os
import re
import sys
import zlib
from datetime import datetime, timedelta, timezone

NAME = re.compile(
    r"CloudTrail-Digest/(?P<region>[a-z0-9-]+)/\d{4}/\d\d/\d\d/(?P<account>\d{12})_CloudTrail-Digest_(?P=region)_"
    r"(?P<trail>.+)_(?P<home>[a-z]{2}(?:-[a-z]+)+-\d)_(?P<end>\d{8}T\d{6}Z)(?P<backfill>_backfill)?\.json\.gz$"
)
LAG = timedelta(hours=2)
# The DER in front of a SHA-256 hash in PKCS#1 v1.5.
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def instant(text):
    """An instant as CloudTrail or the AWS CLI writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def inflate(body):
    """The content of an object, and whether it is exactly one gzip member."""
    reader = zlib.decompressobj(wbits=31)
    try:
        content = reader.decompress(body) + reader.flush()
        if reader.eof:
            return content, not reader.unused_data
    except zlib.error:
        pass
    if body[:3] != b"\x1f\x8b\x08":
        return body, False
    # Its trailer is wrong or missing: what comes before that is the content.
    raw, content = zlib.decompressobj(wbits=-15), b""
    try:
        for at in range(10, len(body)):
            content += raw.decompress(body[at : at + 1])
            if raw.eof:
                break
    except zlib.error:
        pass
    return content, False


def once(pairs):
    """An object whose names are all different."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def der(data):
    """The parts of a DER sequence: tag and content."""
    parts = []
    while data:
        tag, length, at = data[0], data[1], 2
        if length & 0x80:
            at += length & 0x7F
            length = int.from_bytes(data[2:at], "big")
        parts.append((tag, data[at : at + length]))
        data = data[at + length :]
    return parts


def rsa(value):
    """Modulus and exponent of a public key, in either encoding."""
    parts = der(der(value)[0][1])
    if parts[0][0] == 0x30:
        return rsa(parts[1][1][1:])
    return tuple(int.from_bytes(number, "big") for _, number in parts)


class Key:
    def __init__(self, entry):
        value = base64.b64decode(entry["Value"])
        self.fingerprint = hashlib.md5(value).hexdigest()
        self.modulus, self.exponent = rsa(value)
        self.begin = instant(entry["ValidityStartTime"])
        self.end = instant(entry["ValidityEndTime"])

    def signed(self, text, signature):
        """Whether this is the signature of a text: the padding is compared as a whole."""
        length = (self.modulus.bit_length() + 7) // 8
        if len(signature) != length:
            return False
        opened = pow(int.from_bytes(signature, "big"), self.exponent, self.modulus).to_bytes(length, "big")
        end = b"\x00" + DIGEST_INFO + hashlib.sha256(text).digest()
        return opened == b"\x00\x01" + b"\xff" * (length - 2 - len(end)) + end


class Digest:
    """An object under the name of a digest."""

    def __init__(self, bucket, key, name, body, metadata):
        self.place = f"{bucket}/{key}"
        self.name, self.metadata = name, metadata
        content, self.whole = inflate(body)
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.fields, self.proven, self.own = None, False, "absent"
        try:
            fields = json.loads(content, object_pairs_hook=once)
            self.start, self.end = instant(fields["digestStartTime"]), instant(fields["digestEndTime"])
            self.claimed = f'{fields["digestS3Bucket"]}/{fields["digestS3Object"]}'
            self.fingerprint, self.logs = fields["digestPublicKeyFingerprint"], fields["logFiles"]
            previous = fields["previousDigestSignature"]
            lines = [fields["digestEndTime"], self.claimed, self.sha256, previous if previous else "null"]
            self.text = "\n".join(lines).encode()
            self.before = previous and f'{fields["previousDigestS3Bucket"]}/{fields["previousDigestS3Object"]}'
            algorithms = {log["hashAlgorithm"] for log in self.logs} | {"SHA-256"}
            if algorithms == {"SHA-256"} and fields["digestSignatureAlgorithm"] == "SHA256withRSA":
                self.fields = fields
        except (ValueError, KeyError, TypeError):
            pass
        if self.fields is None:
            # Its name is all that is known of it.
            self.end = datetime.strptime(name["end"], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
            self.start = self.end - timedelta(hours=1)

    def is_at_home(self):
        """Whether it was signed for the place and name under which it was found."""
        end = self.end.strftime("%Y%m%dT%H%M%SZ")
        return self.claimed == self.place and end == self.name["end"] and self.fields["awsAccountId"] == self.name["account"]

    def check(self, signature, keys):
        """valid, wrong, or unchecked where the key is not known."""
        generated = self.metadata.get("backfill-generation-timestamp")
        at = instant(generated) if generated else self.end
        known = [k for k in keys.get(self.name["region"], []) if k.fingerprint == self.fingerprint]
        known = [k for k in known if k.begin <= at + LAG and k.end >= at]
        if not known:
            return "unchecked"
        try:
            signature = bytes.fromhex(signature)
        except ValueError:
            return "wrong"
        return "valid" if any(k.signed(self.text, signature) for k in known) else "wrong"


def read(folder):
    """Every object of the copy, and the keys."""
    objects, keys = {}, {}
    for bucket in sorted(os.listdir(folder)):
        top = os.path.join(folder, bucket)
        if bucket == "keys":
            for name in os.listdir(top):
                with open(os.path.join(top, name), encoding="utf-8") as file:
                    entries = json.load(file)["PublicKeyList"]
                keys[name.removesuffix(".json")] = [Key(entry) for entry in entries]
            continue
        for path, _, names in os.walk(top):
            for name in names:
                full = os.path.join(path, name)
                with open(full, "rb") as file:
                    objects[bucket, os.path.relpath(full, top)] = file.read()
    return objects, keys


def prove(digests, keys):
    """Which digests are proven: by their own signature, or by what a later one recorded."""
    later = {}
    for digest in digests:
        if digest.fields is None:
            continue
        if digest.before:
            later.setdefault(digest.before, []).append(digest)
        signature = digest.metadata.get("signature")
        if signature and digest.metadata.get("signature-algorithm") == "SHA256withRSA":
            digest.own = digest.check(signature, keys)
        elif signature:
            digest.own = "unchecked"
    at_home = [digest for digest in digests if digest.fields is not None and digest.is_at_home()]
    for digest in at_home:
        records = [record.fields["previousDigestSignature"] for record in later.get(digest.place, [])]
        signed = any(digest.check(signature, keys) == "valid" for signature in records)
        digest.proven = digest.own == "valid" or signed
    # A proven digest proves the content of the one before it, and so on.
    left = [digest for digest in at_home if not digest.proven]
    while True:
        hashed = [
            digest
            for digest in left
            if any(r.proven and r.fields["previousDigestHashValue"] == digest.sha256 for r in later.get(digest.place, []))
        ]
        if not hashed:
            return
        for digest in hashed:
            digest.proven = True
        left = [digest for digest in left if not digest.proven]


def main(folder, window):
    objects, keys = read(folder)
    digests = []
    for (bucket, key), body in objects.items():
        name = NAME.search(key)
        if name:
            head = objects.get((bucket, key + ".head.json"))
            metadata = json.loads(head)["Metadata"] if head else {}
            digests.append(Digest(bucket, key, name.groupdict(), body, metadata))
    prove(digests, keys)
    said = {"digests": {}, "logs": {}}
    for digest in digests:
        if window and not (digest.start < window[1] and digest.end > window[0]):
            continue
        said["digests"][digest.place] = {
            "proven": digest.proven,
            "own": digest.own,
            "whole": digest.whole,
            "backfill": digest.name["backfill"] is not None,
        }
        for log in digest.logs if digest.proven else []:
            body = objects.get((log["s3Bucket"], log["s3Object"]))
            content, whole = inflate(body) if body else (b"", False)
            valid = whole and hashlib.sha256(content).hexdigest() == log["hashValue"]
            state = "valid" if valid else "altered" if body else "missing"
            said["logs"][f'{log["s3Bucket"]}/{log["s3Object"]}'] = state
    json.dump(said, sys.stdout, sort_keys=True)


main(sys.argv[1], [instant(text) for text in sys.argv[2:4]])
