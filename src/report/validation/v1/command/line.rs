//! Commands of the AWS CLI as lines for a POSIX shell. Names in them come from outside, also from saved reports
//! and from digests that nothing proves. So a line is made only of names that neither a shell, nor a terminal, nor
//! the AWS CLI takes for something else.

use super::parts::{AwsAction, CommandParts};
use crate::base::text::{is_unsafe, quoted};

/// The end of the name of a file that holds an object's metadata.
const METADATA: &str = ".head.json";

/// The line. A file that has content stays as it is, and a command that fails leaves none. `None` if a name is missing or could be taken for something else.
pub(crate) fn line(parts: &CommandParts) -> Option<String> {
    let words = words(parts)?;
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    let command = words.join(" ");
    Some(match file(parts) {
        // This command writes the file itself, and prints the metadata.
        Some(file) if parts.action == AwsAction::GetObjectVersion => {
            let file = quoted(file_name(&file)?);
            format!("[ -s {file} ] || {command} {file} || rm -f {file}")
        }
        Some(file) => {
            let file = quoted(file_name(&file)?);
            format!("[ -s {file} ] || {command} > {file} || rm -f {file}")
        }
        None => command,
    })
}

/// The words of the command, without the file that its output goes to.
pub(crate) fn words(parts: &CommandParts) -> Option<Vec<String>> {
    let bucket = || bucket(parts.bucket.as_deref()?);
    let key = || argument(parts.key.as_deref()?);
    let words: Vec<String> = match parts.action.known()? {
        AwsAction::HeadObject => {
            file_name(parts.file.as_deref()?).filter(|file| file.ends_with(METADATA))?;
            let output = ["aws", "s3api", "head-object", "--output", "json"];
            let object = ["--bucket", bucket()?, "--key", key()?];
            output.into_iter().chain(object).map(Into::into).collect()
        }
        AwsAction::ListPublicKeys => {
            let region = region(parts.region.as_deref()?)?;
            let command = ["aws", "cloudtrail", "list-public-keys", "--output", "json"];
            let (from, to) = (parts.from?.to_string(), parts.to?.to_string());
            let of = ["--region", region, "--start-time", &from, "--end-time", &to];
            command.into_iter().chain(of).map(Into::into).collect()
        }
        AwsAction::CopyFolder => {
            let folder = key().filter(|key| key.ends_with('/'))?;
            let from = format!("s3://{}/{folder}", bucket()?);
            [
                "aws",
                "s3",
                "sync",
                &from,
                file_name(folder.trim_end_matches('/'))?,
            ]
            .map(Into::into)
            .into()
        }
        AwsAction::ListObjectVersions => {
            let command = ["aws", "s3api", "list-object-versions", "--output", "json"];
            let of = ["--bucket", bucket()?, "--prefix", key()?];
            command.into_iter().chain(of).map(Into::into).collect()
        }
        AwsAction::GetObjectVersion => {
            file_name(parts.file.as_deref()?)?;
            let version = argument(parts.version_id.as_deref()?)?;
            let command = ["aws", "s3api", "get-object", "--output", "json"];
            let of = ["--bucket", bucket()?, "--key", key()?];
            let of = of.into_iter().chain(["--version-id", version]);
            command.into_iter().chain(of).map(Into::into).collect()
        }
    };
    Some(words)
}

/// The file that the output goes to, if it is saved.
pub(crate) fn file(parts: &CommandParts) -> Option<String> {
    match parts.action.known()? {
        AwsAction::HeadObject | AwsAction::GetObjectVersion => parts.file.clone(),
        AwsAction::ListPublicKeys => Some(format!("{}.json", parts.region.as_deref()?)),
        AwsAction::CopyFolder | AwsAction::ListObjectVersions => None,
    }
}

/// The line that restores an archived object for a week, with its version if there is one; `None` if a name could
/// be taken for something else. It changes the bucket, so it is advice for people, and no script has it.
pub(crate) fn restore_line(
    of: (&str, &str),
    version: Option<&str>,
    storage_class: Option<&str>,
) -> Option<String> {
    // Objects in the archive tiers of this class come back for good, so no time is given.
    let request = match storage_class {
        Some("INTELLIGENT_TIERING") => r#"{"GlacierJobParameters":{"Tier":"Standard"}}"#,
        _ => r#"{"Days":7,"GlacierJobParameters":{"Tier":"Standard"}}"#,
    };
    let object = ["--bucket", bucket(of.0)?, "--key", argument(of.1)?];
    let version = match version {
        Some(version) => vec!["--version-id", argument(version)?],
        None => Vec::new(),
    };
    let words = ["aws", "s3api", "restore-object"].into_iter();
    let words = words.chain(object).chain(version);
    let words = words.chain(["--restore-request", request]);
    Some(words.map(quoted).collect::<Vec<_>>().join(" "))
}

/// The value of an option. One that begins with `-` would be an option of its own, and the AWS CLI reads the file
/// or the page that a value like `file://…` refers to.
fn argument(value: &str) -> Option<&str> {
    let is_safe = !value.is_empty()
        && !value.starts_with('-')
        && !value.contains("://")
        && !value.contains(is_unsafe);
    is_safe.then_some(value)
}

/// The name of a bucket, or the ARN of an access point.
fn bucket(name: &str) -> Option<&str> {
    let may = |c: char| c.is_ascii_alphanumeric() || "._-:/".contains(c);
    argument(name).filter(|name| name.len() >= 3 && name.chars().all(may))
}

fn region(name: &str) -> Option<&str> {
    let may = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    argument(name).filter(|name| name.chars().all(may))
}

