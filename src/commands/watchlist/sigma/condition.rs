//! The condition of a Sigma rule: which of its selections must hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::pattern_room::PatternRoom;
use super::super::record_test::RecordTest;
use super::super::text_pattern::TextPattern;
use super::super::text_test::{Letters, TextTest};
use super::selection::selection;
use crate::base::text::cited;

/// Most words of one condition.
const WORDS: usize = 200;

/// Deepest parentheses.
const DEPTH: usize = 20;

/// A part of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Of,
    Word(String),
}

/// The test of a detection: its `condition` over its selections. Of several conditions one must hold.
///
/// # Errors
/// What is not supported, as the predicate of a sentence.
pub(super) fn compile(
    detection: &Map<String, Value>,
    room: &PatternRoom,
) -> Result<RecordTest, String> {
    let conditions = match detection.get("condition") {
        Some(Value::String(condition)) => vec![condition.as_str()],
        Some(Value::Array(conditions)) => {
            let texts = conditions.iter().map(Value::as_str).collect::<Option<_>>();
            texts.ok_or("has a `condition` that is not text")?
        }
        Some(_) => return Err("has a `condition` that is not text".into()),
        None => return Err("has no `condition`".into()),
    };
    let mut selections = Selections {
        detection,
        built: BTreeMap::new(),
        room,
    };
    let mut tests = Vec::new();
    let mut words = 0;
    for condition in conditions {
        let tokens = tokens(condition)?;
        words += tokens.len();
        if words > WORDS {
            return Err(format!("has a `condition` of more than {WORDS} words"));
        }
        let mut parser = Parser {
            tokens: tokens.into_iter().peekable(),
            selections: &mut selections,
            depth: 0,
        };
        tests.push(parser.all()?);
    }
    if tests.is_empty() {
        return Err("has no `condition`".into());
    }
    Ok(RecordTest::Any(tests))
}

/// The parts of a condition.
fn tokens(condition: &str) -> Result<Vec<Token>, String> {
    if condition.contains('|') {
        return Err(
            "counts or relates events in its `condition` (`|`), which is not supported".into(),
        );
    }
    let spaced = condition.replace('(', " ( ").replace(')', " ) ");
    let token = |word: &str| match word.to_ascii_lowercase().as_str() {
        "(" => Token::Open,
        ")" => Token::Close,
        "and" => Token::And,
        "or" => Token::Or,
        "not" => Token::Not,
        "of" => Token::Of,
        _ => Token::Word(word.to_owned()),
    };
    Ok(spaced.split_whitespace().map(token).collect())
}

/// The selections of a detection, each built when a condition first refers to it.
struct Selections<'d> {
    detection: &'d Map<String, Value>,
    built: BTreeMap<&'d str, Arc<RecordTest>>,
    room: &'d PatternRoom,
}

impl<'d> Selections<'d> {
    /// The names of all selections.
    fn names(&self) -> impl Iterator<Item = &'d str> + use<'d> {
        let names = self.detection.keys().map(String::as_str);
        names.filter(|name| *name != "condition")
    }

    /// The test of a selection.
    fn test(&mut self, name: &str) -> Result<RecordTest, String> {
        let unknown = || {
            format!(
                "has a `condition` with {}, which is not a selection of it",
                cited(name)
            )
        };
        let name = self
            .names()
            .find(|known| *known == name)
            .ok_or_else(unknown)?;
        if let Some(test) = self.built.get(name) {
            return Ok(RecordTest::Shared(Arc::clone(test)));
        }
        let value = self.detection.get(name).ok_or_else(unknown)?;
        let test = Arc::new(selection(value, self.room)?);
        self.built.insert(name, Arc::clone(&test));
        Ok(RecordTest::Shared(test))
    }
}

/// Parses a condition by descent: `or` binds least, then `and`, then `not`.
struct Parser<'p, 'd, T: Iterator<Item = Token>> {
    tokens: std::iter::Peekable<T>,
    selections: &'p mut Selections<'d>,
    depth: usize,
}

impl<T: Iterator<Item = Token>> Parser<'_, '_, T> {
    /// The complete condition.
    fn all(&mut self) -> Result<RecordTest, String> {
        let test = self.or()?;
        match self.tokens.next() {
            None => Ok(test),
            Some(_) => Err(malformed()),
        }
    }

    fn or(&mut self) -> Result<RecordTest, String> {
        let mut tests = vec![self.and()?];
        while self.tokens.next_if_eq(&Token::Or).is_some() {
            tests.push(self.and()?);
        }
        Ok(RecordTest::Any(tests))
    }

    fn and(&mut self) -> Result<RecordTest, String> {
        let mut tests = vec![self.not()?];
        while self.tokens.next_if_eq(&Token::And).is_some() {
            tests.push(self.not()?);
        }
        Ok(RecordTest::All(tests))
    }

    fn not(&mut self) -> Result<RecordTest, String> {
        let mut is_not = false;
        while self.tokens.next_if_eq(&Token::Not).is_some() {
            is_not = !is_not;
        }
        let test = self.one()?;
        Ok(match is_not {
            true => RecordTest::Not(Box::new(test)),
            false => test,
        })
    }

    /// A selection, `1 of …`, `all of …` or parentheses.
    fn one(&mut self) -> Result<RecordTest, String> {
        match self.tokens.next() {
            Some(Token::Open) => {
                self.depth += 1;
                if self.depth > DEPTH {
                    return Err(format!(
                        "has a `condition` of more than {DEPTH} parentheses"
                    ));
                }
                let test = self.or()?;
                self.depth -= 1;
                match self.tokens.next() {
                    Some(Token::Close) => Ok(test),
                    _ => Err(malformed()),
                }
            }
            Some(Token::Word(word)) => match self.tokens.next_if_eq(&Token::Of) {
                None => self.selections.test(&word),
                Some(_) => self.several(&word),
            },
            _ => Err(malformed()),
        }
    }

    /// What follows `1 of` or `all of`: `them`, or a pattern of names.
    fn several(&mut self, how_many: &str) -> Result<RecordTest, String> {
        let Some(Token::Word(which)) = self.tokens.next() else {
            return Err(malformed());
        };
        let pattern = match which.eq_ignore_ascii_case("them") {
            true => "*",
            false => &which,
        };
        let pattern = [TextPattern::of(pattern)];
        let pattern = TextTest::any_of(&pattern, Letters::SameCase, self.selections.room)?;
        // A selection whose name begins with `_` is not one of them (Sigma specification, "Condition").
        let is_meant =
            |name: &&str| pattern.holds(name) && !(which == "them" && name.starts_with('_'));
        let names: Vec<&str> = self.selections.names().filter(is_meant).collect();
        if names.is_empty() {
            return Err(format!(
                "has a `condition` with {}, which no selection matches",
                cited(&which)
            ));
        }
        let tests = names.into_iter().map(|name| self.selections.test(name));
        let tests = tests.collect::<Result<_, _>>()?;
        match how_many.to_ascii_lowercase().as_str() {
            "1" | "any" => Ok(RecordTest::Any(tests)),
            "all" => Ok(RecordTest::All(tests)),
            other => Err(format!(
                "has a `condition` with {} of several, which is not supported",
                cited(other)
            )),
        }
    }
}

fn malformed() -> String {
    "has a `condition` that is not valid".into()
}
