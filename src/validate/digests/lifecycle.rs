//! Whether a lifecycle rule of its bucket can have removed a digest.

use jiff::Timestamp;
use serde_json::Value;

use crate::base::time::shift;
use crate::source::bucket_record::SettingState;
use crate::validate::context::Context;
use crate::validate::request::continuation::RememberedDigest;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// The most characters of the name of a rule that are shown.
const NAME: usize = 100;

/// What to do about a digest that is missing, where a lifecycle rule of its bucket can have removed it. The bucket is
/// asked only then.
pub(super) fn expiry(context: &Context<'_>, digest: &RememberedDigest) -> Option<String> {
    let fetcher = context.fetcher;
    let now = context.request.look().at?;
    let place = fetcher.places(&digest.bucket, &digest.key);
    let mut answers = place.recorded().iter().filter_map(|(root, key)| {
        let SettingState::Answered { answer } = fetcher.source.lifecycle(*root)? else {
            return None;
        };
        expires(&answer?, key, digest.time.to, now)
    });
    let rule = answers.next()?;
    Some(format!(
        "the lifecycle rule {rule:?} of bucket {} removes objects of this age: find out who set it, and keep digests \
         for as long as their logs",
        digest.bucket
    ))
}

/// The name of an enabled rule by which an object that was written at `written` has expired.
fn expires(answer: &Value, key: &str, written: Timestamp, now: Timestamp) -> Option<String> {
    let rules = answer.get("Rule")?.as_array()?.iter();
    let mut expired = rules.filter(|rule| {
        let is_enabled = rule.get("Status").and_then(Value::as_str) == Some("Enabled");
        let is_over = rule
            .get("Expiration")
            .is_some_and(|expiration| is_over(expiration, written, now));
        is_enabled && is_over && prefixes(rule).all(|prefix| key.starts_with(prefix))
    });
    let name = expired.next()?.get("ID").and_then(Value::as_str);
    Some(name.unwrap_or_default().chars().take(NAME).collect())
}

/// The prefixes of a rule: its own, that of its filter, and that of the filter's `And`.
fn prefixes(rule: &Value) -> impl Iterator<Item = &str> {
    let paths = ["/Prefix", "/Filter/Prefix", "/Filter/And/Prefix"];
    let found = paths.into_iter().filter_map(|path| rule.pointer(path));
    found.filter_map(Value::as_str)
}

/// Whether an expiration has passed. Answers hold numbers as text.
fn is_over(expiration: &Value, written: Timestamp, now: Timestamp) -> bool {
    let text = |name| expiration.get(name).and_then(Value::as_str);
    let days = text("Days").and_then(|days| days.parse::<i64>().ok());
    let days = days.or_else(|| expiration.get("Days").and_then(Value::as_i64));
    let date = text("Date").and_then(|date| date.parse::<Timestamp>().ok());
    let due = days
        .map(|days| shift(written, days.saturating_mul(DAY)))
        .or(date);
    due.is_some_and(|due| due <= now)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::expires;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn only_an_enabled_rule_of_the_key_and_age_counts() {
        let rule = |prefix: &str, days: &str, status: &str| {
            json!({"Rule": [{"ID": "old", "Status": status, "Filter": {"Prefix": prefix},
                             "Expiration": {"Days": days}}]})
        };
        let found = |rule| expires(&rule, "AWSLogs/1/d", at(0), at(2 * 86_400)).is_some();
        assert!(found(rule("AWSLogs/", "1", "Enabled")));
        assert!(found(rule("", "2", "Enabled")));
        assert!(!found(rule("", "3", "Enabled")));
        assert!(!found(rule("other/", "1", "Enabled")));
        assert!(!found(rule("", "1", "Disabled")));
        assert!(!found(
            json!({"Rule": [{"ID": "old", "Status": "Enabled"}]})
        ));
        assert!(!found(json!("no rules")));
    }
}
