//! One case: a forged world, the damage done to it, and the arguments that validate it.

use std::fs;
use std::path::Path;

use crate::support::forge::deeds::s3_event;
use crate::support::forge::json::Fields;
use crate::support::forge::{Chain, ChainSpec, Heads, KeyFileStyle, Place, Trail, World, ts};
use crate::support::world_bundle;

pub const BUCKET: &str = "trail-logs";
pub const ACCOUNT: &str = "111111111111";
pub const REGION: &str = "eu-west-1";
pub const HOME: &str = "us-east-1";

/// The record of a DeleteObject call for a key of the bucket.
pub fn deletion(key: &str, at: &str) -> Fields {
    s3_event(
        (ACCOUNT, HOME),
        "DeleteObject",
        BUCKET,
        Some(key),
        ts(at),
        None,
    )
}

/// Where keys come from in a case.
#[derive(Clone)]
pub enum Keys {
    /// `keys/REGION.json`, the answer of ListPublicKeys for March 2026.
    Published(KeyFileStyle),
    /// These files instead.
    Files(Vec<(&'static str, String)>),
}

/// A case of `testdata/`.
pub struct Case {
    pub name: &'static str,
    pub shows: &'static str,
    pub exit: i32,
    pub args: Vec<String>,
    pub world: World,
    /// The copied buckets; several are copied to `buckets/NAME`.
    pub buckets: Vec<&'static str>,
    pub regions: Vec<&'static str>,
    pub heads: Heads,
    pub keys: Keys,
    /// Further files beside the copy.
    pub files: Vec<(&'static str, String)>,
    /// Objects replaced by symbolic links.
    pub links: Vec<Place>,
    /// The sources for which the case makes sense.
    pub sources: &'static [&'static str],
    /// Why the reports from disk and from S3 differ in more than their source.
    pub differs: Option<&'static str>,
    /// What CloudTrail says about the trail.
    pub says: Says,
    /// The account that owns an organization's trail, if its chains do not show it.
    pub owner: Option<&'static str>,
    /// What is done to the case's bundle once it was collected, where it is one and not a copy.
    pub bundle: Option<fn(&Path)>,
}

/// What DescribeTrails and GetTrailStatus say about a case's trail.
#[derive(Clone)]
pub struct Says {
    /// Whether it writes digests.
    pub validation: bool,
    /// Whether it is logging.
    pub logging: bool,
    /// When the last digest was delivered.
    pub last_digest: Option<&'static str>,
    /// Why the last digest could not be delivered.
    pub digest_error: Option<&'static str>,
}

impl Case {
    /// One bucket with a given name, all metadata, and the keys of its region.
    pub fn new(name: &'static str, exit: i32, shows: &'static str) -> Case {
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
        Case {
            name,
            shows,
            exit,
            args: ["--path", "bucket", "--s3-bucket", BUCKET, "--keys", "keys"]
                .map(Into::into)
                .into(),
            world: World::new(seed),
            buckets: vec![BUCKET],
            regions: vec![REGION],
            heads: Heads::All,
            keys: Keys::Published(KeyFileStyle::V2Iso),
            files: Vec::new(),
            links: Vec::new(),
            sources: &["disk", "s3"],
            differs: None,
            says: Says {
                validation: true,
                logging: true,
                last_digest: None,
                digest_error: None,
            },
            owner: None,
            bundle: None,
        }
    }

    /// A bucket in S3: a window of six hours, validated two hours after its end.
    pub fn online(name: &'static str, exit: i32, shows: &'static str, says: Says) -> Case {
        let window = [
            "--start-time",
            "2026-03-01T00:12:34Z",
            "--end-time",
            "2026-03-01T06:12:34Z",
        ];
        let mut case = Case::new(name, exit, shows)
            .args(&["--s3-bucket", BUCKET])
            .arg(&window)
            .arg(&["--as-of", "2026-03-01T08:12:34Z"]);
        case.keys = Keys::Files(Vec::new());
        case.sources = &["s3"];
        case.says = says;
        case
    }

    /// Sets the reason why the reports from disk and from S3 differ.
    pub fn differs(mut self, why: &'static str) -> Case {
        self.differs = Some(why);
        self
    }

    /// Adds arguments.
    pub fn arg(mut self, args: &[&str]) -> Case {
        self.args.extend(args.iter().map(|a| (*a).to_owned()));
        self
    }

    /// Replaces the usual arguments.
    pub fn args(mut self, args: &[&str]) -> Case {
        self.args = args.iter().map(|a| (*a).to_owned()).collect();
        self
    }

    pub fn disk_only(mut self) -> Case {
        self.sources = &["disk"];
        self
    }

    /// A chain of small logs, started at 2026-03-01T00:12:34Z and running for `hours`.
    pub fn chain(&mut self, hours: i64) -> Chain {
        let mut chain = Chain::new(spec());
        chain.start(&mut self.world, ts("2026-03-01T00:12:34Z"));
        let end = hour(hours);
        chain.run_until(&mut self.world, end);
        chain
    }

    /// Writes the copy, the keys, further files and `case.toml` into a folder.
    pub fn write(&self, dir: &Path) {
        if let Some(damage) = self.bundle {
            let bundle = dir.join("bundle");
            let scope = world_bundle::scope(&self.buckets);
            let as_of = ts("2026-03-01T06:00:00Z");
            world_bundle::write(&self.world, &bundle, &scope, &self.regions, as_of);
            damage(&bundle);
        }
        let trees = self.trees();
        for (bucket, tree) in &trees {
            self.world
                .write_tree(bucket, &dir.join(tree), self.heads.clone());
        }
        for place in &self.links {
            let tree = &trees
                .iter()
                .find(|(b, _)| *b == place.bucket)
                .expect("a copied bucket")
                .1;
            let path = dir.join(tree).join(&place.key);
            let _ = fs::remove_file(&path);
            std::os::unix::fs::symlink("/dev/null", &path).expect("a link");
        }
        self.write_beside(dir);
        fs::write(dir.join("case.toml"), self.toml()).expect("case.toml");
    }

    /// Writes keys and further files into a folder.
    pub fn write_beside(&self, dir: &Path) {
        match &self.keys {
            Keys::Published(style) => {
                let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
                self.world
                    .write_keys(&dir.join("keys"), *style, &self.regions, from, to);
            }
            Keys::Files(files) => {
                for (name, text) in files {
                    let path = dir.join(name);
                    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                    fs::write(path, text).expect("a key file");
                }
            }
        }
        for (name, text) in &self.files {
            fs::write(dir.join(name), text).expect("a file");
        }
    }

    /// A copy of the bucket with all metadata, and the keys, in a temporary folder.
    pub fn copied(&self) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        self.world
            .write_tree(BUCKET, &dir.path().join("bucket"), Heads::All);
        let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
        self.world.write_keys(
            &dir.path().join("keys"),
            KeyFileStyle::V2Iso,
            &[REGION],
            from,
            to,
        );
        dir
    }

    fn trees(&self) -> Vec<(&'static str, String)> {
        if self.bundle.is_some() {
            return Vec::new();
        }
        match self.buckets.as_slice() {
            [one] => vec![(one, "bucket".into())],
            many => many.iter().map(|b| (*b, format!("buckets/{b}"))).collect(),
        }
    }

    fn toml(&self) -> String {
        let mut text = format!("shows = {:?}\nexit = {}\n", self.shows, self.exit);
        text += &format!("sources = {:?}\nargs = {:#?}\n", self.sources, self.args);
        if let Some(why) = self.differs {
            text += &format!("differs = {why:?}\n");
        }
        if self.sources == ["s3"] {
            let Says {
                validation,
                logging,
                last_digest,
                digest_error,
            } = &self.says;
            text += &format!("\n[trail]\nvalidation = {validation}\nlogging = {logging}\n");
            if let Some(at) = last_digest {
                text += &format!("last_digest = {at:?}\n");
            }
            if let Some(why) = digest_error {
                text += &format!("digest_error = {why:?}\n");
            }
        }
        for (bucket, tree) in self.trees() {
            text += &format!("\n[[bucket]]\nname = {bucket:?}\ndir = {tree:?}\n");
        }
        for place in &self.links {
            text += "\n[[fault]]\nanswer = \"refused\"\n";
            text += &format!("bucket = {:?}\nkey = {:?}\n", place.bucket, place.key);
        }
        text
    }
}

/// The usual chain: one account, one region, few small logs.
pub fn spec() -> ChainSpec {
    ChainSpec::new(trail(), REGION).logs(1..=2).events(1..=2)
}

/// The usual trail, of one region.
pub fn trail() -> Trail {
    Trail::new(ACCOUNT, REGION, "main", BUCKET)
}

/// A trail of all regions whose home is another region than the usual one.
pub fn wide_trail() -> Trail {
    Trail::new(ACCOUNT, HOME, "main", BUCKET)
}

/// The instant some hours after the usual chain was started.
pub fn hour(hours: i64) -> jiff::Timestamp {
    ts("2026-03-01T00:12:34Z") + jiff::SignedDuration::from_hours(hours)
}
