//! A forged incident. Somebody uses the leaked key of user `deploy`, makes a user and a key of their own, assumes
//! a role that may change the trail, reduces what it logs, deletes a digest and logs, stops logging, starts it
//! again after two and a half hours, and removes the user. Between these calls the account does its usual work.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::case::{ACCOUNT, BUCKET, HOME, REGION, wide_trail};
use crate::support::forge::deeds::s3_event;
use crate::support::forge::json::Fields;
use crate::support::forge::text::uuid_text;
use crate::support::forge::{Chain, ChainSpec, Place, World, damage, ts};

/// The key of user `deploy`, which leaked.
pub const LEAKED_KEY: &str = "AKIAEXAMPLEDEPLOYAAA";
/// The key that was made for user `backup-svc`.
pub const MADE_KEY: &str = "AKIAEXAMPLEBACKUPAAA";
/// The key of the session of role `log-admin`.
pub const SESSION_KEY: &str = "ASIAEXAMPLELOGADMAAA";
/// The session.
pub const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/log-admin/backup";
/// The address of all calls.
pub const ADDRESS: &str = "203.0.113.66";

const AGENT: &str = "aws-cli/2.27.41 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0 lang/python#3.13.4";

/// One call of the incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// `eventTime`.
    pub at: &'static str,
    /// `eventName`.
    pub name: &'static str,
    /// `userIdentity.accessKeyId`.
    pub key: &'static str,
    /// Whether a log that holds it is left, and a proven digest that lists that log.
    pub is_proven: bool,
}

/// The world of the incident, and what was done.
pub struct Incident {
    /// The chain of the trail's home region, as it was delivered.
    pub home: Chain,
    /// The chain of the other region.
    pub other: Chain,
    /// The calls, in their order.
    pub steps: Vec<Step>,
    /// What was deleted: a digest, a log that it lists, and a log that another digest lists.
    pub deleted: Vec<Place>,
}

/// Who makes a call.
#[derive(Clone, Copy)]
enum Caller {
    Deploy,
    Backup,
    Session,
}

impl Caller {
    fn key(self) -> &'static str {
        match self {
            Caller::Deploy => LEAKED_KEY,
            Caller::Backup => MADE_KEY,
            Caller::Session => SESSION_KEY,
        }
    }

    fn identity(self) -> Fields {
        let user = |name: &str, id: &str| {
            Fields::new()
                .with("type", "IAMUser")
                .with("principalId", id)
                .with("arn", format!("arn:aws:iam::{ACCOUNT}:user/{name}"))
                .with("accountId", ACCOUNT)
                .with("accessKeyId", self.key())
                .with("userName", name)
        };
        match self {
            Caller::Deploy => user("deploy", "AIDAEXAMPLEDEPLOYUSER"),
            Caller::Backup => user("backup-svc", "AIDAEXAMPLEBACKUPUSER"),
            Caller::Session => Fields::new()
                .with("type", "AssumedRole")
                .with("principalId", "AROAEXAMPLELOGADMROLE:backup")
                .with("arn", SESSION)
                .with("accountId", ACCOUNT)
                .with("accessKeyId", self.key())
                .with(
                    "sessionContext",
                    json!({
                        "sessionIssuer": {
                            "type": "Role",
                            "principalId": "AROAEXAMPLELOGADMROLE",
                            "arn": format!("arn:aws:iam::{ACCOUNT}:role/log-admin"),
                            "accountId": ACCOUNT,
                            "userName": "log-admin",
                        },
                        "attributes": {"creationDate": "2026-03-01T03:05:00Z", "mfaAuthenticated": "false"},
                    }),
                ),
        }
    }
}

/// What is called, and what comes back.
struct Deed {
    source: &'static str,
    params: Value,
    response: Value,
    read_only: bool,
    error: Option<&'static str>,
}

impl Deed {
    fn write(source: &'static str, params: Value, response: Value) -> Deed {
        Deed {
            source,
            params,
            response,
            read_only: false,
            error: None,
        }
    }

    fn read(source: &'static str, error: Option<&'static str>) -> Deed {
        Deed {
            read_only: true,
            error,
            ..Deed::write(source, Value::Null, Value::Null)
        }
    }
}

