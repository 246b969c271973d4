//! Rules of sensitive calls: the shipped ones, one's own, and those of Sigma.

mod own;
mod shipped;
mod sigma;
