//! AWS Lambda on loopback: the runtime interface, and the program as the runtime of a function.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use serde_json::Value;
use tokio::sync::Notify;

use crate::support::aws::body::{Broken, Reply};
use crate::support::aws::calls::Log;
use crate::support::aws::server::{Endpoint, serve};
use crate::support::aws::worker::{Worker, adopt, listen};
use crate::support::aws::{ACCESS_KEY, SECRET_KEY};
use crate::support::program::command;
use crate::support::stage::Stage;

/// How long an answer may take on a machine that has much else to do.
const BOUND: Duration = Duration::from_secs(120);

/// The beginning of every path.
const RUNTIME: &str = "/2018-06-01/runtime/";

/// What a function answered.
#[derive(Debug)]
pub enum Answered {
    /// The body of its response.
    Response(Vec<u8>),
    /// Its error.
    Error { kind: String, message: String },
}

impl Answered {
    /// The response as JSON.
    pub fn response(self) -> Value {
        match self {
            Answered::Response(body) => serde_json::from_slice(&body).expect("JSON"),
            error @ Answered::Error { .. } => panic!("{error:?}"),
        }
    }

    /// The message of an error of this kind.
    pub fn error(self, expected: &str) -> String {
        match self {
            Answered::Error { kind, message } => {
                assert_eq!(kind, expected, "{message}");
                message
            }
            Answered::Response(body) => panic!("{}", String::from_utf8_lossy(&body)),
        }
    }
}

/// An event that the runtime has not fetched.
struct Waiting {
    event: Vec<u8>,
    ends: SystemTime,
}

/// The runtime interface: gives out events, and takes one answer for each.
struct RuntimeApi {
    waiting: Mutex<VecDeque<Waiting>>,
    arrived: Notify,
    /// The request that the runtime works on, and how many there were.
    current: Mutex<(Option<String>, usize)>,
    answers: Sender<Answered>,
}

impl RuntimeApi {
    async fn next(&self) -> Response<s3s::Body> {
        let Waiting { event, ends } = loop {
            let waiting = self.waiting.lock().expect("no panic").pop_front();
            match waiting {
                Some(waiting) => break waiting,
                None => self.arrived.notified().await,
            }
        };
        let mut current = self.current.lock().expect("no panic");
        assert!(current.0.is_none(), "the event before has an answer");
        current.1 += 1;
        let id = format!("8476a536-e9f4-11e8-9739-{:012}", current.1);
        current.0 = Some(id.clone());
        let ends = ends.duration_since(SystemTime::UNIX_EPOCH).expect("a time");
        let function = "arn:aws:lambda:us-east-1:111111111111:function:trailproof";
        Response::builder()
            .header("Lambda-Runtime-Aws-Request-Id", id)
            .header("Lambda-Runtime-Deadline-Ms", ends.as_millis().to_string())
            .header("Lambda-Runtime-Invoked-Function-Arn", function)
            .header(
                "Lambda-Runtime-Trace-Id",
                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
            )
            .header("Content-Type", "application/json")
            .body(s3s::Body::from(event))
            .expect("a response")
    }

    /// Takes the answer to the current request.
    fn take(&self, id: &str, answered: Answered) -> Response<s3s::Body> {
        let current = self.current.lock().expect("no panic").0.take();
        assert_eq!(current.as_deref(), Some(id));
        self.answers.send(answered).expect("the test waits");
        let accepted = s3s::Body::from("{\"status\":\"OK\"}".to_owned());
        Response::builder()
            .status(202)
            .body(accepted)
            .expect("a response")
    }
}

impl Endpoint for RuntimeApi {
    async fn answer(
        &self,
        request: Request<Incoming>,
        _: usize,
    ) -> Result<Response<Reply>, Broken> {
        let (head, body) = request.into_parts();
        let path = head.uri.path().strip_prefix(RUNTIME).unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        let response = match (&head.method, &parts[..]) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => {
                let body = body.collect().await?.to_bytes().to_vec();
                self.take(id, Answered::Response(body))
            }
            (&Method::POST, ["invocation", id, "error"]) => {
                assert!(
                    head.headers
                        .contains_key("lambda-runtime-function-error-type")
                );
                let body: Value = serde_json::from_slice(&body.collect().await?.to_bytes())?;
                let text = |name: &str| body[name].as_str().expect("a text").to_owned();
                let (kind, message) = (text("errorType"), text("errorMessage"));
                self.take(id, Answered::Error { kind, message })
            }
            _ => panic!("{} {}", head.method, head.uri),
        };
        Ok(response.map(|body| Reply::new(body, None, None)))
    }
}

/// A function, as long as this value lives: its runtime interface, and the process that serves it.
pub struct Function {
    api: Arc<RuntimeApi>,
    answers: Receiver<Answered>,
    worker: Option<Worker>,
    process: Child,
    folder: tempfile::TempDir,
}

