-- Times are microseconds since 1970; UUIDs are 16 bytes. "No value" is NULL for references that may
-- be absent.

CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid blob NOT NULL UNIQUE,
  username text NOT NULL,
  username_key text NOT NULL UNIQUE,  -- folded to one case
  email text NOT NULL,
  email_key text NOT NULL,
  search_key text NOT NULL,
  password_hash text NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  phone_number text NOT NULL,
  role smallint NOT NULL,
  is_active smallint NOT NULL,
  is_deleted smallint NOT NULL,
  access_epoch bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  last_seen bigint
);
CREATE UNIQUE INDEX users_email_key ON users (email_key) WHERE email_key <> '';
CREATE INDEX users_hidden ON users (id) WHERE is_deleted = 1;

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid blob NOT NULL UNIQUE,
  owner_id bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  last_seq bigint NOT NULL,
  message_count bigint NOT NULL,
  title text NOT NULL
);

CREATE TABLE members (
  conversation_id bigint NOT NULL REFERENCES conversations (id),
  user_id bigint NOT NULL REFERENCES users (id),
  joined_at bigint NOT NULL,
  joined_after bigint NOT NULL,
  has_left smallint NOT NULL,
  read_set blob NOT NULL,
  dismissed_set blob NOT NULL,
  PRIMARY KEY (conversation_id, user_id)
) WITHOUT ROWID;
CREATE INDEX members_user ON members (user_id);

-- Clustered by place: a page of a conversation is one run of neighbours.
CREATE TABLE messages (
  conversation_id bigint NOT NULL,
  seq bigint NOT NULL,
  depth smallint NOT NULL,
  id blob NOT NULL UNIQUE,
  sender_id bigint NOT NULL,
  receiver_id bigint,
  sent_at bigint NOT NULL,
  edited_at bigint,
  parent_id blob,
  parent_seq bigint,
  reply_count bigint NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (conversation_id, seq)
) WITHOUT ROWID;
CREATE INDEX messages_parent ON messages (conversation_id, parent_seq)
  WHERE parent_seq IS NOT NULL;

CREATE TABLE revisions (
  conversation_id bigint NOT NULL,
  seq bigint NOT NULL,
  id blob NOT NULL,
  message_id blob NOT NULL,
  edited_at bigint NOT NULL,
  edited_by bigint NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (conversation_id, seq, id)
) WITHOUT ROWID;
CREATE INDEX revisions_editor ON revisions (edited_by);

-- Positions come from the writer, which keeps the last one in `counters`: they are never reused.
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  conversation_id bigint NOT NULL,
  at bigint NOT NULL,
  audience_id bigint,
  subject_id bigint,
  message_id blob,
  seq bigint,
  kind smallint NOT NULL
);
-- Every index ends with the row number, here the position: the first one finds the events of a
-- message and, without touching the table, those of a conversation after a position.
CREATE INDEX events_message ON events (conversation_id, seq);
CREATE INDEX events_audience ON events (audience_id) WHERE audience_id IS NOT NULL;
CREATE INDEX events_subject ON events (subject_id) WHERE subject_id IS NOT NULL;

CREATE TABLE logins (
  id blob NOT NULL PRIMARY KEY,
  user_id bigint NOT NULL,
  is_session smallint NOT NULL,
  current_jti blob NOT NULL,
  previous_jti blob NOT NULL,
  rotated_at bigint,
  csrf_token text NOT NULL,
  access_epoch bigint NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
) WITHOUT ROWID;
CREATE INDEX logins_user ON logins (user_id);
CREATE INDEX logins_expiry ON logins (expires_at);

CREATE TABLE idempotency (
  user_id bigint NOT NULL,
  key text NOT NULL,
  fingerprint blob NOT NULL,
  status bigint NOT NULL,
  body text NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (user_id, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_at);

-- events_purged: events up to this position may have been dropped for their age.
CREATE TABLE counters (
  name text NOT NULL PRIMARY KEY,
  value bigint NOT NULL
) WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('events_purged', 0), ('last_event', 0);
