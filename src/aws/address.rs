//! Addresses of services, checked as the SDK and HTTP need them.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// Whether a text is the address of a service: a scheme, a host, and maybe a port and a path. A query is not
/// allowed in an endpoint.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let web = ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let host = rest.split('/').next().unwrap_or_default();
    let port = host
        .rsplit_once(':')
        .filter(|(_, port)| !port.ends_with(']'));
    let port = port.is_none_or(|(_, port)| port.parse::<u16>().is_ok());
    web && !host.is_empty() && port && !text.contains(['?', '#']) && HttpRequest::get(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_has_a_scheme_and_a_host_and_no_query() {
        for good in [
            "https://s3.example.com",
            "http://127.0.0.1:9000",
            "http://[::1]:9000/path/",
            "http://[fd00:ec2::254]",
            "HTTPS://bucket.vpce-1a2b.s3.eu-west-1.vpce.amazonaws.com",
        ] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "x",
            "localhost:9000",
            "//localhost",
            "http://",
            "http:///path",
            "http://a b",
            "http://[",
            "http://a:99999",
            "http://a:",
            "ftp://a",
            "http://a?b",
            "http://a#b",
            "http://a\nb",
        ] {
            assert!(!is_address(bad), "{bad:?}");
        }
    }
}
