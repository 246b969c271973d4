//! The error of a run that has no credentials: what is missing, and where.

use aws_credential_types::provider::error::CredentialsError;

use super::environment::{Environment, MissingProfile};
use super::error::chain;
use crate::base::error::{Error, ErrorKind};
use crate::base::text::clip;

/// The most profiles in a message, and the longest name of one, in characters.
const SHOWN: usize = 3;
const LONGEST: usize = 80;

/// The error, for the profile that is given, if one is. `why` is the answer of the SDK; it is left out where it
/// only lists the places that hold no credentials.
pub(super) fn no_credentials(
    profile: Option<&str>,
    environment: &Environment,
    why: Option<&CredentialsError>,
) -> Error {
    if let Some(missing) = environment.missing_profile(profile) {
        return of_missing(&missing, environment.profiles());
    }
    let message = match profile {
        Some(profile) => format!("there are no credentials in the profile {profile}"),
        None => {
            "there are no credentials in the environment, in a profile, or from a role".to_owned()
        }
    };
    let error = Error::new(ErrorKind::Input, message).hint(
        "sign in as for the AWS CLI (aws sso login, a profile, or AWS_ACCESS_KEY_ID and \
         AWS_SECRET_ACCESS_KEY); nothing was checked",
    );
    match why {
        Some(CredentialsError::CredentialsNotLoaded(_)) if profile.is_none() => error,
        Some(why) => error.because(chain(why)),
        None => error,
    }
}

fn of_missing<'a>(missing: &MissingProfile, profiles: impl Iterator<Item = &'a str>) -> Error {
    let MissingProfile {
        name,
        files,
        by_variable,
    } = missing;
    let selected = if *by_variable {
        ", and AWS_PROFILE selects it"
    } else {
        ""
    };
    let shown = clip(name, LONGEST);
    let message =
        format!("there are no credentials: profile {shown} does not exist in {files}{selected}");
    Error::new(ErrorKind::Input, message).hint(existing(profiles, name))
}

/// The profiles that exist, the most similar to the wanted one first.
fn existing<'a>(profiles: impl Iterator<Item = &'a str>, wanted: &str) -> String {
    let (mut names, wanted): (Vec<&str>, _) = (profiles.collect(), clip(wanted, LONGEST));
    let difference = |name: &str| strsim::damerau_levenshtein(&clip(name, LONGEST), &wanted);
    names.sort_by_cached_key(|name| (difference(name), name.to_string()));
    names.truncate(SHOWN);
    let names: Vec<_> = names.iter().map(|name| clip(name, LONGEST)).collect();
    match &names[..] {
        [] => {
            "no profile is defined: sign in with aws configure, or aws configure sso; nothing was \
               checked"
                .into()
        }
        names => format!(
            "use a profile that exists, such as {} (aws configure list-profiles); nothing was checked",
            names.join(", ")
        ),
    }
}
