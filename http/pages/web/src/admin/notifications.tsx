import { Chip, Notice, Time } from '../common/elements';
import { useLoaded } from '../common/load';
import { hashTo, navigate, type Location } from '../common/router';
import type { Notification, User } from '../common/types';
import { ChoiceFilter, List, useListing } from './list';
import { PersonLink, View } from './parts';

/** Everybody's notifications are one user's each: one is chosen first. */
export function Notifications({ location }: { location: Location }) {
  const [, id] = location.path;
  return id ? <NotificationsOf id={id} location={location} /> : <ChooseUser />;
}

function ChooseUser() {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    navigate(hashTo(['notifications', String(form.get('user')).trim()]));
  };
  return (
    <View title="Notifications">
      <Notice>Notifications belong to a user: choose whose, here or from the list of users.</Notice>
      <form class="inline card" onSubmit={submit}>
        <label for="whose">Id of the user</label>
        <input id="whose" name="user" required />
        <button type="submit" class="primary">
          Show
        </button>
      </form>
    </View>
  );
}

function NotificationsOf({ id, location }: { id: string; location: Location }) {
  const user = useLoaded<User>(`/api/admin/users/${encodeURIComponent(id)}/`);
  const base = `/api/admin/notifications/?${new URLSearchParams({ user: id })}`;
  const listing = useListing<Notification>(base, location, ['is_read']);
  const title = user.data ? `Notifications of ${user.data.username}` : 'Notifications';
  return (
    <View title={title} back={['User', hashTo(['users', id])]}>
      <div class="filters" role="search">
        <ChoiceFilter
          location={location}
          name="is_read"
          label="State"
          choices={[
            ['false', 'unread'],
            ['true', 'read'],
          ]}
        />
      </div>
      <List
        listing={listing}
        noun="notification"
        head={['Preview', 'From', 'Kind', 'State', 'Created']}
        empty="No notifications."
        keyOf={(notification) => notification.notification_id}
        cells={(notification) => [
          <a class="clip" href={hashTo(['messages', notification.message])}>
            {notification.preview}
          </a>,
          <PersonLink person={notification.sender} />,
          notification.kind,
          notification.is_read ? <Chip>read</Chip> : <Chip kind="accent">unread</Chip>,
          <Time at={notification.created_at} />,
        ]}
      />
    </View>
  );
}
