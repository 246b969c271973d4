//! Refuses options that need AWS where no AWS calls are made.

use crate::base::error::{Error, ErrorKind};
use crate::cli::args::shared::presentation::NamesFrom;
use crate::cli::args::validate::ValidateArgs;
use crate::cli::presentation;
use crate::validate::request::LogSelection;

/// Refuses to look up names where AWS is not asked.
///
/// # Errors
/// If it is.
pub fn check_names(args: &ValidateArgs) -> Result<(), Error> {
    if args.report.presentation.names != Some(NamesFrom::Organizations) {
        return Ok(());
    }
    if !args.run.source.path.is_empty() {
        return Err(presentation::needs_aws("no AWS calls are made with --path"));
    }
    if args.sign_in.no_sign_request {
        return Err(presentation::needs_aws(
            "it answers no request of --no-sign-request",
        ));
    }
    Ok(())
}

/// Refuses inventories where a run continues another: what was written since that one is found by listing alone.
///
/// # Errors
/// If it does.
pub fn check_inventory(args: &ValidateArgs, continues: bool) -> Result<(), Error> {
    if args.inventory.inventory.is_empty() || !continues {
        return Ok(());
    }
    let message = "--inventory cannot be used with --state: such a run searches for what is new";
    Err(Error::new(ErrorKind::Usage, message).hint("leave out --inventory"))
}

/// Refuses a comparison with what AWS lists where AWS is not asked, or not all logs are read.
///
/// # Errors
/// If it is.
pub fn check_lookup(args: &ValidateArgs) -> Result<(), Error> {
    if !args.lookup {
        return Ok(());
    }
    let refused = |why: &str, hint: &str| {
        let message = format!("--lookup cannot be used here: {why}");
        Err(Error::new(ErrorKind::Usage, message).hint(hint))
    };
    if !args.run.source.path.is_empty() {
        let hint = "validate the bucket that the copy was made of: --s3-bucket BUCKET";
        return refused("no AWS calls are made with --path", hint);
    }
    if args.sign_in.no_sign_request {
        let hint = "leave out --no-sign-request";
        return refused("LookupEvents answers signed requests only", hint);
    }
    if args.run.logs != LogSelection::All {
        let hint = "leave out --logs";
        return refused("an event may be in a log that is not read", hint);
    }
    Ok(())
}
