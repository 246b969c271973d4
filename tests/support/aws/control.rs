//! The front of CloudTrail, Organizations and STS, which one server answers for every region.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{DATE, HeaderValue};
use hyper::{Request, Response};
use serde_json::Value;

use super::accounts;
use super::body::{Broken, Reply};
use super::calls::{Call, Service};
use super::cloud::Cloud;
use super::cloudtrail;
use super::faults::Answer;
use super::loopback::ACCESS_KEY;
use super::percent::pairs;
use super::refusal::Refusal;
use super::s3_call::{header, unknown};
use super::scope::Scope;
use super::server::Endpoint;
use super::shared::{Shared, complete, request_id, text};

/// The content type of JSON services.
const JSON: &str = "application/x-amz-json-1.1";

/// The front of everything but S3.
pub struct ControlFront {
    shared: Arc<Shared>,
}

impl ControlFront {
    /// The services over the shared state.
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl Endpoint for ControlFront {
    async fn answer(
        &self,
        request: Request<Incoming>,
        connection: usize,
    ) -> Result<Response<Reply>, Broken> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let scope = Scope::of(&head.headers);
        let target = header(&head.headers, "x-amz-target");
        let mut call = requested(target.as_deref(), &body)
            .unwrap_or_else(|| Call::new(Service::CloudTrail, unknown(&head.method, &head.uri)));
        complete(&mut call, &head.headers, scope.as_ref(), connection);
        let (at, fault) = self.shared.admit(call.clone()).await;
        let (is_foreign, fault) = match fault {
            Some(Answer::Foreign(answer)) => (true, Some(*answer)),
            fault => (false, fault),
        };
        let answer = match &fault {
            Some(Answer::Close) => return Err("closed".into()),
            Some(Answer::Error(refusal)) => Err(refusal.clone()),
            _ => known(scope.as_ref())
                .and_then(|region| self.shared.cloud(|cloud| perform(cloud, &call, region))),
        };
        let mut response = match (answer, call.service) {
            (Ok(document), Service::Sts) => text(200, "text/xml", document),
            (Ok(document), _) => text(200, JSON, document),
            (Err(refusal), Service::Sts) => {
                let document = refusal.query_xml(&request_id(at));
                text(refusal.status, "text/xml", document)
            }
            (Err(refusal), _) => text(refusal.status, JSON, refusal.json()),
        };
        if let Some(Answer::Instead(body)) = &fault {
            *response.body_mut() = s3s::Body::from(Bytes::copy_from_slice(body));
        }
        let date = HeaderValue::from_str(&self.shared.date())?;
        let headers = response.headers_mut();
        headers.insert(DATE, date);
        if !is_foreign {
            let id = HeaderValue::from_str(&request_id(at))?;
            headers.insert("x-amzn-requestid", id);
        }
        if let Some(Answer::Header(name, value)) = &fault {
            headers.insert(*name, HeaderValue::from_str(value)?);
        }
        self.shared.log.answered(at, response.status().as_u16());
        Ok(response.map(|body| Reply::new(body, fault.as_ref(), None)))
    }
}

/// The operation: the last part of `X-Amz-Target`, or a form's `Action`.
fn requested(target: Option<&str>, body: &[u8]) -> Option<Call> {
    if let Some(target) = target {
        let (service, operation) = target.rsplit_once('.')?;
        let service = if service.contains("Organizations") {
            Service::Organizations
        } else {
            Service::CloudTrail
        };
        let mut call = Call::new(service, operation.to_owned());
        call.input = serde_json::from_slice(body).unwrap_or_default();
        return Some(call);
    }
    let form = pairs(std::str::from_utf8(body).ok()?);
    let (_, action) = form.into_iter().find(|(name, _)| name == "Action")?;
    Some(Call::new(Service::Sts, action))
}

/// The region of a request that is signed with the known access key.
fn known(scope: Option<&Scope>) -> Result<&str, Refusal> {
    match scope {
        None => Err(Refusal::new(
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )),
        Some(scope) if scope.access_key != ACCESS_KEY => Err(Refusal::new(
            400,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )),
        Some(scope) => Ok(&scope.region),
    }
}

fn perform(cloud: &Cloud, call: &Call, region: &str) -> Result<String, Refusal> {
    let json = |answer: Value| answer.to_string();
    match (call.service, call.operation.as_str()) {
        (Service::CloudTrail, operation) => {
            cloudtrail::answer(cloud, operation, region, &call.input).map(json)
        }
        (Service::Organizations, "DescribeOrganization") => {
            accounts::describe_organization(cloud).map(json)
        }
        (Service::Organizations, "ListAccounts") => {
            accounts::list_accounts(cloud, &call.input).map(json)
        }
        (Service::Sts, "GetCallerIdentity") => Ok(accounts::caller_identity(cloud)),
        _ => Err(Refusal::new(400, "InvalidAction", "Could not find it.")),
    }
}
