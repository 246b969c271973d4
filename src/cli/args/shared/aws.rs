//! How AWS is reached, and the options of the AWS CLI that have no effect here.

use std::num::NonZeroU32;
use std::path::PathBuf;

use super::values::endpoint;

/// Which identity signs requests, and how AWS is reached.
#[derive(clap::Args)]
#[command(next_help_heading = "AWS")]
pub struct SignInArgs {
    /// The profile to sign in with; by default AWS_PROFILE, as for the AWS CLI
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// The profile for S3, if archive and trail are in two accounts; by default --profile
    #[arg(long, value_name = "NAME")]
    pub s3_profile: Option<String>,

    /// The profile for CloudTrail; by default --profile
    #[arg(long, value_name = "NAME")]
    pub trail_profile: Option<String>,

    /// The endpoint of every service; AWS_ENDPOINT_URL_S3 and the like override it; by default AWS
    #[arg(long, value_name = "URL", value_parser = endpoint)]
    pub endpoint_url: Option<String>,

    /// A PEM file of certificates to trust instead of the system's; by default AWS_CA_BUNDLE
    #[arg(long, value_name = "FILE")]
    pub ca_bundle: Option<PathBuf>,

    /// Seconds to wait for an answer, or for the next part of one; by default 30; 0 has no limit
    ///
    /// A request is given up after three time-outs or 90 seconds. An object takes at most two minutes,
    /// including the second read before it is reported as altered, unless it arrives at 4 KiB per second or
    /// more. A bucket is given up after two minutes without any answer and four failed requests in a row: by
    /// default after three minutes. It is tried again every 10 seconds. The report is then not complete
    /// (source-unreadable, exit status 4). An endpoint that never answered is given up within 10 seconds.
    /// A value above 30 lengthens all of these times in proportion.
    #[arg(long, value_name = "SECONDS")]
    pub cli_read_timeout: Option<u32>,

    /// Seconds to wait for a connection; by default 5; 0 has no limit
    #[arg(long, value_name = "SECONDS")]
    pub cli_connect_timeout: Option<u32>,

    /// The most requests per second, over all connections and services, retries included; by default no limit
    ///
    /// Use it where others need the same bucket, or the same rate of CloudTrail calls. Requests are sent at even
    /// distances. Time-outs begin when a request is sent. Fewer requests per second while S3 answers 503 are
    /// automatic, with and without this option.
    #[arg(long, value_name = "N")]
    pub limit_rate: Option<NonZeroU32>,

    /// Do not sign requests; for a bucket that everyone may read, together with --keys
    #[arg(long)]
    pub no_sign_request: bool,
}

/// Global options of the AWS CLI that have no effect here. They are accepted, because its command lines
/// must work unchanged. A note on standard error says that they have no effect.
#[derive(clap::Args)]
pub struct UnusedArgs {
    #[arg(long, hide = true)]
    pub debug: bool,
    #[arg(long, hide = true)]
    pub v2_debug: bool,
    #[arg(long, hide = true)]
    pub no_verify_ssl: bool,
    #[arg(long, hide = true)]
    pub no_paginate: bool,
    #[arg(long, hide = true)]
    pub no_cli_pager: bool,
    #[arg(long, hide = true)]
    pub cli_auto_prompt: bool,
    #[arg(long, hide = true)]
    pub no_cli_auto_prompt: bool,
    #[arg(long, hide = true)]
    pub output: Option<String>,
    #[arg(long, hide = true)]
    pub query: Option<String>,
    #[arg(long, hide = true)]
    pub color: Option<String>,
    #[arg(long, hide = true)]
    pub cli_binary_format: Option<String>,
    #[arg(long, hide = true)]
    pub cli_error_format: Option<String>,
}

/// Why an option has no effect, in words.
#[derive(Clone, Copy)]
pub enum NoEffect {
    /// Ignoring the option does no harm.
    Harmless(&'static str),
    /// The option would weaken security.
    Insecure(&'static str),
}

impl UnusedArgs {
    /// The options that were given, each with the reason why it has no effect.
    pub fn given(&self) -> Vec<(&'static str, NoEffect)> {
        const REPORT: NoEffect = NoEffect::Harmless("--format selects what is printed");
        const NOTHING: NoEffect = NoEffect::Harmless("trailproof has no such setting");
        let verify = NoEffect::Insecure(
            "certificates are always verified; give your own authority with --ca-bundle",
        );
        let pages = NoEffect::Harmless("every page is always read");
        let pager = NoEffect::Harmless("no pager is used");
        let colour = NoEffect::Harmless("no colour is used");
        let all = [
            (self.debug, "--debug", NOTHING),
            (self.v2_debug, "--v2-debug", NOTHING),
            (self.no_verify_ssl, "--no-verify-ssl", verify),
            (self.no_paginate, "--no-paginate", pages),
            (self.no_cli_pager, "--no-cli-pager", pager),
            (self.cli_auto_prompt, "--cli-auto-prompt", NOTHING),
            (self.no_cli_auto_prompt, "--no-cli-auto-prompt", NOTHING),
            (self.output.is_some(), "--output", REPORT),
            (self.query.is_some(), "--query", REPORT),
            (self.color.is_some(), "--color", colour),
            (
                self.cli_binary_format.is_some(),
                "--cli-binary-format",
                NOTHING,
            ),
            (
                self.cli_error_format.is_some(),
                "--cli-error-format",
                NOTHING,
            ),
        ];
        let given = all.into_iter().filter(|(given, ..)| *given);
        given.map(|(_, name, why)| (name, why)).collect()
    }
}

impl SignInArgs {
    /// The names of the options that were given.
    pub fn given(&self) -> Vec<&'static str> {
        let all = [
            (self.profile.is_some(), "--profile"),
            (self.s3_profile.is_some(), "--s3-profile"),
            (self.trail_profile.is_some(), "--trail-profile"),
            (self.endpoint_url.is_some(), "--endpoint-url"),
            (self.ca_bundle.is_some(), "--ca-bundle"),
            (self.cli_read_timeout.is_some(), "--cli-read-timeout"),
            (self.cli_connect_timeout.is_some(), "--cli-connect-timeout"),
            (self.limit_rate.is_some(), "--limit-rate"),
            (self.no_sign_request, "--no-sign-request"),
        ];
        let given = all.into_iter().filter(|(given, _)| *given);
        given.map(|(_, name)| name).collect()
    }
}
