//! Pseudonyms of people, ids and addresses. The same original has the same pseudonym under the same key. A pseudonym is
//! not replaced again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::Redactor;
use super::key::{hexadecimal, is_pseudonym};
use crate::address::{self, EmailAddress};
use crate::casefold::fold;
use crate::verdict::Fingerprint;

/// The network of IP pseudonyms, within the one reserved for documentation and large enough for all addresses. The
/// fourth group shows the kind of the original.
const ADDRESSES: [u16; 3] = [0x2001, 0xdb8, 0x7264];

impl Redactor {
    fn pseudonym(&self, prefix: &str, of: &str, text: &str) -> String {
        if text.is_empty() || is_pseudonym(text, prefix) {
            return text.to_owned();
        }
        format!("{prefix}{}", self.key.digits(of, text))
    }

    /// The pseudonym of an e-mail address; none if the text is not one.
    ///
    /// The domain stays, because it names an organization or a provider. Names of functions stay, too, and addresses of one
    /// mailbox stay recognizable. The address of Intercom's bot stays.
    pub(super) fn email(&self, address: &str) -> Option<String> {
        let (local, domain) = address::split(address)?;
        let mailbox = EmailAddress::parse(address)?.untagged();
        if address::may_be_bot(address) {
            return Some(address.to_owned());
        }
        let (base, tag) = local.split_once('+').map_or((local, None), |(base, tag)| (base, Some(tag)));
        let is_function = self.functions.contains(mailbox.local());
        let base = if base.is_empty() || is_function || is_pseudonym(base, "person-") {
            base.to_owned()
        } else {
            format!("person-{}", self.key.digits("mailbox", &mailbox.to_string()))
        };
        let tag = tag.map(|tag| format!("+{}", self.pseudonym("tag-", "tag", &fold(tag))));
        Some(format!("{base}{}@{domain}", tag.unwrap_or_default()))
    }

    /// The pseudonym of a name.
    pub(super) fn name(&self, name: &str) -> String {
        self.pseudonym("name-", "name", name.trim())
    }

    /// The pseudonym of an admin's id.
    pub(super) fn id(&self, id: &str) -> String {
        self.pseudonym("id-", "id", id)
    }

    /// The pseudonym of the workspace's name.
    pub(super) fn workspace(&self, name: &str) -> String {
        self.pseudonym("workspace-", "workspace", name.trim())
    }

    /// The replacement of free text.
    pub(super) fn words(&self, text: &str) -> String {
        self.pseudonym("text-", "text", text.trim())
    }

    /// The pseudonym of a person by e-mail address or id, as in the API.
    pub(super) fn person(&self, text: &str) -> String {
        self.email(text).unwrap_or_else(|| self.id(text))
    }

    /// The pseudonym of a network address, or of a person by e-mail address or id.
    pub(super) fn address_or_id(&self, text: &str) -> String {
        self.range(text).unwrap_or_else(|| self.person(text))
    }

    /// The pseudonym of a person who signed, by name or e-mail address.
    pub(super) fn signatory(&self, by: &str) -> String {
        self.email(by.trim()).unwrap_or_else(|| self.name(by))
    }

    /// The pseudonym of a person or a machine in a sentence: by IP address, id, e-mail address or name.
    pub(super) fn quoted_person(&self, text: &str) -> String {
        let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        self.range(text).unwrap_or_else(|| if is_id { self.id(text) } else { self.signatory(text) })
    }

    /// The pseudonym of an IP address. Addresses that belong to no machine stay.
    pub(super) fn address(&self, address: IpAddr) -> IpAddr {
        let address = address.to_canonical();
        let own = |v6: &Ipv6Addr| v6.segments()[..3] == ADDRESSES;
        let kind = match &address {
            stays if stays.is_unspecified() || stays.is_loopback() => return address,
            IpAddr::V6(v6) if own(v6) => return address,
            IpAddr::V4(_) => 4,
            IpAddr::V6(_) => 6,
        };
        let digest = self.key.digest("address", &address.to_string());
        let group = |at: usize| u16::from_be_bytes([digest[at], digest[at + 1]]);
        let [a, b, c] = ADDRESSES;
        Ipv6Addr::new(a, b, c, kind, group(0), group(2), group(4), group(6)).into()
    }

    /// The pseudonym of an IP address or a range; none if the text is neither. A range keeps its length and its kind, which
    /// decide whether it is too wide.
    pub(super) fn range(&self, text: &str) -> Option<String> {
        if let Some(address) = address::ip(text) {
            return Some(self.address(address).to_string());
        }
        let range = address::network(text)?;
        let address = match range {
            IpNet::V4(v4) => self.start_of_range(v4.addr()).into(),
            IpNet::V6(v6) => self.address(v6.addr().into()),
        };
        Some(format!("{address}/{}", range.prefix_len()))
    }

    /// Moves the first address of a range into the network reserved for benchmarks, 198.18.0.0/15.
    fn start_of_range(&self, address: Ipv4Addr) -> Ipv4Addr {
        let [a, b, ..] = address.octets();
        if address.is_unspecified() || address.is_loopback() || (a, b & 0xfe) == (198, 18) {
            return address;
        }
        let digest = self.key.digest("range", &address.to_string());
        Ipv4Addr::new(198, 18 + (digest[0] & 1), digest[1], digest[2])
    }

    /// A fingerprint that cannot be computed from a guessed subject.
    pub(crate) fn fingerprint(&self, fingerprint: &Fingerprint) -> Fingerprint {
        let digest = self.key.digest("fingerprint", fingerprint.as_str());
        let digits = hexadecimal(&digest[..fingerprint.as_str().len() / 2]);
        Fingerprint::try_from(digits).unwrap_or_else(|_| fingerprint.clone())
    }
}
