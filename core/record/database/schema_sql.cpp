#include "fragscope/record/database/schema_sql.h"

namespace fragscope {

// No STRICT and nothing newer than SQLite 3.8.6, so that old viewers open the file.
const char* const schemaSql = R"sql(
CREATE TABLE run (
    run_id            INTEGER PRIMARY KEY,
    run_key           TEXT NOT NULL,
    attempt           INTEGER NOT NULL,
    name              TEXT NOT NULL,
    scenario_name     TEXT NOT NULL,
    scenario_text     TEXT NOT NULL,
    scenario_hash     TEXT NOT NULL,
    config            TEXT NOT NULL,
    seed              TEXT NOT NULL,
    behaviour_version INTEGER NOT NULL,
    program_version   TEXT NOT NULL,
    record_level      TEXT NOT NULL,
    storage           TEXT NOT NULL DEFAULT 'rows',
    status            TEXT NOT NULL DEFAULT 'running',
    started_utc       TEXT NOT NULL,
    heartbeat_utc     TEXT NOT NULL,
    finished_utc      TEXT,
    n_events          INTEGER NOT NULL DEFAULT 0,
    last_seq          INTEGER,
    time_cycles       INTEGER NOT NULL DEFAULT 0,
    n_steps           INTEGER NOT NULL DEFAULT 0,
    n_lost            INTEGER NOT NULL DEFAULT 0,
    chain_hash        TEXT NOT NULL DEFAULT '0000000000000000',
    stream_hash       TEXT,
    state_hash        TEXT,
    error             TEXT,
    parent_run_key    TEXT,
    parent_seq        INTEGER,
    UNIQUE (run_key, attempt)
);
CREATE TABLE run_param (
    run_id INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    name   TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (run_id, n)
) WITHOUT ROWID;
CREATE TABLE input (
    run_id INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    args   TEXT NOT NULL,
    PRIMARY KEY (run_id, n)
) WITHOUT ROWID;
CREATE TABLE choice (
    run_id  INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    label   TEXT NOT NULL,
    options INTEGER NOT NULL,
    chosen  INTEGER NOT NULL,
    PRIMARY KEY (run_id, n)
) WITHOUT ROWID;
CREATE TABLE event_kind (
    kind     INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    sort     TEXT NOT NULL,
    level    TEXT NOT NULL,
    object   TEXT NOT NULL,
    value    TEXT NOT NULL,
    a        TEXT NOT NULL,
    b        TEXT NOT NULL,
    sentence TEXT NOT NULL
);
CREATE TABLE rule (
    rule INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL
);
CREATE TABLE event (
    run_id      INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    time_cycles INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    cpu         INTEGER NOT NULL,
    task        INTEGER NOT NULL,
    line        INTEGER NOT NULL,
    rule        INTEGER NOT NULL,
    object      INTEGER NOT NULL,
    vaddr       INTEGER NOT NULL,
    paddr       INTEGER NOT NULL,
    value       INTEGER NOT NULL,
    a           INTEGER NOT NULL,
    b           INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
CREATE TABLE event_block (
    run_id      INTEGER NOT NULL,
    seq0        INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    time0       INTEGER NOT NULL,
    time1       INTEGER NOT NULL,
    kind_counts TEXT NOT NULL,
    chain_hash  TEXT NOT NULL,
    PRIMARY KEY (run_id, seq0)
) WITHOUT ROWID;
CREATE TABLE event_pack (
    pack_id INTEGER PRIMARY KEY,
    run_id  INTEGER NOT NULL,
    seq0    INTEGER NOT NULL,
    codec   TEXT NOT NULL,
    data    BLOB NOT NULL,
    UNIQUE (run_id, seq0)
);
CREATE TABLE keyframe (
    keyframe_id INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    time_cycles INTEGER NOT NULL,
    state_hash  TEXT NOT NULL,
    base_seq    INTEGER,
    codec       TEXT,
    raw_bytes   INTEGER,
    data        BLOB,
    UNIQUE (run_id, seq)
);
CREATE TABLE metric (
    metric_id   INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    unit        TEXT NOT NULL,
    better      TEXT NOT NULL,
    scale       INTEGER NOT NULL,
    description TEXT NOT NULL
);
CREATE TABLE metric_sample (
    run_id      INTEGER NOT NULL,
    sample      INTEGER NOT NULL,
    metric_id   INTEGER NOT NULL,
    time_cycles INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    value       INTEGER NOT NULL,
    PRIMARY KEY (run_id, sample, metric_id)
) WITHOUT ROWID;
CREATE TABLE run_metric (
    run_id      INTEGER NOT NULL,
    metric_id   INTEGER NOT NULL,
    time_cycles INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    value       INTEGER NOT NULL,
    PRIMARY KEY (run_id, metric_id)
) WITHOUT ROWID;
CREATE TABLE pause_histogram (
    run_id       INTEGER NOT NULL,
    from_cycles  INTEGER NOT NULL,
    below_cycles INTEGER NOT NULL,
    waits        INTEGER NOT NULL,
    PRIMARY KEY (run_id, from_cycles)
) WITHOUT ROWID;
CREATE TABLE annotation (
    annotation_id INTEGER PRIMARY KEY,
    run_id        INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    seq_end       INTEGER,
    author        TEXT,
    created_utc   TEXT NOT NULL,
    text          TEXT NOT NULL
);

CREATE VIEW v_run AS
SELECT run_id, run_key, attempt, name AS run, scenario_name AS scenario, seed,
       CASE WHEN status = 'running' AND
                 (julianday('now') - julianday(heartbeat_utc)) * 86400.0 > 10.0
            THEN 'interrupted' ELSE status END AS status,
       record_level, storage, n_events, n_steps, time_cycles, last_seq, n_lost,
       behaviour_version, program_version, started_utc, heartbeat_utc, finished_utc,
       chain_hash, stream_hash, state_hash, error, parent_run_key, parent_seq
FROM run;

CREATE VIEW v_event AS
SELECT event.run_id, event.seq, event.time_cycles,
       coalesce(event_kind.name, 'kind-' || event.kind) AS kind,
       event.cpu, event.task, event.line,
       coalesce(rule.name, 'rule-' || event.rule) AS rule,
       event.object,
       CASE event.vaddr WHEN 0 THEN NULL ELSE printf('0x%x', event.vaddr) END AS vaddr,
       CASE event.paddr WHEN 0 THEN NULL ELSE printf('0x%x', event.paddr) END AS paddr,
       CASE event.vaddr WHEN 0 THEN NULL ELSE (event.vaddr >> 12) & 0xfffffffffffff END AS page,
       CASE event.paddr WHEN 0 THEN NULL ELSE (event.paddr >> 12) & 0xfffffffffffff END AS frame,
       event.size AS size_bytes, event.value, event.a, event.b, rule.text AS rule_text
FROM event
LEFT JOIN event_kind ON event_kind.kind = event.kind
LEFT JOIN rule ON rule.rule = event.rule;

CREATE VIEW v_metric AS
SELECT metric_sample.run_id, run.name AS run, run.seed, metric.name AS metric, metric.unit,
       metric_sample.time_cycles, metric_sample.seq,
       CASE metric.scale WHEN 1 THEN metric_sample.value
            ELSE metric_sample.value * 1.0 / metric.scale END AS value
FROM metric_sample
JOIN metric ON metric.metric_id = metric_sample.metric_id
JOIN run ON run.run_id = metric_sample.run_id;

CREATE VIEW v_result AS
SELECT run_metric.run_id, run.run_key, run.name AS run, run.scenario_name AS scenario, run.seed,
       metric.name AS metric, metric.unit, metric.better,
       CASE metric.scale WHEN 1 THEN run_metric.value
            ELSE run_metric.value * 1.0 / metric.scale END AS value
FROM run_metric
JOIN metric ON metric.metric_id = run_metric.metric_id
JOIN run ON run.run_id = run_metric.run_id;
)sql";

} // namespace fragscope
