//! Trails, as CloudTrail describes them: their configuration, status and selectors, and events from the
//! event history. No request is made twice, unless its answer accuses somebody or is not one of CloudTrail.

mod lookup;
mod selectors;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::Trail;
use jiff::Timestamp;

use self::lookup::LookupPace;
use crate::aws::pages::{MAX_PAGES, fetch_all_pages};
use crate::aws::{RequestContext, Session};
use crate::base::time::Window;
use crate::cloudtrail::event::Event;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::selectors::Selectors;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::source::GetError;
use crate::source::trails::TrailApi;

/// Events of one name, in a region and a window.
type EventQuery = (Region, String, Window);
/// An answer that is fetched once, by the first thread that needs it.
type Cached<T> = Arc<OnceLock<Result<T, GetError>>>;

/// The trails that a session may see.
pub struct SessionTrails {
    session: Session,
    /// The region in which the trails of the account are listed.
    start: Region,
    homes: OnceLock<Result<BTreeSet<Region>, GetError>>,
    described: Mutex<BTreeMap<Region, Cached<Vec<TrailConfig>>>>,
    status: Mutex<BTreeMap<(TrailArn, Region), Cached<TrailStatus>>>,
    status_again: Mutex<BTreeMap<(TrailArn, Region), Cached<TrailStatus>>>,
    events: Mutex<BTreeMap<EventQuery, Cached<Vec<Event>>>>,
    pace: LookupPace,
    selectors: Mutex<BTreeMap<TrailArn, Cached<Selectors>>>,
    requests: AtomicU64,
}

impl SessionTrails {
    /// Fetches nothing yet. `start` is a region of their partition.
    pub fn new(session: Session, start: Region) -> Self {
        SessionTrails {
            session,
            start,
            homes: OnceLock::new(),
            described: Mutex::default(),
            status: Mutex::default(),
            status_again: Mutex::default(),
            events: Mutex::default(),
            pace: LookupPace::default(),
            selectors: Mutex::default(),
            requests: AtomicU64::new(0),
        }
    }

    fn describe(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError> {
        let context = RequestContext {
            permission: "cloudtrail:DescribeTrails",
            resource: format!("* in {region}"),
            bucket: None,
        };
        self.session.ask_cloudtrail(region, |client, again| {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let request = client.describe_trails().include_shadow_trails(true);
            let answer = self
                .session
                .call_cloudtrail(region, &context, request.send())?;
            // An answer without any trail is rare, and would leave out chains that trails must have.
            let trails = answer.trail_list.filter(|list| again || !list.is_empty());
            Ok(trails.map(|list| list.iter().filter_map(config).collect()))
        })
    }

    fn list(&self) -> Result<BTreeSet<Region>, GetError> {
        let context = RequestContext {
            permission: "cloudtrail:ListTrails",
            resource: "*".into(),
            bucket: None,
        };
        let mut homes = BTreeSet::new();
        fetch_all_pages(MAX_PAGES, |token| {
            let (trails, next) = self.session.ask_cloudtrail(&self.start, |client, _| {
                self.requests.fetch_add(1, Ordering::Relaxed);
                let request = client.list_trails().set_next_token(token.clone());
                let request = request.send();
                let answer = self
                    .session
                    .call_cloudtrail(&self.start, &context, request)?;
                Ok(answer.trails.zip(Some(answer.next_token)))
            })?;
            let listed = trails.iter();
            homes.extend(listed.filter_map(|t| t.home_region()?.parse::<Region>().ok()));
            Ok(next)
        })?;
        Ok(homes)
    }

    fn get_status(
        &self,
        client: &aws_sdk_cloudtrail::Client,
        trail: &TrailArn,
        region: &Region,
    ) -> Result<Option<TrailStatus>, GetError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let context = RequestContext {
            permission: "cloudtrail:GetTrailStatus",
            resource: trail.to_string(),
            bucket: None,
        };
        let request = client.get_trail_status().name(trail.to_string());
        let answer = self
            .session
            .call_cloudtrail(region, &context, request.send())?;
        let time = |at: &DateTime| Timestamp::from_second(at.secs()).ok();
        Ok(answer.is_logging().map(|logging| TrailStatus {
            logging,
            last_digest: answer.latest_digest_delivery_time().and_then(time),
            digest_error: answer
                .latest_digest_delivery_error()
                .filter(|e| !e.is_empty())
                .map(|e| e.chars().take(200).collect()),
            started: answer.start_logging_time().and_then(time),
            stopped: answer.stop_logging_time().and_then(time),
        }))
    }
}

impl TrailApi for SessionTrails {
    fn describe(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError> {
        let answer = once(&self.described, region.clone());
        answer.get_or_init(|| self.describe(region)).clone()
    }

    fn home_regions(&self) -> Result<BTreeSet<Region>, GetError> {
        self.homes.get_or_init(|| self.list()).clone()
    }

    fn status(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        let ask = |client: aws_sdk_cloudtrail::Client, _| self.get_status(&client, trail, region);
        let answer = once(&self.status, (trail.clone(), region.clone()));
        answer
            .get_or_init(|| self.session.ask_cloudtrail(region, ask))
            .clone()
    }

    fn status_again(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError> {
        // The first answer counts as one that accuses.
        let ask = |client: aws_sdk_cloudtrail::Client, again| match again {
            true => self.get_status(&client, trail, region),
            false => Ok(None),
        };
        let answer = once(&self.status_again, (trail.clone(), region.clone()));
        answer
            .get_or_init(|| self.session.ask_cloudtrail(region, ask))
            .clone()
    }

    fn lookup(&self, region: &Region, name: &str, time: Window) -> Result<Vec<Event>, GetError> {
        let answer = once(&self.events, (region.clone(), name.to_owned(), time));
        answer
            .get_or_init(|| self.look_up(region, name, time))
            .clone()
    }

    fn selectors(&self, trail: &TrailArn) -> Result<Selectors, GetError> {
        let answer = once(&self.selectors, trail.clone());
        answer.get_or_init(|| self.get_selectors(trail)).clone()
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

/// The answer for a key, fetched or not.
fn once<K: Ord, T>(answers: &Mutex<BTreeMap<K, Cached<T>>>, key: K) -> Cached<T> {
    let mut answers = answers.lock().unwrap_or_else(|e| e.into_inner());
    Arc::clone(answers.entry(key).or_default())
}

/// A trail in our own terms; `None` if its ARN is not valid or it has no bucket.
fn config(trail: &Trail) -> Option<TrailConfig> {
    Some(TrailConfig {
        arn: trail.trail_arn()?.parse().ok()?,
        bucket: trail.s3_bucket_name()?.to_owned(),
        // Kept as it is: a prefix that ends in a slash makes keys with two slashes.
        prefix: trail.s3_key_prefix().unwrap_or_default().to_owned(),
        organization: trail.is_organization_trail().unwrap_or(false),
        multi_region: trail.is_multi_region_trail().unwrap_or(false),
        validation: trail.log_file_validation_enabled().unwrap_or(false),
        // If the answer omits this field, assume that global events are on.
        global_events: trail.include_global_service_events().unwrap_or(true),
        kms_key: trail
            .kms_key_id()
            .filter(|k| !k.is_empty())
            .map(str::to_owned),
    })
}
