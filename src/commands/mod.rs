//! What users ask for besides a validation.

pub mod doctor;
pub mod explain;
pub mod trails;
