//! When rows are one person, and when they stay apart.

use super::*;

#[test]
fn one_row_per_membership_is_one_person() {
    let roster =
        read("email,name,group\na@b.example,A,Support\nA@B.example,A,Operations\nc@b.example,C,Support\n");
    assert_eq!(roster.people.len(), 2);
    assert!(roster.people[0].groups.iter().map(AsRef::as_ref).eq(["Operations", "Support"]));
    assert_eq!((roster.files[0].people, roster.files[0].rows), (2, 3));
}

#[test]
fn rows_that_contradict_each_other_stay_apart() {
    for (first, second) in [
        ("a@b.example,1,active,yes,Support", "a@b.example,2,active,yes,Support"),
        ("a@b.example,1,active,yes,Support", "a@b.example,1,suspended,yes,Support"),
        ("a@b.example,1,active,yes,Support", "a@b.example,1,active,no,Support"),
    ] {
        let roster = read(&format!("email,id,status,mfa,group\n{first}\n{second}\n"));
        assert_eq!(roster.people.len(), 2, "{second}");
    }
    let roster = read("email,id,status,group\na@b.example,1,,Support\na@b.example,,active,Operations\n");
    assert_eq!(roster.people.len(), 1);
    assert_eq!((roster.people[0].status, roster.people[0].groups.len()), (AccountStatus::Active, 2));
}

#[test]
fn rows_that_agree_are_one_person_and_factors_add_up() {
    let roster = read("email,name\na@b.example,A\nA@b.example,A\n");
    assert_eq!(roster.people.iter().map(|p| p.line).collect::<Vec<_>>(), [2]);
    let factors = read(
        "Login,MFA Factor\na@b.example,Password\na@b.example,Okta Verify\nc@b.example,Email\nc@b.example,Password\n",
    );
    let mfa: Vec<_> = factors.people.iter().map(|person| person.mfa).collect();
    assert_eq!(mfa, [Some(true), Some(false)]);
    // A row for each application may have a role of its own there.
    assert_eq!(read("Login,App,Role\na@b.example,Intercom,Admin\na@b.example,Desk,Viewer\n").people.len(), 1);
}

#[test]
fn an_application_s_rows_say_nothing_about_another_one() {
    let roster = read(
        "Login,Application name,Unassigned on,Assignment status\n\
         a@b.example,Intercom,2026-05-01,\na@b.example,Helpdesk,,ACTIVE\nc@b.example,Helpdesk,,ACTIVE\n",
    );
    let status = |at: usize, now: &str| roster.people[at].status_at(now.parse().unwrap()).0;
    assert_eq!(roster.people.len(), 2);
    assert_eq!(status(0, "2026-05-01T12:00:00Z"), AccountStatus::Active);
    assert_eq!(status(0, "2026-05-02T00:00:00Z"), AccountStatus::Deprovisioned);
    assert_eq!(status(1, "2026-05-02T00:00:00Z"), AccountStatus::Unknown);
}

#[test]
fn of_several_ends_the_later_counts_in_one_file_and_the_earlier_between_files() {
    let back = "email,end date\na@b.example,2026-05-01\na@b.example,\n";
    let status = |roster: &Roster| roster.people[0].status_at("2026-06-01T00:00:00Z".parse().unwrap()).0;
    assert_eq!(status(&read(back)), AccountStatus::Active);
    let other = ("b.csv", &b"email,end date\na@b.example,2026-05-01\n"[..]);
    let both = Roster::parse(&[("a.csv", back.as_bytes()), other]).unwrap();
    assert_eq!((both.people.len(), status(&both)), (1, AccountStatus::Deprovisioned));
    // 4 May or 5 April: between the two nothing is certain.
    let unclear = read("email,end date\na@b.example,04/05/2026\n");
    let at = |now: &str| unclear.people[0].status_at(now.parse().unwrap()).0;
    assert_eq!(at("2026-04-05T00:00:00Z"), AccountStatus::Active);
    assert_eq!(at("2026-04-20T00:00:00Z"), AccountStatus::Unknown);
    assert_eq!(at("2026-05-06T00:00:00Z"), AccountStatus::Deprovisioned);
}

