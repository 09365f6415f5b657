import { Json } from './json';

type AnswerProps = {
  request: string;
  status: number;
  reason: string;
  headers: [string, string][];
  body: string | null;
  label: string;
};

const reasons: Record<number, string> = {
  200: 'OK', 201: 'Created', 204: 'No Content', 304: 'Not Modified', 400: 'Bad Request', 401: 'Unauthorized',
  403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 409: 'Conflict',
  412: 'Precondition Failed', 413: 'Content Too Large', 415: 'Unsupported Media Type', 422: 'Unprocessable Content',
  429: 'Too Many Requests', 500: 'Internal Server Error', 503: 'Service Unavailable',
};

/** What was asked, the status, the headers and the body of one answer. */
export function Answer({ request, status, reason, headers, body, label }: AnswerProps) {
  return (
    <section class="answer" aria-label={label}>
      <p class="request">{request}</p>
      <p class="status">
        <span class={`code s${String(status)[0]}`}>
          HTTP {status} {reason || reasons[status] || ''}
        </span>
      </p>
      <dl class="headers">
        {headers.map(([name, value]) => (
          <div key={name + value}>
            <dt>{name}:</dt> <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {body ? <Json text={body} label="Body" /> : <p class="quiet">No content.</p>}
    </section>
  );
}
