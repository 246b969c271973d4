//! AWS Lambda: the program as a custom runtime. Started as `bootstrap` in a function, it takes one event after
//! the other from Lambda, validates as each requests, and answers with the verdict and the report.
//!
//! ```text
//! Lambda ── GET next ──▶ event ──▶ arguments ──▶ validate, a process of its own ──▶ answer ── POST ──▶ Lambda
//!                        scope, window           ends before the invocation does    verdict, report
//! ```
//!
//! The crate `lambda_runtime` speaks the protocol: "Using the Lambda runtime API for custom runtimes"
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>). A validation that crashes ends its own
//! process and not the runtime, and leaves nothing in memory for the next event.

mod answer;
mod child;
mod error;
mod event;
mod time_budget;

use std::env;
use std::ffi::OsString;
use std::path::Path;

use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};

use self::answer::FunctionAnswer;
use self::error::FunctionError;
use self::event::EventPayload;
use self::time_budget::TimeBudget;
use super::diagnose;
use super::whole_second;
use crate::aws::Runtime;
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};

/// The file that Lambda starts in the package of a function.
const BOOTSTRAP: &str = "bootstrap";

/// Where the runtime interface answers, as `HOST:PORT`.
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// Variables that Lambda also sets, and that the crate needs.
const OF_FUNCTION: [&str; 2] = ["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION"];
const MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// Whether Lambda started the program to serve a function.
pub fn is_started_by_lambda(command_line: &[OsString]) -> bool {
    let called = command_line.first().map(Path::new);
    let is_bootstrap = called.is_some_and(|called| called.file_name() == Some(BOOTSTRAP.as_ref()));
    is_bootstrap && env::var_os(RUNTIME_API).is_some()
}

/// Serves invocations for as long as Lambda has any.
///
/// # Errors
/// If the environment is not that of a function, or the runtime interface is lost.
pub fn serve() -> Result<u8, Error> {
    check_environment()?;
    let runtime = Runtime::new(CancelFlag::default())?;
    // One invocation is served at a time, so its work may block.
    let handler = |event: LambdaEvent<EventPayload>| async { answer(event) };
    let lost = |why: &dyn std::fmt::Display| {
        Error::new(ErrorKind::System, "lost the runtime interface of Lambda").because(why)
    };
    let served = runtime.run(lambda_runtime::run(service_fn(handler)));
    served.map_err(|e| lost(&e))?.map_err(|e| lost(&e))?;
    Ok(0)
}

/// Checks the variables on which the crate panics.
fn check_environment() -> Result<(), Error> {
    let refused = |name: &str, is_not: &str| {
        let message = format!("{name} {is_not}");
        let hint = "started as bootstrap, the program serves an AWS Lambda function, for which Lambda sets this";
        Err(Error::new(ErrorKind::Input, message).hint(hint))
    };
    for name in OF_FUNCTION {
        if env::var(name).is_err() {
            return refused(name, "is not set");
        }
    }
    let memory = env::var(MEMORY).unwrap_or_default();
    if memory.parse::<i32>().is_err() {
        return refused(MEMORY, "is not a number of megabytes");
    }
    let address = env::var(RUNTIME_API).unwrap_or_default();
    if !crate::aws::is_address(&format!("http://{address}")) {
        return refused(RUNTIME_API, "is not an address");
    }
    Ok(())
}

/// The answer to one invocation. An error goes to the log of the function too.
fn answer(event: LambdaEvent<EventPayload>) -> Result<FunctionAnswer, FunctionError> {
    let answer = validate(event);
    match &answer {
        // The validation itself has said this.
        Ok(_) | Err(FunctionError::NotValidated(_)) => {}
        Err(error) => diagnose::print(&Error::new(ErrorKind::Usage, error.message())),
    }
    answer
}

fn validate(event: LambdaEvent<EventPayload>) -> Result<FunctionAnswer, FunctionError> {
    let LambdaEvent { payload, context } = event;
    let event = payload.0.map_err(FunctionError::Event)?;
    let time = TimeBudget::until(context.deadline())?;
    let folder = tempfile::tempdir().map_err(|e| FunctionError::system("make a folder", &e))?;
    let report = folder.path().join("report.json");
    let mut arguments = vec![
        "--format=json".into(),
        option("--out=", &report),
        // The log of the function shows it.
        "--format=text".into(),
    ];
    arguments.extend(event.arguments(whole_second(Timestamp::now()))?);
    arguments.extend(event.files(folder.path())?);
    let end = child::validate(arguments, time)?;
    let answer = FunctionAnswer::of(end, &report)?;
    match event.alarm {
        true => answer.alarming(),
        false => Ok(answer),
    }
}

/// An option and its value as one argument: a value that begins with `-` stays a value.
fn option(option: &str, value: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(value);
    argument
}
