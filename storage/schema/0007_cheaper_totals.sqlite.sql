-- A statement with a trigger keeps a journal of its own, and before it does, the index of words
-- writes out what it has gathered: once for each post. The writer counts messages itself now.
DROP TRIGGER conversations_total_update;
