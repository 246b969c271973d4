//! Validation over AWS on loopback: the real binary, the real SDK, real HTTP.

mod cases;
mod command_line;
mod doctor;
mod evidence;
pub mod gaps;
mod hours;
mod moved;
mod network;
mod organization;
mod selectors;
mod signals;
pub mod stage;
mod trail;
mod trails;
mod trouble;
