-- The same sums for less: a function in SQL is parsed and planned at each call, and every commit of
-- posts makes one.
CREATE OR REPLACE FUNCTION add_totals(more_users bigint, more_active bigint, more_admins bigint,
                                      more_conversations bigint, more_messages bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO totals AS t (slot, users, active_users, admins, conversations, messages)
  VALUES (pg_backend_pid() % 256, more_users, more_active, more_admins, more_conversations,
          more_messages)
  ON CONFLICT (slot) DO UPDATE SET users = t.users + excluded.users,
    active_users = t.active_users + excluded.active_users, admins = t.admins + excluded.admins,
    conversations = t.conversations + excluded.conversations,
    messages = t.messages + excluded.messages;
END $$;

CREATE OR REPLACE FUNCTION total_changed_conversations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  more bigint;
BEGIN
  SELECT sum(change) INTO more
    FROM (SELECT message_count AS change FROM after_it
          UNION ALL SELECT -message_count FROM before_it) AS changes;
  IF more <> 0 THEN
    UPDATE totals SET messages = messages + more WHERE slot = pg_backend_pid() % 256;
    IF NOT FOUND THEN
      PERFORM add_totals(0, 0, 0, 0, more);
    END IF;
  END IF;
  RETURN NULL;
END $$;
