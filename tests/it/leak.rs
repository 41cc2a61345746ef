//! The forms in which a secret may show: as it is, and as addresses, JSON and Base64 write it.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::cases::side_by_side;
use crate::faults::{AUTHORITY, trusting};
use crate::intercom::{Api, PROBED};
use crate::program::{Program, formats, live, outputs, program, scan_without_token};
use crate::server::{Behaviour, Certificate, Server, go_away};
use crate::workspace::{Event, Workspace};

/// A token of the form that Intercom gives them, with characters that texts may write in other ways.
pub(crate) const LIFELIKE: &str = "dG9rOjVjNTliZjA4Xz/lZGZf+DU5Zl8wMDAwOjE6MA==";

/// Every form of a secret, without the padding, which each medium writes in another way.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    let secret = secret.trim_end_matches('=');
    let each = |write: fn(u8) -> String| secret.bytes().map(write).collect::<String>();
    let mut forms = vec![
        secret.to_owned(),
        secret.replace('/', "%2F").replace('+', "%2B"),
        secret.replace('/', "%2f").replace('+', "%2b"),
        each(|byte| format!("%{byte:02X}")),
        each(|byte| format!("%{byte:02x}")),
        secret.replace('/', "\\/"),
        each(|byte| format!("\\u{byte:04X}")),
        each(|byte| format!("\\u{byte:04x}")),
    ];
    for before in ["", "x", "xx"] {
        let text = format!("{before}{secret}");
        // What the characters before and after it have no part in.
        let own = (before.len() * 8).div_ceil(6)..text.len() * 8 / 6;
        forms.extend(
            [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD].map(|base64| base64.encode(&text)[own.clone()].to_owned()),
        );
    }
    forms.sort();
    forms.dedup();
    forms
}

/// The form of a secret that shows in bytes, compressed ones too.
pub(crate) fn shown_in(bytes: &[u8], secret: &str) -> Option<String> {
    let mut unpacked = Vec::new();
    if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        zstd::Decoder::new(bytes).unwrap().read_to_end(&mut unpacked).unwrap();
    }
    let shows = |form: &String| {
        [bytes, &unpacked].iter().any(|part| memchr::memmem::find(part, form.as_bytes()).is_some())
    };
    forms(secret).into_iter().find(shows)
}

/// Stands for the secret in a workspace.
const PLACE: &str = "PLACE-OF-THE-SECRET";

/// A workspace that names it wherever a text can stand.
fn naming() -> Workspace {
    let place = |text: &str| format!("{text} {PLACE}");
    let mut workspace = Workspace::healthy().allowlist(true, &["192.0.2.0/24", PLACE]);
    for admin in &mut workspace.admins {
        for field in ["name", "email"] {
            admin[field] = place(admin[field].as_str().unwrap()).into();
        }
        admin["role"]["name"] = place(admin["role"]["name"].as_str().unwrap()).into();
    }
    for field in ["name", "timezone"] {
        workspace.me["app"][field] = PLACE.into();
    }
    workspace.me["email"] = PLACE.into();
    let change = Event::new("admin_permission_change").by(PLACE).from(PLACE);
    let texts = serde_json::json!({"admin": {"id": PLACE, "email": PLACE}, "before": PLACE, "after": PLACE});
    let failure = Event::new("admin_login_failure").by(PLACE).field("activity_description", PLACE.into());
    (workspace.event(change.metadata(texts)).event(failure))
        .event(Event::new(PLACE).field("id", PLACE.into()))
        .raw_event(serde_json::json!({"id": PLACE, "activity_type": null, "created_at": PLACE}))
        .sign_in(PLACE, PLACE, 60)
}

#[test]
fn an_api_that_names_the_token_in_every_text_does_not_spread_it() {
    let each = ["", "x", "xx"].map(|before| STANDARD_NO_PAD.encode(format!("{before}{LIFELIKE}")));
    let bearer = URL_SAFE_NO_PAD.encode(format!("Bearer {LIFELIKE}, as you said"));
    side_by_side(forms(LIFELIKE).into_iter().chain(each).chain([bearer]), |form| {
        let api = || Api::new(naming()).token(LIFELIKE).rewritten(PLACE, &form).readable(PROBED[0]);
        let with_token = |program: Program| program.env("INTERCOM_ACCESS_TOKEN", LIFELIKE).secret(LIFELIKE);
        let scan = |server: &Server| {
            let scan = with_token(scan_without_token(&server.origin()));
            scan.args(["-v", "--fail-on", "never"]).args(outputs(&formats()))
        };
        let server = api().serve();
        let run = scan(&server).run().exits(3);
        assert!(run.stdout.contains("***"), "{form}: {}", run.streams());
        with_token(live(&server.origin(), &["doctor"])).run();
        let saved = with_token(live(&server.origin(), &["collect", "-o", "saved"])).run();
        let tls = AUTHORITY.server(Certificate::Good, &["h2"]);
        let away = Behaviour::EndWith(11, go_away(h2::Reason::ENHANCE_YOUR_CALM, &form));
        let server = Server::http2(api(), &[("/ip_allowlist", away)], tls);
        trusting(scan(&server)).run().exits(3).says("***");
        let replay = program().secret(LIFELIKE).file("saved", saved.bytes("saved"));
        replay.args(["scan", "--snapshot", "saved", "--fail-on", "never", "--format", "json"]).run().exits(3);
    });
}
