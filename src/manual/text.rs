//! A topic as text, wrapped to a width.

use textwrap::{Options, WordSplitter};

use super::Topic;
use super::document::{HELP, Inline, ManualBlock, TableRow, parse, plain};
use super::table::{BETWEEN, TableShape, shape, width_of};

/// How far code and the text of entries are moved in.
const INDENT: &str = "    ";

/// A topic as text that fits into `width` columns; `stress` marks a word.
pub fn to_text(topic: Topic, width: usize, stress: &dyn Fn(&str) -> String) -> String {
    let mut writer = Writer {
        width,
        stress,
        text: String::new(),
    };
    writer.blocks(&parse(topic.markdown), "");
    writer.text
}

struct Writer<'a> {
    width: usize,
    stress: &'a dyn Fn(&str) -> String,
    text: String,
}

impl Writer<'_> {
    /// Writes blocks with a blank line between them.
    fn blocks(&mut self, blocks: &[ManualBlock], indent: &str) {
        for (at, block) in blocks.iter().enumerate() {
            if at > 0 {
                self.text.push('\n');
            }
            self.block(block, indent);
        }
    }

    fn block(&mut self, block: &ManualBlock, indent: &str) {
        match block {
            ManualBlock::Heading(1, title) => self.line(&self.stressed(&title.to_uppercase())),
            ManualBlock::Heading(_, title) => self.line(&self.stressed(title)),
            ManualBlock::Paragraph(inlines) => {
                let text = self.styled(inlines);
                self.wrapped(&text, indent, indent);
            }
            ManualBlock::Code(code) => {
                for line in code.lines() {
                    let indent = if line.is_empty() { "" } else { INDENT };
                    self.line(&format!("{indent}{line}"));
                }
            }
            ManualBlock::List(first, items) => {
                for (number, item) in (first.unwrap_or(0)..).zip(items) {
                    let mark = match first {
                        Some(_) => format!("{number}. "),
                        None => "- ".to_owned(),
                    };
                    self.item(item, indent, &mark);
                }
            }
            ManualBlock::Table(rows) => match shape(rows, self.width) {
                TableShape::Columns(widths) => self.columns(rows, &widths),
                TableShape::Entries => self.entries(rows),
            },
        }
    }

    /// Writes an item; all but its first paragraph is moved in.
    fn item(&mut self, blocks: &[ManualBlock], indent: &str, mark: &str) {
        let inner = format!("{indent}{}", " ".repeat(mark.len()));
        let rest = match blocks.split_first() {
            Some((ManualBlock::Paragraph(inlines), rest)) => {
                let text = self.styled(inlines);
                self.wrapped(&text, &format!("{indent}{mark}"), &inner);
                rest
            }
            _ => blocks,
        };
        self.blocks(rest, &inner);
    }

    fn columns(&mut self, rows: &[TableRow], widths: &[usize]) {
        for (at, row) in rows.iter().enumerate() {
            let mut lead = String::new();
            for (cell, width) in row.iter().zip(&widths[..widths.len() - 1]) {
                let text = match at {
                    0 => self.stressed(&plain(cell)),
                    _ => self.styled(cell),
                };
                lead += &text;
                lead += &" ".repeat(width - width_of(cell) + BETWEEN);
            }
            let last = row.last().map_or(&[][..], Vec::as_slice);
            let text = match at {
                0 => self.stressed(&plain(last)),
                _ => self.styled(last),
            };
            let below = " ".repeat(textwrap::core::display_width(&lead));
            self.wrapped(&text, &lead, &below);
        }
    }

    /// Writes a row as its first cell, and the others below it.
    fn entries(&mut self, rows: &[TableRow]) {
        let Some((head, rows)) = rows.split_first() else {
            return;
        };
        for (at, row) in rows.iter().enumerate() {
            if at > 0 {
                self.text.push('\n');
            }
            let Some((first, cells)) = row.split_first() else {
                continue;
            };
            let tag = self.styled(first);
            self.wrapped(&tag, "", "  ");
            for (cell, label) in cells.iter().zip(&head[1..]) {
                if cell.is_empty() {
                    continue;
                }
                let text = self.styled(cell);
                let label = plain(label);
                // Two columns need no label: the text explains the entry.
                let label = match head.len() > 2 && !label.is_empty() {
                    true => format!("{label}: "),
                    false => String::new(),
                };
                self.wrapped(&format!("{label}{text}"), INDENT, INDENT);
            }
        }
    }

    fn wrapped(&mut self, text: &str, first: &str, below: &str) {
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(below)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            self.line(&line);
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn styled(&self, inlines: &[Inline]) -> String {
        let parts = inlines.iter().map(|inline| match inline {
            Inline::Plain(text) => text.clone(),
            Inline::Strong(text) => self.stressed(text),
            Inline::Topic(name) => self.stressed(&format!("{HELP}{name}")),
        });
        parts.collect()
    }

    /// Stresses each word by itself, so that no mark goes from one line to the next.
    fn stressed(&self, text: &str) -> String {
        let words = text.split(' ').map(|word| match word {
            "" => String::new(),
            word => (self.stress)(word),
        });
        words.collect::<Vec<_>>().join(" ")
    }
}
