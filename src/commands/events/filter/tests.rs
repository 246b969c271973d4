use super::{QueryConditions, RecordQuery, TextGlob};
use crate::commands::events::sink::RecordFilter as _;

const SESSION: &str = r#"{"userIdentity":{"type":"AssumedRole","principalId":"AROAX:jo","arn":"arn:aws:sts::111111111111:assumed-role/Admin/jo","accountId":"111111111111","accessKeyId":"ASIAX","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111111111111:role/Admin","userName":"Admin"}}},"eventTime":"2023-07-10T12:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.1","errorCode":"AccessDenied","requestParameters":{"bucketName":"evidence","key":"a/b"},"readOnly":true,"resources":[{"ARN":"arn:aws:s3:::evidence/a/b"}],"recipientAccountId":"222222222222"}"#;

const USER: &str = r#"{"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/eve","accountId":"111111111111","userName":"eve"},"eventTime":"2023-07-10T13:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":"eu-west-1","sourceIPAddress":"2001:db8::1","requestParameters":{"name":"main"},"readOnly":false}"#;

const SERVICE: &str = r#"{"userIdentity":{"type":"AWSService","invokedBy":"kms.amazonaws.com"},"eventTime":"2023-07-10T14:00:00Z","eventSource":"kms.amazonaws.com","eventName":"Decrypt","awsRegion":"us-east-1","sourceIPAddress":"kms.amazonaws.com","errorCode":null}"#;

const SIGN_IN: &str = r#"{"userIdentity":{"type":"IAMUser","userName":"eve"},"eventTime":"2023-07-10T15:00:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"}}"#;

fn globs(patterns: &[&str]) -> Vec<TextGlob> {
    let parsed = patterns.iter().map(|pattern| pattern.parse());
    parsed.collect::<Result<_, _>>().expect("patterns")
}

/// Which of the three records are kept: s, u, k.
fn kept(conditions: QueryConditions) -> String {
    let query = RecordQuery::new(conditions).expect("conditions");
    let all = [("s", SESSION), ("u", USER), ("k", SERVICE)];
    let is_kept = |record: &str| {
        let kept = query.keeps(record.as_bytes(), &mut Vec::new());
        // What a search of bytes says of a log holds for each record in it.
        assert!(!kept || query.may_hold(format!("{{\"Records\":[{record}]}}").as_bytes()));
        kept
    };
    let kept = all.into_iter().filter(|(_, record)| is_kept(record));
    kept.map(|(name, _)| name).collect()
}

fn by(condition: impl FnOnce(&mut QueryConditions)) -> String {
    let mut conditions = QueryConditions::default();
    condition(&mut conditions);
    kept(conditions)
}

#[test]
fn without_a_condition_there_is_no_query() {
    assert!(RecordQuery::new(QueryConditions::default()).is_none());
}

#[test]
fn values_of_one_condition_are_alternatives_and_conditions_add_up() {
    assert_eq!(by(|c| c.events = globs(&["GetObject", "Stop*"])), "su");
    let both = by(|c| {
        c.events = globs(&["GetObject", "Stop*"]);
        c.regions = globs(&["eu-*"]);
    });
    assert_eq!(both, "u");
}

#[test]
fn a_service_may_be_given_by_its_short_name() {
    assert_eq!(by(|c| c.sources = globs(&["s3"])), "s");
    assert_eq!(by(|c| c.sources = globs(&["kms.amazonaws.com"])), "k");
    assert_eq!(by(|c| c.sources = globs(&["*s*"])), "suk");
}

#[test]
fn a_caller_has_many_names() {
    for name in [
        "arn:aws:sts::111111111111:assumed-role/Admin/jo",
        "AROAX:jo",
        "ASIAX",
        "jo",
        "Admin",
        "*role/Admin",
    ] {
        assert_eq!(by(|c| c.actors = globs(&[name])), "s", "{name}");
    }
    assert_eq!(by(|c| c.actors = globs(&["eve", "kms*"])), "uk");
    assert_eq!(by(|c| c.actors = globs(&["dmin"])), "");
}

