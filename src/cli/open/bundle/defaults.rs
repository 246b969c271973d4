//! What no argument gives is taken from the bundle: a validation of a bundle is that of its collection, unless
//! an argument replaces a part of it. Of a bundle whose manifest is not given, only the window and what was
//! collected are taken, and none of the rules by which it is judged.

use std::fmt::Display;
use std::str::FromStr;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::given::{CollectedBounds, GivenBundle};
use crate::base::error::{Error, ErrorKind};
use crate::cli::args::explain::ExplainArgs;
use crate::cli::args::shared::evidence::{DeliveryArgs, EvidenceArgs};
use crate::cli::args::shared::run::RunArgs;
use crate::cli::args::shared::source::{ScopeArgs, SourceArgs};
use crate::cli::args::shared::values::{bucket, duration, size as size_of};
use crate::cli::args::shared::work::BoundArgs;
use crate::source::bundle::record::{Collection, CollectionScope};
use crate::validate::request::BundleTrust;

/// Which options with a default were given.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct GivenOptions {
    logs: bool,
    delivery_lag: bool,
    backfill_grace: bool,
    max_digest_size: bool,
}

impl GivenOptions {
    /// Those of a command line.
    pub fn of(matches: Option<&ArgMatches>) -> Self {
        let is_given = |name: &str| {
            let given = matches.filter(|m| m.try_contains_id(name).unwrap_or(false));
            given.is_some_and(|m| m.value_source(name) == Some(ValueSource::CommandLine))
        };
        GivenOptions {
            logs: is_given("logs"),
            delivery_lag: is_given("delivery_lag"),
            backfill_grace: is_given("backfill_grace"),
            max_digest_size: is_given("max_digest_size"),
        }
    }
}

impl GivenBundle {
    /// Completes the arguments of a validation.
    ///
    /// # Errors
    /// If the bundle says something that no argument can, or the window reaches beyond what was collected.
    pub fn complete(&mut self, args: &mut RunArgs, given: GivenOptions) -> Result<(), Error> {
        self.check_window(args)?;
        let scope = &self.custody.collection.scope;
        self.bounds = CollectedBounds {
            start: args.start_time.is_none() && scope.start.is_some(),
            end: args.end_time.is_none() && scope.end.is_some(),
        };
        self.sources(&mut args.source, &mut args.scope)?;
        args.start_time = args.start_time.or(scope.start);
        args.end_time = args.end_time.or(scope.end);
        args.as_of = args.as_of.or(Some(self.custody.collection.as_of));
        if !self.sets_rules() {
            return Ok(());
        }
        self.delivery(&mut args.late, given)?;
        self.map(&mut args.known)?;
        self.bounds(&mut args.bounds, given)?;
        fill(&mut args.exclude, &scope.exclude, "exclude")?;
        if args.expect.is_none() {
            fill(&mut args.expected, &scope.expect, "expect")?;
        }
        if !given.logs {
            args.logs = parsed(&scope.logs, "logs")?;
        }
        if args.seed.is_none() {
            args.seed.clone_from(&scope.seed);
        }
        Ok(())
    }

    /// Whether the bundle says by which rules it is judged: what may be late, what is left out, which logs are
    /// read. Whoever makes a bundle could hide with them what is missing or altered. So they count only if the
    /// bundle is known to be the one that was collected.
    fn sets_rules(&self) -> bool {
        self.trust() == BundleTrust::Known
    }

    /// Refuses a window that reaches beyond what was collected: nothing could be said of that time.
    fn check_window(&self, args: &RunArgs) -> Result<(), Error> {
        let Collection { scope, as_of, .. } = &self.custody.collection;
        let (start, end) = (scope.start, scope.end.unwrap_or(*as_of));
        let is_early = start.zip(args.start_time).is_some_and(|(s, g)| g < s);
        let is_late = args.end_time.is_some_and(|given| given > end);
        if !is_early && !is_late {
            return Ok(());
        }
        let covered = match start {
            Some(start) => format!("this bundle covers {start} to {end}"),
            None => format!("this bundle covers the time until {end}"),
        };
        let message = "the window reaches beyond what was collected";
        let hint = "give a window within that, or leave out --start-time and --end-time to judge all of it";
        Err(Error::new(ErrorKind::Usage, message)
            .because(covered)
            .hint(hint))
    }