/// The record of a call in a region. Its identifiers are derived from its name and time.
fn record(region: &str, step: &Step, caller: Caller, deed: Deed) -> Fields {
    let Deed { source, error, .. } = deed;
    let hash: [u8; 32] = Sha256::digest(format!("{}{}", step.name, step.at)).into();
    let id = |half: &[u8]| uuid_text(half.try_into().expect("sixteen bytes"));
    let message = error.map(|_| format!("not authorized to perform: {source}:{}", step.name));
    Fields::new()
        .with("eventVersion", "1.11")
        .with("userIdentity", caller.identity())
        .with("eventTime", step.at)
        .with("eventSource", format!("{source}.amazonaws.com"))
        .with("eventName", step.name)
        .with("awsRegion", region)
        .with("sourceIPAddress", ADDRESS)
        .with("userAgent", AGENT)
        .with_some("errorCode", error)
        .with_some("errorMessage", message)
        .with("requestParameters", deed.params)
        .with("responseElements", deed.response)
        .with("requestID", id(&hash[..16]))
        .with("eventID", id(&hash[16..]))
        .with("readOnly", deed.read_only)
        .with("eventType", "AwsApiCall")
        .with("managementEvent", true)
        .with("recipientAccountId", ACCOUNT)
        .with("eventCategory", "Management")
}

impl Incident {
    /// Forges the incident in a world.
    pub fn forge(world: &mut World) -> Incident {
        let chain = |region| {
            let spec = ChainSpec::new(wide_trail(), region).logs(1..=2);
            Chain::new(spec.events(1..=3))
        };
        let mut incident = Incident {
            home: chain(HOME),
            other: chain(REGION),
            steps: Vec::new(),
            deleted: Vec::new(),
        };
        let start = ts("2026-03-01T00:12:34Z");
        incident.home.create(world, start, true);
        incident.other.start(world, start);
        incident.enter();
        incident.home.run_until(world, ts("2026-03-01T03:12:34Z"));
        incident.other.run_until(world, ts("2026-03-01T03:12:34Z"));
        incident.cover_up(world);
        incident.leave();
        for chain in [&mut incident.home, &mut incident.other] {
            chain.run_until(world, ts("2026-03-01T09:30:00Z"));
        }
        incident
    }

