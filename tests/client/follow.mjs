// Follows a stream with the EventSource of npm's `eventsource`: node follow.mjs URL. The access token is in TOKEN.
// Prints a line of JSON for each thing that happens; ends when the client gives up, or when its input ends.
import { EventSource } from "eventsource";

const types = [
  "message.created", "message.updated", "message.deleted", "message.read", "notification.created", "notification.updated",
  "conversation.created", "conversation.updated", "conversation.deleted", "participant.added", "participant.removed",
  "presence", "typing", "reset", "message",
];

function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

const source = new EventSource(process.argv[2], {
  fetch: (input, init) =>
    fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${process.env.TOKEN}` } }),
});
source.onopen = () => tell({ kind: "open" });
for (const type of types) {
  source.addEventListener(type, ({ lastEventId, data }) => tell({ kind: "event", type, lastEventId, data }));
}
source.onerror = ({ code }) => {
  const isClosed = source.readyState === EventSource.CLOSED;
  tell({ kind: isClosed ? "closed" : "lost", status: code ?? null });
  if (isClosed) process.exit(0);
};
process.stdin.on("end", () => process.exit(0)).resume();
