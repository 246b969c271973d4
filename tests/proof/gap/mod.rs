//! Gaps: what caused them, and what did not.

mod cause;
mod event_filter;
mod events;
mod random;
mod switches;
