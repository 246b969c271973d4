//! A topic as blocks: what the manual uses of Markdown, and no more.

use pulldown_cmark::{
    BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd,
};

use super::Topic;

/// A piece of text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    Plain(String),
    /// Code, or text that is stressed.
    Strong(String),
    /// A reference to another topic.
    Topic(&'static str),
}

/// What stands before a topic's name in text: the command that prints it.
pub const HELP: &str = "trailproof help ";

/// A part of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManualBlock {
    /// With its level: 1 is the title.
    Heading(u8, String),
    Paragraph(Vec<Inline>),
    Code(String),
    /// The items, and the number of the first if they have numbers.
    List(Option<u64>, Vec<Vec<ManualBlock>>),
    Table(Vec<TableRow>),
}

/// The cells of a row. The first row of a table is its head.
pub type TableRow = Vec<Vec<Inline>>;

/// The blocks of a topic.
pub fn parse(markdown: &str) -> Vec<ManualBlock> {
    // Links of Rust's documentation, such as [`Outcome`], are only text here.
    let to_nowhere = |_: BrokenLink<'_>| Some((CowStr::Borrowed(""), CowStr::Borrowed("")));
    let parser =
        Parser::new_with_broken_link_callback(markdown, Options::ENABLE_TABLES, Some(to_nowhere));
    let mut builder = Builder::default();
    for event in parser {
        builder.take(event);
    }
    builder.blocks.pop().unwrap_or_default()
}

/// What the parser's events have built so far.
struct Builder {
    /// The blocks of the topic, and of each list item that is open.
    blocks: Vec<Vec<ManualBlock>>,
    /// The lists that are open.
    lists: Vec<(Option<u64>, Vec<Vec<ManualBlock>>)>,
    inlines: Vec<Inline>,
    /// How many marks of stress are open.
    stress: usize,
    /// The language of the code block that is open, and its text.
    code: Option<(String, String)>,
    rows: Vec<TableRow>,
    /// Where in `inlines` the open link begins, and the topic that it leads to.
    link: Option<(usize, Option<&'static str>)>,
}

impl Default for Builder {
    fn default() -> Self {
        Builder {
            blocks: vec![Vec::new()],
            lists: Vec::new(),
            inlines: Vec::new(),
            stress: 0,
            code: None,
            rows: Vec::new(),
            link: None,
        }
    }
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None if self.stress > 0 => self.inlines.push(Inline::Strong(text.into())),
                None => self.inlines.push(Inline::Plain(text.into())),
            },
            Event::Code(text) => self.inlines.push(Inline::Strong(text.into())),
            Event::SoftBreak | Event::HardBreak => self.inlines.push(Inline::Plain(" ".into())),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.split(' ').next().map(str::to_owned),
                    CodeBlockKind::Indented => None,
                };
                self.code = Some((language.unwrap_or_default(), String::new()));
            }
            Tag::List(first) => {
                self.end_paragraph();
                self.lists.push((first, Vec::new()));
            }
            Tag::Item => self.blocks.push(Vec::new()),
            Tag::Table(_) => self.rows.clear(),
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Strong | Tag::Emphasis => self.stress += 1,
            Tag::Link { dest_url, .. } => self.link = Some((self.inlines.len(), topic(&dest_url))),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                let inlines = std::mem::take(&mut self.inlines);
                self.push(ManualBlock::Heading(depth(level), plain(&inlines)));
            }
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::CodeBlock => {
                if let Some((language, code)) = self.code.take() {
                    self.push(ManualBlock::Code(shown(&language, &code)));
                }
            }
            TagEnd::Item => {
                self.end_paragraph();
                let item = self.blocks.pop().unwrap_or_default();
                if let Some((_, items)) = self.lists.last_mut() {
                    items.push(item);
                }
            }
            TagEnd::List(_) => {
                if let Some((first, items)) = self.lists.pop() {
                    self.push(ManualBlock::List(first, items));
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.inlines);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                let rows = std::mem::take(&mut self.rows);
                self.push(ManualBlock::Table(rows));
            }
            TagEnd::Strong | TagEnd::Emphasis => self.stress = self.stress.saturating_sub(1),
            TagEnd::Link => self.end_link(),
            _ => {}
        }
    }

    fn push(&mut self, block: ManualBlock) {
        if let Some(blocks) = self.blocks.last_mut() {
            blocks.push(block);
        }
    }

    /// Ends a paragraph, or the text of an item that is not one.
    fn end_paragraph(&mut self) {
        let inlines = std::mem::take(&mut self.inlines);
        if !inlines.is_empty() {
            self.push(ManualBlock::Paragraph(inlines));
        }
    }

    /// A link to a topic is the topic; its text stays before it if it says something else.
    fn end_link(&mut self) {
        let Some((start, Some(name))) = self.link.take() else {
            return;
        };
        if plain(&self.inlines[start..]) == name {
            self.inlines.truncate(start);
            self.inlines.push(Inline::Topic(name));
        } else {
            self.inlines.push(Inline::Plain(" (".into()));
            self.inlines.push(Inline::Topic(name));
            self.inlines.push(Inline::Plain(")".into()));
        }
    }
}

/// The topic that a link leads to.
fn topic(url: &str) -> Option<&'static str> {
    let file = url.split('#').next().unwrap_or_default();
    let name = file.strip_suffix(".md")?;
    Topic::of(name).map(|topic| topic.name)
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        _ => 3,
    }
}

/// A code block as people read it: without the lines that Rust's documentation hides.
fn shown(language: &str, code: &str) -> String {
    let hidden = |line: &str| language == "rust" && (line == "#" || line.starts_with("# "));
    let lines = code.lines().filter(|line| !hidden(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Text without its styles.
pub fn plain(inlines: &[Inline]) -> String {
    let text = inlines.iter().map(|inline| match inline {
        Inline::Plain(text) | Inline::Strong(text) => text.as_str(),
        Inline::Topic(name) => name,
    });
    text.collect()
}
