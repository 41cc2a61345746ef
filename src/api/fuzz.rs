//! Answers that are one object: `/me`, `/admins` and `/ip_allowlist`.

use std::fmt::Debug;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::client::Client;
use super::error::ApiError;
use super::fake::Server;
use super::model::{self, AdminList, IpAllowlist, Me, Paging};
use crate::fuzz::Target;

const TARGET: Target =
    Target { name: "answers", seeds: &[], made: Vec::new(), words: &["error.list", "role"] };

/// Reads an answer as the client does.
fn answer<T: DeserializeOwned>(client: &Client, body: &[u8]) -> Result<(T, Paging), ApiError> {
    client.parse("GET /me", String::new(), body.to_vec(), |body| model::read(&body))
}

/// What a snapshot keeps of an answer is the answer.
fn assert_kept<T: DeserializeOwned + serde::Serialize + PartialEq + Debug>(answer: &T) {
    let saved = serde_json::to_string(answer).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&saved).unwrap(), answer, "{saved}");
}

#[test]
fn answers() {
    let client = Server::start(|_| Vec::new()).client(Duration::from_secs(1));
    TARGET.run(|body| {
        let me = answer::<Me>(&client, body).map(|(me, _)| assert_kept(&me));
        let allowlist = answer::<IpAllowlist>(&client, body).map(|(list, paging)| {
            assert_kept(&list);
            assert!(list.problem(&paging).is_none_or(|problem| problem.len() < 200));
        });
        let admins = answer::<AdminList>(&client, body).map(|(list, paging)| {
            let (admins, problem) = list.teammates(&paging);
            admins.iter().for_each(assert_kept);
            assert!(problem.is_none_or(|problem| problem.len() < 2_000));
        });
        for error in [me.err(), allowlist.err()].into_iter().flatten() {
            assert!(error.to_string().len() < 2_000, "{error}");
        }
        admins
    });
}