#[test]
fn addresses_are_in_ranges_and_services_have_none() {
    let ip = |text: &str| by(|c| c.addresses = vec![text.parse().expect("a range")]);
    assert_eq!(ip("192.0.2.1/32"), "s");
    assert_eq!(ip("192.0.2.10/32"), "");
    assert_eq!(ip("192.0.0.0/16"), "s");
    assert_eq!(ip("2001:db8::/32"), "u");
    assert_eq!(ip("0.0.0.0/0"), "s");
    assert_eq!(ip("::/0"), "u");
    for mapped in [
        "::ffff:c000:201",
        "::FfFf:192.0.2.1",
        "0:0:0:0:0:ffff:c000:0201",
    ] {
        let query = RecordQuery::new(QueryConditions {
            addresses: vec!["192.0.2.1/32".parse().expect("an address")],
            ..QueryConditions::default()
        });
        let record = SESSION.replace("192.0.2.1", mapped);
        let is_kept = query.is_some_and(|query| query.keeps(record.as_bytes(), &mut Vec::new()));
        assert!(is_kept, "{mapped}");
    }
}

#[test]
fn errors_and_reads_are_as_the_record_says() {
    assert_eq!(by(|c| c.errors = globs(&["*"])), "s");
    assert_eq!(by(|c| c.errors = globs(&["*Denied*"])), "s");
    assert_eq!(by(|c| c.errors = globs(&["Throttling*"])), "");
    assert_eq!(by(|c| c.read_only = Some(true)), "s");
    assert_eq!(by(|c| c.read_only = Some(false)), "u");
}

#[test]
fn a_failed_sign_in_to_the_console_is_an_error() {
    for (pattern, is_kept) in [
        ("*", true),
        ("Failed*", true),
        ("Failure", true),
        ("?*", true),
        ("Success", false),
    ] {
        let query = RecordQuery::new(QueryConditions {
            errors: globs(&[pattern]),
            ..QueryConditions::default()
        });
        let query = query.expect("a condition");
        let without_a_message = SIGN_IN.replace(r#""errorMessage":"Failed authentication","#, "");
        let succeeded = without_a_message.replace("Failure", "Success");
        let keeps = |record: &str| query.keeps(record.as_bytes(), &mut Vec::new());
        assert_eq!(keeps(SIGN_IN), is_kept, "{pattern}");
        assert_eq!(
            keeps(&without_a_message),
            is_kept && pattern != "Failed*",
            "{pattern}"
        );
        assert!(!keeps(&succeeded), "{pattern}");
    }
}

#[test]
fn a_resource_is_an_arn_or_a_text_of_the_parameters() {
    assert_eq!(
        by(|c| c.resources = globs(&["arn:aws:s3:::evidence/*"])),
        "s"
    );
    assert_eq!(by(|c| c.resources = globs(&["main"])), "u");
    assert_eq!(by(|c| c.resources = globs(&["evidence", "mai?"])), "su");
    assert_eq!(by(|c| c.resources = globs(&["bucketName"])), "");
}

#[test]
fn the_account_is_that_of_the_record_else_of_the_caller() {
    assert_eq!(by(|c| c.accounts = globs(&["222222222222"])), "s");
    assert_eq!(by(|c| c.accounts = globs(&["111111111111"])), "u");
}

#[test]
fn times_begin_with_the_first_and_end_before_the_last() {
    let at = |text: &str| Some(text.parse().expect("a time"));
    let between = by(|c| {
        c.since = at("2023-07-10T12:00:00Z");
        c.until = at("2023-07-10T13:00:00Z");
    });
    assert_eq!(between, "s");
    assert_eq!(by(|c| c.since = at("2023-07-10T12:00:01Z")), "uk");
}

#[test]
fn a_text_is_searched_in_the_record_as_it_was_written() {
    let grep = |texts: &[&str]| by(|c| c.texts = texts.iter().map(|t| (*t).to_owned()).collect());
    assert_eq!(grep(&["\"key\":\"a/b\""]), "s");
    assert_eq!(grep(&["Decrypt", "user/eve"]), "uk");
    assert_eq!(grep(&["nothing"]), "");
}

#[test]
fn a_record_that_escapes_what_need_not_be_escaped_is_found() {
    let query = RecordQuery::new(QueryConditions {
        events: globs(&["StopLogging"]),
        ..QueryConditions::default()
    });
    let escaped = USER.replace("StopLogging", r"Stop\u004cogging");
    let kept = query.is_some_and(|query| query.keeps(escaped.as_bytes(), &mut Vec::new()));
    assert!(kept);
}
