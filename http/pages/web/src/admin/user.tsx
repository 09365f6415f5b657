import { useState } from 'preact/hooks';
import { Failure, Field, Loading, Notice, Time } from '../common/elements';
import { request } from '../common/http';
import { useAction, useLoaded } from '../common/load';
import { hashTo } from '../common/router';
import type { Viewer } from '../common/page';
import type { Role, User } from '../common/types';
import { Facts, RoleChip, View } from './parts';
import { Activate, Deactivate, Delete, SetPassword, type StepProps } from './user_actions';
import { UserState } from './users';

export function UserView({ id, me }: { id: string; me: Viewer }) {
  const address = `/api/admin/users/${id}/`;
  const { data: user, error, reload } = useLoaded<User>(address);
  const [done, setDone] = useState('');
  const back: [string, string] = ['Users', hashTo(['users'])];
  if (error) {
    return (
      <View title="User" back={back}>
        <Failure error={error} retry={reload} />
      </View>
    );
  }
  if (!user) return <Loading />;
  const finish = (sentence: string) => {
    setDone(sentence);
    reload();
  };
  return (
    <View title={user.username} back={back}>
      {done && <Notice kind="good">{done}</Notice>}
      {user.id === me.id && <Notice>This is your own account.</Notice>}
      <div class="columns">
        <section class="card" aria-labelledby="account-heading">
          <h2 id="account-heading">Account</h2>
          <Facts
            rows={[
              ['Role', <RoleChip role={user.role} />],
              ['State', <UserState user={user} />],
              ['Last seen', <Time at={user.last_seen} />],
              ['Joined', <Time at={user.created_at} />],
              ['Changed', <Time at={user.updated_at} />],
              ['Id', `${user.id}`],
              ['UUID', <code>{user.user_id}</code>],
            ]}
          />
          <p class="links">
            <a href={hashTo(['conversations'], { participant: String(user.id) })}>Conversations</a>
            <a href={hashTo(['messages'], { sender: String(user.id) })}>Messages</a>
            <a href={hashTo(['notifications', user.id])}>Notifications</a>
            <a href={hashTo(['audit'], { target: user.user_id })}>Audit log</a>
          </p>
          <div class="buttons">
            <SetPassword
              address={address}
              onDone={() => finish('The password is set, and every login of this user has ended.')}
            />
            {user.is_active === false ? (
              <Activate address={address} onDone={() => finish('The account is active again.')} />
            ) : (
              <Deactivate
                user={user}
                address={address}
                onDone={() => finish('The account is deactivated; its logins have ended.')}
              />
            )}
            <Delete user={user} address={address} />
          </div>
        </section>
        <EditForm key={user.updated_at} user={user} address={address} onDone={() => finish('The changes are saved.')} />
      </div>
    </View>
  );
}

function EditForm({ user, address, onDone }: StepProps & { user: User }) {
  const action = useAction();
  const errors = action.error?.fields ?? {};
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const before = user as unknown as Record<string, unknown>;
    const changes = Object.fromEntries([...form].filter(([name, value]) => (before[name] ?? '') !== value));
    action.run(async () => {
      if (Object.keys(changes).length > 0) await request('PATCH', address, changes);
      onDone();
    });
  };
  return (
    <section class="card" aria-labelledby="edit-heading">
      <h2 id="edit-heading">Edit</h2>
      <form class="stack" onSubmit={submit}>
        {action.error && <Failure error={action.error} />}
        <Field label="Username" name="username" value={user.username} errors={errors['username']} required />
        <Field label="Email" name="email" type="email" value={user.email ?? ''} errors={errors['email']} required />
        <Field label="First name" name="first_name" value={user.first_name} errors={errors['first_name']} />
        <Field label="Last name" name="last_name" value={user.last_name} errors={errors['last_name']} />
        <Field label="Phone" name="phone_number" value={user.phone_number ?? ''} errors={errors['phone_number']} />
        <div class="field">
          <label for="role">Role</label>
          <select id="role" name="role">
            {(['guest', 'host', 'admin'] satisfies Role[]).map((role) => (
              <option key={role} selected={role === user.role}>
                {role}
              </option>
            ))}
          </select>
          <p class="hint">A change of role ends the user's logins.</p>
        </div>
        <div class="buttons">
          <button type="submit" class="primary" disabled={action.isRunning}>
            {action.isRunning ? 'Saving…' : 'Save'}
          </button>
        </div>
      </form>
    </section>
  );
}
