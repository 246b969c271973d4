//! Random seeds.

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::base::error::{Error, ErrorKind};

/// A random seed, so that nobody can know beforehand what a sample reads.
///
/// # Errors
/// If the system gives no random bytes.
pub(crate) fn random_seed() -> Result<String, Error> {
    let mut seed = [0; 8];
    let drawn = SystemRandom::new().fill(&mut seed);
    drawn.map_err(|_| Error::new(ErrorKind::Internal, "cannot draw a seed"))?;
    Ok(hex::encode(seed))
}
