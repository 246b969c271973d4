//! How much memory the patterns of all rules may take.

use std::cell::Cell;

/// Bytes that are left for patterns with wildcards and for regular expressions.
pub(super) struct PatternRoom(Cell<u64>);

impl PatternRoom {
    /// Room for so many bytes.
    pub fn of(bytes: u64) -> PatternRoom {
        PatternRoom(Cell::new(bytes))
    }

    /// Takes so many bytes.
    ///
    /// # Errors
    /// They are not left.
    pub fn take(&self, bytes: usize) -> Result<(), String> {
        let left = self.0.get().checked_sub(bytes as u64);
        let left = left.ok_or("the patterns of all rules are too large")?;
        self.0.set(left);
        Ok(())
    }
}
