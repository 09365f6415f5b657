-- The words of a message as the server cut them, separated by spaces; the row's number holds the
-- conversation in its upper and the place in its lower 32 bits. The index keeps no text of its own.
CREATE VIRTUAL TABLE message_words USING fts5(words, content='', tokenize='ascii', detail=full);
