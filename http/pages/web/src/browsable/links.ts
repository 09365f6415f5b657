/** Which values in an answer lead somewhere. */

type Fields = Record<string, unknown>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const byName: Record<string, string> = {
  user_id: '/api/users/',
  user: '/api/users/',
  conversation_id: '/api/conversations/',
  conversation: '/api/conversations/',
  message_id: '/api/messages/',
  message: '/api/messages/',
  parent_message: '/api/messages/',
  notification_id: '/api/notifications/',
};

const byTargetType: Record<string, string> = {
  user: '/api/users/',
  conversation: '/api/conversations/',
  message: '/api/messages/',
};

/** The address that a value stands for; null: it is just a value. */
export function linkOf(name: string, value: unknown, owner: Fields): string | null {
  if (typeof value === 'number') return linkOfNumber(name, value, owner);
  if (typeof value !== 'string') return null;
  if (uuid.test(value)) return linkOfUuid(name, value, owner);
  return linkOfUrl(value);
}

function linkOfNumber(name: string, value: number, owner: Fields): string | null {
  if (name !== 'id') return null;
  if ('user_id' in owner) return `/api/users/${value}/`;
  return 'conversation_id' in owner ? `/api/conversations/${value}/` : null;
}

function linkOfUuid(name: string, value: string, owner: Fields): string | null {
  const base = name === 'target_id' ? byTargetType[String(owner['target_type'])] : byName[name];
  return base ? `${base}${value}/` : null;
}

/** Only addresses of this server's API: nobody's message becomes a way out of it. */
function linkOfUrl(value: string): string | null {
  if (!/^(https?:\/\/|\/api\/)/.test(value)) return null;
  if (!URL.canParse(value, location.origin)) return null;
  const url = new URL(value, location.origin);
  const isOurs = url.origin === location.origin && url.pathname.startsWith('/api');
  return isOurs ? url.pathname + url.search : null;
}
