//! A check that runs every hour, remembers what it proved, and continues there.
//!
//! - `worlds`: a trail that delivers for days, each day as the day before.
//! - `month`: thirty days, hour by hour: quiet hours are verified and cost the same on each day.
//! - `incidents`: what happens to an honest trail between two checks, and what the checks after it say.
//! - `tampering`: the same for what somebody does to a trail.
//! - `scene`: a trail that was quiet until something happens.
//! - `copy`: the same for a copy on disk.
//! - `late_logs`: logs that were written behind the head.
//! - `kills`: a check killed at any instant loses nothing; two at once do not disturb each other.
//! - `damage`: a damaged state is refused; a forged one does not make a damaged trail verified.

mod copy;
mod damage;
mod incidents;
mod kills;
mod late_logs;
mod month;
mod scene;
mod tampering;
mod worlds;
