import { Failure, Field } from './elements';
import { logIn } from './http';
import { useAction } from './load';

/** Logs in where it stands; the page goes on as that user. */
export function LoginForm({ onDone }: { onDone: () => void }) {
  const action = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    action.run(async () => {
      await logIn(String(form.get('username')), String(form.get('password')));
      onDone();
    });
  };
  return (
    <form class="stack" onSubmit={submit}>
      {action.error && <Failure error={action.error} />}
      <Field label="Username or email" name="username" autocomplete="username" required focus />
      <Field label="Password" name="password" type="password" autocomplete="current-password" required />
      <button type="submit" class="primary" disabled={action.isRunning}>
        {action.isRunning ? 'Logging in…' : 'Log in'}
      </button>
    </form>
  );
}
