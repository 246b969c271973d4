//! gzip with limits: the same result however the bytes come, never more than the limit, and what flate2 says of it.

use std::io::{self, Read};

use flate2::bufread::GzDecoder;
use trailproof::base::gzip::inflate::{Container, ContentChunk, Inflated, Inflater};
use trailproof::base::sha256::Sha256;

use super::outcome::Outcome;
use super::seeds::{files, is_object};
use super::targets::FuzzTarget;
use crate::support::forge::{gz, gzip as compressed};

pub const GZIP: FuzzTarget = FuzzTarget::new(
    "gzip",
    gzip,
    seeds,
    &["\u{1f}", "name\0", "\0\0\0\0", "comment\0"],
)
.room(512 << 20);

/// The most that is passed on beyond a limit: what is inflated at a time.
const BEYOND: u64 = 512 << 10;

/// The first two bytes choose the limit and the length of the pieces.
fn seeds() -> Vec<Vec<u8>> {
    let mut bodies = files(|path| is_object(path, "CloudTrail"));
    bodies.extend(files(|path| is_object(path, "CloudTrail-Digest")));
    bodies.push(compressed(&[b'x'; 400_000]));
    bodies.push([compressed(b"one"), compressed(b"two")].concat());
    let header = [0x1f, 0x8b, 8, 0b0001_1101, 1, 2, 3, 4, 0, 3, 3, 0];
    let header = [&header[..], b"xyzname\0comment\0"].concat();
    bodies.push(gz::member(&header, b"content"));
    let seed = |(at, body): (usize, Vec<u8>)| {
        let choice = [[20, 7], [24, 255], [4, 1], [12, 64]][at % 4];
        [&choice[..], &body].concat()
    };
    bodies.into_iter().enumerate().map(seed).collect()
}

/// Gives the bytes in pieces.
struct Pieces<'b>(&'b [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

fn inflated(body: &mut dyn Read, limit: u64) -> (Inflated, Vec<u8>) {
    let mut content = Vec::new();
    let mut take = |chunk: ContentChunk<'_>| content.extend_from_slice(chunk.bytes());
    let inflated = Inflater::default().run(body, limit, &mut take);
    (inflated.expect("bytes are read"), content)
}

fn gzip(input: &[u8]) -> u64 {
    let (choice, body) = input.split_at(input.len().min(2));
    let limit = 1_u64 << (choice.first().copied().unwrap_or_default() % 26);
    let piece = choice.get(1).copied().unwrap_or_default().max(1).into();
    let (result, content) = inflated(&mut { body }, limit);
    assert_eq!(result.inflated, content.len() as u64);
    assert!(
        result.inflated <= limit + BEYOND,
        "more than the limit: {result:?}"
    );
    assert!(result.read <= body.len() as u64, "{result:?}");
    assert_eq!(result.sha256, Sha256::of(&content));
    let (in_pieces, other) = inflated(&mut Pieces(body, piece), limit);
    match result.container {
        Container::TooLarge => assert_eq!(in_pieces.container, Container::TooLarge),
        _ => {
            assert_eq!(
                content.len(),
                other.len(),
                "in pieces of {piece}: {result:?}"
            );
            assert!(content == other, "other content in pieces of {piece}");
            let same = Inflated {
                read: result.read,
                ..in_pieces.clone()
            };
            assert_eq!(result, same, "other result in pieces of {piece}");
        }
    }
    let whole = by_flate2(body);
    match &whole {
        Some(expected) if result.inflated <= limit => {
            assert_eq!(
                result.container,
                Container::Complete,
                "flate2 reads all of it"
            );
            assert!(*expected == content, "flate2 reads another content");
        }
        Some(_) => assert_eq!(result.container, Container::TooLarge),
        None => assert_ne!(result.container, Container::Complete, "flate2 refuses it"),
    }
    let mut outcome = Outcome::default();
    outcome
        .add(result.container as u8)
        .add(result.optional_fields);
    outcome.size(result.inflated).add(whole.is_some());
    outcome.number()
}

/// The content of a body that is one intact member and nothing more.
fn by_flate2(body: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = GzDecoder::new(body);
    let mut content = Vec::new();
    decoder.read_to_end(&mut content).ok()?;
    decoder.into_inner().is_empty().then_some(content)
}
