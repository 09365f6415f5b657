-- What was read or dismissed (message_read, notification_updated); the message that a deleted reply
-- answered; which conversation it was, where the event may outlive it. Nobody has followed the log
-- before this migration.
DELETE FROM events;
ALTER TABLE events ADD COLUMN seqs blob;
ALTER TABLE events ADD COLUMN parent_seq bigint;
ALTER TABLE events ADD COLUMN conversation_uuid blob;

-- How a user joined and left conversations.
CREATE INDEX events_turns ON events (subject_id) WHERE kind IN (9, 10);

-- log_generation grows when the log has to be given up.
INSERT INTO counters (name, value) VALUES ('events_purged_txid', 0), ('log_generation', 1);