#[test]
fn files_add_to_each_other() {
    let users = b"login,status\na@b.example,ACTIVE\nc@b.example,SUSPENDED\n";
    let factors = b"userPrincipalName,objectId,isMfaRegistered\nA@B.example,7,True\nd@b.example,8,False\n";
    let roster = Roster::parse(&[("users.csv", users), ("mfa.csv", factors)]).unwrap();
    assert_eq!(roster.people.len(), 3);
    let first = person(&roster, "a@b.example");
    assert_eq!(
        (first.mfa, first.status, first.id.as_deref()),
        (Some(true), AccountStatus::Active, Some("7"))
    );
    assert_eq!((first.file, first.line), (0, 2));
    let last = person(&roster, "d@b.example");
    assert_eq!((last.file, last.line, last.status), (1, 3, AccountStatus::Unknown));
}

#[test]
fn files_that_contradict_each_other_keep_both() {
    let old = b"login,id,status\na@b.example,1,ACTIVE\n";
    let new = b"login,id,status\na@b.example,1,DEPROVISIONED\n";
    let roster = Roster::parse(&[("old.csv", old), ("new.csv", new)]).unwrap();
    assert_eq!(roster.people.len(), 2);
    let other_id = b"login,id\na@b.example,2\n";
    assert_eq!(Roster::parse(&[("old.csv", old), ("other.csv", other_id)]).unwrap().people.len(), 2);
    // Two providers count people in numbers of their own.
    let entra = b"userPrincipalName,objectId,accountEnabled\na@b.example,2,True\n";
    assert_eq!(Roster::parse(&[("old.csv", old), ("entra.csv", entra)]).unwrap().people.len(), 1);
}

#[test]
fn entries_without_end_are_counted_and_left_out() {
    let groups: Vec<_> = (0..MOST_GROUPS + 3).map(|n| format!("g{n}")).collect();
    let roster = read(&format!("email,groups\na@b.example,{}\n", groups.join(";")));
    assert_eq!(roster.people[0].groups.len(), MOST_GROUPS);
    assert_eq!(roster.files[0].gaps, [Gap::TooManyEntries { left_out: 3 }]);
}

#[test]
fn another_address_or_the_id_finds_the_person_too() {
    let users = b"userPrincipalName,mail,objectId\nab@b.example,a@b.example,1\ncd@b.example,c@b.example,2\n";
    let members = b"group,userPrincipalName,id\nSupport,AB@b.example,\nSupport,renamed@b.example,2\nSupport,cd@b.example,9\n";
    let roster = Roster::parse(&[("users.csv", users), ("members.csv", members)]).unwrap();
    let addresses: Vec<_> = roster.people.iter().map(|person| person.email.as_str()).collect();
    assert_eq!(addresses, ["a@b.example", "c@b.example", "cd@b.example"]);
    assert!(roster.people.iter().all(|person| person.groups.contains("Support")), "{roster:?}");
    assert_eq!(roster.people[1].other_emails, ["cd@b.example", "renamed@b.example"]);
}

#[test]
fn ids_of_lists_without_a_known_origin_are_not_compared() {
    let one = b"email,id\na@b.example,1\nc@b.example,2\n";
    let other = b"email,id\nc@b.example,1\nd@b.example,2\n";
    let roster = Roster::parse(&[("one.csv", one), ("other.csv", other)]).unwrap();
    let addresses: Vec<_> = roster.people.iter().map(|person| person.email.as_str()).collect();
    assert_eq!(addresses, ["a@b.example", "c@b.example", "d@b.example"]);
}

#[test]
fn what_intercom_says_is_not_the_word_of_the_provider() {
    let provider = ("idp.csv", &b"email,name\nana@b.example,Ana\n"[..]);
    let intercom = (
        "teammates.csv",
        &b"name,email,role,permissions,status,2fa\nA,ana@b.example,Admin,x,active,yes\n"[..],
    );
    for files in [[provider, intercom], [intercom, provider]] {
        let roster = Roster::parse(&files).unwrap();
        let mut vouched = roster.people.iter().filter(|person| roster.vouches_for(person));
        let ana = vouched.next().unwrap();
        assert_eq!((ana.status, ana.mfa), (AccountStatus::Unknown, None));
        assert!(vouched.next().is_none());
    }
}
