"""C1–C12: each takes a history or what was shown in the end, and gives a list of sentences: what is wrong."""
