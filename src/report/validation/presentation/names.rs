//! Reads the names of accounts from a file: the answer of `aws organizations list-accounts`, one JSON object
//! `{"111122223333": "Name"}`, or two columns of CSV.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::base::json::strict::trimmed;
use crate::base::text::{clip, decode, is_unsafe};
use crate::cloudtrail::ids::AccountId;

/// The longest name, in characters. Organizations allows 50 (CreateAccount, API reference).
pub const LONGEST: usize = 128;
/// Characters shown of a value that is refused.
const SHOWN: usize = 40;

/// The names of accounts by their ids.
///
/// # Errors
/// What is wrong, and in which line or row.
///
/// ```
/// # use trailproof::report::validation::presentation::names::parse;
/// let names = parse(br#"{"111122223333": "Payroll"}"#).unwrap();
/// assert_eq!(names["111122223333"], "Payroll");
/// assert!(parse(br#"{"1111": "Payroll"}"#).is_err());
/// ```
pub fn parse(file: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let text = decode(file)?;
    let text = trimmed(&text);
    let mut names = Names::default();
    match text.chars().next() {
        None => return Err("it is empty".into()),
        Some('{' | '[') => {
            // Several answers may stand one after another, one for each page.
            let values = serde_json::Deserializer::from_str(text).into_iter::<NamesIn>();
            for value in values {
                for (id, name) in value.map_err(|e| e.to_string())?.0 {
                    names.add(&id, &name)?;
                }
            }
        }
        Some(_) => names.add_csv(text)?,
    }
    Ok(names.0)
}

/// The names read so far.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn add(&mut self, id: &str, name: &str) -> Result<(), String> {
        let (id, name) = checked(id, name)?;
        match self.0.insert(id.into(), name.into()) {
            Some(other) if other != name => Err(format!(
                "account {id} has two names: {other:?} and {name:?}"
            )),
            _ => Ok(()),
        }
    }

    fn add_csv(&mut self, text: &str) -> Result<(), String> {
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        for (n, row) in rows.records().enumerate() {
            let row = row.map_err(|e| e.to_string())?;
            let at = |why: String| format!("row {}: {why}", n + 1);
            match row.iter().collect::<Vec<_>>()[..] {
                // A heading, which has no digit.
                [id, _] if n == 0 && !id.contains(|c: char| c.is_ascii_digit()) => {}
                [id, name] => self.add(id, name).map_err(at)?,
                _ => {
                    let why = format!("expected 2 columns, ACCOUNT,NAME, and found {}", row.len());
                    return Err(at(why));
                }
            }
        }
        Ok(())
    }
}

/// An account id and a name, if they are valid.
fn checked<'a>(id: &'a str, name: &'a str) -> Result<(&'a str, &'a str), String> {
    let name = name.trim();
    if let Err(e) = id.parse::<AccountId>() {
        return Err(format!("{:?} is not valid: {e}", clip(id, SHOWN)));
    }
    if name.is_empty() {
        return Err(format!("the name of account {id} is empty"));
    }
    if name.chars().count() > LONGEST {
        return Err(format!(
            "the name of account {id} is longer than {LONGEST} characters"
        ));
    }
    if name.contains(is_unsafe) {
        return Err(format!(
            "the name of account {id} has a control character or an invisible one"
        ));
    }
    Ok((id, name))
}

/// An account as Organizations describes it.
#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedAccount {
    id: String,
    name: String,
}

/// The ids and names in one JSON value.
struct NamesIn(Vec<(String, String)>);

impl<'de> Deserialize<'de> for NamesIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = NamesIn;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer of list-accounts, or an object of names by account ids")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<NamesIn, A::Error> {
        let mut names = Vec::new();
        while let Some(ListedAccount { id, name }) = list.next_element()? {
            checked(&id, &name).map_err(A::Error::custom)?;
            names.push((id, name));
        }
        Ok(NamesIn(names))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<NamesIn, A::Error> {
        let mut names = Vec::new();
        while let Some(member) = object.next_key::<String>()? {
            match member.as_str() {
                "Accounts" => {
                    let NamesIn(listed) = object.next_value()?;
                    names.extend(listed);
                }
                "NextToken" | "ResponseMetadata" => drop(object.next_value::<IgnoredAny>()?),
                id => {
                    let name: String = object.next_value()?;
                    checked(id, &name).map_err(A::Error::custom)?;
                    names.push((member, name));
                }
            }
        }
        Ok(NamesIn(names))
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn each_form_is_read() {
        for file in [
            r#"{"Accounts": [{"Id": "111122223333", "Arn": "x", "Name": "Payroll", "JoinedTimestamp": 1.5}]}"#,
            r#"[{"Id": "111122223333", "Name": "Payroll"}]"#,
            "{\"Accounts\": [], \"NextToken\": \"a\"}\n{\"Accounts\": [{\"Id\": \"111122223333\", \"Name\": \"Payroll\"}]}",
            r#"{"111122223333": "Payroll"}"#,
            "111122223333,Payroll\n",
            "\u{feff}Account ID, Account name\r\n111122223333,\"Payroll\"\r\n",
        ] {
            let names = parse(file.as_bytes()).unwrap();
            assert_eq!(names.len(), 1, "{file}");
            assert_eq!(names["111122223333"], "Payroll", "{file}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (file, expected) in [
            ("", "it is empty"),
            ("\u{feff} \n", "it is empty"),
            (
                "{\n\"1111\": \"x\"}",
                "\"1111\" is not valid: expected an account id of twelve digits at line 2",
            ),
            ("{\"111122223333\": 5}", "expected a string at line 1"),
            (
                "{\"111122223333\": \" \"}",
                "the name of account 111122223333 is empty at line 1",
            ),
            (
                "{\"111122223333\": \"a\\u001b[2J\"}",
                "has a control character",
            ),
            (
                "{\"111122223333\": \"a\", \"111122223333\": \"b\"}",
                "two names",
            ),
            (
                "{\"Accounts\": [{\"Id\": \"111122223333\"}]}",
                "missing field `Name` at line 1",
            ),
            ("{\"Accounts\": 5}", "expected the answer of list-accounts"),
            ("[[[[", "invalid type: sequence"),
            ("111122223333,a\n12345,b\n", "row 2: \"12345\" is not valid"),
            (
                "111122223333\n",
                "row 1: expected 2 columns, ACCOUNT,NAME, and found 1",
            ),
            (
                "111122223333,a\n\n111122223333,b\n",
                "row 2: account 111122223333 has two names",
            ),
        ] {
            let why = parse(file.as_bytes()).expect_err(file);
            assert!(why.contains(expected), "{file}: {why}");
        }
        let long = format!("{{\"111122223333\": \"{}\"}}", "x".repeat(129));
        assert!(parse(long.as_bytes()).is_err());
        assert!(parse(b"111122223333,\xff\n").is_err());
    }
}
