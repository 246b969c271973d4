//! Validation over AWS on loopback: the real binary, the real SDK, real HTTP.

mod aws_cli;
mod caller;
mod cases;
mod command_line;
mod doctor;
mod evidence;
mod explain;
pub mod gaps;
pub mod hours;
mod in_flight;
mod lines;
mod moved;
mod network;
mod organization;
mod selectors;
pub mod signals;
pub mod stage;
mod trail;
mod trails;
mod trouble;
