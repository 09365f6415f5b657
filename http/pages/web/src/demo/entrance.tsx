import { useState } from 'preact/hooks';
import { Failure, Field } from '../common/elements';
import { logIn } from '../common/http';
import { useAction } from '../common/load';
import { LoginForm } from '../common/login_form';
import { register } from './api';

/** Logs in, or registers and logs in. */
export function Entrance({ onDone }: { onDone: () => void }) {
  const [isNew, setNew] = useState(false);
  return (
    <section class="card narrow">
      <h1>{isNew ? 'Join the chat' : 'Chat'}</h1>
      {isNew ? <RegisterForm onDone={onDone} /> : <LoginForm onDone={onDone} />}
      <p class="other">
        {isNew ? 'You have an account?' : 'You have no account?'}{' '}
        <button type="button" class="link" onClick={() => setNew(!isNew)}>
          {isNew ? 'Log in' : 'Register'}
        </button>
      </p>
    </section>
  );
}

function RegisterForm({ onDone }: { onDone: () => void }) {
  const action = useAction();
  const errors = action.error?.fields ?? {};
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const fields = Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
    action.run(async () => {
      await register(fields);
      await logIn(fields['username'] ?? '', fields['password'] ?? '');
      onDone();
    });
  };
  return (
    <form class="stack" onSubmit={submit}>
      {action.error && Object.keys(errors).length === 0 && <Failure error={action.error} />}
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
        {action.isRunning ? 'Registering…' : 'Register'}
      </button>
    </form>
  );
}
