//! The endpoint of each bucket, resolved once. The SDK resolves it again for every key, which costs time
//! in every request.

use std::sync::{Mutex, PoisonError};

use aws_sdk_s3::config::endpoint::{
    DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint,
};

/// The most endpoints that are cached.
const MAX_CACHED: usize = 64;

/// A cache of the SDK's answers. It may ignore key and prefix, because no endpoint rule of S3 uses them.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    sdk: DefaultResolver,
    known: Mutex<Vec<(Params, Endpoint)>>,
}

impl ResolveEndpoint for Endpoints {
    fn resolve_endpoint<'a>(&'a self, params: &'a Params) -> EndpointFuture<'a> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = known()
            .iter()
            .find(|(other, _)| alike(other, params))
            .map(|(_, endpoint)| endpoint.clone());
        if let Some(endpoint) = cached {
            return EndpointFuture::ready(Ok(endpoint));
        }
        EndpointFuture::new(async move {
            let endpoint = self.sdk.resolve_endpoint(params).await?;
            let mut known = known();
            let new = !known.iter().any(|(other, _)| alike(other, params));
            if new && known.len() < MAX_CACHED {
                known.push((params.clone(), endpoint.clone()));
            }
            Ok(endpoint)
        })
    }
}

/// Whether two requests differ at most in key and prefix.
fn alike(one: &Params, other: &Params) -> bool {
    let switches = |of: &Params| {
        [
            of.use_fips(),
            of.use_dual_stack(),
            of.force_path_style(),
            of.accelerate(),
            of.use_global_endpoint(),
            of.use_object_lambda_endpoint(),
            of.disable_access_points(),
            of.disable_multi_region_access_points(),
            of.use_arn_region(),
            of.use_s3_express_control_endpoint(),
            of.disable_s3_express_session_auth(),
        ]
    };
    switches(one) == switches(other)
        && one.bucket() == other.bucket()
        && one.region() == other.region()
        && one.endpoint() == other.endpoint()
        && one.copy_source() == other.copy_source()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_what_the_sdk_says_of_every_key() {
        let ours = Endpoints::default();
        let mut places = 0;
        for bucket in ["my-logs", "my.logs", "logs--use1-az4--x-s3"] {
            for (region, style) in [
                ("us-east-1", false),
                ("eu-west-1", false),
                ("eu-west-1", true),
            ] {
                places += 1;
                for key in [None, Some("a"), Some("b/c"), Some("a")] {
                    let params = Params::builder()
                        .bucket(bucket)
                        .region(region)
                        .force_path_style(style)
                        .set_key(key.map(Into::into))
                        .set_prefix(key.map(Into::into));
                    let params = params.build().unwrap();
                    let sdk = DefaultResolver::new();
                    let expected = sdk.resolve_endpoint(&params).await.unwrap();
                    assert_eq!(ours.resolve_endpoint(&params).await.unwrap(), expected);
                }
                assert_eq!(ours.known.lock().unwrap().len(), places);
            }
        }
    }

    #[tokio::test]
    async fn the_arn_of_an_access_point_leads_to_it() {
        let params = Params::builder()
            .bucket("arn:aws:s3:eu-west-1:111111111111:accesspoint/reader")
            .region("eu-west-1");
        let params = params.build().unwrap();
        let found = Endpoints::default()
            .resolve_endpoint(&params)
            .await
            .unwrap();
        let host = "https://reader-111111111111.s3-accesspoint.eu-west-1.amazonaws.com";
        assert_eq!(found.url(), host);
    }
}
