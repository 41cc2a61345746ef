-- The store of intercom-harden, version 1. Times are seconds since 1970, in UTC; docs/store.md describes each table and view.

-- A workspace, and the key of its pseudonyms: runs of two keys have no finding in common.
CREATE TABLE workspace (
    id INTEGER PRIMARY KEY,
    intercom_id TEXT NOT NULL,
    redaction_key TEXT NOT NULL DEFAULT '',
    name TEXT,
    region TEXT,
    UNIQUE (intercom_id, redaction_key)
) STRICT;

-- A scan. One that failed has no counts, and one whose report was pruned keeps everything else.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace,
    at INTEGER NOT NULL,
    catalog TEXT NOT NULL,
    selection TEXT NOT NULL,
    source TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('good', 'failed')),
    failure TEXT,
    late INTEGER NOT NULL CHECK (late IN (0, 1)),
    window_since INTEGER,
    window_until INTEGER,
    log_complete INTEGER NOT NULL CHECK (log_complete IN (0, 1)),
    exit_code INTEGER NOT NULL,
    passed INTEGER,
    pass INTEGER,
    fail INTEGER,
    manual INTEGER,
    unknown INTEGER,
    coverage REAL,
    teammates INTEGER,
    duration_ms INTEGER,
    report BLOB,
    UNIQUE (workspace, at, catalog, selection)
) STRICT;

CREATE INDEX run_by_time ON run (workspace, outcome, late, at);

-- How each source of a run ended.
CREATE TABLE run_source (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    source TEXT NOT NULL,
    status TEXT NOT NULL,
    records INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (run, source)
) STRICT, WITHOUT ROWID;

-- How each control of a run ended, and how many of its findings were open: a control that fails without one counts as one.
CREATE TABLE run_control (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    control TEXT NOT NULL,
    level TEXT NOT NULL,
    status TEXT NOT NULL,
    open INTEGER NOT NULL,
    PRIMARY KEY (run, control)
) STRICT, WITHOUT ROWID;

-- The newest run that decided a control from complete sources: what later ones are compared with.
CREATE TABLE control_state (
    workspace INTEGER NOT NULL REFERENCES workspace,
    control TEXT NOT NULL,
    digest TEXT NOT NULL,
    status TEXT NOT NULL,
    window_since INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, control)
) STRICT, WITHOUT ROWID;

-- A finding from its first sight to its end. One that comes back has a row for each time, and one that a waiver or a review
-- covered at its first sight has ended then.
CREATE TABLE finding (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace,
    control TEXT NOT NULL,
    level TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    check_name TEXT NOT NULL,
    subject TEXT NOT NULL,
    message TEXT NOT NULL,
    person TEXT,
    digest TEXT NOT NULL,
    evidence_at INTEGER,
    open_since INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    ended_at INTEGER,
    ended_by TEXT CHECK (ended_by IN ('fixed', 'aged-out', 'reviewed', 'waived', 'incomparable'))
) STRICT;

CREATE INDEX finding_by_fingerprint ON finding (workspace, control, fingerprint);
CREATE INDEX finding_open ON finding (workspace, control) WHERE ended_by IS NULL;

-- What holds and was told when it began: a source that cannot be read, a control that is not decided, or that fails and
-- cannot be compared.
CREATE TABLE condition (
    workspace INTEGER NOT NULL REFERENCES workspace,
    kind TEXT NOT NULL CHECK (kind IN ('incomplete', 'undecided', 'incomparable')),
    name TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (workspace, kind, name)
) STRICT, WITHOUT ROWID;

-- Messages to the destinations of alerts: written with the run that they are about, sent after it, repeated until accepted.
-- A test has no run. The process that sends one has claimed it until then, by its own clock.
CREATE TABLE message (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    workspace INTEGER NOT NULL REFERENCES workspace,
    run INTEGER REFERENCES run ON DELETE SET NULL,
    destination TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    tried_at INTEGER,
    claimed_until INTEGER,
    failure TEXT,
    accepted_at INTEGER,
    UNIQUE (run, destination)
) STRICT;

CREATE INDEX message_waiting ON message (workspace, destination) WHERE accepted_at IS NULL;

CREATE VIEW v_runs AS
SELECT
    run.id AS run,
    workspace.intercom_id AS workspace,
    workspace.name AS workspace_name,
    strftime('%Y-%m-%dT%H:%M:%SZ', run.at, 'unixepoch') AS at,
    run.outcome,
    run.failure,
    run.late,
    run.exit_code,
    run.passed,
    run.pass,
    run.fail,
    run.manual,
    run.unknown,
    run.coverage,
    run.teammates,
    run.duration_ms,
    run.report IS NOT NULL AS has_report
FROM run JOIN workspace ON workspace.id = run.workspace;

CREATE VIEW v_findings AS
SELECT
    workspace.intercom_id AS workspace,
    workspace.name AS workspace_name,
    finding.control,
    finding.level,
    finding.check_name,
    finding.subject,
    finding.message,
    finding.person,
    finding.fingerprint,
    strftime('%Y-%m-%dT%H:%M:%SZ', (
        SELECT MIN(earlier.open_since) FROM finding AS earlier
        WHERE earlier.workspace = finding.workspace AND earlier.control = finding.control
            AND earlier.fingerprint = finding.fingerprint
    ), 'unixepoch') AS first_seen,
    strftime('%Y-%m-%dT%H:%M:%SZ', finding.open_since, 'unixepoch') AS open_since,
    strftime('%Y-%m-%dT%H:%M:%SZ', finding.last_seen, 'unixepoch') AS last_seen,
    strftime('%Y-%m-%dT%H:%M:%SZ', finding.ended_at, 'unixepoch') AS ended_at,
    finding.ended_by
FROM finding JOIN workspace ON workspace.id = finding.workspace;

CREATE VIEW v_open_findings AS
SELECT workspace, workspace_name, control, level, check_name, subject, message, person, fingerprint, first_seen,
    open_since, last_seen
FROM v_findings WHERE ended_by IS NULL;

CREATE VIEW v_time_to_fix AS
SELECT
    workspace.intercom_id AS workspace,
    finding.control,
    finding.level,
    finding.subject,
    finding.fingerprint,
    strftime('%Y-%m-%dT%H:%M:%SZ', finding.open_since, 'unixepoch') AS open_since,
    strftime('%Y-%m-%dT%H:%M:%SZ', finding.ended_at, 'unixepoch') AS fixed_at,
    finding.ended_at - finding.open_since AS seconds
FROM finding JOIN workspace ON workspace.id = finding.workspace
WHERE finding.ended_by = 'fixed';
