//! One small function for every kind of damage. Each changes exactly one object.
//!
//! "Signed again" means with the real key over the changed content: only CloudTrail, or a thief of
//! its keys, could do that. Everything else can be done by anyone with access to the bucket.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::digest::DigestRecord;
use super::gz::{HEADER, TRAILER, gunzip, gzip, member};
use super::json::Fields;
use super::world::{Object, Place, World};

/// Removes the object.
pub fn delete(w: &mut World, place: &Place) -> Object {
    w.remove(place)
        .unwrap_or_else(|| panic!("no object at {place:?}"))
}

/// Changes the source address of the first event of a log, in an intact gzip file.
pub fn modify_log(w: &mut World, place: &Place) {
    edit_content(w, place, |json| {
        let forged = with_value_after(json, b"\"sourceIPAddress\":\"", b"203.0.113.66");
        *json = forged;
    });
}

/// Changes the inflated content and stores it in an intact gzip file; metadata stays as it is.
pub fn edit_content(w: &mut World, place: &Place, edit: impl FnOnce(&mut Vec<u8>)) {
    let mut content = gunzip(&w.object(place).body);
    let before = content.clone();
    edit(&mut content);
    assert_ne!(content, before, "the edit changed something");
    w.object_mut(place).body = gzip(&content);
}

/// Cuts the gzip in half.
pub fn truncate_gzip(w: &mut World, place: &Place) {
    let body = &mut w.object_mut(place).body;
    body.truncate(body.len() / 2);
}

/// Cuts the eight bytes of the gzip trailer; the deflate stream stays complete.
pub fn drop_trailer(w: &mut World, place: &Place) {
    let body = &mut w.object_mut(place).body;
    body.truncate(body.len() - TRAILER);
}

/// Flips the lowest bit of the trailer's CRC; the content stays equal.
pub fn flip_trailer_bit(w: &mut World, place: &Place) {
    let bits = (w.object(place).body.len() - TRAILER) * 8;
    flip_bit(w, place, bits);
}

/// Flips one bit, counted from the lowest bit of the first byte.
pub fn flip_bit(w: &mut World, place: &Place, bit_index: usize) {
    w.object_mut(place).body[bit_index / 8] ^= 1 << (bit_index % 8);
}

/// Stores the content inflated, as clients that honour `Content-Encoding` leave it.
pub fn store_inflated(w: &mut World, place: &Place) {
    let object = w.object_mut(place);
    object.body = gunzip(&object.body);
    object.content_encoding = None;
}

/// Leaves an empty object.
pub fn empty(w: &mut World, place: &Place) {
    w.object_mut(place).body.clear();
}

/// Replaces the object with bytes that are neither gzip nor JSON.
pub fn not_gzip(w: &mut World, place: &Place) {
    w.object_mut(place).body = b"<html><body>503 Slow Down</body></html>\n".to_vec();
}

/// Appends a second gzip member, which gunzip and Athena read as further events.
pub fn append_member(w: &mut World, place: &Place, content: &[u8]) {
    w.object_mut(place).body.extend(gzip(content));
}

/// Appends bytes that are not a gzip member.
pub fn append_garbage(w: &mut World, place: &Place, bytes: &[u8]) {
    w.object_mut(place).body.extend_from_slice(bytes);
}

/// Stores the same content with a file name in the gzip header, as `gzip` itself writes it:
/// harmless.
pub fn regzip_with_name(w: &mut World, place: &Place, name: &str) {
    let mut header = HEADER.to_vec();
    header[3] |= 0x08;
    header[4..8].copy_from_slice(&1_700_000_000_u32.to_le_bytes());
    header[9] = 3;
    header.extend_from_slice(name.as_bytes());
    header.push(0);
    let object = w.object_mut(place);
    object.body = member(&header, &gunzip(&object.body));
}

/// Changes one hash that a digest records, without signing it again.
pub fn tamper_digest(w: &mut World, place: &Place) {
    let marks: [&[u8]; 3] = [
        b"\"hashValue\":\"",
        b"\"previousDigestHashValue\":\"",
        b"\"digestPublicKeyFingerprint\":\"",
    ];
    edit_content(w, place, |json| {
        let at = marks
            .iter()
            .find_map(|mark| find(json, mark).map(|at| at + mark.len()))
            .expect("a digest holds a hash");
        json[at] = if json[at] == b'0' { b'1' } else { b'0' };
    });
}

/// Cuts the last brace off a digest, without signing it again.
pub fn tamper_digest_json_broken(w: &mut World, place: &Place) {
    edit_content(w, place, |json| {
        json.pop();
    });
}

