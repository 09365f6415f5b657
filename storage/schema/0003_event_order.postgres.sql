-- Several writers: positions are given out before a transaction commits, so the order of the log is
-- that of transactions. Nobody has followed the log before this migration.
DELETE FROM events;
ALTER TABLE events DROP CONSTRAINT events_pkey;
ALTER TABLE events ADD PRIMARY KEY (txid, position);
-- What was read or dismissed (message_read, notification_updated); the message that a deleted reply
-- answered; which conversation it was, where the event may outlive it.
ALTER TABLE events ADD COLUMN seqs bytea;
ALTER TABLE events ADD COLUMN parent_seq integer;
ALTER TABLE events ADD COLUMN conversation_uuid uuid;

DROP INDEX events_message;
CREATE INDEX events_message ON events (conversation_id, seq, txid, position);
DROP INDEX events_audience;
CREATE INDEX events_audience ON events (audience_id, txid, position) WHERE audience_id IS NOT NULL;
-- How a user joined and left conversations.
CREATE INDEX events_turns ON events (subject_id, txid, position) WHERE kind IN (9, 10);

-- log_generation grows when the log has to be given up.
INSERT INTO counters (name, value) VALUES ('events_purged_txid', 0), ('log_generation', 1);
