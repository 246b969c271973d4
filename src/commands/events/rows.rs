//! Cells as bytes, on their way from the workers to the thread that writes: each with its length, so that nothing in
//! a cell can end it.

use std::io;

/// The length that stands for a cell without a value.
const NONE: u64 = u64::MAX;

/// Appends a number.
pub(super) fn put_number(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

/// Appends a cell.
pub(super) fn put_cell(bytes: &mut Vec<u8>, cell: Option<&str>) {
    put_number(bytes, cell.map_or(NONE, |text| text.len() as u64));
    bytes.extend_from_slice(cell.unwrap_or_default().as_bytes());
}

/// Reads numbers and cells in their order.
#[derive(Clone)]
pub(super) struct CellReader<'b>(pub(super) &'b [u8]);

impl<'b> CellReader<'b> {
    /// Whether all was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// # Errors
    /// If the bytes end before.
    pub(super) fn number(&mut self) -> io::Result<u64> {
        let (number, rest) = self.0.split_first_chunk().ok_or_else(cut)?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*number))
    }

    /// # Errors
    /// If the bytes end before.
    pub(super) fn cell(&mut self) -> io::Result<Option<&'b str>> {
        let length = self.number()?;
        if length == NONE {
            return Ok(None);
        }
        let length = usize::try_from(length).map_err(|_| cut())?;
        let (cell, rest) = self.0.split_at_checked(length).ok_or_else(cut)?;
        self.0 = rest;
        str::from_utf8(cell).map(Some).map_err(|_| cut())
    }
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the rows of a log are damaged")
}

#[cfg(test)]
mod tests {
    use super::{CellReader, put_cell, put_number};

    #[test]
    fn cells_are_read_as_they_were_written() {
        let mut bytes = Vec::new();
        put_number(&mut bytes, 7);
        for cell in [Some("a\n,\"ü"), None, Some("")] {
            put_cell(&mut bytes, cell);
        }
        let mut reader = CellReader(&bytes);
        assert_eq!(reader.number().ok(), Some(7));
        assert_eq!(reader.cell().ok(), Some(Some("a\n,\"ü")));
        assert_eq!(reader.cell().ok(), Some(None));
        assert_eq!(reader.cell().ok(), Some(Some("")));
        assert!(reader.is_at_end());
        assert!(reader.cell().is_err());
        assert!(CellReader(&bytes[..20]).clone().number().is_ok());
        let mut cut = CellReader(&bytes[8..18]);
        assert!(cut.cell().is_err());
    }
}
