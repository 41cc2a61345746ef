// Workspaces that the program has to cope with: one whose people chose their names with care, one with very many of them,
// and one in which something happens every hour.

const DAY = 86_400;
const now = Math.floor(Date.now() / 1000);

/** What sets this when it runs; the browser looks for it. */
export const MARK = "intercomHardenWasHere";

/** Names that are more than names to one medium or another. */
export const HOSTILE = [
  `<script>window.${MARK}=1</script>`,
  `</script><script>window.${MARK}=2</script>`,
  `"><img src="http://outside.example/pixel.png" onerror="window.${MARK}=3">`,
  `' onmouseover='window.${MARK}=4' style='background:url(http://outside.example/x)`,
  `]]><svg/onload=window.${MARK}=5>`,
  `<!--<iframe src="http://outside.example/"></iframe>-->`,
  `</summary></details></table><form action="http://outside.example/"><button>Log in</button></form>`,
  `<meta http-equiv="refresh" content="0;url=http://outside.example/">`,
  "[link](javascript:alert(1)) | `code` | **bold** | @everyone",
  "=cmd|'/C calc'!A0",
  "\u001b[2J\u001b[31mred\u0007 \u202egnp.exe\u2066 \u200bhidden\ufeff",
  "two\r\nlines\ttab\u2028separator\u0000\ufffe",
  "&lt;b&gt;&amp;&#60;i&#62; \\u003cb\\u003e",
  "::error::annotation %0A",
];

function workspace(name, people, events) {
  const app = { type: "app", id_code: "external1", name, created_at: 1_577_836_800, secure: false, identity_verification: false, timezone: "Europe/Lisbon", region: "US" };
  const me = { type: "admin", id: "1", email: "scanner@checks.example", name: "Scanner", email_verified: true, app, has_inbox_seat: false };
  const admins = people.map(({ id, email, role, ...rest }) => ({
    type: "admin", id, email, name: rest.name ?? email, has_inbox_seat: true, team_ids: [], role: { type: "role", id: "7", name: role },
  }));
  return { me, admins, events: events.map((event, index) => ({ id: `event-${index}`, ...event })) };
}

function event(person, daysAgo, type, description, metadata) {
  return {
    performed_by: { type: "admin", id: person.id, email: person.email, ip: person.ip ?? "203.0.113.7" },
    created_at: now - Math.round(daysAgo * DAY) - 60,
    activity_type: type, activity_description: description, metadata,
  };
}

/** Every name is a person's name, address and role, a method of signing in, and the description of an event. */
export function hostile() {
  const people = HOSTILE.map((name, index) => ({ id: `${1000 + index}`, email: `${name}@checks.example`, name, role: `Admin ${name}` }));
  people.push({ id: "2000", email: `${"x".repeat(10_000)}@checks.example`, name: "y".repeat(10_000), role: "Admin" });
  const events = people.flatMap((person, index) => [
    event(person, index % 25, "admin_login_success", person.name, { sign_in_method: person.name }),
    event(person, index % 20, "admin_impersonation_start", person.name, { reason: person.name }),
    event(person, index % 15, "app_package_installation", person.name, { app_name: person.name }),
    event(person, index % 10, "security_settings_change", person.name, { setting: person.name }),
    event(person, index % 5, "bulk_export", person.name, {}),
    event(person, index % 5, "app_admin_join", person.name, {}),
  ]);
  return workspace(HOSTILE.join(" "), people, events);
}

/** Five thousand people who sign in by password and are not of the organization, and 200 without activity. */
export function large() {
  const people = Array.from({ length: 5_000 }, (_, index) => ({
    id: `${10_000 + index}`, email: `person.number.${index}@large.example`, role: index % 40 === 0 ? "Admin" : "Support agent",
  }));
  const events = people.slice(200).map((person, index) =>
    event(person, (index % 290) / 10, "admin_login_success", "Signed in.", { sign_in_method: "email_password" }));
  return workspace("A very large workspace", people, events);
}

/** The configuration that goes with it. */
export function configuration(name) {
  const text = (value) => JSON.stringify(value.replaceAll(/[\p{Cc}\p{Cs}]/gu, " "));
  if (name === "large") return '[organization]\nallowed_domains = ["checks.example"]\n';
  const reason = text(HOSTILE.slice(0, 9).join(" "));
  const later = new Date((now + 30 * DAY) * 1000).toISOString().slice(0, 10);
  const today = new Date(now * 1000).toISOString().slice(0, 10);
  return [
    "[[waiver]]", 'control = "1.5"', `reason = ${reason}`, `by = ${reason}`, `expires = ${later}`, "",
    "[[attestation]]", 'control = "1.3"', `by = ${reason}`, `on = ${today}`, `expires = ${later}`, `note = ${reason}`, "",
  ].join("\n");
}

/** A person who changes a security setting every hour, so many hours long. */
export function busy(hours) {
  const person = { id: "1000", email: "ana@busy.example", role: "Admin" };
  const events = Array.from({ length: hours }, (_, hour) =>
    event(person, hour / 24, "security_settings_change", "Changed a setting.", { setting: `number ${hour}` }));
  return workspace("A busy workspace", [person], events);
}