/// Cuts the last brace off a digest and signs it again.
pub fn broken_json_resigned(w: &mut World, digest: &DigestRecord) -> DigestRecord {
    let mut json = digest.json.clone();
    json.pop();
    digest.clone().seal_bytes(w, json)
}

/// Repeats a member name in a digest and signs it again.
pub fn duplicate_json_name(w: &mut World, digest: &DigestRecord, region: &str) -> DigestRecord {
    rewrite_digest(w, digest, region, |fields| {
        fields.push("digestEndTime", "2000-01-01T00:00:00Z");
    })
}

/// Removes all user metadata, as copying tools do.
pub fn drop_metadata(w: &mut World, place: &Place) {
    w.object_mut(place).metadata.clear();
}

/// Changes the first digit of the signature in the metadata.
pub fn wrong_metadata_signature(w: &mut World, place: &Place) {
    let signature = w
        .object_mut(place)
        .metadata
        .get_mut("signature")
        .expect("a digest has a signature");
    let digit = if signature.starts_with('0') { "1" } else { "0" };
    signature.replace_range(..1, digit);
}

/// Writes another signature algorithm into the metadata.
pub fn wrong_algorithm(w: &mut World, place: &Place, name: &str) {
    w.object_mut(place)
        .metadata
        .insert("signature-algorithm".to_owned(), name.to_owned());
}

/// Copies an object with its metadata, replacing what is there.
pub fn copy(w: &mut World, from: &Place, to: &Place) {
    let object = w.object(from).clone();
    w.put(to, object);
}

/// Moves an object to another place.
pub fn rename(w: &mut World, from: &Place, to: &Place) {
    let object = delete(w, from);
    w.put(to, object);
}

/// Exchanges two objects.
pub fn swap(w: &mut World, a: &Place, b: &Place) {
    let (first, second) = (delete(w, a), delete(w, b));
    w.put(a, second);
    w.put(b, first);
}

/// Copies a whole bucket to another name, as replication does; metadata can be lost on the
/// way.
pub fn replicate(w: &mut World, from: &str, to: &str, with_metadata: bool) {
    let mut objects = w.buckets.get(from).expect("the bucket exists").clone();
    if !with_metadata {
        for object in objects.values_mut() {
            object.metadata.clear();
        }
    }
    w.buckets.insert(to.to_owned(), objects);
}

/// Signs a digest with another key, its fingerprint in the content. As the content changes, a
/// successor no longer matches: use it on the newest of a chain.
pub fn sign_with_key(w: &mut World, digest: &DigestRecord, key_index: usize) -> DigestRecord {
    let mut forged = digest.clone();
    forged.set_key(&w.keys, key_index);
    forged.seal(w)
}

/// Changes the fields of a digest and signs it again with its key in `region`. A successor no
/// longer matches.
pub fn rewrite_digest(
    w: &mut World,
    digest: &DigestRecord,
    region: &str,
    edit: impl FnOnce(&mut Fields),
) -> DigestRecord {
    let mut forged = digest.clone();
    forged.key = w
        .keys
        .signing_index(region, forged.generated.unwrap_or(forged.delivered));
    edit(&mut forged.fields);
    forged.seal(w)
}

/// Lets a digest list other logs, whose entries are JSON text, and signs it again. A successor no longer
/// matches.
pub fn list_logs(w: &mut World, digest: &DigestRecord, entries: &str) -> DigestRecord {
    let mark = b"\"logFiles\":[";
    let start = find(&digest.json, mark).expect("a list of logs") + mark.len();
    let json = [&digest.json[..start], entries.as_bytes(), b"]}"].concat();
    digest.clone().seal_bytes(w, json)
}

/// Writes a gzip file that inflates to this many zeros and takes about a thousandth of that on
/// disk.
pub fn write_bomb(path: &Path, inflated_bytes: u64) {
    let file = BufWriter::new(File::create(path).expect("the bomb can be written"));
    let mut encoder = GzEncoder::new(file, Compression::default());
    io::copy(&mut io::repeat(0).take(inflated_bytes), &mut encoder).expect("zeros compress");
    encoder
        .finish()
        .and_then(|mut file| file.flush())
        .expect("the bomb can be written");
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// `json` with the string that follows the first `mark` replaced.
fn with_value_after(json: &[u8], mark: &[u8], value: &[u8]) -> Vec<u8> {
    let start = find(json, mark).expect("the field is there") + mark.len();
    let length = json[start..]
        .iter()
        .position(|byte| *byte == b'"')
        .expect("the string ends");
    [&json[..start], value, &json[start + length..]].concat()
}
