//! The arguments of `validate` that each shard and the merge parse again.

use std::fmt::Display;
use std::path::{Path, PathBuf, absolute};

use crate::base::error::{Error, ErrorKind, words};
use crate::cli::args::shared::evidence::{DeliveryArgs, EvidenceArgs};
use crate::cli::args::shared::run::RunArgs;
use crate::cli::args::shared::source::{ScopeArgs, SourceArgs, split_bucket};
use crate::cli::args::shared::work::BoundArgs;
use crate::report::plan::v1::PlannedRequest;

/// The options that say what to validate, with absolute paths, and the paths that were given relative. How many
/// objects are processed at the same time, and until when, is said to each run.
///
/// # Errors
/// If a path is not UTF-8, which the text of a plan cannot hold.
pub fn planned_request(args: &RunArgs) -> Result<PlannedRequest, Error> {
    // A new option is decided on here.
    let RunArgs {
        source: SourceArgs { path, s3_bucket },
        known: EvidenceArgs { map, keys },
        scope:
            ScopeArgs {
                region,
                account_id,
                organization_id,
                trail_arn,
                s3_prefix,
            },
        expect,
        expected: _,
        exclude,
        start_time,
        end_time,
        as_of,
        late: DeliveryArgs {
            delivery_lag,
            backfill_grace,
        },
        logs,
        seed: _,
        jobs: _,
        bounds: BoundArgs { max_digest_size },
        work: _,
    } = args;
    let mut planned = PlannedArguments::default();
    for path in path {
        let (bucket, dir) = split_bucket(path);
        let dir = planned.path(&dir)?;
        planned.add(
            "--path",
            match bucket {
                Some(bucket) => format!("{bucket}={dir}"),
                None => dir,
            },
        );
    }
    planned.add_all("--s3-bucket", s3_bucket);
    planned.add_all("--map", map);
    planned.add_paths("--keys", keys)?;
    planned.add_all("--region", region);
    planned.add_all("--account-id", account_id);
    planned.add_all("--organization-id", organization_id);
    planned.add_all("--trail-arn", trail_arn);
    planned.add_all("--s3-prefix", s3_prefix);
    planned.add_paths("--expect", expect)?;
    planned.add_all("--exclude", exclude);
    planned.add_all("--start-time", start_time);
    planned.add_all("--end-time", end_time);
    planned.add_all("--as-of", as_of);
    planned.add("--delivery-lag", format!("{delivery_lag}s"));
    planned.add("--backfill-grace", format!("{backfill_grace}s"));
    planned.add("--logs", logs.to_string());
    planned.add("--max-digest-size", max_digest_size.to_string());
    planned.0.folder = absolute_path(Path::new("."))?;
    Ok(planned.0)
}

#[derive(Default)]
struct PlannedArguments(PlannedRequest);

impl PlannedArguments {
    fn add(&mut self, option: &str, value: String) {
        // A value that begins like an option must not be taken for one.
        match value.starts_with('-') {
            true => self.0.arguments.push(format!("{option}={value}")),
            false => self.0.arguments.extend([option.to_owned(), value]),
        }
    }

    /// A path as a shard that runs in another folder finds it.
    fn path(&mut self, path: &Path) -> Result<String, Error> {
        let whole = absolute_path(path)?;
        if let (true, Some(given)) = (path.is_relative(), path.to_str()) {
            self.0.relative_paths.push(given.to_owned());
        }
        Ok(whole)
    }

    fn add_all<V: Display>(&mut self, option: &str, values: impl IntoIterator<Item = V>) {
        for value in values {
            self.add(option, value.to_string());
        }
    }

    fn add_paths<'p>(
        &mut self,
        option: &str,
        paths: impl IntoIterator<Item = &'p PathBuf>,
    ) -> Result<(), Error> {
        for path in paths {
            let path = self.path(path)?;
            self.add(option, path);
        }
        Ok(())
    }
}

fn absolute_path(path: &Path) -> Result<String, Error> {
    let cannot = |why: &str| {
        let message = format!("a plan cannot hold the path {}", path.display());
        Error::new(ErrorKind::Usage, message).because(why)
    };
    let path = absolute(path).map_err(|e| cannot(&words(&e)))?;
    path.into_os_string()
        .into_string()
        .map_err(|_| cannot("it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::planned_request;
    use crate::cli::args::shared::run::RunArgs;
    use crate::cli::args::validate::ValidateArgs;

    #[derive(clap::Parser)]
    struct Validate {
        #[command(flatten)]
        args: ValidateArgs,
    }

    fn parsed(arguments: &[String]) -> RunArgs {
        let line = std::iter::once("validate").chain(arguments.iter().map(String::as_str));
        let matches = Validate::command().get_matches_from(line.map(OsString::from));
        Validate::from_arg_matches(&matches)
            .expect("arguments")
            .args
            .run
    }

    #[test]
    fn validate_parses_them_to_the_same_again() {
        let given = [
            "--path=/copy of it",
            "--path=logs=/old",
            "--s3-bucket=a",
            "--s3-bucket=b",
            "--map=a=c/d",
            "--keys=/keys",
            "--region=eu-west-1",
            "--account-id=111111111111",
            "--organization-id=o-a1b2c3d4e5",
            "--trail-arn=arn:aws:cloudtrail:us-east-1:111111111111:trail/main",
            "--s3-prefix=-x",
            "--expect=/chains",
            "--exclude=*/*/*/old",
            "--start-time=2026-01-01T01:00:00+02:00",
            "--end-time=2026-02-01",
            "--as-of=2026-02-02",
            "--delivery-lag=3h",
            "--backfill-grace=1d",
            "--logs=none",
            "--max-digest-size=1GiB",
        ];
        let first = planned_request(&parsed(&given.map(String::from))).expect("arguments");
        let first = first.arguments;
        let again = planned_request(&parsed(&first)).expect("arguments");
        assert_eq!(first, again.arguments);
        for expected in [
            "/copy of it",
            "logs=/old",
            "a",
            "b",
            "a=c/d",
            "/keys",
            "eu-west-1",
            "111111111111",
            "o-a1b2c3d4e5",
            "arn:aws:cloudtrail:us-east-1:111111111111:trail/main",
            "--s3-prefix=-x",
            "/chains",
            "*/*/*/old",
            "2025-12-31T23:00:00Z",
            "2026-02-01T00:00:00Z",
            "2026-02-02T00:00:00Z",
            "10800s",
            "86400s",
            "none",
            "1073741824",
        ] {
            assert!(
                first.iter().any(|word| word == expected),
                "{expected}: {first:?}"
            );
        }
    }

    #[test]
    fn paths_are_absolute() {
        let given = ["--path=copy", "--path=logs=other", "--keys=keys"].map(String::from);
        let planned = planned_request(&parsed(&given)).expect("arguments");
        let here = std::env::current_dir().expect("a folder");
        for (name, before) in [("copy", ""), ("other", "logs="), ("keys", "")] {
            let expected = format!("{before}{}", here.join(name).display());
            assert!(
                planned.arguments.contains(&expected),
                "{expected}: {planned:?}"
            );
        }
        assert_eq!(planned.relative_paths, ["copy", "other", "keys"]);
        assert_eq!(planned.folder, here.display().to_string());
    }
}
