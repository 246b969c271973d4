//! An error response, in the format of each protocol.

use serde_json::json;

/// Status, code and message of an error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The code, such as `AccessDenied`.
    pub code: String,
    /// The message for people.
    pub message: String,
    /// Further elements of an S3 error.
    pub details: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal without further elements.
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            details: Vec::new(),
        }
    }

    /// The same with one more element.
    #[must_use]
    pub fn detail(mut self, name: &'static str, value: &str) -> Self {
        self.details.push((name, value.to_owned()));
        self
    }

    /// The document that S3 answers with.
    pub fn s3_xml(&self, request_id: &str) -> String {
        let details: String = self.details.iter().map(|(n, v)| element(n, v)).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>{}{}{details}{}</Error>",
            element("Code", &self.code),
            element("Message", &self.message),
            element("RequestId", request_id)
        )
    }

    /// The document of a service with the query protocol.
    pub fn query_xml(&self, request_id: &str) -> String {
        format!(
            "<ErrorResponse><Error><Type>Sender</Type>{}{}</Error>{}</ErrorResponse>",
            element("Code", &self.code),
            element("Message", &self.message),
            element("RequestId", request_id)
        )
    }

    /// The document of a service with JSON.
    pub fn json(&self) -> String {
        json!({"__type": self.code, "message": self.message}).to_string()
    }
}

/// An XML element that holds text.
pub fn element(name: &str, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!("<{name}>{text}</{name}>")
}
