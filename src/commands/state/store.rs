//! Writes a state: a file with its name is complete, even after a crash of the machine.

use std::io;

use super::load::{CHECKSUM, END};
use crate::base::sha256::Sha256;
use crate::report::json;
use crate::report::state::v1::State;

/// The bytes of a state, which end with its checksum.
///
/// # Errors
/// Never for a state of this program: only if it could not be written as JSON.
pub fn bytes(mut state: State) -> io::Result<Vec<u8>> {
    state.checksum.clear();
    let mut bytes = Vec::new();
    json::line(&state, &mut bytes)?;
    bytes.truncate(bytes.len().saturating_sub(CHECKSUM.len() + END.len()));
    let hash = Sha256::of(&bytes);
    bytes.extend_from_slice(CHECKSUM);
    bytes.extend_from_slice(hash.hex(&mut [0; 64]).as_bytes());
    bytes.extend_from_slice(END);
    Ok(bytes)
}
