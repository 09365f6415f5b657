/** The one-time link of the first start: whoever has it may create the first administrator. */
import { useState } from 'preact/hooks';
import { Failure, Field, Notice } from '../common/elements';
import { request } from '../common/http';
import { useAction } from '../common/load';

/** The token stands behind the #, which browsers send to nobody. */
function tokenOfAddress(): string {
  return new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
}

export function Setup() {
  const [token] = useState(tokenOfAddress);
  const [created, setCreated] = useState<string | null>(null);
  if (created) {
    return (
      <section class="card narrow">
        <h1>Welcome</h1>
        <Notice kind="good">The administrator {created} exists now. The link that you used is spent.</Notice>
        <a class="button primary" href="/admin/">
          Log in
        </a>
      </section>
    );
  }
  return (
    <section class="card narrow">
      <h1>Create the first administrator</h1>
      {token ? <SetupForm token={token} onDone={setCreated} /> : <MissingToken />}
    </section>
  );
}

function MissingToken() {
  return (
    <Notice kind="bad">
      <p>This page needs the one-time link that the server printed to its log when it first started.</p>
      <p>
        If it is lost or older than 30 minutes, create the administrator with <code>confab createsuperuser</code>.
      </p>
    </Notice>
  );
}

function SetupForm({ token, onDone }: { token: string; onDone: (username: string) => void }) {
  const action = useAction();
  const errors = action.error?.fields ?? {};
  const isAboutFields = ['username', 'email', 'password'].some((name) => errors[name]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    action.run(async () => {
      await request('POST', '/api/admin/setup/', { token, ...Object.fromEntries(form) });
      history.replaceState(null, '', location.pathname);
      onDone(String(form.get('username')));
    });
  };
  return (
    <form class="stack" onSubmit={submit}>
      {action.error && !isAboutFields && <Failure error={action.error} />}
      <Field label="Username" name="username" autocomplete="username" errors={errors['username']} required focus />
      <Field label="Email" name="email" type="email" autocomplete="email" errors={errors['email']} required />
      <Field
        label="Password"
        name="password"
        type="password"
        autocomplete="new-password"
        hint="At least 8 characters, not all of them digits."
        errors={errors['password']}
        required
      />
      <button type="submit" class="primary" disabled={action.isRunning}>
        {action.isRunning ? 'Creating…' : 'Create'}
      </button>
    </form>
  );
}
