// Holds a conversation with a running server through the generated client: node conversation.js URL
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/api.js";

type Message = components["schemas"]["Message"];

const url = process.argv[2] ?? "http://127.0.0.1:8000";
const password = "S3cure-pass-phrase";

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer that has to be a success. */
function need<T>(answer: Answer<T>): T {
  const { data, error, response } = answer;
  assert.ok(data !== undefined, `${response.status} ${response.url}: ${JSON.stringify(error)}`);
  return data;
}

async function join(stem: string) {
  const open = createClient<paths>({ baseUrl: url });
  const name = `${stem}-${randomUUID().slice(0, 8)}`;
  const account = need(
    await open.POST("/api/users/", { body: { username: name, email: `${name}@example.com`, password } }),
  );
  const tokens = need(await open.POST("/api/token/", { body: { username: name, password } }));
  const headers = { Authorization: `Bearer ${tokens.access}` };
  return { account, api: createClient<paths>({ baseUrl: url, headers }) };
}

const [alice, bob] = [await join("alice"), await join("bob")];

const conversation = need(
  await alice.api.POST("/api/conversations/", { body: { participant_ids: [bob.account.id], title: "Typed" } }),
);
const at = { path: { conversation: conversation.conversation_id } };

const key = { header: { "Idempotency-Key": randomUUID() } };
const body = { content: "Hello Bob" };
const sent = need(
  await alice.api.POST("/api/conversations/{conversation}/messages/", { params: { ...at, ...key }, body }),
);
const again = need(
  await alice.api.POST("/api/conversations/{conversation}/messages/", { params: { ...at, ...key }, body }),
);
assert.equal(again.message_id, sent.message_id);

const unread = need(await bob.api.GET("/api/messages/unread/"));
assert.deepEqual(unread.results.map((message: Message) => message.content), ["Hello Bob"]);

const reply = need(
  await bob.api.POST("/api/conversations/{conversation}/messages/", {
    params: at,
    body: { content: "Hello Alice", parent_message: sent.message_id },
  }),
);
assert.equal(reply.thread_depth, 1);

const thread = need(
  await alice.api.GET("/api/conversations/{conversation}/messages/{message}/thread/", {
    params: { path: { ...at.path, message: sent.message_id } },
  }),
);
assert.deepEqual(thread.results.map((message) => message.message_id), [sent.message_id, reply.message_id]);

const marked = need(await bob.api.PATCH("/api/messages/unread/", { body: { message_ids: [sent.message_id] } }));
assert.deepEqual(marked, { status: "Marked 1 message(s) as read", updated: 1 });

const edited = need(
  await alice.api.PATCH("/api/messages/{message}/", {
    params: { path: { message: sent.message_id } },
    body: { content: "Hello Bob!" },
  }),
);
assert.equal(edited.edited, true);
const history = need(
  await bob.api.GET("/api/messages/{message}/history/", { params: { path: { message: sent.message_id } } }),
);
assert.deepEqual(history.results.map((entry) => entry.content), ["Hello Bob"]);

const notifications = need(
  await alice.api.GET("/api/notifications/", { params: { query: { page_size: 5 } } }),
);
assert.equal(notifications.results[0]?.kind, "reply");

const refused = await bob.api.DELETE("/api/messages/{message}/", {
  params: { path: { message: sent.message_id } },
});
assert.equal(refused.response.status, 403);
assert.ok(refused.error !== undefined && "detail" in refused.error);

console.log("a typed conversation was held");
