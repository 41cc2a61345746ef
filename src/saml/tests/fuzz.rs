//! Metadata and certificates.

use super::{IdentityProvider, Saml, judge};
use crate::fuzz::Target;

#[test]
fn saml() {
    let target = Target {
        name: "saml",
        seeds: &["fixtures/saml"],
        made: Vec::new(),
        words: &[
            "<md:KeyDescriptor use=\"signing\">",
            "<ds:X509Certificate>",
            "validUntil=\"2026-01-01T00:00:00Z\"",
            "-----BEGIN CERTIFICATE-----\n",
            "-----END CERTIFICATE-----\n",
            "-----BEGIN PRIVATE KEY-----\n",
            "xmlns",
            "<![CDATA[",
            "&lt;",
            "<?xml version=\"1.1\"?>",
        ],
    };
    target.run(|bytes| {
        let metadata = IdentityProvider::of_metadata(bytes);
        let certificate = IdentityProvider::of_certificate(bytes);
        for provider in [&metadata, &certificate].into_iter().flatten() {
            for problem in judge(provider, &Saml::default()) {
                assert!(!problem.fix.is_empty() && !problem.message.is_empty(), "{problem:?}");
                assert!(problem.message.len() < 4_000, "{problem:?}");
            }
        }
        // An XML file has the better message as metadata.
        metadata.or(certificate).map(drop)
    });
}
