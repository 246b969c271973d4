//! A Slurm of one node on loopback: `munged`, `slurmctld` and `slurmd` from Debian's packages, with all files in a
//! temporary folder.

use std::fs::{self, File};
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::python::output_of;

/// How long it may take to start, and a job to end: far longer than on a busy machine.
const LIMIT: Duration = Duration::from_secs(240);
/// How to get what is missing.
const CURE: &str = "Slurm is needed: apt-get install slurm-wlm munge";
/// Where Debian has daemons, which PATH may lack.
const DAEMONS: &str = "/usr/sbin";

/// The cluster, as long as this value lives.
pub struct Slurm {
    dir: tempfile::TempDir,
    /// In the order in which they were started.
    daemons: Vec<Child>,
}

impl Slurm {
    /// Starts the daemons, and waits until the node is idle.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        for folder in ["state", "spool", "run"] {
            fs::create_dir(dir.path().join(folder)).expect("a folder");
        }
        let mut key = [0u8; 1024];
        let random = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut key));
        random.expect("random bytes");
        write_secret(&dir.path().join("munge.key"), &key);
        let host = output_of(Command::new("hostname").arg("-s"));
        let host = host.trim();
        fs::write(
            dir.path().join("slurm.conf"),
            configuration(dir.path(), host),
        )
        .expect("written");
        let mut slurm = Slurm {
            dir,
            daemons: Vec::new(),
        };
        let path = |name: &str| slurm.dir.path().join(name).display().to_string();
        let munge = [
            "--foreground".to_owned(),
            "--force".to_owned(),
            format!("--key-file={}", path("munge.key")),
            format!("--socket={}", path("run/munge.sock")),
            format!("--pid-file={}", path("run/munge.pid")),
            format!("--seed-file={}", path("run/munge.seed")),
            format!("--log-file={}", path("munge.log")),
        ];
        let socket = PathBuf::from(path("run/munge.sock"));
        slurm.daemon("munged", &munge);
        slurm.wait("munged does not answer", || socket.exists());
        slurm.daemon("slurmctld", &["-D".to_owned()]);
        slurm.daemon(
            "slurmd",
            &["-D".to_owned(), "-N".to_owned(), host.to_owned()],
        );
        slurm.wait("the node is not idle", || {
            let state = slurm.command("sinfo").args(["-h", "-o", "%t"]).output();
            state.is_ok_and(|state| state.stdout.trim_ascii() == b"idle")
        });
        slurm
    }

    /// A program that talks to this cluster.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("SLURM_CONF", self.dir.path().join("slurm.conf"));
        command
    }

    /// Waits until a job ended, and gives its exit status.
    pub fn ended(&self, job: u32) -> i32 {
        let mut said = String::new();
        self.wait("a job does not end", || {
            let mut show = self.command("scontrol");
            said = output_of(show.args(["show", "job", "--oneliner", &job.to_string()]));
            let has_state = |state: &str| said.contains(&format!(" JobState={state} "));
            !["PENDING", "RUNNING", "COMPLETING", "SUSPENDED"]
                .iter()
                .any(|state| has_state(state))
        });
        let status = said
            .split(" ExitCode=")
            .nth(1)
            .and_then(|rest| rest.split(':').next());
        let status = status.and_then(|status| status.parse().ok());
        status.unwrap_or_else(|| panic!("no exit status: {said}"))
    }

    fn daemon(&mut self, name: &str, args: &[String]) {
        let log = File::create(self.dir.path().join(format!("{name}.out"))).expect("a file");
        let program = Path::new(DAEMONS).join(name);
        let daemon = self
            .command(program.to_str().expect("UTF-8"))
            .args(args)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .spawn();
        self.daemons
            .push(daemon.unwrap_or_else(|e| panic!("{name}: {e}: {CURE}")));
    }

    fn wait(&self, why: &str, mut is_over: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !is_over() {
            assert!(begun.elapsed() < LIMIT, "{why}: {}", self.said());
            sleep(Duration::from_millis(100));
        }
    }

    /// What the daemons wrote.
    fn said(&self) -> String {
        let said = |name: &str| {
            let file = self.dir.path().join(format!("{name}.out"));
            format!("{name}: {}\n", fs::read_to_string(file).unwrap_or_default())
        };
        ["munged", "slurmctld", "slurmd"].map(said).concat()
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        // A test that failed may leave jobs behind.
        let _ = self
            .command("scancel")
            .args(["--partition=test", "--full"])
            .output();
        for daemon in self.daemons.iter_mut().rev() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// A file that only its owner can read.
fn write_secret(path: &Path, content: &[u8]) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, content).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o400)).expect("permissions");
}

/// A port that nobody listens on, below those that connections go out from.
fn free_port() -> u16 {
    let mut random = File::open("/dev/urandom").expect("random bytes");
    loop {
        let mut two = [0u8; 2];
        random.read_exact(&mut two).expect("random bytes");
        let port = 10_000 + u16::from_ne_bytes(two) % 20_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn configuration(dir: &Path, host: &str) -> String {
    let (dir, user) = (dir.display(), output_of(Command::new("id").arg("-un")));
    let user = user.trim();
    format!(
        "ClusterName=test
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket={dir}/run/munge.sock
CryptoType=crypto/munge
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={}
SlurmdPort={}
StateSaveLocation={dir}/state
SlurmdSpoolDir={dir}/spool
SlurmctldPidFile={dir}/run/slurmctld.pid
SlurmdPidFile={dir}/run/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=4096 State=UNKNOWN
PartitionName=test Nodes={host} Default=YES MaxTime=INFINITE State=UP
",
        free_port(),
        free_port()
    )
}
