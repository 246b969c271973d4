//! The front of S3, which passes the requests it accepts to `s3s`.

use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, DATE, HeaderValue};
use hyper::{Request, Response};
use s3s::auth::SimpleAuth;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};

use super::body::{Broken, Reply};
use super::faults::Answer;
use super::gate;
use super::loopback::{ACCESS_KEY, SECRET_KEY};
use super::s3::{Buckets, Hosts, Open};
use super::s3_call::S3Call;
use super::scope::Scope;
use super::server::Endpoint;
use super::shared::{Shared, complete, request_id, text};

/// The front of S3.
pub struct S3Front {
    shared: Arc<Shared>,
    service: S3Service,
}

impl S3Front {
    /// S3 over the shared buckets, for the one known access key.
    pub fn new(shared: Arc<Shared>) -> Self {
        let mut builder = S3ServiceBuilder::new(Buckets(Arc::clone(&shared)));
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        builder.set_access(Open);
        builder.set_host(Hosts);
        // The SDK signs with the time that the answers show, which may be far off.
        let mut config = S3Config::default();
        config.presigned_url_max_skew_time_secs = u32::MAX;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        Self {
            shared,
            service: builder.build(),
        }
    }
}

impl Endpoint for S3Front {
    async fn answer(
        &self,
        request: Request<Incoming>,
        connection: usize,
    ) -> Result<Response<Reply>, Broken> {
        let flight = self.shared.log.fly();
        let scope = Scope::of(request.headers());
        let mut request_call = S3Call::of(&request);
        complete(
            &mut request_call.call,
            request.headers(),
            scope.as_ref(),
            connection,
        );
        let (at, fault) = self.shared.admit(request_call.call.clone()).await;
        let (is_foreign, fault) = match fault {
            Some(Answer::Foreign(answer)) => (true, Some(*answer)),
            fault => (false, fault),
        };
        let refusal = match &fault {
            Some(Answer::Close) => return Err("closed".into()),
            Some(Answer::Error(refusal)) => Some(refusal.clone()),
            _ => self
                .shared
                .cloud(|cloud| gate::refuse(cloud, &request_call, scope.as_ref())),
        };
        let mut response = match refusal {
            Some(refusal) => {
                let document = refusal.s3_xml(&request_id(at));
                text(refusal.status, "application/xml", document)
            }
            None => self.service.call(request.map(s3s::Body::from)).await?,
        };
        let region = self.shared.cloud(|cloud| {
            let bucket = cloud.buckets.get(request_call.call.bucket.as_deref()?)?;
            Some(bucket.region.clone())
        });
        let date = self.shared.date();
        if let Some(Answer::Instead(body)) = &fault {
            let length = header_value(&body.len().to_string());
            response.headers_mut().insert(CONTENT_LENGTH, length);
            *response.body_mut() = s3s::Body::from(Bytes::copy_from_slice(body));
        }
        let headers = response.headers_mut();
        headers.insert(DATE, header_value(&date));
        headers.insert("x-amz-request-id", header_value(&request_id(at)));
        if let Some(Answer::Header(name, value)) = &fault {
            headers.insert(*name, header_value(value));
        }
        if is_foreign {
            headers.remove("x-amz-request-id");
        } else if let Some(region) = region {
            headers.insert("x-amz-bucket-region", header_value(&region));
        }
        self.shared.log.answered(at, response.status().as_u16());
        Ok(response.map(|body| Reply::new(body, fault.as_ref(), Some(flight))))
    }
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("visible text")
}