/// A file below the current folder. No path leaves it.
fn file_name(name: &str) -> Option<&str> {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..");
    argument(name).filter(|name| name.split('/').all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::{AwsAction, CommandParts, line, restore_line};

    fn parts(action: AwsAction) -> CommandParts {
        CommandParts {
            bucket: Some("trail-logs".into()),
            key: Some("AWSLogs/a b/c.json.gz".into()),
            file: Some("AWSLogs/a b/c.json.gz.head.json".into()),
            region: Some("eu-west-1".into()),
            from: Some(jiff::Timestamp::UNIX_EPOCH),
            to: Some(jiff::Timestamp::UNIX_EPOCH),
            ..CommandParts::from(action)
        }
    }

    #[test]
    fn lines_are_quoted() {
        let head = line(&parts(AwsAction::HeadObject));
        let expected = "[ -s 'AWSLogs/a b/c.json.gz.head.json' ] || aws s3api head-object --output json --bucket \
                        trail-logs --key 'AWSLogs/a b/c.json.gz' > 'AWSLogs/a b/c.json.gz.head.json' || rm -f \
                        'AWSLogs/a b/c.json.gz.head.json'";
        assert_eq!(head.as_deref(), Some(expected));
        let keys = line(&parts(AwsAction::ListPublicKeys));
        let expected = "[ -s eu-west-1.json ] || aws cloudtrail list-public-keys --output json --region eu-west-1 \
                        --start-time 1970-01-01T00:00:00Z --end-time 1970-01-01T00:00:00Z > eu-west-1.json || rm -f \
                        eu-west-1.json";
        assert_eq!(keys.as_deref(), Some(expected));
        let copy = CommandParts {
            key: Some("AWSLogs/a/".into()),
            ..parts(AwsAction::CopyFolder)
        };
        let expected = "aws s3 sync s3://trail-logs/AWSLogs/a/ AWSLogs/a";
        assert_eq!(line(&copy).as_deref(), Some(expected));
    }

    #[test]
    fn what_could_be_taken_for_something_else_gives_no_line() {
        let hostile_keys = [
            "",
            "--endpoint-url=http://example.com/",
            "-v",
            "file://id_rsa",
            "fileb://AWSLogs/a.json.gz",
            "https://example.com/AWSLogs/",
            "a\nrm -rf .",
            "a\u{1b}[2J",
            "a\0b",
            "a\u{202e}b",
        ];
        for key in hostile_keys {
            for action in [AwsAction::HeadObject, AwsAction::ListObjectVersions] {
                let command = CommandParts {
                    key: Some(key.into()),
                    ..parts(action)
                };
                assert_eq!(line(&command), None, "{key:?}");
            }
        }
        let hostile_files = [
            "/etc/cron.d/a.head.json",
            "../a.head.json",
            "a/../../a.head.json",
            "a//b.head.json",
            ".bashrc",
            "a\n.head.json",
        ];
        for file in hostile_files {
            let command = CommandParts {
                file: Some(file.into()),
                ..parts(AwsAction::HeadObject)
            };
            assert_eq!(line(&command), None, "{file:?}");
        }
        for bucket in ["", "--debug", "a;b", "$(id)", "a b", "file://a"] {
            let command = CommandParts {
                bucket: Some(bucket.into()),
                ..parts(AwsAction::ListObjectVersions)
            };
            assert_eq!(line(&command), None, "{bucket:?}");
        }
        for region in ["", "../x", "eu-west-1;id", "$(id)", "-x"] {
            let command = CommandParts {
                region: Some(region.into()),
                ..parts(AwsAction::ListPublicKeys)
            };
            assert_eq!(line(&command), None, "{region:?}");
        }
        for folder in ["AWSLogs/../../x/", "/etc/", "AWSLogs/a"] {
            let command = CommandParts {
                key: Some(folder.into()),
                ..parts(AwsAction::CopyFolder)
            };
            assert_eq!(line(&command), None, "{folder:?}");
        }
    }

    #[test]
    fn a_version_is_saved_under_its_name_and_restored_by_a_line_of_its_own() {
        let version = CommandParts {
            version_id: Some("3/L4k+q".into()),
            file: Some("c.json.gz".into()),
            ..parts(AwsAction::GetObjectVersion)
        };
        let expected = "[ -s c.json.gz ] || aws s3api get-object --output json --bucket trail-logs --key \
                        'AWSLogs/a b/c.json.gz' --version-id 3/L4k+q c.json.gz || rm -f c.json.gz";
        assert_eq!(line(&version).as_deref(), Some(expected));
        for id in ["", "-x", "a\nb", "file://x"] {
            let hostile = CommandParts {
                version_id: Some(id.into()),
                ..version.clone()
            };
            assert_eq!(line(&hostile), None, "{id:?}");
            assert_eq!(restore_line(("logs", "a"), Some(id), None), None, "{id:?}");
        }
        let restore = restore_line(("logs", "a"), Some("v"), Some("GLACIER"));
        let words = shlex::split(&restore.expect("a line")).expect("words");
        assert_eq!(words[2], "restore-object");
        assert_eq!(words[8..10], ["v", "--restore-request"]);
        let request: serde_json::Value = serde_json::from_str(&words[10]).expect("JSON");
        assert_eq!(request["Days"], 7);
    }

    #[test]
    fn what_a_shell_would_expand_stays_one_word() {
        let command = CommandParts {
            key: Some("$(id)`id`';\"!~*{a,b}".into()),
            ..parts(AwsAction::ListObjectVersions)
        };
        let line = line(&command).expect("a line");
        let words = shlex::split(&line).expect("words");
        assert_eq!(words.last(), command.key.as_ref());
        assert_eq!(words.len(), 9);
    }
}
