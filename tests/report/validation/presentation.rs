//! A hostile title, note and name: shown, and without effect.

use std::collections::BTreeMap;
use std::io::Cursor;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use scraper::Html;
use trailproof::base::text::is_unsafe;
use trailproof::report::Format;
use trailproof::report::validation::presentation::Presentation;
use trailproof::report::validation::saved::Saved;

use super::hostile_text::HOSTILE;
use crate::support::reports::everything;

/// The report in a format, with this text as its title, its note and the name of each account.
fn with(text: &str, format: Format) -> String {
    let json = everything();
    let mut saved = Saved::read(Cursor::new(&json)).expect("a report");
    let accounts = saved
        .report()
        .chains
        .iter()
        .map(|chain| chain.account.clone());
    let names: BTreeMap<String, String> = accounts.map(|id| (id, text.to_owned())).collect();
    let presentation = Presentation {
        title: Some(text.to_owned()),
        note: Some(text.to_owned()),
        names,
    };
    let mut out = Vec::new();
    saved
        .render(&presentation, format, &mut out)
        .expect("written");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn nothing_runs_is_fetched_or_hides_text_in_a_page() {
    for hostile in HOSTILE {
        let page = with(hostile, Format::Html);
        let bad = page
            .lines()
            .find(|line| line.contains(|c| c != '\t' && is_unsafe(c)));
        assert_eq!(bad, None, "{hostile:?}");
        let page = Html::parse_document(&page);
        assert!(page.errors.is_empty(), "{hostile:?}: {:?}", page.errors);
        for element in page.tree.values().filter_map(|node| node.as_element()) {
            let fetches = [
                "script", "img", "iframe", "link", "object", "embed", "base", "form", "audio",
                "video",
            ];
            assert!(
                !fetches.contains(&element.name()),
                "{hostile:?}: {element:?}"
            );
            for (name, value) in element.attrs() {
                assert!(
                    !name.starts_with("on") && name != "src",
                    "{hostile:?}: {element:?}"
                );
                let leads = value.starts_with('#')
                    || ["http://", "https://", "mailto:"]
                        .iter()
                        .any(|scheme| value.starts_with(scheme));
                assert!(name != "href" || leads, "{hostile:?}: {element:?}");
            }
        }
        let comments = page.tree.values().filter(|n| n.is_comment()).count();
        assert_eq!(comments, 0, "{hostile:?}");
    }
}

/// The parts of a ticket without the blocks of code, which are the note.
fn outside_of_the_note(ticket: &str) -> Vec<String> {
    let mut is_note = false;
    let mut parts = Vec::new();
    for event in Parser::new_ext(ticket, Options::all()) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_note = true,
            Event::End(TagEnd::CodeBlock) => is_note = false,
            _ if is_note => {}
            Event::Start(tag) => parts.push(format!("{tag:?}")),
            Event::Html(_) | Event::InlineHtml(_) | Event::Rule => parts.push(format!("{event:?}")),
            _ => {}
        }
    }
    parts
}

#[test]
fn a_ticket_has_the_same_structure_whatever_is_given() {
    let expected = outside_of_the_note(&with("plain", Format::Markdown));
    assert!(expected.iter().any(|part| part.starts_with("BlockQuote")));
    for hostile in HOSTILE {
        let ticket = with(hostile, Format::Markdown);
        let bad = ticket
            .lines()
            .find(|line| line.contains(|c| c != '\t' && is_unsafe(c)));
        assert_eq!(bad, None, "{hostile:?}");
        assert_eq!(
            outside_of_the_note(&ticket),
            expected,
            "{hostile:?}: {ticket}"
        );
    }
}

#[test]
fn other_formats_are_the_same_with_and_without() {
    let bare = |format| {
        let mut saved = Saved::read(Cursor::new(everything())).expect("a report");
        let mut out = Vec::new();
        saved
            .render(&Presentation::default(), format, &mut out)
            .expect("written");
        String::from_utf8(out).expect("UTF-8")
    };
    for format in Format::ALL.iter().filter(|format| !format.is_presented()) {
        assert_eq!(with("=1+1", *format), bare(*format), "{}", format.as_str());
    }
}
