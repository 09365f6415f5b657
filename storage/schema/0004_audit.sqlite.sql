-- What administrators did. Entries stay; what they hold of a person goes with his account.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at bigint NOT NULL,
  actor_id bigint,  -- NULL: nobody with an account
  actor_name text NOT NULL,
  action text NOT NULL,
  target_type smallint NOT NULL,
  target_id blob NOT NULL,
  target_label text NOT NULL,
  subject_id bigint,  -- whose data the label and the values are
  old_values text,
  new_values text,
  client text NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_actor ON audit (actor_id);
CREATE INDEX audit_target ON audit (target_id);
CREATE INDEX audit_subject ON audit (subject_id) WHERE subject_id IS NOT NULL;

-- How much there is, kept up to date by every change, so that nobody has to count. No constraints:
-- they would make every counted statement keep a journal of its own.
CREATE TABLE totals (
  slot INTEGER PRIMARY KEY,
  users bigint,
  active_users bigint,
  admins bigint,
  conversations bigint,
  messages bigint
);

INSERT INTO totals (slot, users, active_users, admins, conversations, messages)
SELECT 0,
       (SELECT count(*) FROM users WHERE is_deleted = 0),
       (SELECT count(*) FROM users WHERE is_deleted = 0 AND is_active = 1),
       (SELECT count(*) FROM users WHERE is_deleted = 0 AND role = 2),
       (SELECT count(*) FROM conversations),
       (SELECT COALESCE(sum(message_count), 0) FROM conversations);

CREATE TRIGGER users_total_insert AFTER INSERT ON users WHEN NEW.is_deleted = 0 BEGIN
  UPDATE totals SET users = users + 1, active_users = active_users + NEW.is_active,
    admins = admins + (NEW.role = 2);
END;
CREATE TRIGGER users_total_delete AFTER DELETE ON users WHEN OLD.is_deleted = 0 BEGIN
  UPDATE totals SET users = users - 1, active_users = active_users - OLD.is_active,
    admins = admins - (OLD.role = 2);
END;
CREATE TRIGGER users_total_update AFTER UPDATE OF is_deleted, is_active, role ON users BEGIN
  UPDATE totals SET
    users = users + (NEW.is_deleted = 0) - (OLD.is_deleted = 0),
    active_users = active_users + (NEW.is_deleted = 0 AND NEW.is_active = 1)
                 - (OLD.is_deleted = 0 AND OLD.is_active = 1),
    admins = admins + (NEW.is_deleted = 0 AND NEW.role = 2)
           - (OLD.is_deleted = 0 AND OLD.role = 2);
END;

CREATE TRIGGER conversations_total_insert AFTER INSERT ON conversations BEGIN
  UPDATE totals SET conversations = conversations + 1, messages = messages + NEW.message_count;
END;
CREATE TRIGGER conversations_total_delete AFTER DELETE ON conversations BEGIN
  UPDATE totals SET conversations = conversations - 1, messages = messages - OLD.message_count;
END;
CREATE TRIGGER conversations_total_update AFTER UPDATE OF message_count ON conversations BEGIN
  UPDATE totals SET messages = messages + NEW.message_count - OLD.message_count;
END;
