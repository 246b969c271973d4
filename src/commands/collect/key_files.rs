//! `keys/REGION.json`: the answers of ListPublicKeys of one region one after another, so that other programs and
//! `--keys` find the keys where they look for them.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;

use rustix::fs::Dir;

use super::recorder::Recorder;
use crate::source::bundle::layout;
use crate::source::bundle::question::ApiOperation;
use crate::source::bundle::record::FileOrigin;

/// The folder of CloudTrail's answers.
const ANSWERS: &str = "cloudtrail";

/// Makes the files from the answers that are stored.
///
/// # Errors
/// If an answer cannot be read, or a file cannot be stored.
pub fn make(recorder: &Recorder) -> io::Result<()> {
    let store = recorder.store();
    store.flush()?;
    for (region, answers) in answers_by_region(recorder)? {
        let path = layout::keys(&region);
        let from = FileOrigin::Call {
            service: ANSWERS.into(),
            operation: ApiOperation::ListPublicKeys.as_str().into(),
            region: Some(region),
            subject: None,
        };
        let mut all = Vec::new();
        for answer in answers {
            store.open(&answer)?.read_to_end(&mut all)?;
        }
        recorder.put_from(&path, &all, from);
    }
    Ok(())
}

/// The paths of the answers of each region, in order.
fn answers_by_region(recorder: &Recorder) -> io::Result<BTreeMap<String, Vec<String>>> {
    let mut regions = BTreeMap::<String, Vec<String>>::new();
    let folder = match recorder.store().folder(ANSWERS) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(regions),
        folder => folder?,
    };
    let operation = ApiOperation::ListPublicKeys.as_str();
    for entry in Dir::read_from(folder.as_fd())? {
        let entry = entry?;
        let Ok(name) = entry.file_name().to_str() else {
            continue;
        };
        let rest = name
            .strip_prefix(operation)
            .and_then(|n| n.strip_prefix('.'));
        let is_answer = name.ends_with(".json") && !name.ends_with(".error.json");
        if let Some((region, _)) = rest.and_then(|rest| rest.split_once('.'))
            && is_answer
        {
            let answers = regions.entry(region.to_owned()).or_default();
            answers.push(format!("{ANSWERS}/{name}"));
        }
    }
    regions.values_mut().for_each(|answers| answers.sort());
    Ok(regions)
}
