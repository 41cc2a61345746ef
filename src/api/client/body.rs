//! Bodies of answers: read up to a limit, together up to another, and parsed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Client;
use super::response::{InFlight, other_than_object};
use crate::api::error::ApiError;
use crate::characters::mend_characters;

/// The most bytes that the answers in memory may have together.
const MOST_TOGETHER: usize = 128 * 1024 * 1024;

/// A part of the bytes of all answers in memory; it ends when this is dropped.
#[derive(Debug, Default)]
pub(in crate::api) struct MemoryShare {
    all: Arc<AtomicUsize>,
    bytes: usize,
}

impl MemoryShare {
    /// Adds so many bytes; false if there are too many now.
    fn grow(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.all.fetch_add(bytes, Ordering::Relaxed) + bytes <= MOST_TOGETHER
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Client {
    /// Counts an answer that stays in memory after it was parsed.
    pub(in crate::api) fn share_of_memory(&self, bytes: usize) -> MemoryShare {
        let mut share = MemoryShare { all: Arc::clone(&self.in_memory), bytes: 0 };
        share.grow(bytes);
        share
    }

    pub(in crate::api) async fn body(
        &self,
        mut response: InFlight<'_>,
        endpoint: &str,
        limit: usize,
    ) -> Result<(Vec<u8>, MemoryShare), ApiError> {
        let announced = response.response.content_length().unwrap_or(0);
        let too_large = |limit| ApiError::BodyTooLarge { endpoint: endpoint.to_owned(), limit };
        if announced > limit as u64 {
            return Err(too_large(limit));
        }
        let mut share = self.share_of_memory(0);
        let mut body = Vec::with_capacity((announced as usize).min(1 << 20));
        while let Some(chunk) =
            response.response.chunk().await.map_err(|error| self.broken(endpoint, &error))?
        {
            if body.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            if !share.grow(chunk.len()) {
                let endpoint = endpoint.to_owned();
                return Err(ApiError::TooMuchAtOnce { endpoint, limit: MOST_TOGETHER });
            }
            body.extend_from_slice(&chunk);
        }
        self.token.strike_out(&mut body);
        Ok((body, share))
    }

    pub(in crate::api) fn parse<T>(
        &self,
        endpoint: &str,
        content_type: String,
        mut body: Vec<u8>,
        parse: impl Fn(String) -> Result<T, serde_json::Error>,
    ) -> Result<T, ApiError> {
        let endpoint = endpoint.to_owned();
        if body.trim_ascii().is_empty() {
            return Err(ApiError::EmptyBody { endpoint });
        }
        if body.starts_with(b"\xef\xbb\xbf") {
            body.drain(..3);
        }
        mend_characters(&mut body);
        let body = String::from_utf8(body)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if !body.trim_start().starts_with('{') {
            return Err(match other_than_object(&body) {
                Some(kind) => {
                    let detail = format!("{kind} where an object belongs");
                    ApiError::UnexpectedShape { endpoint, detail }
                }
                None if content_type.is_empty() => {
                    ApiError::NotJson { endpoint, content_type: "no content type".to_owned() }
                }
                None => ApiError::NotJson { endpoint, content_type },
            });
        }
        parse(body).map_err(|error| match error.classify() {
            serde_json::error::Category::Eof => ApiError::Truncated { endpoint },
            _ => ApiError::UnexpectedShape { endpoint, detail: self.quoted(&error.to_string()) },
        })
    }
}
