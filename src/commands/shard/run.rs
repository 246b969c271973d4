//! Which shard a process validates, and where its part goes.

use std::path::{Path, PathBuf};

use crate::base::error::{Error, ErrorKind};
use crate::base::text::cited;

/// The variables in which Kubernetes, AWS Batch and Slurm give each task of a job its number.
pub const INDEX_VARIABLES: [&str; 3] = [
    "JOB_COMPLETION_INDEX",
    "AWS_BATCH_JOB_ARRAY_INDEX",
    "SLURM_ARRAY_TASK_ID",
];

/// The shard of this process: the one that was given, else the one that the variables say, else the only one.
///
/// # Errors
/// If none says it, two variables differ, or the plan has no such shard.
pub fn shard_index(
    given: Option<u32>,
    variables: &[(&'static str, String)],
    shards: u32,
) -> Result<u32, Error> {
    let (index, from) = match (given, variables) {
        (Some(given), _) => (given, "--shard"),
        (None, []) if shards == 1 => return Ok(0),
        (None, []) => return Err(no_index(shards)),
        (None, [first, others @ ..]) => {
            let index = number(first)?;
            for other in others {
                if number(other)? != index {
                    return Err(differing(first, other));
                }
            }
            (index, first.0)
        }
    };
    if index < shards {
        return Ok(index);
    }
    let last = shards.saturating_sub(1);
    let message = format!("{from} is {index}, and the last shard of this plan is {last}");
    Err(Error::new(ErrorKind::Usage, message).hint(format!(
        "give a number from 0 to {last}; start {shards} tasks, numbered from 0"
    )))
}

fn number((name, value): &(&'static str, String)) -> Result<u32, Error> {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| value.parse().ok()).flatten();
    number.ok_or_else(|| {
        let message = format!(
            "{name} is {}, which is not the number of a shard",
            cited(value)
        );
        Error::new(ErrorKind::Usage, message).hint("give --shard I, from 0")
    })
}

fn no_index(shards: u32) -> Error {
    let variables = INDEX_VARIABLES.join(", ");
    let message = format!("which of the {shards} shards to validate is not given");
    Error::new(ErrorKind::Usage, message)
        .because(format!(
            "no --shard is given, and none of {variables} is set"
        ))
        .hint("give --shard I, from 0")
}

fn differing(
    (one, first): &(&'static str, String),
    (other, second): &(&'static str, String),
) -> Error {
    let message =
        format!("two variables give different shards: {one} is {first}, {other} is {second}");
    Error::new(ErrorKind::Usage, message)
        .hint("give --shard I, or unset the one that is not of this job")
}

/// The name of the part of a shard in a folder.
pub fn part_name(shard: u32) -> String {
    format!("shard-{shard:05}.part")
}

/// Whether a path stands for a folder, in which parts have their own names.
pub fn is_folder(out: &Path) -> bool {
    out.as_os_str().as_encoded_bytes().ends_with(b"/") || out.is_dir()
}

/// Where the part of a shard goes.
pub fn part_path(out: &Path, shard: u32) -> PathBuf {
    match is_folder(out) {
        true => out.join(part_name(shard)),
        false => out.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{INDEX_VARIABLES, part_path, shard_index};

    const KUBERNETES: &str = INDEX_VARIABLES[0];
    const BATCH: &str = INDEX_VARIABLES[1];
    const SLURM: &str = INDEX_VARIABLES[2];

    fn index(
        given: Option<u32>,
        variables: &[(&'static str, &str)],
        shards: u32,
    ) -> Result<u32, String> {
        let variables = variables
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let variables: Vec<_> = variables.collect();
        shard_index(given, &variables, shards).map_err(|e| e.to_string())
    }

    #[test]
    fn the_shard_is_the_given_one_or_that_of_the_variables() {
        for variable in INDEX_VARIABLES {
            assert_eq!(index(None, &[(variable, "6")], 7), Ok(6));
        }
        assert_eq!(index(Some(2), &[(BATCH, "3")], 7), Ok(2));
        assert_eq!(index(None, &[(BATCH, "3"), (SLURM, "3")], 7), Ok(3));
        assert_eq!(index(None, &[], 1), Ok(0));
    }

    #[test]
    fn a_shard_that_is_not_clear_is_refused() {
        let refused = |given, variables: &[_], shards| {
            index(given, variables, shards).expect_err("no shard is clear")
        };
        let two = refused(None, &[(KUBERNETES, "1"), (SLURM, "2")], 7);
        assert!(
            two.contains("JOB_COMPLETION_INDEX is 1, SLURM_ARRAY_TASK_ID is 2"),
            "{two}"
        );
        assert!(refused(None, &[], 7).contains("which of the 7 shards"));
        for value in ["-1", "+1", "x", "", "4294967296", "1.0"] {
            let why = refused(None, &[(BATCH, value)], 7);
            assert!(why.contains("not the number of a shard"), "{why}");
        }
        let beyond = refused(Some(7), &[], 7);
        assert!(
            beyond.contains("the last shard of this plan is 6"),
            "{beyond}"
        );
    }

    #[test]
    fn a_part_in_a_folder_has_the_name_of_its_shard() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(
            part_path(folder.path(), 7),
            folder.path().join("shard-00007.part")
        );
        assert_eq!(
            part_path(Path::new("new/"), 7),
            Path::new("new/shard-00007.part")
        );
        assert_eq!(part_path(Path::new("a.part"), 7), Path::new("a.part"));
    }
}