impl Function {
    /// Starts a function that finds the servers of a stage.
    pub fn start(stage: &Stage) -> Function {
        let folder = tempfile::tempdir().expect("a folder");
        let (address, socket) = listen();
        let (sender, answers) = mpsc::channel();
        let api = Arc::new(RuntimeApi {
            waiting: Mutex::default(),
            arrived: Notify::new(),
            current: Mutex::default(),
            answers: sender,
        });
        let served = Arc::clone(&api);
        let worker = Worker::start(move || {
            tokio::spawn(serve(adopt(socket), None, served, Arc::<Log>::default()));
        });
        let mut command = bootstrap(folder.path());
        let file = |name: &str| File::create(folder.path().join(name)).expect("a file");
        command.stdout(file("stdout")).stderr(file("stderr"));
        command
            .env_clear()
            .envs(environment(stage, address, folder.path()));
        let process = command.spawn().expect("the binary runs");
        Function {
            api,
            answers,
            worker: Some(worker),
            process,
            folder,
        }
    }

    /// The folder of its package.
    pub fn package(&self) -> &Path {
        self.folder.path()
    }

    /// Invokes it with an event, for which it has a minute.
    pub fn invoke(&mut self, event: impl ToString) -> Answered {
        self.invoke_for(event, Duration::from_secs(60))
    }

    /// Invokes it with an event, for which it has this much time.
    pub fn invoke_for(&mut self, event: impl ToString, time: Duration) -> Answered {
        self.send(event, time);
        self.answer()
    }

    /// Sends an event, and does not wait for the answer.
    pub fn send(&self, event: impl ToString, time: Duration) {
        let event = event.to_string().into_bytes();
        let ends = SystemTime::now() + time;
        let mut waiting = self.api.waiting.lock().expect("no panic");
        waiting.push_back(Waiting { event, ends });
        self.api.arrived.notify_one();
    }

    /// Waits for an answer.
    pub fn answer(&mut self) -> Answered {
        let answer = self.answers.recv_timeout(BOUND);
        answer.unwrap_or_else(|e| panic!("{e}: {:?}: {}", self.process.try_wait(), self.log()))
    }

    /// Its standard output and standard error so far.
    pub fn log(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name));
        ["stdout", "stderr"]
            .map(|name| read(name).expect("a file"))
            .concat()
    }

    /// The validation that it runs, once there is one.
    pub fn validation(&self) -> u32 {
        let id = self.process.id();
        let children = format!("/proc/{id}/task/{id}/children");
        let begun = Instant::now();
        while begun.elapsed() < BOUND {
            let found = fs::read_to_string(&children).expect("the process runs");
            if let Some(child) = found.split_whitespace().next() {
                return child.parse().expect("a process");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("no validation: {}", self.log());
    }

    /// Ends the runtime interface, and waits until the process ends too.
    pub fn end(mut self) -> (ExitStatus, String) {
        drop(self.worker.take());
        let status = self.process.wait().expect("a process");
        (status, self.log())
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program, called as Lambda calls it.
pub fn bootstrap(folder: &Path) -> Command {
    let path: PathBuf = folder.join("bootstrap");
    let program = command(folder, &[""; 0]);
    symlink(program.get_program(), &path).expect("a link");
    let mut command = Command::new(path);
    command.current_dir(folder);
    command
}

/// Everything that Lambda sets for a function, and the endpoints of a stage in place of AWS.
pub fn environment(
    stage: &Stage,
    runtime: SocketAddr,
    package: &Path,
) -> Vec<(&'static str, String)> {
    let (s3, control) = (stage.loopback.s3_url(), stage.loopback.cloudtrail_url());
    let package = package.to_str().expect("UTF-8");
    let set = [
        ("AWS_ENDPOINT_URL_S3", s3.as_str()),
        ("AWS_ENDPOINT_URL", &control),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLE/+="),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
        ("AWS_LAMBDA_FUNCTION_NAME", "trailproof"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/trailproof"),
        (
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "2026/03/01/[$LATEST]0123456789abcdef",
        ),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
        ("AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1:2000"),
        ("_AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1"),
        ("_AWS_XRAY_DAEMON_PORT", "2000"),
        ("_HANDLER", "trailproof"),
        ("LAMBDA_TASK_ROOT", package),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
        ("LANG", "en_US.UTF-8"),
        (
            "LD_LIBRARY_PATH",
            "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/opt/lib",
        ),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
        ("PWD", "/var/task"),
        ("SHLVL", "0"),
        ("TZ", ":UTC"),
    ];
    let set = set.map(|(name, value)| (name, value.to_owned()));
    let runtime = ("AWS_LAMBDA_RUNTIME_API", runtime.to_string());
    set.into_iter().chain([runtime]).collect()
}