    /// Each step whose record is in a proven log.
    pub fn proven(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.is_proven)
    }

    /// Notes a call.
    fn note(&mut self, at: &'static str, name: &'static str, caller: Caller) -> Step {
        let step = Step {
            at,
            name,
            key: caller.key(),
            is_proven: true,
        };
        self.steps.push(step.clone());
        step
    }

    /// Notes a call that the home region's logs record.
    fn call(&mut self, at: &'static str, name: &'static str, caller: Caller, deed: Deed) {
        let step = self.note(at, name, caller);
        self.home.record(record(HOME, &step, caller, deed));
    }

    /// With the leaked key, a user and a key are made, and with that key a role is assumed.
    fn enter(&mut self) {
        let name = "backup-svc";
        let user = || json!({"userName": name});
        let deploy = Caller::Deploy;
        let known = Deed::read("sts", None);
        self.call("2026-03-01T01:30:10Z", "GetCallerIdentity", deploy, known);
        let refused = Deed::read("iam", Some("AccessDenied"));
        self.call("2026-03-01T01:31:40Z", "ListUsers", deploy, refused);
        // Their log will be deleted.
        self.steps
            .iter_mut()
            .for_each(|step| step.is_proven = false);
        let made = json!({"user": {
            "path": "/", "userName": name, "userId": "AIDAEXAMPLEBACKUPUSER",
            "arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"), "createDate": "Mar 1, 2026, 2:31:00 AM",
        }});
        let deed = Deed::write("iam", user(), made);
        self.call("2026-03-01T02:31:00Z", "CreateUser", deploy, deed);
        let policy =
            json!({"userName": name, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
        let deed = Deed::write("iam", policy, Value::Null);
        self.call("2026-03-01T02:31:30Z", "AttachUserPolicy", deploy, deed);
        let made = json!({"accessKey": {
            "userName": name, "accessKeyId": MADE_KEY, "status": "Active", "createDate": "Mar 1, 2026, 2:33:00 AM",
        }});
        let deed = Deed::write("iam", user(), made);
        self.call("2026-03-01T02:33:00Z", "CreateAccessKey", deploy, deed);
        let role = format!("arn:aws:iam::{ACCOUNT}:role/log-admin");
        let wanted =
            json!({"roleArn": role, "roleSessionName": "backup", "durationSeconds": 43_200});
        let given = json!({
            "credentials": {"accessKeyId": SESSION_KEY, "sessionToken": "EXAMPLE", "expiration": "Mar 1, 2026, 3:05:00 PM"},
            "assumedRoleUser": {"assumedRoleId": "AROAEXAMPLELOGADMROLE:backup", "arn": SESSION},
        });
        let mut deed = Deed::write("sts", wanted, given);
        deed.read_only = true;
        self.call("2026-03-01T03:05:00Z", "AssumeRole", Caller::Backup, deed);
        let looked = Deed::read("cloudtrail", None);
        self.call(
            "2026-03-01T03:06:00Z",
            "DescribeTrails",
            Caller::Session,
            looked,
        );
    }

    /// What the trail logs is reduced, a digest and logs are deleted, and logging is stopped for a while.
    fn cover_up(&mut self, world: &mut World) {
        let session = Caller::Session;
        let arn = wide_trail().arn();
        let selectors = json!([{
            "readWriteType": "WriteOnly",
            "includeManagementEvents": true,
            "dataResources": [{"type": "AWS::S3::Object", "values": [format!("arn:aws:s3:::{BUCKET}/")]}],
            "excludeManagementEventSources": [],
        }]);
        let deed = Deed::write(
            "cloudtrail",
            json!({"trailName": arn, "eventSelectors": selectors}),
            json!({"trailARN": arn, "eventSelectors": selectors}),
        );
        self.call("2026-03-01T03:20:00Z", "PutEventSelectors", session, deed);
        let step = self.note("2026-03-01T03:31:00Z", "RunInstances", session);
        let wanted = json!({"instancesSet": {"items": [{"imageId": "ami-0abcdef1234567890", "minCount": 4, "maxCount": 4}]}, "instanceType": "p5.48xlarge"});
        let deed = Deed::write("ec2", wanted, Value::Null);
        self.other.record(record(REGION, &step, session, deed));
        self.delete(world);
        self.note("2026-03-01T03:54:58Z", "StopLogging", session);
        self.note("2026-03-01T06:30:00Z", "StartLogging", session);
        self.home.caller = Fields::new()
            .with("userIdentity", session.identity())
            .with("sourceIPAddress", ADDRESS)
            .with("userAgent", AGENT);
        for chain in [&mut self.home, &mut self.other] {
            chain.stop(world, ts("2026-03-01T03:55:00Z"));
            chain.start(world, ts("2026-03-01T06:30:00Z"));
        }
        for place in &self.deleted {
            damage::delete(world, place);
        }
    }

    /// The digest that lists the first calls, their log, and a log of the hour before.
    fn delete(&mut self, world: &World) {
        let listing = &self.home.digests[2];
        let first = listing.logs.iter().find(|log| {
            let text = String::from_utf8_lossy(&log.json);
            text.contains(LEAKED_KEY)
        });
        let first = first.expect("a log with the first calls").place.clone();
        let before = self.home.digests[1].logs[0].place.clone();
        self.deleted = vec![listing.place.clone(), first, before];
        let times = [
            "2026-03-01T03:40:00Z",
            "2026-03-01T03:40:05Z",
            "2026-03-01T03:41:00Z",
        ];
        for (place, at) in self.deleted.clone().iter().zip(times) {
            assert!(world.get(place).is_some(), "{place:?}");
            let step = self.note(at, "DeleteObject", Caller::Session);
            let whose = (ACCOUNT, HOME);
            let key = Some(place.key.as_str());
            let mut event = s3_event(whose, step.name, BUCKET, key, ts(at), None);
            event.set("userIdentity", Caller::Session.identity());
            event.set("sourceIPAddress", ADDRESS);
            event.set("userAgent", AGENT);
            self.home.record(event);
        }
    }

    /// The key and the user are removed.
    fn leave(&mut self) {
        let session = Caller::Session;
        let key = json!({"userName": "backup-svc", "accessKeyId": MADE_KEY});
        let deed = Deed::write("iam", key, Value::Null);
        self.call("2026-03-01T06:41:00Z", "DeleteAccessKey", session, deed);
        let deed = Deed::write("iam", json!({"userName": "backup-svc"}), Value::Null);
        self.call("2026-03-01T06:42:00Z", "DeleteUser", session, deed);
    }
}
