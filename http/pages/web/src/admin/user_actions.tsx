/** What can be done to an account, each behind a button that asks. */
import { useState } from 'preact/hooks';
import { Confirm, ConfirmButton } from '../common/confirm';
import { Dialog, Failure, Field, Loading } from '../common/elements';
import { number } from '../common/format';
import { request } from '../common/http';
import { useAction, useLoaded } from '../common/load';
import { hashTo, navigate } from '../common/router';
import type { User } from '../common/types';

/** `address`: of the account in the API for administrators. */
export type StepProps = { address: string; onDone: () => void };

type Removal = {
  messages_sent: number;
  messages_received: number;
  replies_below: number;
  conversations: number;
  conversations_left_empty: number;
  notifications: number;
  history_entries: number;
};

export function Activate({ address, onDone }: StepProps) {
  const action = useAction();
  const activate = () =>
    action.run(async () => {
      await request('PATCH', address, { is_active: true });
      onDone();
    });
  return (
    <>
      <button type="button" onClick={activate} disabled={action.isRunning}>
        Activate
      </button>
      {action.error && <Failure error={action.error} />}
    </>
  );
}

export function SetPassword({ address, onDone }: StepProps) {
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const finish = () => {
    close();
    onDone();
  };
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        Set a password
      </button>
      {isAsking && <PasswordDialog address={address} onDone={finish} onClose={close} />}
    </>
  );
}

function PasswordDialog({ address, onDone, onClose }: StepProps & { onClose: () => void }) {
  const action = useAction();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    action.run(async () => {
      await request('POST', `${address}password/`, { new_password: form.get('new_password') });
      onDone();
    });
  };
  return (
    <Dialog title="Set a password" onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        {action.error && !action.error.fields['new_password'] && <Failure error={action.error} />}
        <Field
          label="New password"
          name="new_password"
          type="password"
          autocomplete="new-password"
          hint="At least 8 characters. It ends every login of this user."
          errors={action.error?.fields['new_password']}
          required
          focus
        />
        <div class="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={action.isRunning}>
            Set the password
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function Deactivate({ user, address, onDone }: StepProps & { user: User }) {
  const deactivate = async () => {
    await request('PATCH', address, { is_active: false });
    onDone();
  };
  return (
    <ConfirmButton label="Deactivate" title={`Deactivate ${user.username}?`} action="Deactivate" work={deactivate}>
      <p>
        All logins of this user end, and nobody can log in to the account until it is activated again. Nothing is
        deleted.
      </p>
    </ConfirmButton>
  );
}

export function Delete({ user, address }: { user: User; address: string }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        Delete
      </button>
      {isAsking && <DeleteDialog user={user} address={address} onClose={() => setAsking(false)} />}
    </>
  );
}

function DeleteDialog({ user, address, onClose }: { user: User; address: string; onClose: () => void }) {
  const removal = useLoaded<Removal>(`${address}removal/`);
  const remove = async () => {
    await request('DELETE', address);
    navigate(hashTo(['users']));
  };
  return (
    <Confirm
      title={`Delete ${user.username}?`}
      action="Delete for good"
      work={remove}
      isReady={removal.data !== null}
      onClose={onClose}
    >
      <p>This cannot be undone. It removes the account and, with it:</p>
      {removal.error && <Failure error={removal.error} retry={removal.reload} />}
      {removal.data ? <RemovalList removal={removal.data} /> : !removal.error && <Loading />}
    </Confirm>
  );
}

function RemovalList({ removal }: { removal: Removal }) {
  const rows: [string, number][] = [
    ['messages sent', removal.messages_sent],
    ['messages received in private', removal.messages_received],
    ['replies below these', removal.replies_below],
    ['memberships in conversations', removal.conversations],
    ['conversations left empty', removal.conversations_left_empty],
    ['notifications', removal.notifications],
    ['entries of edit history', removal.history_entries],
  ];
  return (
    <ul class="removal">
      {rows.map(([name, count]) => (
        <li key={name}>
          <strong>{number(count)}</strong> {name}
        </li>
      ))}
    </ul>
  );
}
