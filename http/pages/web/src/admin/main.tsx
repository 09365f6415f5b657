import { render } from 'preact';
import { Empty, Failure, Notice, useTicks } from '../common/elements';
import { LoginForm } from '../common/login_form';
import { hashTo, useLocation, type Location } from '../common/router';
import type { Viewer } from '../common/page';
import { useSession, type Session } from '../common/session';
import { Header, Main } from '../common/shell';
import { Audit } from './audit';
import { Cluster } from './cluster';
import { ConversationView } from './conversation';
import { Conversations } from './conversations';
import { Messages, MessageView } from './messages';
import { Notifications } from './notifications';
import { Overview } from './overview';
import { View } from './parts';
import { Setup } from './setup';
import { UserView } from './user';
import { Users } from './users';
import './style.css';

const sections: [string, string][] = [
  ['', 'Overview'],
  ['users', 'Users'],
  ['conversations', 'Conversations'],
  ['messages', 'Messages'],
  ['notifications', 'Notifications'],
  ['audit', 'Audit log'],
  ['cluster', 'Cluster'],
];

const isSetup = location.pathname.startsWith('/admin/setup');

function Page() {
  const session = useSession();
  return (
    <>
      <Header facts={session.facts} section="Administration" leave={session.leave} />
      {session.facts.user?.role === 'admin' && !isSetup ? (
        <Administration me={session.facts.user} />
      ) : (
        <Main>{isSetup ? <Setup /> : <Entrance session={session} />}</Main>
      )}
    </>
  );
}

function Entrance({ session: { facts, error, renew } }: { session: Session }) {
  return (
    <section class="card narrow">
      <h1>Administration</h1>
      {error && <Failure error={error} />}
      {facts.user && (
        <Notice kind="bad">
          You are logged in as {facts.user.username}, who is no administrator. Log in as one to go on.
        </Notice>
      )}
      <LoginForm onDone={renew} />
    </section>
  );
}

function Administration({ me }: { me: Viewer }) {
  const here = useLocation();
  const [section = ''] = here.path;
  useTicks(30);
  return (
    <div class="frame">
      <nav class="sections" aria-label="Administration">
        {sections.map(([path, name]) => (
          <a key={path} href={hashTo(path ? [path] : [])} aria-current={section === path ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <Main wide>
        <Section me={me} here={here} />
      </Main>
    </div>
  );
}

function Section({ me, here }: { me: Viewer; here: Location }) {
  const [section, id] = here.path;
  switch (section) {
    case undefined:
      return <Overview />;
    case 'users':
      return id ? <UserView key={id} id={id} me={me} /> : <Users location={here} />;
    case 'conversations':
      return id ? <ConversationView key={id} id={id} location={here} /> : <Conversations location={here} />;
    case 'messages':
      return id ? <MessageView key={id} id={id} /> : <Messages location={here} />;
    case 'notifications':
      return <Notifications location={here} />;
    case 'audit':
      return <Audit location={here} />;
    case 'cluster':
      return <Cluster />;
    default:
      return (
        <View title="Not found">
          <Empty>There is nothing at this address.</Empty>
        </View>
      );
  }
}

const app = document.getElementById('app');
if (app) {
  app.replaceChildren();
  render(<Page />, app);
}
