//! Workspaces for tests: people and activity logs.

use serde_json::{Value, json};

use crate::intercom::Api;
use crate::program::{NOW_SECONDS, Program};
use crate::server::Server;

/// In seconds.
pub(crate) const HOUR: i64 = 3600;

/// In seconds.
pub(crate) const DAY: i64 = 24 * HOUR;

/// The answers of one workspace's API.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    /// `GET /me`.
    pub(crate) me: Value,
    /// The entries of `GET /admins`.
    pub(crate) admins: Vec<Value>,
    /// The activity log, in any order.
    pub(crate) events: Vec<Value>,
    /// `GET /ip_allowlist`; refused if there is none.
    pub(crate) ip_allowlist: Option<Value>,
}

impl Workspace {
    /// A US workspace created on 2020-01-01, without teammates.
    pub(crate) fn new() -> Self {
        let app = json!({
            "type": "app", "id_code": "fixture1", "name": "Fixture", "created_at": 1_577_836_800, "secure": false,
            "identity_verification": false, "timezone": "Europe/Lisbon", "region": "US",
        });
        let me = json!({
            "type": "admin", "id": "999", "email": "scanner@fixture.example", "name": "Scanner",
            "email_verified": true, "app": app, "has_inbox_seat": false,
        });
        Self { me, admins: Vec::new(), events: Vec::new(), ip_allowlist: None }
    }

    /// Four teammates, two of them privileged, all signed in by SAML this morning: no guide or extended control fails.
    pub(crate) fn healthy() -> Self {
        let people = [("ana", "Admin"), ("bo", "Owner"), ("cy", "Support agent"), ("di", "Viewer")];
        people.into_iter().fold(Self::new(), |workspace, (name, role)| {
            let email = format!("{name}@fixture.example");
            workspace.teammate(&email, role).sign_in(&email, "saml", 3 * HOUR)
        })
    }

    /// [`Workspace::healthy`] with three more administrators, which are too many.
    pub(crate) fn crowded() -> Self {
        let agents = ["kim", "lou", "max"].iter().fold(Self::healthy(), |workspace, name| {
            let email = format!("{name}@fixture.example");
            workspace.teammate(&email, "Viewer").sign_in(&email, "saml", HOUR)
        });
        ["one", "two", "three"].iter().fold(agents, |workspace, name| {
            workspace.teammate(&format!("{name}@fixture.example"), "Administrator")
        })
    }

    /// A workspace from a fixture file: `me`, `admins`, `events`.
    pub(crate) fn from_fixture(text: &str) -> Self {
        let mut fixture: Value = serde_json::from_str(text).expect("the fixture is JSON");
        let list = |value: Value| value.as_array().expect("a list").clone();
        let (admins, events) = (list(fixture["admins"].take()), list(fixture["events"].take()));
        Self { me: fixture["me"].take(), admins, events, ip_allowlist: None }
    }

    /// Serves its API on a loopback port.
    pub(crate) fn serve(self) -> Server {
        Api::new(self).serve()
    }

    /// A scan of it.
    pub(crate) fn scan(self) -> Program {
        Api::new(self).scan()
    }

    /// Changes a field of the app in `/me`.
    pub(crate) fn app(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.me["app"][field] = value.into();
        self
    }

    /// Adds a teammate with a role.
    pub(crate) fn teammate(self, email: &str, role: &str) -> Self {
        self.admin(email, json!({ "type": "role", "id": "7", "name": role }))
    }

    /// Adds a teammate without a role.
    pub(crate) fn without_role(self, email: &str) -> Self {
        self.admin(email, Value::Null)
    }

    /// Adds Intercom's own bot.
    pub(crate) fn bot(self) -> Self {
        self.admin("operator+fixture1@intercom.io", Value::Null)
    }

    /// Adds an entry to `/admins` as it is.
    pub(crate) fn raw_admin(mut self, admin: Value) -> Self {
        self.admins.push(admin);
        self
    }

    /// Adds an entry to the activity log as it is.
    pub(crate) fn raw_event(mut self, entry: Value) -> Self {
        self.events.push(entry);
        self
    }

    fn admin(self, email: &str, role: Value) -> Self {
        let id = self.next_id().to_string();
        self.raw_admin(json!({
            "type": "admin", "id": id, "email": email, "name": email.split('@').next(), "role": role,
            "away_mode_enabled": false, "away_mode_reassign": false, "has_inbox_seat": true, "team_ids": [],
        }))
    }

