/** What else can be done at an address: a form and a raw box for each method. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ConfirmButton } from '../common/confirm';
import { FieldErrors, Failure } from '../common/elements';
import { exchange, refusal, request, type Answer as HttpAnswer, type FieldErrors as Errors } from '../common/http';
import { useAction } from '../common/load';
import { Answer } from './answer';
import { bodyFrom, exampleBody, resourceOf, shownValue } from './body';
import type { AnswerFacts, FieldFacts, MethodFacts } from './facts';

type Sent = { request: string; answer: HttpAnswer<unknown> };

/** Errors under their fields; whether any is about one of `fields` alone. */
function errorsOf(sent: Sent | null): Errors {
  return sent && sent.answer.status >= 400 ? refusal(sent.answer).fields : {};
}

export function Methods({ facts }: { facts: AnswerFacts }) {
  const withBody = facts.methods.filter(({ method }) => method !== 'DELETE');
  const [chosen, setChosen] = useState(0);
  const method = withBody[chosen];
  if (!method) return null;
  return (
    <section class="methods" aria-label="Requests">
      <div class="tabs" role="group" aria-label="Method">
        {withBody.map(({ method: name }, index) => (
          <button key={name} type="button" aria-pressed={index === chosen} onClick={() => setChosen(index)}>
            {name}
          </button>
        ))}
      </div>
      <MethodForm key={method.method} method={method} facts={facts} />
    </section>
  );
}

function MethodForm({ method, facts }: { method: MethodFacts; facts: AnswerFacts }) {
  const [isRaw, setRaw] = useState(false);
  const [sent, setSent] = useState<Sent | null>(null);
  const action = useAction();
  const [address] = facts.path.split('?');
  const before = method.method === 'POST' ? {} : resourceOf(facts.body);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const isPartial = method.method === 'PATCH';
    const body = isRaw
      ? String(form.get('raw'))
      : method.fields.length > 0
        ? bodyFrom(method.fields, form, before, isPartial)
        : undefined;
    action.run(async () => {
      setSent(null);
      const answer = await exchange(method.method, address ?? '', body);
      setSent({ request: `${method.method} ${address}`, answer });
    });
  };
  return (
    <div class="card">
      <p class="quiet">{method.summary}</p>
      {method.fields.length > 0 && (
        <div class="switch" role="group" aria-label="Input">
          <button type="button" aria-pressed={!isRaw} onClick={() => setRaw(false)}>
            Form
          </button>
          <button type="button" aria-pressed={isRaw} onClick={() => setRaw(true)}>
            Raw JSON
          </button>
        </div>
      )}
      <form onSubmit={submit} class="stack" noValidate>
        {isRaw ? (
          <RawBox text={exampleBody(method.fields, before)} />
        ) : (
          method.fields.map((field) => (
            <FormField
              key={field.name}
              field={field}
              value={shownValue(field, before)}
              errors={errorsOf(sent)[field.name] ?? (field.alias ? errorsOf(sent)[field.alias] : undefined)}
            />
          ))
        )}
        {action.error && <Failure error={action.error} />}
        <div class="buttons">
          <button type="submit" class="primary" disabled={action.isRunning}>
            {action.isRunning ? 'Sending…' : method.method}
          </button>
        </div>
      </form>
      <div aria-live="polite">{sent && <SentAnswer sent={sent} />}</div>
    </div>
  );
}

function SentAnswer({ sent: { request, answer } }: { sent: Sent }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => element.current?.scrollIntoView({ block: 'nearest' }), [answer]);
  return (
    <div ref={element}>
      <Answer
        label="Answer"
        request={request}
        status={answer.status}
        reason={answer.reason}
        headers={answer.headers}
        body={answer.text || null}
      />
    </div>
  );
}

function RawBox({ text }: { text: string }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Content</label>
      <textarea id={id} name="raw" class="code" rows={text.split('\n').length + 1} spellcheck={false} defaultValue={text} />
      <p class="hint">application/json</p>
    </div>
  );
}

const hints: Partial<Record<FieldFacts['type'], string>> = {
  user: 'The id of a user: number or UUID',
  users: 'Ids of users, separated by commas',
  conversation: 'The id of a conversation: number or UUID',
  message: 'The UUID of a message',
  messages: 'UUIDs of messages, separated by commas',
};

const secretNames = ['refresh', 'token'];

type FormFieldProps = { field: FieldFacts; value: string; errors: string[] | undefined };

function FormField({ field, value, errors }: FormFieldProps) {
  const id = useId();
  const hint = hints[field.type] ?? (field.max_length ? `At most ${field.max_length} characters` : '');
  const shared = {
    id,
    name: field.name,
    'aria-invalid': errors?.length ? (true as const) : undefined,
    'aria-describedby': `${id}-hint ${id}-errors`,
  };
  return (
    <div class="field">
      <label for={id}>
        {field.name}
        {!field.required && <span class="quiet"> (optional)</span>}
      </label>
      <Input field={field} value={value} shared={shared} />
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
      <FieldErrors id={`${id}-errors`} errors={errors} />
    </div>
  );
}

function Input({ field, value, shared }: { field: FieldFacts; value: string; shared: { id: string; name: string } }) {
  if (field.type === 'boolean' || field.type === 'choice') {
    const choices = field.type === 'boolean' ? ['true', 'false'] : (field.choices ?? []);
    return (
      <select {...shared}>
        {['', ...choices].map((choice) => (
          <option key={choice} value={choice} selected={choice === value}>
            {choice || '—'}
          </option>
        ))}
      </select>
    );
  }
  if (field.name === 'content') return <textarea {...shared} rows={3} defaultValue={value} />;
  if (field.type === 'password') return <input {...shared} type="password" autocomplete="new-password" />;
  if (secretNames.includes(field.name)) return <input {...shared} autocomplete="off" spellcheck={false} />;
  return <input {...shared} defaultValue={value} />;
}

export function DeleteButton({ facts }: { facts: AnswerFacts }) {
  const method = facts.methods.find((candidate) => candidate.method === 'DELETE');
  if (!method) return null;
  const [address = ''] = facts.path.split('?');
  const parent = facts.breadcrumbs.at(-2)?.url ?? '/api/';
  const remove = async () => {
    await request('DELETE', address);
    location.assign(parent);
  };
  return (
    <ConfirmButton label="DELETE" title="Delete this?" action="Delete" work={remove}>
      <p>{method.summary}</p>
      <p class="request">DELETE {address}</p>
    </ConfirmButton>
  );
}

export function OptionsButton({ facts }: { facts: AnswerFacts }) {
  const [answer, setAnswer] = useState<HttpAnswer<unknown> | null>(null);
  const action = useAction();
  const [address] = facts.path.split('?');
  const show = () =>
    action.run(async () => setAnswer(answer ? null : await exchange('OPTIONS', address ?? '')));
  return (
    <>
      <button type="button" onClick={show} aria-expanded={answer !== null}>
        OPTIONS
      </button>
      {action.error && <Failure error={action.error} />}
      {answer && (
        <div class="options">
          <SentAnswer sent={{ request: `OPTIONS ${address}`, answer }} />
        </div>
      )}
    </>
  );
}
