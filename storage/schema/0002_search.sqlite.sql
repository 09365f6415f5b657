-- The words of a message as the server cut them, separated by spaces; the row's number holds the
-- conversation in its upper and the place in its lower 32 bits. The index keeps neither texts nor
-- their lengths, and merges its parts seldom: every post has to wait for it.
CREATE VIRTUAL TABLE message_words USING fts5(
  words, content='', columnsize=0, tokenize='ascii', detail=full);
INSERT INTO message_words (message_words, rank) VALUES ('automerge', 16);
