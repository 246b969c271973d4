//! Listings by ListObjectsV2, page by page.

use std::borrow::Cow;

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::EncodingType;
use percent_encoding::percent_decode_str;

use super::request::context;
use super::{Bucket, S3Source, time};
use crate::aws::OnlyOfAws;
use crate::aws::pages::{PagesEnd, fetch_pages};
use crate::source::{GetError, ListedFacts};

/// One page of a listing.
pub(super) struct ListingPage {
    /// Keys, with the facts that S3 lists of each object.
    pub objects: Vec<(String, ListedFacts)>,
    /// Common prefixes, up to the delimiter.
    pub folders: Vec<String>,
}

impl ListingPage {
    /// Whether it has a name that does not begin with the prefix. An answer that breaks off within a name has one.
    fn leaves(&self, prefix: &str) -> bool {
        let mut keys = self.objects.iter().map(|(key, _)| key);
        let mut folders = self.folders.iter();
        !keys.all(|key| key.starts_with(prefix)) || !folders.all(|name| name.starts_with(prefix))
    }
}

impl S3Source {
    /// Calls `visit` with each page of a listing until it returns `false`. Returns the number of requests.
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

    /// Like `pages`, with at most `most` names per page.
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
        let context = context(bucket, "s3:ListBucket", None);
        let does_not_go_on =
            || GetError::Io("the next page of a listing repeats the last one".into());
        let most_pages = usize::try_from(self.limits.pages).unwrap_or(usize::MAX);
        let mut requests = 0;
        let end = fetch_pages(most_pages, |token| {
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
                    // A key may contain characters that XML cannot.
                    .encoding_type(EncodingType::Url)
                    .customize()
                    .interceptor(OnlyOfAws)
                    .send()
            };
            let pass = self.flight.enter();
            let mut answer = self.call(bucket, &context, request)?;
            let mut page = page_of(&answer);
            let mut fault = fault_of(&answer, &page, prefix);
            let of_folders = delimiter.is_some() && token.is_none();
            if fault.is_some() || of_folders && lists_nothing(&answer, &page) {
                requests += 1;
                answer = self.call_by(bucket, &context, self.again(), request)?;
                page = page_of(&answer);
                fault = fault_of(&answer, &page, prefix);
            }
            if let Some(fault) = fault {
                return Err(GetError::Io(fault.into()));
            }
            pass.listed();
            drop(pass);
            if !visit(&page) || answer.is_truncated != Some(true) {
                return Ok(None);
            }
            let next = answer.next_continuation_token;
            next.ok_or_else(does_not_go_on).map(Some)
        })?;
        match end {
            PagesEnd::Complete => Ok(requests),
            PagesEnd::RepeatedToken => Err(does_not_go_on()),
            PagesEnd::TooMany => Err(GetError::Io("a listing has too many pages".into())),
        }
    }
}

/// What is wrong with a page, if anything is. A page with a fault is requested once more.
fn fault_of(
    answer: &ListObjectsV2Output,
    page: &ListingPage,
    prefix: &str,
) -> Option<&'static str> {
    if answer.is_truncated.is_none() {
        return Some("a listing that lacks a required field");
    }
    let outside = "a listing that has names outside the folder that was asked for";
    page.leaves(prefix).then_some(outside)
}

/// Whether a page is the last and lists nothing. A request for folders expects some, and is made once more.
fn lists_nothing(answer: &ListObjectsV2Output, page: &ListingPage) -> bool {
    answer.is_truncated == Some(false) && page.objects.is_empty() && page.folders.is_empty()
}

fn page_of(answer: &ListObjectsV2Output) -> ListingPage {
    let encoded = answer.encoding_type() == Some(&EncodingType::Url);
    let objects = answer.contents().iter();
    let folders = answer.common_prefixes().iter();
    ListingPage {
        objects: objects
            .filter_map(|o| {
                let facts = ListedFacts {
                    modified: time(o.last_modified()),
                    size: o.size().and_then(|n| u64::try_from(n).ok()),
                };
                Some((decoded(o.key()?, encoded), facts))
            })
            .collect(),
        folders: folders
            .filter_map(|f| Some(decoded(f.prefix()?, encoded)))
            .collect(),
    }
}

/// Decodes a key. S3 encodes keys as HTML forms do, so a plus is a space.
pub(super) fn decoded(text: &str, encoded: bool) -> String {
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
