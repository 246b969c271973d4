//! Renders the note of an auditor. Its Markdown may come from anybody: raw HTML is shown as text, images as
//! their text, and links lead to `http`, `https` and `mailto` only.

use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html,
};

use crate::base::text::is_unsafe;

/// The deepest nesting of lists, quotations and emphasis. Deeper ones lose their markup and keep their text.
const DEPTH: usize = 12;
/// The most parts of a note: texts, paragraphs, cells. A table may have many more cells than its source has
/// characters, because short rows are filled up.
const PARTS: usize = 20_000;
/// The most bytes of the note in a Markdown report, which must fit into a ticket.
const QUOTED: usize = 4_500;
/// What a link may lead to.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];
/// Before a table, which scrolls by itself where it is wider than the page.
const SCROLLED: &str = "<div class=\"wide\">";

/// The note as HTML.
pub(super) fn html(note: &str) -> String {
    let mut page = String::new();
    let mut safe = SafeParts::default();
    let mut parts = Vec::new();
    for (n, part) in Parser::new_ext(note, Options::ENABLE_TABLES).enumerate() {
        if n == PARTS {
            safe.close(&mut parts);
            parts.push(Event::Start(Tag::Paragraph));
            parts.push(Event::Text(
                "The note is too long to be shown in full.".into(),
            ));
            parts.push(Event::End(TagEnd::Paragraph));
            break;
        }
        safe.take(part, &mut parts);
    }
    html::push_html(&mut page, parts.into_iter());
    page
}

