//! What formats make of text from outside, read again in the plainest way: cells of CSV, elements of HTML and XML.

use std::collections::BTreeSet;

use trailproof::base::text::is_unsafe;

/// The rows of a table in CSV, each cell in quotes, each line ended by CR LF (RFC 4180); `None` if it is not that.
pub fn cells(table: &str) -> Option<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    let mut rest = table;
    while !rest.is_empty() {
        let mut row = Vec::new();
        loop {
            let mut cell = String::new();
            rest = rest.strip_prefix('"')?;
            loop {
                let (part, after) = rest.split_once('"')?;
                cell.push_str(part);
                rest = after;
                match rest.strip_prefix('"') {
                    Some(after) => {
                        cell.push('"');
                        rest = after;
                    }
                    None => break,
                }
            }
            row.push(cell);
            match rest.strip_prefix(',') {
                Some(after) => rest = after,
                None => break,
            }
        }
        rest = rest.strip_prefix("\r\n")?;
        rows.push(row);
    }
    Some(rows)
}

/// Asserts that no program that separates cells by commas or semicolons takes a cell for a formula, and that no
/// control character is in it.
pub fn is_inert(cell: &str) {
    assert!(!cell.chars().any(char::is_control), "{cell:?}");
    for part in cell.split(';') {
        let begin = part.trim_start_matches(|c: char| c == ' ' || is_unsafe(c));
        let signs = [
            '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫',
        ];
        assert!(!begin.starts_with(signs), "a formula: {cell:?}");
    }
}

/// The elements of a page, each as its name with those of its attributes. Text within `style` is none.
///
/// # Errors
/// What is not well-formed.
pub fn elements(page: &str) -> Result<BTreeSet<String>, String> {
    let mut elements = BTreeSet::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").ok_or("a comment does not end")?.1;
            continue;
        }
        let (tag, after) = tag(rest)?;
        rest = after;
        if tag.starts_with("style") {
            rest = rest.split_once("</style>").ok_or("a style does not end")?.1;
        }
        elements.insert(tag);
    }
    Ok(elements)
}

/// The tag that begins a text behind its `<`, and the text after it.
fn tag(text: &str) -> Result<(String, &str), String> {
    let name_end =
        text.find(|c: char| c.is_whitespace() || matches!(c, '>' | '"' | '\'' | '<' | '='));
    let name_end = name_end.ok_or("a tag does not end")?;
    let (name, mut rest) = text.split_at(name_end);
    let mut tag = name.trim_end_matches('/').to_owned();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix("?>")) {
            return Ok((tag, after));
        }
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((tag, after));
        }
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '=' | '"' | '\'' | '<'));
        let (attribute, after) = rest.split_at(end.ok_or("a tag does not end")?);
        let attribute = attribute.trim_end_matches('/');
        if attribute.is_empty() {
            return Err(format!("a tag is not one: <{:.60}", text));
        }
        rest = after;
        if let Some(value) = rest.strip_prefix('=') {
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let Some(quote) = quote else {
                return Err(format!("a value without quotes: <{text:.60}"));
            };
            let (value, after) = value[1..].split_once(quote).ok_or("a value does not end")?;
            if value.contains('<') {
                return Err(format!("a tag within a value: {value}"));
            }
            let is_script = value
                .trim_start()
                .to_ascii_lowercase()
                .starts_with("javascript:");
            if is_script || attribute.starts_with("on") {
                return Err(format!("a script: {attribute}={value}"));
            }
            rest = after;
        }
        tag.push(' ');
        tag.push_str(attribute);
    }
}
