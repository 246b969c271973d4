//! Arguments that several commands share.

pub(crate) mod aws;
pub(crate) mod bundle;
pub(crate) mod events;
pub(crate) mod evidence;
pub(crate) mod exit;
pub(crate) mod format;
pub(crate) mod inventory;
pub(crate) mod presentation;
pub(crate) mod progress;
pub(crate) mod reporting;
pub(crate) mod run;
pub(crate) mod source;
pub(crate) mod values;
pub(crate) mod watchlist;
pub(crate) mod work;
