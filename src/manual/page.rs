//! A topic as a man page of section 7.

use roff::{Inline as Part, Roff, bold, roman};

use super::Topic;
use super::document::{Inline, ManualBlock, TableRow, parse, plain};
use super::table::{BETWEEN, TableShape, shape, width_of};

/// The columns that a page has for its text, where a terminal has 80.
const WIDTH: usize = 70;

/// The man page of a topic. `source` is the program with its version, `manual` the manual's name.
pub fn to_roff(topic: Topic, source: &str, manual: &str) -> String {
    let name = format!("trailproof-{}", topic.name);
    let mut roff = Roff::new();
    // As on the pages of commands: no date, so that builds of one version are identical.
    roff.control("TH", [name.as_str(), "7", " ", source, manual]);
    roff.control("SH", ["NAME"]);
    roff.text([roman(format!("{name} - {}", topic.title()))]);
    roff.control("SH", ["DESCRIPTION"]);
    for block in parse(topic.markdown) {
        write_block(&mut roff, &block);
    }
    roff.control("SH", ["SEE ALSO"]);
    roff.text([bold("trailproof"), roman("(1)")]);
    roff.render()
}

fn write_block(roff: &mut Roff, block: &ManualBlock) {
    match block {
        // The title is in the section NAME.
        ManualBlock::Heading(1, _) => {}
        ManualBlock::Heading(2, title) => _ = roff.control("SH", [title.to_uppercase().as_str()]),
        ManualBlock::Heading(_, title) => _ = roff.control("SS", [title.as_str()]),
        ManualBlock::Paragraph(inlines) => {
            roff.control("PP", []);
            roff.text(parts(inlines));
        }
        ManualBlock::Code(code) => as_it_is(roff, code.lines().map(|line| vec![roman(line)])),
        ManualBlock::List(first, items) => {
            for (number, item) in (first.unwrap_or(0)..).zip(items) {
                match first {
                    Some(_) => roff.control("IP", [format!("{number}.").as_str(), "4"]),
                    None => roff.control("IP", ["\\(bu", "2"]),
                };
                for block in item {
                    match block {
                        ManualBlock::Paragraph(inlines) => _ = roff.text(parts(inlines)),
                        other => write_block(roff, other),
                    }
                }
            }
        }
        ManualBlock::Table(rows) => table(roff, rows),
    }
}

/// Writes lines whose breaks are kept.
fn as_it_is(roff: &mut Roff, lines: impl Iterator<Item = Vec<Part>>) {
    roff.control("PP", []);
    roff.control("RS", ["4"]);
    roff.control("nf", []);
    for line in lines {
        roff.text(line);
    }
    roff.control("fi", []);
    roff.control("RE", []);
}

/// Writes a table: in columns if no cell must be wrapped, else one entry per row.
fn table(roff: &mut Roff, rows: &[TableRow]) {
    let fits = |widths: &[usize]| {
        let last = rows.iter().filter_map(|row| row.last());
        let last = last.map(|cell| width_of(cell)).max();
        last <= widths.last().copied()
    };
    match shape(rows, WIDTH) {
        TableShape::Columns(widths) if fits(&widths) => {
            as_it_is(roff, rows.iter().map(|row| columns(row, &widths)));
        }
        _ => entries(roff, rows),
    }
}

/// A row whose cells are as wide as their columns.
fn columns(row: &TableRow, widths: &[usize]) -> Vec<Part> {
    let mut line = Vec::new();
    for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
        line.extend(parts(cell));
        if at + 1 < row.len() {
            let blanks = width.saturating_sub(width_of(cell)) + BETWEEN;
            line.push(roman(" ".repeat(blanks)));
        }
    }
    line
}

fn entries(roff: &mut Roff, rows: &[TableRow]) {
    let Some((head, rows)) = rows.split_first() else {
        return;
    };
    for row in rows {
        let Some((first, cells)) = row.split_first() else {
            continue;
        };
        roff.control("TP", ["4"]);
        roff.text(parts(first));
        let mut is_first = true;
        for (cell, label) in cells.iter().zip(&head[1..]) {
            if cell.is_empty() {
                continue;
            }
            if !is_first {
                roff.control("br", []);
            }
            is_first = false;
            let mut line = Vec::new();
            let label = plain(label);
            // Two columns need no label: the text explains the entry.
            if head.len() > 2 && !label.is_empty() {
                line.push(roman(format!("{label}: ")));
            }
            line.extend(parts(cell));
            roff.text(line);
        }
    }
}

fn parts(inlines: &[Inline]) -> Vec<Part> {
    let mut parts = Vec::new();
    for inline in inlines {
        match inline {
            Inline::Plain(text) => parts.push(roman(text)),
            Inline::Strong(text) => parts.push(bold(text)),
            Inline::Topic(name) => {
                parts.push(bold(format!("trailproof-{name}")));
                parts.push(roman("(7)"));
            }
        }
    }
    parts
}
