//! How a table is shown: in columns if they fit, else as a list with one entry per row.

use super::document::{HELP, Inline, TableRow, plain};

/// Blanks between columns.
pub const BETWEEN: usize = 2;
/// The widest first column, for which the others still have room.
const WIDEST: usize = 28;
/// The narrowest column whose text is wrapped.
const NARROWEST: usize = 34;

/// How a table is shown.
#[derive(Debug, PartialEq, Eq)]
pub enum TableShape {
    /// In columns of these widths.
    Columns(Vec<usize>),
    /// One entry per row.
    Entries,
}

/// How a table is shown in this width. Only the last column is wrapped.
pub fn shape(rows: &[TableRow], width: usize) -> TableShape {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|cell| width_of(cell)).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    let Some(last) = widths.pop() else {
        return TableShape::Entries;
    };
    let before: usize = widths.iter().map(|width| width + BETWEEN).sum();
    let left = width.saturating_sub(before);
    let narrow = widths.iter().all(|width| *width <= WIDEST);
    if last <= left || (narrow && left >= NARROWEST) {
        widths.push(last.min(left));
        TableShape::Columns(widths)
    } else {
        TableShape::Entries
    }
}

/// How wide a cell is in one line.
pub fn width_of(cell: &[Inline]) -> usize {
    let references = cell.iter().filter(|i| matches!(i, Inline::Topic(_)));
    let extra = references.count() * HELP.len();
    textwrap::core::display_width(&plain(cell)) + extra
}