    fn next_id(&self) -> usize {
        1001 + self.admins.len()
    }

    /// The id of a teammate, as `/admins` has it.
    pub(crate) fn id(&self, email: &str) -> String {
        let admin = self.admins.iter().find(|admin| admin["email"] == email);
        let stranger =
            || email.bytes().fold(777_u32, |id, byte| id.wrapping_mul(31).wrapping_add(byte.into()));
        admin.and_then(|admin| admin["id"].as_str()).map_or_else(|| stranger().to_string(), str::to_owned)
    }

    /// Adds an event.
    pub(crate) fn event(mut self, event: Event) -> Self {
        let number = self.events.len();
        let mut value = event.0;
        if value["id"].is_null() {
            value["id"] = format!("00000000-0000-4000-8000-{number:012x}").into();
        }
        let email = value["performed_by"]["email"].as_str().map(str::to_owned);
        if let Some(email) = email.filter(|_| value["performed_by"]["id"].is_null()) {
            value["performed_by"]["id"] = self.id(&email).into();
        }
        self.events.push(value);
        self
    }

    /// Adds a sign-in; an empty method leaves it out.
    pub(crate) fn sign_in(self, email: &str, method: &str, seconds_ago: i64) -> Self {
        let metadata = if method.is_empty() { json!({}) } else { json!({ "sign_in_method": method }) };
        self.event(Event::new("admin_login_success").by(email).ago(seconds_ago).metadata(metadata))
    }

    /// Adds a permission change of a teammate; the subject's id is an integer, as the API has it.
    pub(crate) fn permissions(self, email: &str, granted: &[&str], seconds_ago: i64) -> Self {
        self.snapshot(email, granted, "assigned", seconds_ago)
    }

    /// [`Workspace::permissions`], with the conversation access.
    pub(crate) fn snapshot(self, email: &str, granted: &[&str], access: &str, seconds_ago: i64) -> Self {
        let names =
            ["access_workspace_settings", "export_data", "manage_teammates", "manage_tags", "send_messages"];
        let map = |granted: &[&str]| -> Value {
            names.iter().map(|name| ((*name).to_owned(), Value::from(granted.contains(name)))).collect()
        };
        let id: i64 = self.id(email).parse().expect("a number");
        let metadata = json!({
            "admin": { "id": id, "first_name": "Some", "last_name": "Body" },
            "before": { "permissions": map(&[]), "conversation_access": {} },
            "after": {
                "permissions": map(granted),
                "conversation_access": {
                    "access_type": access, "assignee_blocked_list": null, "include_unassigned": false,
                },
            },
        });
        let change = Event::new("admin_permission_change").by("owner@fixture.example").ago(seconds_ago);
        self.event(change.metadata(metadata))
    }

    /// `/ip_allowlist` is readable and answers this.
    pub(crate) fn allowlist(mut self, enabled: bool, ranges: &[&str]) -> Self {
        self.ip_allowlist =
            Some(json!({ "type": "ip_allowlist", "enabled": enabled, "ip_allowlist": ranges }));
        self
    }
}

/// An event of the activity log.
#[derive(Debug, Clone)]
pub(crate) struct Event(Value);

impl Event {
    /// An event an hour before the evaluation, without a performer.
    pub(crate) fn new(activity_type: &str) -> Self {
        Self(json!({
            "id": null, "performed_by": null, "metadata": {}, "created_at": NOW_SECONDS - HOUR,
            "activity_type": activity_type, "activity_description": format!("A person caused {activity_type}."),
        }))
    }

    /// The performer.
    pub(crate) fn by(mut self, email: &str) -> Self {
        self.0["performed_by"] = json!({ "type": "admin", "id": null, "email": email, "ip": "192.0.2.10" });
        self
    }

    /// The IP address.
    pub(crate) fn from(mut self, address: impl Into<Value>) -> Self {
        self.0["performed_by"]["ip"] = address.into();
        self
    }

    /// The time before the evaluation.
    pub(crate) fn ago(mut self, seconds: i64) -> Self {
        self.0["created_at"] = (NOW_SECONDS - seconds).into();
        self
    }

    /// The metadata.
    pub(crate) fn metadata(mut self, metadata: Value) -> Self {
        self.0["metadata"] = metadata;
        self
    }

    /// Any field, as it is.
    pub(crate) fn field(mut self, name: &str, value: Value) -> Self {
        self.0[name] = value;
        self
    }
}
