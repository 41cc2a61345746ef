//! Who could not sign in, who lost permissions, and how long nothing was logged.

use super::*;

const FAILURES: &str = "failed_sign_ins";
const LOSSES: &str = "permission_losses";

#[test]
fn failures_and_unauthorized_methods_are_counted_by_person() {
    let method = |name: &str| json!({"sign_in_method": name});
    let facts = Workspace::of_jo()
        .window("admin_login_success", NOW - 50, by("1"), method("saml"))
        .window("admin_login_failure", NOW - 90, by("1"), method("SAML"))
        .window("admin_unauthorized_sign_in_method", NOW - 10, by("1"), method("email_password"))
        .window("admin_login_failure", NOW - 10, by("7"), Value::Null)
        .window("admin_login_failure", NOW - 5, by("7"), Value::Null)
        .window("admin_login_success", NOW - 9, by("8"), Value::Null)
        .event(Feed::LogArrivals, "admin_login_success", SINCE - 9, by("7"), Value::Null)
        .facts();
    let columns =
        ["email", "failures", "unauthorized", "methods", "last_failure", "last_sign_in", "teammate"];
    let at = |at| Timestamp::from_second(at).unwrap().to_string();
    let jo = json!(["Jo@Acme.example", 1, 1, ["email_password", "saml"], at(NOW - 10), at(NOW - 50), true]);
    let left = json!(["7@left.example", 2, 0, [], at(NOW - 5), null, false]);
    assert_eq!(
        cells(&facts, FAILURES, &columns),
        json!([jo, left]),
        "a person who only signed in is not listed"
    );
    assert_eq!(facts.value("log.authentication"), &json!(6));
}

#[test]
fn failures_without_a_person_are_a_row_and_the_bots_are_none() {
    let facts = Workspace::of_jo()
        .window("admin_login_failure", NOW, Value::Null, json!({"sign_in_method": 3}))
        .window("admin_unauthorized_sign_in_method", NOW, json!({"id": "9"}), Value::Null)
        .facts();
    let row = only(&facts, FAILURES);
    assert_eq!((&row["person"], &row["methods"]), (&Value::Null, &json!([])));
}

#[test]
fn a_flood_of_methods_is_cut_and_said_to_be() {
    let workspace = (0..9).fold(Workspace::of_jo(), |workspace, number| {
        let method = json!({"sign_in_method": format!("m{number}")});
        workspace.window("admin_login_failure", NOW, by("1"), method)
    });
    let facts = workspace.facts();
    assert!(facts.rows(FAILURES, &[]).truncated);
    assert_eq!(only(&facts, FAILURES)["methods"].as_array().map(Vec::len), Some(8));
}

/// A change of Jo's permissions, from these to those.
fn change(workspace: Workspace, feed: Feed, at: i64, from: &[&str], to: &[&str]) -> Workspace {
    let metadata = json!({"admin": {"id": 1}, "before": granted(from), "after": granted(to)});
    workspace.event(feed, "admin_permission_change", at, by("2"), metadata)
}

#[test]
fn a_loss_is_what_is_gone_at_the_end_of_the_window() {
    let window = Feed::LogWindow;
    let taken = change(Workspace::of_jo(), window, NOW - 9, &["a", "b"], &["a", "c"]);
    assert_eq!(
        cells(&taken.clone().facts(), LOSSES, &["person", "permissions", "by", "teammate"]),
        json!([["1", ["b"], "2@left.example", true]])
    );

    let given_back = change(taken.clone(), window, NOW - 1, &["a", "c"], &["a", "b"]);
    assert!(rows(&given_back.facts(), LOSSES).is_empty(), "what came back is not lost");
    let earlier = change(taken, window, NOW - 99, &["x"], &["a", "b"]);
    assert_eq!(only(&earlier.facts(), LOSSES)["permissions"], json!(["x"]));
    let gained = change(Workspace::of_jo(), window, NOW, &[], &["a"]);
    assert!(rows(&gained.facts(), LOSSES).is_empty());
    let history = change(Workspace::of_jo(), Feed::LogHistory, SINCE - 1, &["a"], &[]);
    assert!(rows(&history.facts(), LOSSES).is_empty(), "what was lost before the window is not news");
}

#[test]
fn a_change_that_does_not_show_both_sides_takes_nothing() {
    let change = "admin_permission_change";
    for metadata in [
        json!({"admin": {"id": 1}, "after": {"permissions": {}}}),
        json!({"admin": {"id": 1}, "before": {"permissions": {"a": true}}, "after": "none"}),
        json!({"admin": {"id": 1}, "before": ["a"], "after": {"permissions": {}}}),
    ] {
        let facts = Workspace::of_jo().window(change, NOW, by("2"), metadata).facts();
        assert!(rows(&facts, LOSSES).is_empty());
    }
}

#[test]
fn a_silence_is_counted_in_days_of_the_window_and_only_where_all_of_it_was_read() {
    let workspace = Workspace::of_jo()
        .window("brand_new_type", NOW - DAY, by("1"), Value::Null)
        .window("brand_new_type", NOW - 8 * DAY, by("1"), Value::Null)
        .window("admin_login_success", NOW - 20 * DAY, json!({"id": "9"}), Value::Null);
    let facts = workspace.clone().facts();
    assert_eq!(facts.value("log.longest_silence_days"), &json!(22), "the bot's sign-ins break no silence");
    assert_eq!(facts.value("log.silence_since"), &json!(Timestamp::from_second(SINCE).unwrap().to_string()));
    let failed = workspace.log_ended(SourceStatus::Failed).facts();
    assert_eq!(failed.value("log.longest_silence_days"), &Value::Null);
    assert_eq!(failed.value("log.silence_since"), &Value::Null);
}
