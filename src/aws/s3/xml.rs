//! The XML of an answer of S3 as JSON, with nothing left out but namespaces.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use serde_json::{Map, Value};

/// The longest answer that is read, in bytes: a thousand lifecycle rules are some 500 KB.
const LONGEST: usize = 4 << 20;
/// The deepest nesting; that of a lifecycle rule is six.
const DEEPEST: usize = 32;

/// The content of the outermost element. An element with others in it becomes an object, any other one a text.
/// An element that occurs more than once becomes an array, and so does each one named in `lists`.
///
/// # Errors
/// Why it cannot be read.
pub fn json_of_xml(xml: &[u8], lists: &[&str]) -> Result<Value, String> {
    if xml.len() > LONGEST {
        return Err("the answer is too long".into());
    }
    let xml = std::str::from_utf8(xml).map_err(|e| e.to_string())?;
    let mut reader = Reader::from_str(xml);
    // The document itself is the first one. Its only member is the outermost element.
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|e| e.to_string())?;
        let Some(current) = open.last_mut() else {
            return Err("an element is closed that was not opened".into());
        };
        match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err("elements are nested too deeply".into());
                }
                open.push(Element::named(start.local_name().as_ref()));
            }
            Event::Empty(start) => {
                let element = Element::named(start.local_name().as_ref());
                current.add(element, lists);
            }
            Event::End(_) => {
                let element = open.pop().unwrap_or_default();
                let outer = open.last_mut().ok_or("an element is closed twice")?;
                outer.add(element, lists);
            }
            Event::Text(text) => current.text.push_str(&text.xml10_content()),
            Event::CData(text) => current.text.push_str(&text.xml10_content()),
            Event::GeneralRef(name) => current.text.push_str(&resolved(&name)?),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
    let document = open.pop().filter(|_| open.is_empty());
    let document = document.ok_or("an element is not closed")?;
    match document.members.into_iter().next() {
        // An outermost element without content.
        Some((_, Value::String(text))) if text.is_empty() => Ok(Map::new().into()),
        Some((_, content)) => Ok(content),
        None => Err("there is no element".into()),
    }
}

/// An element that is not closed yet.
#[derive(Default)]
struct Element {
    name: String,
    text: String,
    members: Map<String, Value>,
}

impl Element {
    fn named(name: &str) -> Self {
        Element {
            name: name.to_owned(),
            ..Element::default()
        }
    }

    /// Adds an element that is closed.
    fn add(&mut self, element: Element, lists: &[&str]) {
        let Element {
            name,
            text,
            members,
        } = element;
        let value = match members.is_empty() {
            true => Value::String(text),
            false => Value::Object(members),
        };
        match self.members.get_mut(&name) {
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = vec![first.take(), value].into(),
            None if lists.contains(&name.as_str()) => {
                _ = self.members.insert(name, vec![value].into())
            }
            None => _ = self.members.insert(name, value),
        }
    }
}

/// The character that an entity stands for. An answer of S3 defines none of its own.
fn resolved(entity: &BytesRef<'_>) -> Result<String, String> {
    let character = entity.resolve_char_ref().map_err(|e| e.to_string())?;
    if let Some(character) = character {
        return Ok(character.to_string());
    }
    let name = entity.xml10_content();
    let text = resolve_predefined_entity(&name).ok_or("an entity is not defined")?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{DEEPEST, LONGEST, json_of_xml};

    #[test]
    fn elements_become_objects_lists_and_texts() {
        let xml = br#"<?xml version="1.0" encoding="UTF-8"?>
            <LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
              <Rule><ID>a &amp; b&#33; <![CDATA[<c>]]></ID><Filter><And><Prefix/>
                <Tag><Key>k</Key><Value>v</Value></Tag><Tag><Key>l</Key><Value>w</Value></Tag>
              </And></Filter><Status>Enabled</Status><Expiration><Days>90</Days></Expiration></Rule>
            </LifecycleConfiguration>"#;
        let expected = json!({"Rule": [{
            "ID": "a & b! <c>",
            "Filter": {"And": {"Prefix": "", "Tag": [
                {"Key": "k", "Value": "v"}, {"Key": "l", "Value": "w"}
            ]}},
            "Status": "Enabled",
            "Expiration": {"Days": "90"},
        }]});
        assert_eq!(json_of_xml(xml, &["Rule"]), Ok(expected));
        let twice = b"<a><b>1</b><b>2</b><b>3</b><c/></a>";
        assert_eq!(
            json_of_xml(twice, &[]),
            Ok(json!({"b": ["1", "2", "3"], "c": ""}))
        );
        let never = b"<VersioningConfiguration/>";
        assert_eq!(json_of_xml(never, &[]), Ok(json!({})));
    }

    #[test]
    fn what_is_no_answer_of_s3_is_not_read() {
        let deep = "<a>".repeat(DEEPEST + 1) + &"</a>".repeat(DEEPEST + 1);
        let long = format!("<a>{}</a>", " ".repeat(LONGEST));
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>"#;
        for bad in [
            "",
            " ",
            "<a>",
            "</a>",
            "<a></b>",
            "<a><b></a>",
            bomb,
            &deep,
            &long,
        ] {
            assert!(json_of_xml(bad.as_bytes(), &[]).is_err(), "{bad:.60}");
        }
        assert!(json_of_xml(b"<a>\xff</a>", &[]).is_err());
    }
}
