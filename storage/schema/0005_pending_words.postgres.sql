-- New words wait in a list that is sorted into the index every two seconds, in the background (kilobytes).
ALTER INDEX messages_words SET (gin_pending_list_limit = 65536);
