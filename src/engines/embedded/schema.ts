import { randomUUID } from 'node:crypto'
import type Database from 'better-sqlite3'
import { CorruptStore } from '../../domain/errors.ts'
import { rememberAll } from './former-states.ts'
import { nameAll } from './identities.ts'

/**
 * Forward migrations, numbered by their place. A released one is never edited: a change is a new entry.
 * Instants are milliseconds since 1970 in UTC.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
  INSERT INTO meta VALUES ('seq', 0);

  CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used again: it is the label in every index
    id TEXT NOT NULL UNIQUE,
    seq INTEGER NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    title_key TEXT NOT NULL,
    authors TEXT NOT NULL,                   -- JSON array
    categories TEXT NOT NULL,                -- JSON array, primary first
    comment TEXT,
    doi TEXT,
    url TEXT NOT NULL,
    submitted INTEGER,
    updated INTEGER,
    announced INTEGER,
    announced_basis TEXT NOT NULL,
    harvested INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    stand_in INTEGER NOT NULL,
    content_hash TEXT NOT NULL
  );
  CREATE UNIQUE INDEX documents_by_seq ON documents (seq);
  CREATE INDEX documents_by_title ON documents (title_key);
  CREATE INDEX documents_by_doi ON documents (doi) WHERE doi IS NOT NULL;
  CREATE INDEX documents_by_announced ON documents (announced, key);

  -- Earlier versions keep their text when we saw it; of others only the date is known.
  CREATE TABLE versions (
    key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    at INTEGER,
    title TEXT,
    abstract TEXT,
    PRIMARY KEY (key, version)
  ) WITHOUT ROWID;

  -- A purged document leaves only this, so that readers learn of it.
  CREATE TABLE purged (key INTEGER PRIMARY KEY, id TEXT NOT NULL, seq INTEGER NOT NULL UNIQUE, at INTEGER NOT NULL);

  CREATE TABLE fingerprints (number INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);
  CREATE TABLE embeddings (
    fingerprint INTEGER NOT NULL REFERENCES fingerprints (number),
    content_hash TEXT NOT NULL,
    vector BLOB,                             -- float32, little-endian; NULL: this text has no vector
    PRIMARY KEY (fingerprint, content_hash)
  ) WITHOUT ROWID;

  CREATE TABLE watermarks (source TEXT PRIMARY KEY, through TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE imports (file TEXT PRIMARY KEY, lines INTEGER NOT NULL, done INTEGER NOT NULL) WITHOUT ROWID;

  CREATE TABLE generations (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    published_at INTEGER,
    mark INTEGER NOT NULL,
    documents INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    model TEXT NOT NULL
  );

  CREATE VIRTUAL TABLE documents_fts USING fts5 (
    title, abstract, content = 'documents', content_rowid = 'key', tokenize = 'porter unicode61'
  );
  CREATE TRIGGER documents_fts_insert AFTER INSERT ON documents BEGIN
    INSERT INTO documents_fts (rowid, title, abstract) VALUES (new.key, new.title, new.abstract);
  END;
  CREATE TRIGGER documents_fts_delete AFTER DELETE ON documents BEGIN
    INSERT INTO documents_fts (documents_fts, rowid, title, abstract)
    VALUES ('delete', old.key, old.title, old.abstract);
  END;
  CREATE TRIGGER documents_fts_update AFTER UPDATE OF title, abstract ON documents BEGIN
    INSERT INTO documents_fts (documents_fts, rowid, title, abstract)
    VALUES ('delete', old.key, old.title, old.abstract);
    INSERT INTO documents_fts (rowid, title, abstract) VALUES (new.key, new.title, new.abstract);
  END;
  `,
  `
  ALTER TABLE documents ADD COLUMN identifiers TEXT NOT NULL DEFAULT '[]';  -- JSON arrays
  ALTER TABLE documents ADD COLUMN countries TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE documents ADD COLUMN fields TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE documents ADD COLUMN sources TEXT;  -- JSON array; NULL: all that is said of it is this row

  -- What each source says of a document, where that is more than its row.
  CREATE TABLE sightings (
    source TEXT NOT NULL,
    name TEXT NOT NULL,                      -- what the source calls it
    key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    record TEXT NOT NULL,                    -- JSON
    content_hash TEXT NOT NULL,
    harvested INTEGER NOT NULL,
    PRIMARY KEY (source, name)
  ) WITHOUT ROWID;
  CREATE INDEX sightings_by_key ON sightings (key);

  -- Everything by which a document can be found: ids and identifiers of all its sightings, and their titles.
  CREATE TABLE names (name TEXT NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (name, key)) WITHOUT ROWID;

  -- Somebody said that the one is not of the work of the other: 'openalex openalex:W1', 'arxiv 2401.00001'.
  CREATE TABLE apart (taken TEXT NOT NULL, rest TEXT NOT NULL, PRIMARY KEY (taken, rest)) WITHOUT ROWID;

  -- Each source counts its own versions.
  CREATE TABLE source_versions (
    key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    source TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER,
    title TEXT,
    abstract TEXT,
    PRIMARY KEY (key, source, version)
  ) WITHOUT ROWID;
  INSERT INTO source_versions
    SELECT v.key, d.source, v.version, v.at, v.title, v.abstract FROM versions v JOIN documents d USING (key);
  DROP TABLE versions;
  ALTER TABLE source_versions RENAME TO versions;

  -- Marks become instants. The day of an old one was under way, so its beginning is what is certain.
  CREATE TABLE marks (
    source TEXT PRIMARY KEY, scope TEXT NOT NULL, through INTEGER NOT NULL, state TEXT
  ) WITHOUT ROWID;
  INSERT INTO marks SELECT source, '', unixepoch(through) * 1000, NULL FROM watermarks;
  DROP TABLE watermarks;
  ALTER TABLE marks RENAME TO watermarks;
  CREATE TABLE checkpoints (
    source TEXT PRIMARY KEY, scope TEXT NOT NULL, after INTEGER NOT NULL, up_to INTEGER NOT NULL, resume TEXT NOT NULL
  ) WITHOUT ROWID;
  `,
  // Whoever inserts a document inserts its words beside it: a trigger makes FTS5 write its index out for every one.
  'DROP TRIGGER documents_fts_insert;',
  `
  -- What a source said of a document until it announced another version or withdrew it.
  CREATE TABLE former_states (
    key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    source TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    title_key TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    updated INTEGER,
    withdrawn INTEGER NOT NULL,
    until INTEGER NOT NULL,
    seq INTEGER NOT NULL,                    -- the change that had made it so
    ended INTEGER NOT NULL                   -- the change that ended it
  );
  CREATE INDEX former_states_by_key ON former_states (key, ended);
  CREATE INDEX former_states_by_title ON former_states (title_key);
  CREATE INDEX former_states_by_end ON former_states (until);
  `,
  // Counting the days of a quarter from this index alone takes 3 ms at 54,000 papers; from the rows it was 55.
  'CREATE INDEX documents_by_day ON documents (announced, source);',
]

export const schemaVersion = migrations.length

export const versionOf = (db: Database.Database): number => Number(db.pragma('user_version', { simple: true }))

export const needsMigration = (db: Database.Database): boolean => versionOf(db) < schemaVersion

/** Brings the schema up to date, or to an earlier state for a test, one transaction a step. The caller holds the writer lock. */
export function migrate(db: Database.Database, to: number = schemaVersion): void {
  const from = versionOf(db)
  if (from > schemaVersion) {
    throw new CorruptStore(
      `the store has schema ${from}, this Freshet knows ${schemaVersion}: run the newer Freshet, or restore an older backup`,
    )
  }
  for (let step = from; step < to; step++) {
    db.transaction(() => {
      db.exec(migrations[step])
      if (step === 0) renewIncarnation(db)
      if (step === 1) nameAll(db)
      if (step === 3) rememberAll(db)
      db.pragma(`user_version = ${step + 1}`)
    }).immediate()
  }
}

/** Sequence numbers count within one incarnation; a restore starts another. */
export function renewIncarnation(db: Database.Database): void {
  db.prepare("INSERT OR REPLACE INTO meta VALUES ('incarnation', ?)").run(randomUUID())
}
