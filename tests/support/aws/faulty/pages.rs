//! Pages of listings that repeat, lack or lead to what they should not: those of S3 in XML, and those of the other
//! services in JSON.

use serde_json::Value;

use super::message::Message;
use crate::support::aws::percent;

/// The token of the page that is requested.
pub fn token(request: &Message) -> Option<String> {
    if request.get("x-amz-target").is_some() {
        return text_of(&json(request)?, "NextToken");
    }
    let path = request.start.split(' ').nth(1)?;
    let (_, query) = path.split_once('?')?;
    let mut pairs = percent::pairs(query).into_iter();
    let token = pairs.find(|(name, _)| name == "continuation-token");
    token.map(|(_, token)| token)
}

/// The token that leads to the next page.
pub fn next_token(answer: &Message) -> Option<String> {
    if let Some(answer) = json(answer) {
        return text_of(&answer, "NextToken");
    }
    let xml = xml(answer);
    let (_, rest) = xml.split_once("<NextContinuationToken>")?;
    let (token, _) = rest.split_once("</NextContinuationToken>")?;
    Some(token.to_owned())
}

/// A page that lists first what the page before it listed.
pub fn repeated(answer: Message, before: Option<Message>) -> Message {
    let Some(before) = before else {
        return answer;
    };
    if let (Some(mut page), Some(before)) = (json(&answer), json(&before)) {
        for (name, items) in lists(&mut page) {
            let mut all = before[name.as_str()]
                .as_array()
                .cloned()
                .unwrap_or_default();
            all.append(items);
            *items = all;
        }
        return with_json(answer, &page);
    }
    let (page, before) = (xml(&answer), xml(&before));
    let entries: String = ENTRIES
        .iter()
        .map(|name| elements(&before, name).concat())
        .collect();
    let at = page.find("<IsTruncated>").unwrap_or(0);
    let page = format!("{}{entries}{}", &page[..at], &page[at..]);
    answer.with_body(page.into_bytes())
}

/// A page that lists nothing.
pub fn lost(answer: Message) -> Message {
    if let Some(mut page) = json(&answer) {
        lists(&mut page).for_each(|(_, items)| items.clear());
        return with_json(answer, &page);
    }
    let mut page = xml(&answer);
    for name in ENTRIES {
        for element in elements(&page, name) {
            page = page.replacen(&element, "", 1);
        }
    }
    answer.with_body(page.into_bytes())
}

/// A page after which nothing comes.
pub fn ended(answer: Message) -> Message {
    if let Some(mut page) = json(&answer) {
        if let Some(page) = page.as_object_mut() {
            page.remove("NextToken");
        }
        return with_json(answer, &page);
    }
    let mut page = xml(&answer).replace("<IsTruncated>true<", "<IsTruncated>false<");
    for element in elements(&page, "NextContinuationToken") {
        page = page.replacen(&element, "", 1);
    }
    answer.with_body(page.into_bytes())
}

/// A page that leads to itself.
pub fn circle(request: &Message, answer: Message) -> Message {
    let (Some(own), Some(next)) = (token(request), next_token(&answer)) else {
        return answer;
    };
    if let Some(mut page) = json(&answer) {
        page["NextToken"] = own.into();
        return with_json(answer, &page);
    }
    let page = xml(&answer).replace(
        &format!("<NextContinuationToken>{next}<"),
        &format!("<NextContinuationToken>{own}<"),
    );
    answer.with_body(page.into_bytes())
}

/// The elements of a listing of S3 that list something.
const ENTRIES: [&str; 2] = ["Contents", "CommonPrefixes"];

/// The body as JSON, if it is an object.
pub fn json(message: &Message) -> Option<Value> {
    let value: Value = serde_json::from_slice(&message.body).ok()?;
    value.is_object().then_some(value)
}

/// The message with another body.
pub fn with_json(message: Message, body: &Value) -> Message {
    message.with_body(body.to_string().into_bytes())
}

fn text_of(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}

fn lists(page: &mut Value) -> impl Iterator<Item = (&String, &mut Vec<Value>)> {
    let members = page.as_object_mut().into_iter().flatten();
    members.filter_map(|(name, value)| Some((name, value.as_array_mut()?)))
}

fn xml(message: &Message) -> String {
    String::from_utf8_lossy(&message.body).into_owned()
}

/// The elements of a name, with their tags. None contains another one of its name.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let (begin, end) = (format!("<{name}>"), format!("</{name}>"));
    let parts = xml.split(&begin).skip(1);
    let inner = parts.filter_map(|part| part.split_once(&end));
    inner
        .map(|(inner, _)| format!("{begin}{inner}{end}"))
        .collect()
}
