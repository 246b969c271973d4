//! `moto_server` from PyPI: an S3 that nobody here wrote, on loopback.

use std::fs;
use std::process::{Child, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use aws_sdk_s3 as s3;
use aws_smithy_http_client::Builder;
use s3::config::{BehaviorVersion, Credentials, Region};
use s3::primitives::ByteStream;
use s3::types::{BucketVersioningStatus, VersioningConfiguration};
use tokio::runtime::Runtime;

use crate::support::aws::{ACCESS_KEY, SECRET_KEY};
use crate::support::forge::{Object, World};
use crate::support::python::Python;

/// The version of moto: another one may answer otherwise.
const VERSION: &str = "5.2.5";

/// What its server needs. `moto[server]` has much more, for services that nobody asks here.
const OTHERS: [&str; 2] = ["flask==3.1.3", "flask-cors==6.0.5"];

static MOTO: LazyLock<Python> = LazyLock::new(|| Python::with_others("moto[s3]", VERSION, &OTHERS));

/// How long the server may take to start, on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(120);

/// The server, as long as this value lives.
pub struct MotoServer {
    process: Process,
    url: String,
    runtime: Runtime,
    client: s3::Client,
}

impl MotoServer {
    /// Starts a server without buckets, and waits until it answers.
    pub fn start() -> Self {
        let mut process = Process::start();
        let url = process.url();
        let config = s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test"))
            .endpoint_url(&url)
            .force_path_style(true)
            .http_client(Builder::new().build_http())
            .build();
        let mut server = MotoServer {
            process,
            url,
            runtime: Runtime::new().expect("a runtime"),
            client: s3::Client::from_conf(config),
        };
        while let Err(e) = server.runtime.block_on(server.client.list_buckets().send()) {
            server.process.wait(&format!("{}: {e:?}", server.url));
        }
        server
    }

    /// Its endpoint.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Creates a bucket. With `versions`, it keeps them.
    pub fn create(&self, bucket: &str, versions: bool) {
        let create = self.client.create_bucket().bucket(bucket).send();
        self.runtime.block_on(create).expect("a bucket");
        if versions {
            self.set_versioning(bucket, BucketVersioningStatus::Enabled);
        }
    }

    /// Creates the buckets of a world, which keep versions, with all objects.
    pub fn serve(&self, world: &World) {
        for (bucket, objects) in &world.buckets {
            self.create(bucket, true);
            for (key, object) in objects {
                self.put(bucket, key, object);
            }
        }
    }

    /// Sets whether a bucket keeps versions.
    pub fn set_versioning(&self, bucket: &str, status: BucketVersioningStatus) {
        let status = VersioningConfiguration::builder().status(status).build();
        let request = self.client.put_bucket_versioning().bucket(bucket);
        let request = request.versioning_configuration(status).send();
        self.runtime.block_on(request).expect("versioning");
    }

    /// Writes an object.
    pub fn put(&self, bucket: &str, key: &str, object: &Object) {
        let request = self
            .client
            .put_object()
            .bucket(bucket)
            .key(key)
            .body(ByteStream::from(object.body.clone()))
            .set_content_type(object.content_type.clone())
            .set_content_encoding(object.content_encoding.clone())
            .set_metadata(Some(object.metadata.clone().into_iter().collect()))
            .send();
        self.runtime.block_on(request).expect("an object");
    }

    /// Deletes an object, or one version of it.
    pub fn delete(&self, bucket: &str, key: &str, version: Option<&str>) {
        let request = self.client.delete_object().bucket(bucket).key(key);
        let request = request.set_version_id(version.map(Into::into)).send();
        self.runtime.block_on(request).expect("a deletion");
    }

    /// The ids of the versions of a key that have content, oldest first.
    pub fn version_ids(&self, bucket: &str, key: &str) -> Vec<String> {
        let request = self.client.list_object_versions().bucket(bucket);
        let answer = self.runtime.block_on(request.prefix(key).send());
        let answer = answer.expect("versions");
        let versions = answer.versions().iter().rev();
        let ids = versions.filter_map(|version| version.version_id.clone());
        ids.collect()
    }
}

/// The process of the server, and what it writes to standard error.
struct Process {
    child: Child,
    written: tempfile::NamedTempFile,
    begun: Instant,
}

impl Process {
    /// Starts the server on a port that the kernel gives it. A port that was free a moment ago may be taken by
    /// the connection of another test before the server binds it.
    fn start() -> Process {
        let written = tempfile::NamedTempFile::new().expect("a file");
        let child = MOTO
            .command()
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(written.reopen().expect("a file"))
            .spawn()
            .expect("moto_server");
        Process {
            child,
            written,
            begun: Instant::now(),
        }
    }

    /// What it has written so far.
    fn written(&self) -> String {
        let bytes = fs::read(self.written.path()).expect("a file");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Its endpoint, which it writes when it listens.
    fn url(&mut self) -> String {
        loop {
            let written = self.written();
            let line = written.split_once(" * Running on ");
            if let Some((url, _)) = line.and_then(|(_, rest)| rest.split_once('\n')) {
                return url.trim().to_owned();
            }
            self.wait("no address");
        }
    }

    /// Waits a moment for a server that is not ready, as long as it runs and is not late.
    fn wait(&mut self, what: &str) {
        let ended = self.child.try_wait().expect("a child");
        let late = self.begun.elapsed() > LIMIT;
        assert!(
            ended.is_none() && !late,
            "moto_server does not answer: {what}; it ended: {ended:?}; it wrote: {}",
            self.written()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
