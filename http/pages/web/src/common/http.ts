/** Requests to the API with the browser's session. */

export type Answer<Data> = {
  status: number;
  reason: string;
  headers: [string, string][];
  text: string;
  data: Data;
};

export type FieldErrors = Record<string, string[]>;

/** The server said no, or could not be reached (status 0). */
export class RequestError extends Error {
  readonly status: number;
  readonly fields: FieldErrors;
  readonly answer: Answer<unknown> | null;

  constructor(message: string, answer: Answer<unknown> | null = null, fields: FieldErrors = {}) {
    super(message);
    this.status = answer?.status ?? 0;
    this.answer = answer;
    this.fields = fields;
  }
}

export function cookie(name: string): string {
  const found = document.cookie.split('; ').find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : '';
}

const unreachable = 'The server cannot be reached. Check the connection and try again.';

/** As request(), but a refusal is an answer like any other; only a lost connection throws. */
export async function exchange(
  method: string,
  url: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer<unknown>> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRFToken'] = cookie('csrftoken');
  if (method === 'POST') headers['Idempotency-Key'] = randomKey();
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      credentials: 'same-origin',
      signal: signal ?? null,
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError(unreachable);
  }
  return {
    status: response.status,
    reason: response.statusText,
    headers: [...response.headers],
    text,
    data: parse(text),
  };
}

/** The data of a successful answer; throws a RequestError otherwise. */
export async function request<Data>(
  method: string,
  url: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Data> {
  const answer = await exchange(method, url, body, signal);
  if (answer.status >= 400) throw refusal(answer);
  return answer.data as Data;
}

export function refusal(answer: Answer<unknown>): RequestError {
  const { data } = answer;
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    const fields = fieldErrors(data as Record<string, unknown>);
    const { detail } = data as { detail?: unknown };
    if (typeof detail === 'string') return new RequestError(detail, answer, fields);
    const [first] = Object.entries(fields);
    if (first) return new RequestError(sentence(first), answer, fields);
  }
  return new RequestError(`The server answered with status ${answer.status}.`, answer);
}

function sentence([field, texts]: [string, string[]]): string {
  const text = texts.join(' ');
  return field === 'non_field_errors' ? text : `${field.replaceAll('_', ' ')}: ${text}`;
}

function fieldErrors(data: Record<string, unknown>): FieldErrors {
  const isText = (value: unknown): value is string => typeof value === 'string';
  return Object.fromEntries(
    Object.entries(data).flatMap(([field, value]) =>
      Array.isArray(value) && value.every(isText) ? [[field, value]] : [],
    ),
  );
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** crypto.randomUUID() exists on secure origins only. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** Sends a form as a browser would, and says whether the server redirected, as it does on success. */
async function submitForm(url: string, fields: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams({ csrfmiddlewaretoken: cookie('csrftoken'), ...fields });
  return fetch(url, { method: 'POST', body, redirect: 'manual', credentials: 'same-origin' });
}

/** Begins a session. Throws a RequestError with a sentence for the user if that fails. */
export async function logIn(username: string, password: string): Promise<void> {
  let response: Response;
  try {
    await fetch('/api-auth/login/', { credentials: 'same-origin', headers: { Accept: 'text/html' } });
    response = await submitForm('/api-auth/login/', { username, password, next: '/api/' });
  } catch {
    throw new RequestError(unreachable);
  }
  if (response.type === 'opaqueredirect') return;
  if (response.status === 429) throw new RequestError('Too many attempts. Try again in a few minutes.');
  throw new RequestError('This username and password do not match an active account.');
}

export async function logOut(): Promise<void> {
  try {
    await submitForm('/api-auth/logout/', { next: '/api/' });
  } catch {
    throw new RequestError(unreachable);
  }
}
