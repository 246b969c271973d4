//! Listings, page by page.

use std::borrow::Cow;

use aws_sdk_s3::types::EncodingType;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use super::{Bucket, S3Source, ask, time};
use crate::source::GetError;

/// One page of a listing.
pub(super) struct ListingPage {
    /// Keys, and when they were written.
    pub objects: Vec<(String, Option<Timestamp>)>,
    /// What is in common before the delimiter.
    pub folders: Vec<String>,
}

impl S3Source {
    /// Gives the pages of a listing until `visit` has enough; how many requests that took.
    pub(super) fn pages(
        &self,
        bucket: &Bucket,
        prefix: &str,
        delimiter: Option<&str>,
        after: Option<&str>,
        visit: &mut dyn FnMut(&ListingPage) -> bool,
    ) -> Result<u64, GetError> {
        self.pages_of(bucket, prefix, delimiter, after, None, visit)
    }

    /// The same, of pages with at most so many names.
    pub(super) fn pages_of(
        &self,
        bucket: &Bucket,
        prefix: &str,
        delimiter: Option<&str>,
        after: Option<&str>,
        most: Option<usize>,
        visit: &mut dyn FnMut(&ListingPage) -> bool,
    ) -> Result<u64, GetError> {
        let most = most.and_then(|n| i32::try_from(n).ok());
        let ask = ask(bucket, "s3:ListBucket", None);
        let mut token: Option<String> = None;
        let mut requests = 0;
        loop {
            requests += 1;
            let request = |client: aws_sdk_s3::Client| {
                client
                    .list_objects_v2()
                    .bucket(&bucket.name)
                    .prefix(prefix)
                    .set_max_keys(most)
                    .set_delimiter(delimiter.map(Into::into))
                    .set_start_after(after.filter(|_| token.is_none()).map(Into::into))
                    .set_continuation_token(token.clone())
                    // A key may hold what XML cannot.
                    .encoding_type(EncodingType::Url)
                    .send()
            };
            let pass = self.flight.enter();
            let answer = self.call(bucket, &ask, request)?;
            pass.listed();
            drop(pass);
            let encoded = answer.encoding_type() == Some(&EncodingType::Url);
            let objects = answer.contents().iter();
            let folders = answer.common_prefixes().iter();
            let page = ListingPage {
                objects: objects
                    .filter_map(|o| Some((decoded(o.key()?, encoded), time(o.last_modified()))))
                    .collect(),
                folders: folders
                    .filter_map(|f| Some(decoded(f.prefix()?, encoded)))
                    .collect(),
            };
            if !visit(&page) {
                return Ok(requests);
            }
            // A token that does not change would never end.
            match answer.next_continuation_token {
                Some(next)
                    if answer.is_truncated == Some(true) && Some(&next) != token.as_ref() =>
                {
                    token = Some(next);
                    if requests >= self.limits.pages {
                        return Err(GetError::Io("a listing in too many pages".into()));
                    }
                }
                _ if answer.is_truncated == Some(true) => {
                    return Err(GetError::Io("a listing that does not go on".into()));
                }
                _ => return Ok(requests),
            }
        }
    }
}

/// A key as it is. S3 encodes as forms do: a plus is a space.
fn decoded(text: &str, encoded: bool) -> String {
    if !encoded {
        return text.into();
    }
    let spaced: Cow<'_, str> = if text.contains('+') {
        text.replace('+', " ").into()
    } else {
        text.into()
    };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
