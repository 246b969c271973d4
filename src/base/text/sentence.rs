//! Sentences made of clauses.

/// A clause as the beginning of a sentence: with a capital, if its first word is an ordinary one. The first word
/// may also be the name of something, as in `s3://bucket/key`, and is kept then.
///
/// ```
/// # use trailproof::base::text::capital;
/// assert_eq!(capital("this log is missing"), "This log is missing");
/// assert_eq!(capital("s3://logs/a is missing"), "s3://logs/a is missing");
/// assert_eq!(capital("no, it is not"), "No, it is not");
/// ```
pub fn capital(clause: &str) -> String {
    let word = clause.split(' ').next().unwrap_or_default();
    let word = word.trim_end_matches([',', ':', ';']);
    if !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return clause.to_owned();
    }
    let mut sentence = clause.to_owned();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}

/// A message as a sentence on a page: with a capital and a full stop.
///
/// ```
/// # use trailproof::base::text::sentence;
/// assert_eq!(sentence("this log is missing"), "This log is missing.");
/// assert_eq!(sentence("is it?"), "Is it?");
/// ```
pub fn sentence(message: &str) -> String {
    let mut sentence = capital(message);
    if !sentence.ends_with(['.', '?', '!', ':', '…']) {
        sentence.push('.');
    }
    sentence
}
