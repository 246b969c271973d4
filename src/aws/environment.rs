//! The settings of requests in the environment and the profile, checked before the SDK reads them. On some
//! values the SDK panics, and others it ignores silently. An empty value counts as not set.

use std::borrow::Cow;
use std::env::VarError;
use std::os::unix::fs::FileTypeExt as _;
use std::{fmt, fs};

use aws_config::profile::{self, ProfileFileRegionProvider, ProfileSet};
use aws_config::{Region, SdkConfig, meta::region::ProvideRegion as _};
use aws_types::os_shim_internal::{Env, Fs};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::address::is_address;
use super::credentials::is_sendable;
use super::error::chain;
use super::variables::VARIABLES;
use crate::base::error::{Error, ErrorKind};
use crate::base::text::clip;

/// The services that get requests, from us or from the SDK for credentials.
const SERVICES: [&str; 7] = [
    "S3",
    "CloudTrail",
    "STS",
    "Organizations",
    "SSO",
    "SSO OIDC",
    "Signin",
];
/// The longest value, in bytes. Paths are shorter, and S3 accepts 8 KB of headers.
const LONGEST: usize = 16 << 10;
/// The longest file of profiles, in bytes.
const LONGEST_FILE: u64 = 16 << 20;
/// The longest value in a message, in characters.
const LONGEST_SHOWN: usize = 80;
/// The endpoint of all services; with `_` and the name of a service after it, of that service.
const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// The same in a profile.
const ENDPOINT_KEY: &str = "endpoint_url";
/// Values that hold keys, which a header carries.
const KEYS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "aws_access_key_id"),
    ("AWS_SECRET_ACCESS_KEY", "aws_secret_access_key"),
    ("AWS_SESSION_TOKEN", "aws_session_token"),
];
/// Switches that the SDK takes as off if it does not understand them.
const SWITCHES: [(&str, &str); 3] = [
    ("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
    ("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
    (
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "ignore_configured_endpoint_urls",
    ),
];
/// The address of the credentials of a container. The SDK panics on one without a scheme.
const CONTAINER_URL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
/// The address of the credentials of an instance.
const METADATA_URL: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
/// The name of no variable: none has this character (environ(7)).
const NO_VARIABLE: &str = "=";

/// The environment and the files of profiles, as the SDK reads them.
pub(super) struct Environment {
    env: Env,
    profiles: ProfileSet,
}

/// A profile that is selected and does not exist.
pub(super) struct MissingProfile {
    pub name: String,
    /// The files that do not hold it.
    pub files: String,
    /// Whether AWS_PROFILE selects it.
    pub by_variable: bool,
}

/// A value, and where it was set.
struct Setting {
    place: String,
    value: String,
}

impl Setting {
    /// The error of a value that cannot be used.
    fn refused(&self, is_not: &str, hint: impl fmt::Display) -> Error {
        let value = clip(&self.value, LONGEST_SHOWN);
        refused(format!("{} is not {is_not}: {value}", self.place), hint)
    }
}

fn refused(message: String, hint: impl fmt::Display) -> Error {
    Error::new(ErrorKind::Input, message).hint(format!("{hint}; nothing was checked"))
}

impl Environment {
    /// Reads the files, and checks what applies to a profile, by default that of the environment.
    ///
    /// # Errors
    /// If a file is not valid, or a value cannot be used.
    pub(super) async fn read(profile: Option<&str>) -> Result<Self, Error> {
        let env = Env::real();
        VARIABLES
            .iter()
            .try_for_each(|name| check_text(&env, name))?;
        check_files(&env)?;
        let name = profile.map(|name| Cow::Owned(name.to_owned()));
        let profiles = profile::load(&Fs::real(), &env, &Default::default(), name).await;
        let profiles = profiles.map_err(|e| {
            let message = format!("cannot read the profiles in {}", files(&env));
            refused(message, "correct the file").because(chain(&e))
        })?;
        let environment = Environment { env, profiles };
        environment.check_keys()?;
        environment.check_retry_mode()?;
        for switch in SWITCHES {
            environment.check_switch(switch)?;
        }
        environment.check_endpoints()?;
        Ok(environment)
    }

    /// The value of a variable.
    fn variable(&self, name: &str) -> Option<Setting> {
        Some(Setting {
            value: self.env.get(name).ok().filter(|v| !v.trim().is_empty())?,
            place: name.to_owned(),
        })
    }

    /// The value of a key in the selected profile.
    fn key(&self, key: &str) -> Option<Setting> {
        let value = self.profiles.get(key)?;
        (!value.trim().is_empty()).then(|| self.in_profile(self.profile(), key, value))
    }

    fn in_profile(&self, profile: &str, key: &str, value: &str) -> Setting {
        Setting {
            place: format!("{key} in the profile {profile} ({})", files(&self.env)),
            value: value.to_owned(),
        }
    }

    fn setting(&self, (variable, key): (&str, &str)) -> Option<Setting> {
        self.variable(variable).or_else(|| self.key(key))
    }

    /// The selected profile.
    fn profile(&self) -> &str {
        self.profiles.selected_profile()
    }

    /// The profiles in the files, by name.
    pub(super) fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.profiles()
    }

    /// The selected profile, if it does not exist, and how it is selected: it is `given`, or AWS_PROFILE sets it.
    pub(super) fn missing_profile(&self, given: Option<&str>) -> Option<MissingProfile> {
        let by_variable = given.is_none();
        if by_variable && self.variable("AWS_PROFILE").is_none() {
            return None;
        }
        let is_missing = self.profiles.get_profile(self.profile()).is_none();
        is_missing.then(|| MissingProfile {
            name: self.profile().to_owned(),
            files: files(&self.env),
            by_variable,
        })
    }

    /// Keys are sent in headers, and the SDK panics on one that no header can carry.
    fn check_keys(&self) -> Result<(), Error> {
        let mut settings: Vec<Setting> = KEYS
            .iter()
            .filter_map(|(variable, _)| self.variable(variable))
            .collect();
        // Whose keys a role is assumed with.
        let mut sources = vec![self.profile()];
        while let Some(profile) = sources
            .last()
            .and_then(|name| self.profiles.get_profile(name))
        {
            let keys = KEYS
                .iter()
                .filter_map(|(_, key)| Some((key, profile.get(key)?)));
            settings.extend(keys.map(|(key, value)| self.in_profile(profile.name(), key, value)));
            match profile.get("source_profile") {
                Some(next) if !sources.contains(&next) => sources.push(next),
                _ => break,
            }
        }
        match settings.iter().find(|setting| !is_sendable(&setting.value)) {
            None => Ok(()),
            // Its value is a secret.
            Some(Setting { place, .. }) => Err(refused(
                format!(
                    "{place} holds a blank, a line break or another character that keys never have"
                ),
                "set it again, without blanks or line breaks",
            )),
        }
    }

    /// Every mode is the standard one here, and "legacy" is a mode of the AWS CLI alone.
    fn check_retry_mode(&self) -> Result<(), Error> {
        let Some(mode) = self.setting(("AWS_RETRY_MODE", "retry_mode")) else {
            return Ok(());
        };
        let modes = ["legacy", "standard", "adaptive"];
        let known = |name: &&str| mode.value.trim().eq_ignore_ascii_case(name);
        match modes.iter().any(known) {
            true => Ok(()),
            false => Err(mode.refused("a retry mode", "set it to standard, or remove it")),
        }
    }

    /// How often a request is tried, where that is set.
    ///
    /// # Errors
    /// If it is not a number above 0.
    pub(super) fn attempts(&self) -> Result<Option<u32>, Error> {
        let Some(attempts) = self.setting(("AWS_MAX_ATTEMPTS", "max_attempts")) else {
            return Ok(None);
        };
        match attempts.value.trim().parse() {
            Ok(0) | Err(_) => {
                Err(attempts.refused("a number of attempts", "set it to 1 or more, or remove it"))
            }
            Ok(number) => Ok(Some(number)),
        }
    }

    /// The region, from the environment or else the profile or that of its keys.
    ///
    /// # Errors
    /// If it is not a valid one.
    pub(super) async fn region(&self) -> Result<Option<Region>, Error> {
        let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"];
        let mut region = variables.into_iter().find_map(|name| self.variable(name));
        if region.is_none() {
            let profile = ProfileFileRegionProvider::builder().profile_name(self.profile());
            let found = profile.build().region().await;
            let found = found.filter(|region| !region.as_ref().trim().is_empty());
            region = found.map(|found| self.in_profile(self.profile(), "region", found.as_ref()));
        }
        let Some(region) = region else {
            return Ok(None);
        };
        // Part of a host name (RFC 1035). Stores that speak S3 have regions such as "auto".
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        match region.value.len() <= 63 && region.value.chars().all(is_part) {
            true => Ok(Some(Region::new(region.value))),
            false => Err(region.refused("a region", "set it to a region such as us-east-1")),
        }
    }

    fn check_switch(&self, switch: (&str, &str)) -> Result<(), Error> {
        let Some(setting) = self.setting(switch) else {
            return Ok(());
        };
        match setting.value.to_ascii_lowercase().as_str() {
            "true" | "false" => Ok(()),
            _ => Err(setting.refused("true or false", "set it to one of them, or remove it")),
        }
    }

    /// Checks the endpoints that environment and profile set for all services or for one of them.
    fn check_endpoints(&self) -> Result<(), Error> {
        let own = |service: &str| {
            format!(
                "{ENDPOINT_URL}_{}",
                service.to_uppercase().replace(' ', "_")
            )
        };
        let variables = SERVICES.into_iter().map(own);
        let variables =
            variables.chain([ENDPOINT_URL, CONTAINER_URL, METADATA_URL].map(String::from));
        for name in variables {
            check_text(&self.env, &name)?;
            self.variable(&name)
                .map_or(Ok(()), |found| check_address(&found))?;
        }
        match self.profiles.get(ENDPOINT_KEY) {
            None => Ok(()),
            Some(url) => check_address(&self.in_profile(self.profile(), ENDPOINT_KEY, url)),
        }
    }

    /// Checks the endpoints of services in the section that the profile refers to.
    ///
    /// # Errors
    /// If one is not an address.
    pub(super) fn check_services(&self, config: &SdkConfig) -> Result<(), Error> {
        for service in SERVICES {
            let key = ServiceConfigKey::builder().service_id(service);
            let key = key.env(NO_VARIABLE).profile(ENDPOINT_KEY).build().ok();
            let url = key.and_then(|key| config.service_config()?.load_config(key));
            if let Some(url) = url {
                let key = format!("{ENDPOINT_KEY} of {service}");
                check_address(&self.in_profile(self.profile(), &key, &url))?;
            }
        }
        Ok(())
    }
}

/// Checks that a variable that the SDK reads holds text of one line. The SDK ignores other values, sends
/// them in a header that no server accepts, or panics.
fn check_text(env: &Env, name: &str) -> Result<(), Error> {
    let why = match env.get(name) {
        Err(VarError::NotPresent) => return Ok(()),
        Err(VarError::NotUnicode(_)) => "is not valid UTF-8",
        Ok(value) if value.len() > LONGEST => "is longer than 16 KiB",
        Ok(value) if value.contains(char::is_control) => "holds a line break or control character",
        Ok(_) => return Ok(()),
    };
    Err(refused(
        format!("{name} {why}"),
        "set it again, or unset it",
    ))
}

/// Checks the endpoint that is given to the program.
///
/// # Errors
/// If it is not an address.
pub(super) fn check_given(endpoint: &str) -> Result<(), Error> {
    check_address(&Setting {
        place: "--endpoint-url".into(),
        value: endpoint.into(),
    })
}

/// Checks an endpoint. The SDK would ignore one that is not valid, and ask AWS.
fn check_address(setting: &Setting) -> Result<(), Error> {
    match is_address(&setting.value) {
        true => Ok(()),
        false => Err(setting.refused(
            "an address",
            "set it to one such as https://s3.example.com, or remove it",
        )),
    }
}

/// Checks the files of profiles that variables give. The SDK reads a file to its end, however long it is, and
/// takes a folder for an empty file.
fn check_files(env: &Env) -> Result<(), Error> {
    for name in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        let path = env.get(name).unwrap_or_default();
        let Ok(found) = fs::metadata(&path) else {
            continue;
        };
        let is_device = found.file_type().is_char_device() && path != "/dev/null";
        if found.is_dir() || is_device || found.len() > LONGEST_FILE {
            let path = clip(&path, LONGEST_SHOWN);
            let message = format!("{name} is not a file of at most 16 MiB: {path}");
            return Err(refused(
                message,
                "set it to a file of profiles, or unset it",
            ));
        }
    }
    Ok(())
}

/// The files of profiles.
fn files(env: &Env) -> String {
    let path = |name: &str, usual: &str| env.get(name).unwrap_or_else(|_| usual.to_owned());
    let config = path("AWS_CONFIG_FILE", "~/.aws/config");
    let credentials = path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
    format!("{config} or {credentials}")
}

/// The settings that the SDK finds for single services, without empty values: it panics on an empty endpoint.
#[derive(Debug)]
pub(super) struct WithoutEmpty(pub SdkConfig);

impl LoadServiceConfig for WithoutEmpty {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let found = self.0.service_config()?.load_config(key);
        found.filter(|value| !value.trim().is_empty())
    }
}
