import { Chip, Time } from '../common/elements';
import { hashTo, type Location } from '../common/router';
import type { User } from '../common/types';
import { ChoiceFilter, List, SearchFilter, useListing } from './list';
import { RoleChip, View } from './parts';

const roles: [string, string][] = [
  ['guest', 'guest'],
  ['host', 'host'],
  ['admin', 'admin'],
];
const yesOrNo = (yes: string, no: string): [string, string][] => [
  ['true', yes],
  ['false', no],
];
const orders: [string, string][] = [
  ['username', 'name'],
  ['-created_at', 'newest'],
  ['created_at', 'oldest'],
  ['-last_seen', 'last seen'],
];

export function Users({ location }: { location: Location }) {
  const listing = useListing<User>('/api/admin/users/', location, [
    'search', 'role', 'is_active', 'is_online', 'ordering',
  ]);
  return (
    <View title="Users">
      <div class="filters" role="search">
        <SearchFilter location={location} name="search" label="Search names" />
        <ChoiceFilter location={location} name="role" label="Role" choices={roles} />
        <ChoiceFilter location={location} name="is_active" label="Account" choices={yesOrNo('active', 'deactivated')} />
        <ChoiceFilter location={location} name="is_online" label="Presence" choices={yesOrNo('online', 'offline')} />
        <ChoiceFilter location={location} name="ordering" label="Order" choices={orders} />
      </div>
      <List
        listing={listing}
        noun="user"
        head={['User', 'Email', 'Role', 'State', 'Last seen', 'Joined']}
        empty="No user matches. Try fewer filters."
        keyOf={(user) => user.user_id}
        cells={(user) => [
          <>
            <a href={hashTo(['users', user.id])}>{user.username}</a>
            <span class="quiet"> {[user.first_name, user.last_name].filter(Boolean).join(' ')}</span>
          </>,
          user.email,
          <RoleChip role={user.role} />,
          <UserState user={user} />,
          <Time at={user.last_seen} />,
          <Time at={user.created_at} />,
        ]}
      />
    </View>
  );
}

export function UserState({ user }: { user: User }) {
  if (user.is_active === false) return <Chip kind="bad">deactivated</Chip>;
  return user.is_online ? <Chip kind="good">online</Chip> : <Chip>offline</Chip>;
}
