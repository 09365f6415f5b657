-- The words of a message as the server cut them; a text search configuration would know neither
-- Chinese nor folded accents.
ALTER TABLE messages ADD COLUMN words tsvector;
CREATE INDEX messages_words ON messages USING gin (words);
