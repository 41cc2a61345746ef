//! What holds for any stream of events.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::facts::vocabulary::{self, Personal, TABLES, Type};

const TYPES: [&str; 13] = [
    "admin_login_success",
    "admin_login_failure",
    "admin_unauthorized_sign_in_method",
    "admin_permission_change",
    "admin_two_factor_auth_change",
    "app_admin_join",
    "admin_provisioned",
    "bulk_export",
    "content_redaction_rule_deletion",
    "security_settings_change",
    "admin_impersonation_start",
    "role_change",
    "brand_new_type",
];

fn odd_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_i64..3).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(vec!["1", "off", "saml", "Jo@acme.example", ""]).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let name = select(
        "admin id after before permissions conversation_access access_type sign_in_method enabled email"
            .split(' ')
            .collect::<Vec<_>>(),
    );
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name.clone().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn events() -> impl Strategy<Value = Vec<(Feed, String)>> {
    let feed = select(vec![Feed::LogWindow, Feed::LogHistory, Feed::LogArrivals]);
    let performer = prop_oneof![
        Just(Value::Null),
        (0..4_u8, 0..3_u8).prop_map(
            |(id, ip)| json!({"id": id, "email": format!("P{id}@x.example"), "ip": format!("192.0.2.{ip}")})
        ),
        Just(json!({"email": "jo@acme.example"})),
        odd_json(),
    ];
    let event = (feed, 0..TYPES.len(), 0_i64..40, performer, odd_json(), any::<u32>());
    let event = event.prop_map(|(feed, name, step, by, metadata, id)| {
        let at = if feed == Feed::LogWindow { NOW - step * 60 } else { SINCE - 1 - step };
        let event = json!({"id": id, "activity_type": TYPES[name], "created_at": at, "performed_by": by, "metadata": metadata});
        (feed, event.to_string())
    });
    prop::collection::vec(event, 0..60)
}

fn workspace(events: Vec<(Feed, String)>) -> Workspace {
    let mut workspace = Workspace::of_jo();
    workspace.settings.event_types.extend(TYPES.map(str::to_owned));
    workspace.settings.facts.burst_count = 2;
    workspace.events = events;
    workspace
}

fn fits(ty: Type, value: &Value) -> bool {
    match ty {
        _ if value.is_null() => true,
        Type::Text => value.is_string(),
        Type::Number => value.is_number(),
        Type::Flag => value.is_boolean(),
        Type::TextList => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn every_row_has_the_declared_columns(events in events()) {
        let facts = workspace(events).facts();
        for table in TABLES {
            let mut declared: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            declared.sort_unstable();
            for row in rows(&facts, table.name) {
                let mut columns: Vec<&str> = row.keys().map(String::as_str).collect();
                columns.sort_unstable();
                prop_assert_eq!(&columns, &declared, "{}", table.name);
                for column in table.columns {
                    prop_assert!(fits(column.ty, &row[column.name]), "{}.{}: {}", table.name, column.name, row[column.name]);
                }
            }
        }
    }

    #[test]
    fn interleaving_feeds_changes_nothing(events in events(), keys in prop::collection::vec(any::<u8>(), 60)) {
        let one = workspace(events.clone()).facts();
        // Feed by feed, and then in some order that keeps each feed's own.
        let mut apart = events.clone();
        apart.sort_by_key(|&(feed, _)| feed);
        let mut queues: Vec<_> = [Feed::LogArrivals, Feed::LogHistory, Feed::LogWindow]
            .map(|feed| events.iter().filter(move |entry| entry.0 == feed).cloned())
            .into();
        let mut mixed = Vec::new();
        for key in keys.iter().cycle().take(60 * 60) {
            mixed.extend(queues[usize::from(key % 3)].next());
        }
        for queue in queues {
            mixed.extend(queue);
        }
        for other in [apart, mixed] {
            let other = workspace(other).facts();
            prop_assert_eq!(&one.tables, &other.tables);
            prop_assert_eq!(&one.events, &other.events);
            prop_assert_eq!(&one.values, &other.values);
            prop_assert_eq!(&one.changes, &other.changes);
        }
    }
}

#[test]
fn every_declared_value_exists_and_fits() {
    let facts = Workspace::of_jo().facts();
    for field in vocabulary::values() {
        let pointer = format!("/{}", field.name.replace('.', "/"));
        let value = facts.values.pointer(&pointer);
        assert!(value.is_some_and(|value| fits(field.ty, value)), "{}: {value:?}", field.name);
        assert!(vocabulary::value(field.name).is_some());
    }
    let leaves = facts
        .values
        .as_object()
        .unwrap()
        .values()
        .map(|value| value.as_object().map_or(1, |group| group.len()));
    assert_eq!(leaves.sum::<usize>(), vocabulary::values().count());
}

#[test]
fn a_name_is_as_personal_in_every_table() {
    for field in TABLES.iter().flat_map(|table| table.columns).chain(vocabulary::values()) {
        assert_eq!(vocabulary::personal(field.name), field.personal, "{}", field.name);
    }
    assert_eq!(vocabulary::personal("not_declared"), Personal::Name);
}

#[test]
fn keys_name_columns_and_names_are_unique() {
    let names: std::collections::BTreeSet<_> =
        TABLES.iter().map(|table| table.name).chain(vocabulary::values().map(|field| field.name)).collect();
    // The table and the group of values about the IP allowlist share a word, but not a dotted name.
    assert_eq!(names.len(), TABLES.len() + vocabulary::values().count());
    for table in TABLES {
        let named = table.key.iter().chain(&table.event).chain(&table.last).chain(table.also);
        assert!(named.copied().all(|name| table.column(name).is_some()), "{}", table.name);
        assert!(vocabulary::table(table.name).is_some());
    }
}