    /// The chains to read, and where.
    fn sources(&self, source: &mut SourceArgs, scope: &mut ScopeArgs) -> Result<(), Error> {
        let CollectionScope {
            regions,
            account_ids,
            organization_ids,
            trail_arns,
            prefixes,
            ..
        } = &self.custody.collection.scope;
        fill(&mut scope.region, regions, "regions")?;
        fill(&mut scope.account_id, account_ids, "account_ids")?;
        fill(
            &mut scope.organization_id,
            organization_ids,
            "organization_ids",
        )?;
        fill(&mut scope.trail_arn, trail_arns, "trail_arns")?;
        fill(&mut scope.s3_prefix, prefixes, "prefixes")?;
        self.bucket_names(source)
    }

    /// Completes the arguments of `explain`, of which the object gives most.
    ///
    /// # Errors
    /// As [`complete`](Self::complete).
    pub fn explained(&self, args: &mut ExplainArgs, given: GivenOptions) -> Result<(), Error> {
        if args.source.s3_bucket.is_empty() && args.trail_arn.is_none() {
            self.bucket_names(&mut args.source)?;
        }
        args.as_of = args.as_of.or(Some(self.custody.collection.as_of));
        if !self.sets_rules() {
            return Ok(());
        }
        self.delivery(&mut args.late, given)?;
        self.map(&mut args.known)?;
        self.bounds(&mut args.bounds, given)
    }

    fn bucket_names(&self, source: &mut SourceArgs) -> Result<(), Error> {
        if source.s3_bucket.is_empty() {
            for name in &self.custody.collection.scope.buckets {
                let name = bucket(name).map_err(|why| not_valid("buckets", name, &why))?;
                source.s3_bucket.push(name);
            }
        }
        Ok(())
    }

    fn delivery(&self, late: &mut DeliveryArgs, given: GivenOptions) -> Result<(), Error> {
        let scope = &self.custody.collection.scope;
        if !given.delivery_lag {
            late.delivery_lag = seconds(scope.delivery_lag, "delivery_lag")?;
        }
        if !given.backfill_grace {
            late.backfill_grace = seconds(scope.backfill_grace, "backfill_grace")?;
        }
        Ok(())
    }

    fn bounds(&self, bounds: &mut BoundArgs, given: GivenOptions) -> Result<(), Error> {
        let size = self.custody.collection.scope.max_digest_size;
        if !given.max_digest_size {
            // As on the command line, so that no bundle sets a bound that no user can.
            let parsed = size_of(&size.to_string());
            bounds.max_digest_size =
                parsed.map_err(|why| not_valid("max_digest_size", &size.to_string(), &why))?;
        }
        Ok(())
    }

    fn map(&self, known: &mut EvidenceArgs) -> Result<(), Error> {
        fill(&mut known.map, &self.custody.collection.scope.map, "map")
    }
}

/// Fills a list that is empty with what the bundle says.
fn fill<T: FromStr<Err: Display>>(
    list: &mut Vec<T>,
    texts: &[String],
    name: &str,
) -> Result<(), Error> {
    if list.is_empty() {
        for text in texts {
            list.push(parsed(text, name)?);
        }
    }
    Ok(())
}

/// A duration, bounded as on the command line.
fn seconds(seconds: i64, name: &str) -> Result<i64, Error> {
    let parsed = duration(&format!("{seconds}s"));
    parsed.map_err(|why| not_valid(name, &seconds.to_string(), &why))
}

fn parsed<T: FromStr<Err: Display>>(text: &str, name: &str) -> Result<T, Error> {
    let parsed = text.parse();
    parsed.map_err(|why: T::Err| not_valid(name, text, &why.to_string()))
}

fn not_valid(name: &str, text: &str, why: &str) -> Error {
    let message = format!("custody.json of the bundle is not valid: {name} has {text:?}");
    Error::new(ErrorKind::Input, message)
        .because(why)
        .hint("give a bundle that trailproof collect wrote, as it wrote it")
}
