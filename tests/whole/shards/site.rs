//! A place where the binary validates the organization, in one run or in shards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use trailproof::report::Format;

use crate::support::orderly::in_parallel;
use crate::support::program::{Run, command, finish};
use crate::support::random_org::{RandomOrg, of_copy, of_s3};
use crate::support::stage::Stage;

/// AWS on loopback, or nothing where copies are read; the folder of all files; and what is validated.
pub struct Site {
    pub aws: Option<Stage>,
    dir: Option<tempfile::TempDir>,
    scope: Vec<String>,
}

/// A plan, and the folder for its parts.
pub struct Planned {
    pub plan: String,
    pub parts: String,
    /// The lines of the plan after its header.
    pub shards: Vec<Value>,
}

impl Planned {
    /// Whether a shard has only a share of the logs of an account and region.
    pub fn has_shares(&self) -> bool {
        let mut groups = self
            .shards
            .iter()
            .flat_map(|shard| shard["groups"].as_array().expect("groups"));
        groups.any(|group| group["share"].is_string())
    }
}

impl Site {
    /// The organization in S3.
    pub fn of_s3(org: &RandomOrg) -> Site {
        Site {
            aws: Some(org.served()),
            dir: None,
            scope: of_s3(),
        }
    }

    /// A copy of it.
    pub fn of_copy(org: &RandomOrg) -> Site {
        Site {
            aws: None,
            dir: Some(org.copied()),
            scope: of_copy(),
        }
    }

    /// The folder of all files.
    pub fn path(&self) -> &Path {
        match (&self.aws, &self.dir) {
            (Some(aws), _) => aws.dir.path(),
            (_, Some(dir)) => dir.path(),
            _ => unreachable!("one of them is given"),
        }
    }

    /// The binary there.
    pub fn command(&self, args: &[impl AsRef<str>]) -> Command {
        match &self.aws {
            Some(aws) => aws.command(args),
            None => {
                let mut command = command(self.path(), args);
                command.env_clear();
                command
            }
        }
    }

    /// Runs the binary there.
    pub fn run(&self, args: &[impl AsRef<str>]) -> Run {
        finish(&mut self.command(args))
    }

    /// Validates in one run, into a folder. Returns the exit status.
    pub fn single(&self, folder: &str, formats: &[Format]) -> i32 {
        let mut args = vec!["validate".to_owned()];
        args.extend(self.scope.iter().cloned());
        self.run_into(args, folder, formats)
    }

    /// Plans so many shards.
    pub fn plan(&self, shards: usize) -> Planned {
        let (plan, parts) = (format!("plan-{shards}.jsonl"), format!("parts-{shards}/"));
        let mut args = ["shard", "plan", "--out", &plan, "--shards"]
            .map(String::from)
            .to_vec();
        args.push(shards.to_string());
        args.extend(self.scope.iter().cloned());
        let run = self.run(&args);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        let text = fs::read_to_string(self.path().join(&plan)).expect("a plan");
        let lines = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        let shards: Vec<Value> = lines.skip(1).collect();
        fs::create_dir(self.path().join(&parts)).expect("a folder");
        Planned {
            plan,
            parts,
            shards,
        }
    }

    /// Runs one shard.
    pub fn shard(&self, planned: &Planned, shard: usize) -> Command {
        let (shard, Planned { plan, parts, .. }) = (shard.to_string(), planned);
        let args = [
            "shard", "run", "--plan", plan, "--shard", &shard, "--out", parts, "--jobs", "4",
        ];
        self.command(&args)
    }

    /// Runs all shards, several processes at once.
    pub fn run_all(&self, planned: &Planned) {
        let shards: Vec<usize> = (0..planned.shards.len()).collect();
        in_parallel(&shards, |shard| {
            let run = finish(&mut self.shard(planned, *shard));
            assert_eq!(run.code, 0, "shard {shard}: {}{}", run.stdout, run.stderr);
            assert!(self.part(planned, *shard).is_file(), "shard {shard}");
        });
    }

    /// The file of a part.
    pub fn part(&self, planned: &Planned, shard: usize) -> PathBuf {
        let folder = self.path().join(&planned.parts);
        folder.join(format!("shard-{shard:05}.part"))
    }

    /// Merges the parts into a folder. Returns the exit status.
    pub fn merge(&self, planned: &Planned, folder: &str, formats: &[Format]) -> i32 {
        let Planned { plan, parts, .. } = planned;
        let args = ["shard", "merge", "--plan", plan, parts].map(String::from);
        self.run_into(args.to_vec(), folder, formats)
    }

    /// Runs a command that writes a report, with a file in each of these formats.
    fn run_into(&self, mut args: Vec<String>, folder: &str, formats: &[Format]) -> i32 {
        fs::create_dir_all(self.path().join(folder)).expect("a folder");
        for format in formats {
            let (name, file) = (format.as_str(), format!("{folder}/{}", format.as_str()));
            args.extend(["--format", name, "--out", &file].map(String::from));
        }
        let run = self.run(&args);
        assert!(
            [0, 1, 3, 4].contains(&run.code),
            "{}: {}{}",
            run.code,
            run.stdout,
            run.stderr
        );
        run.code
    }

    /// What a run wrote in a format.
    pub fn written(&self, folder: &str, format: Format) -> String {
        let file = self.path().join(folder).join(format.as_str());
        fs::read_to_string(file).expect("a report")
    }

    /// The JSON report of a run.
    pub fn report(&self, folder: &str) -> Value {
        serde_json::from_str(&self.written(folder, Format::Json)).expect("JSON")
    }
}
