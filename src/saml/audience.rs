//! Whether an audience can be a workspace of Intercom.
//!
//! Intercom expects assertions to be made out to the SAML URL of the workspace: `/saml/` and a name of its
//! own on the host of its region. The API does not show that name, so what can be judged is the shape. The
//! whole value has to be compared in Intercom, under Settings > Workspace > Security.

use url::Url;

/// The hosts that people sign in to, by region: US, EU and AU.
const HOSTS: [&str; 3] = ["app.intercom.com", "app.eu.intercom.com", "app.au.intercom.com"];

/// What keeps a text from being the audience of a workspace.
pub(super) fn fault(audience: &str, entity_id: Option<&str>) -> Option<String> {
    if entity_id == Some(audience) {
        return Some("it is the entity id of the identity provider itself".to_owned());
    }
    let Ok(url) = Url::parse(audience) else { return Some("it is not a URL".to_owned()) };
    if url.scheme() != "https" {
        return Some("it does not begin with https://".to_owned());
    }
    if !url.host_str().is_some_and(|host| HOSTS.contains(&host)) {
        return Some(format!("its host is none of {}", HOSTS.join(", ")));
    }
    let segments: Vec<_> = url.path_segments().into_iter().flatten().collect();
    match segments[..] {
        ["saml", _, "consume"] => {
            Some("it is where assertions are sent; the audience ends before /consume".to_owned())
        }
        ["saml", name] if !name.is_empty() && is_bare(&url) => None,
        _ => Some(
            "it is not `/saml/` and the name of a workspace on that host, and nothing after it".to_owned(),
        ),
    }
}

/// Whether a URL has nothing but a host and a path.
fn is_bare(url: &Url) -> bool {
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    url.query().is_none() && url.fragment().is_none() && url.port().is_none() && !has_credentials
}
