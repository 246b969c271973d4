//! The `--accept` file (pure).

use jiff::Timestamp;
use toml::{Table, Value};

use super::{Acceptance, Extent};
use crate::base::text::cited;
use crate::base::time::{Window, written};

/// The fields of an entry. Each must be given, apart from one of `to` and `follows`. All but `follows` are text.
const FIELDS: [&str; 6] = ["chain", "from", "to", "follows", "reason", "who"];

/// Parses a TOML file of `[[accept]]` tables, each with `chain`, `from`, `to` or `follows = true`, `reason` and
/// `who`.
///
/// # Errors
/// What is wrong with the file, in words: which entry, and which field of it.
pub fn parse(text: &str) -> Result<Vec<Acceptance>, String> {
    let file: Table = text.parse().map_err(|e| not_toml(text, &e))?;
    if let Some(other) = file.keys().find(|key| *key != "accept") {
        return Err(format!(
            "{} is not known here: entries begin with [[accept]]",
            cited(other)
        ));
    }
    let entries = match file.get("accept") {
        Some(Value::Array(entries)) => &entries[..],
        Some(_) => {
            return Err("accept is not a list of entries: each begins with [[accept]]".into());
        }
        None => &[],
    };
    let entry = |(at, entry): (usize, &Value)| {
        let entry = entry.as_table().ok_or("is not a table".to_owned());
        let accepted = entry.and_then(acceptance);
        accepted.map_err(|why| format!("entry {} {why}", at + 1))
    };
    entries.iter().enumerate().map(entry).collect()
}

/// Why a text is not TOML, with the line.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!(
            "line {}: {}",
            before.matches('\n').count() + 1,
            error.message()
        ),
        None => error.message().to_owned(),
    }
}

/// One entry; or what is wrong with it, as the predicate of a sentence.
fn acceptance(entry: &Table) -> Result<Acceptance, String> {
    if let Some(other) = entry.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        let fields = FIELDS.join(", ");
        return Err(format!(
            "has {}, which is not known: its fields are {fields}",
            cited(other)
        ));
    }
    let text = |field: &str| match entry.get(field) {
        None => Err(format!("has no `{field}`")),
        Some(Value::String(text)) if text.trim().is_empty() => {
            Err(format!("has an empty `{field}`"))
        }
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(format!("has a `{field}` that is not text in quotes")),
    };
    let time = |field: &str| {
        let wrong = |why| format!("has a `{field}` that is not a time: {why}");
        let given = entry.get(field).map(|_| text(field)).transpose()?;
        given
            .map(|text| written::parse(text).map_err(wrong))
            .transpose()
    };
    let chain = text("chain")?;
    let wrong = |why| format!("has a `chain` that is not valid, {}: {why}", cited(chain));
    Ok(Acceptance {
        chain: chain.parse().map_err(wrong)?,
        extent: extent(entry.get("follows"), &time)?,
        reason: text("reason")?.to_owned(),
        who: text("who")?.to_owned(),
    })
}

/// What an entry accepts, by its times.
fn extent(
    follows: Option<&Value>,
    time: &dyn Fn(&str) -> Result<Option<Timestamp>, String>,
) -> Result<Extent, String> {
    let follows = match follows {
        None => false,
        Some(Value::Boolean(follows)) => *follows,
        Some(_) => return Err("has a `follows` that is not true or false".into()),
    };
    let from = time("from")?.ok_or("has no `from`")?;
    match (time("to")?, follows) {
        (None, true) => Ok(Extent::Follows(from)),
        (Some(_), true) => Err("has `to` and `follows = true`: give one of them".into()),
        (None, false) => Err(
            "has no `to`: give it, or `follows = true` to accept that the chain ended at `from`"
                .into(),
        ),
        (Some(to), false) if from <= to => Ok(Extent::Within(Window { from, to })),
        (Some(_), false) => Err("has a `from` that is after its `to`".into()),
    }
}
