//! What the tests share: forged chains, AWS on loopback, and running the program.

#[cfg(feature = "aws")]
pub mod aws;
pub mod case;
pub mod cases;
pub mod disk;
pub mod forge;
pub mod gaps;
#[cfg(feature = "aws")]
pub mod hours;
pub mod program;
pub mod python;
pub mod real;
pub mod reports;
pub mod requests;
#[cfg(feature = "aws")]
pub mod stage;
pub mod testdata;
#[cfg(feature = "aws")]
pub mod trail_scenes;