/// The note as a block quote, as it is written, in a code block: a viewer gives nothing in it a meaning.
pub(super) fn quoted(note: &str) -> String {
    // Longer than any row of backticks in the note, of which the first `QUOTED` can be shown.
    let (mut run, mut longest) = (0, 2);
    for c in note.chars().take(QUOTED) {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let mut quote = format!("> {fence}text\n");
    let mut is_cut = false;
    for line in note.trim_end().lines() {
        let line = visible(line);
        let room = QUOTED.saturating_sub(quote.len());
        is_cut = line.len() > room;
        quote += "> ";
        quote += &line[..line.floor_char_boundary(room)];
        quote.push('\n');
        if is_cut {
            break;
        }
    }
    quote += &format!("> {fence}\n");
    if is_cut {
        quote += ">\n> The note is longer; the HTML report shows more of it.\n";
    }
    quote
}

/// Leaves out of the parts of a note what is not safe.
#[derive(Default)]
struct SafeParts {
    /// The ends of the tags that are open; `None` for a tag that was left out.
    open: Vec<Option<TagEnd>>,
}

impl SafeParts {
    fn take<'n>(&mut self, part: Event<'n>, parts: &mut Vec<Event<'n>>) {
        match part {
            Event::Start(tag) => {
                let is_deep = self.open.iter().flatten().count() >= DEPTH;
                let tag = safe_tag(tag).filter(|tag| !is_deep || !may_nest(tag));
                self.open.push(tag.as_ref().map(Tag::to_end));
                if let Some(tag) = tag {
                    if matches!(tag, Tag::Table(_)) {
                        parts.push(Event::Html(SCROLLED.into()));
                    }
                    parts.push(Event::Start(tag));
                }
            }
            Event::End(_) => {
                let end = self.open.pop().flatten();
                parts.extend(end.into_iter().flat_map(ended));
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                parts.push(Event::Text(shown(text)));
            }
            Event::Code(text) => parts.push(Event::Code(shown(text))),
            part @ (Event::SoftBreak | Event::HardBreak | Event::Rule) => parts.push(part),
            // Extensions that are not switched on.
            Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    /// Ends everything that is open.
    fn close(&mut self, parts: &mut Vec<Event<'_>>) {
        let ends = self.open.drain(..).rev().flatten();
        parts.extend(ends.flat_map(ended));
    }
}

/// What ends a tag.
fn ended<'n>(end: TagEnd) -> impl Iterator<Item = Event<'n>> {
    let scrolled = matches!(end, TagEnd::Table).then(|| Event::Html("</div>\n".into()));
    [Event::End(end)].into_iter().chain(scrolled)
}

/// A tag with only what is safe of it; `None` if only its text is shown.
fn safe_tag(tag: Tag<'_>) -> Option<Tag<'_>> {
    match tag {
        Tag::Paragraph | Tag::HtmlBlock => Some(Tag::Paragraph),
        Tag::Heading { level, .. } => Some(Tag::Heading {
            level: lowered(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Tag::BlockQuote(_) => Some(Tag::BlockQuote(None)),
        Tag::CodeBlock(_) => Some(Tag::CodeBlock(CodeBlockKind::Indented)),
        Tag::Link {
            link_type,
            dest_url,
            ..
        } if link_type == LinkType::Email || is_web(&dest_url) => Some(Tag::Link {
            link_type,
            dest_url,
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        }),
        tag @ (Tag::List(_)
        | Tag::Item
        | Tag::Table(_)
        | Tag::TableHead
        | Tag::TableRow
        | Tag::TableCell
        | Tag::Emphasis
        | Tag::Strong) => Some(tag),
        // Links elsewhere, images, and extensions that are not switched on.
        _ => None,
    }
}

/// Whether a tag may have others of its kind in it.
fn may_nest(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::BlockQuote(_) | Tag::List(_) | Tag::Item | Tag::Emphasis | Tag::Strong
    )
}

/// The level of a heading below those of the page, whose sections have `<h2>`.
fn lowered(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

/// Whether a link leads to one of `SCHEMES`.
fn is_web(address: &str) -> bool {
    let Some((scheme, _)) = address.split_once(':') else {
        return false;
    };
    SCHEMES.iter().any(|safe| scheme.eq_ignore_ascii_case(safe)) && !address.contains(is_unsafe)
}

/// A text whose lines remain, with every other unsafe character written as `\u{…}`.
fn shown(text: CowStr<'_>) -> CowStr<'_> {
    match text.chars().any(is_hidden) {
        true => visible(&text).into(),
        false => text,
    }
}

fn visible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match is_hidden(c) {
            true => safe.extend(c.escape_unicode()),
            false => safe.push(c),
        }
    }
    safe
}

fn is_hidden(c: char) -> bool {
    !matches!(c, '\n' | '\t') && is_unsafe(c)
}

#[cfg(test)]
mod tests {
    use super::{PARTS, html, quoted};

    #[test]
    fn the_usual_markup_is_rendered_below_the_headings_of_the_page() {
        let page = html(
            "# Scope\n\nAll of *2025*, see [the plan](https://example.com/a?b=1&c).\n\n- one\n- two\n",
        );
        assert_eq!(
            page,
            "<h3>Scope</h3>\n<p>All of <em>2025</em>, see \
             <a href=\"https://example.com/a?b=1&amp;c\">the plan</a>.</p>\n\
             <ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
        );
        let page = html("|a|b|\n|-|-:|\n|1|2|\n");
        assert!(page.starts_with("<div class=\"wide\"><table>"), "{page}");
        assert!(page.ends_with("</table>\n</div>\n"), "{page}");
    }

    #[test]
    fn nothing_runs_or_is_fetched() {
        for (note, expected) in [
            (
                "<script>alert(1)</script>",
                "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n",
            ),
            (
                "a <b onclick=x>b</b>",
                "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n",
            ),
            ("&lt;img src=x&gt;", "<p>&lt;img src=x&gt;</p>\n"),
            ("![logo](https://example.com/x.png)", "<p>logo</p>\n"),
            ("[x](javascript:alert(1))", "<p>x</p>\n"),
            ("[x](JaVaScRiPt&colon;alert(1))", "<p>x</p>\n"),
            ("[x](&#1;javascript:alert(1))", "<p>x</p>\n"),
            ("[x](data:text/html,y)", "<p>x</p>\n"),
            ("[x](//example.com/y) [z](#c0)", "<p>x z</p>\n"),
            (
                "[x](http://a/\"onclick=y)",
                "<p><a href=\"http://a/%22onclick=y\">x</a></p>\n",
            ),
            (
                "[x](http://a/ \"t\")",
                "<p><a href=\"http://a/\">x</a></p>\n",
            ),
            (
                "<a@example.com>",
                "<p><a href=\"mailto:a@example.com\">a@example.com</a></p>\n",
            ),
            ("a\u{1b}[2J\u{202e}b", "<p>a\\u{1b}[2J\\u{202e}b</p>\n"),
            (
                "```x\" onload=\"y\n<i>\n```",
                "<pre><code>&lt;i&gt;\n</code></pre>\n",
            ),
        ] {
            assert_eq!(html(note), expected, "{note}");
        }
    }

    #[test]
    fn a_note_cannot_fill_the_page() {
        let deep = html(&">".repeat(50_000));
        assert!(deep.len() < 1_000, "{}", deep.len());
        let wide = format!(
            "{}\n{}\n{}",
            "|a".repeat(5_000),
            "|-".repeat(5_000),
            "|\n".repeat(5_000)
        );
        let page = html(&wide);
        assert!(page.len() < PARTS * 20, "{}", page.len());
        assert!(
            page.contains("too long") && page.contains("</table>\n</div>"),
            "not closed"
        );
    }

    #[test]
    fn in_markdown_nothing_leaves_the_quote() {
        let quote = quoted("# VERIFIED\n\n````\n</blockquote>\r\n> x\u{2028}# y\n");
        assert_eq!(
            quote,
            "> `````text\n> # VERIFIED\n> \n> ````\n> </blockquote>\n> > x\\u{2028}# y\n> `````\n"
        );
        assert!(!quoted("a\rb").contains('\r'));
        for long in [
            "x".repeat(60_000),
            "ü\n".repeat(60_000),
            "`".repeat(60_000),
            "\u{1b}".repeat(60_000),
        ] {
            let quote = quoted(&long);
            assert!(
                quote.len() < 15_000 && quote.contains("The note is longer"),
                "{}",
                quote.len()
            );
            assert!(quote.lines().all(|line| line.starts_with('>')));
        }
    }
}
