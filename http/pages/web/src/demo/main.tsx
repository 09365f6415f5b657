import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Failure, Notice, useTicks } from '../common/elements';
import type { Viewer } from '../common/page';
import { useSession } from '../common/session';
import { Header, Main } from '../common/shell';
import type { Message } from '../common/types';
import { useChat } from './chat';
import { Conversations, nameOf } from './conversations';
import { Entrance } from './entrance';
import { Composer, Messages } from './messages';
import { typersIn } from './state';
import { Thread } from './thread';
import './style.css';

function Page() {
  const { facts, error, renew, leave } = useSession();
  return (
    <>
      <Header facts={facts} section="Chat" leave={leave} />
      {facts.user ? (
        <Chat key={facts.user.user_id} me={facts.user} onEnd={renew} />
      ) : (
        <Main>
          {error && <Failure error={error} />}
          <Entrance onDone={renew} />
        </Main>
      )}
    </>
  );
}

function Chat({ me, onEnd }: { me: Viewer; onEnd: () => void }) {
  const control = useChat(me);
  const { chat, stream, error } = control;
  useTicks(2);
  useEffect(() => {
    if (stream === 'ended') onEnd();
  }, [stream]);
  useEffect(() => {
    const unread = chat.conversations.reduce((sum, { unread_count }) => sum + unread_count, 0);
    document.title = unread > 0 ? `(${unread}) Chat - Confab` : 'Chat - Confab';
  }, [chat.conversations]);
  return (
    <main id="main" tabIndex={-1} class={chat.open ? 'chat open' : 'chat'}>
      <h1 class="hidden">Chat</h1>
      {stream === 'connecting' && (
        <p class="connection" role="status">
          Connecting…
        </p>
      )}
      {error && <Failure error={error} />}
      <div class="panels">
        <Conversations control={control} me={me} />
        {chat.open ? (
          <OpenConversation key={chat.open} id={chat.open} control={control} me={me} />
        ) : (
          <p class="empty nothing-open">Choose a conversation, or start a new one.</p>
        )}
      </div>
    </main>
  );
}

type OpenProps = { id: string; control: ReturnType<typeof useChat>; me: Viewer };

function OpenConversation({ id, control, me }: OpenProps) {
  const [thread, setThread] = useState<string | null>(null);
  const [target, setTarget] = useState<string | null>(null);
  const conversation = control.chat.conversations.find(({ conversation_id }) => conversation_id === id);
  const messages = control.chat.messages ?? [];
  const byId = (wanted: string | null) => messages.find(({ message_id }) => message_id === wanted);
  const root = byId(thread);
  if (!conversation) {
    return (
      <div class="conversation">
        <Notice>This conversation is not yours any more.</Notice>
      </div>
    );
  }
  const openThread = (message: Message) => {
    setThread(message.message_id);
    setTarget(message.message_id);
  };
  const typers = typersIn(control.chat, id, Date.now()).map(({ username }) => username);
  return (
    <>
      <section class={root ? 'conversation beside' : 'conversation'} aria-label="Conversation">
        <div class="panel-heading">
          <button type="button" class="to-list" onClick={() => control.openConversation(null)}>
            ‹ All
          </button>
          <h2>{nameOf(conversation, me)}</h2>
        </div>
        <Messages control={control} me={me} onThread={openThread} />
        <p class="typing" role="status">
          {typers.length > 0 && `${typers.join(', ')} ${typers.length === 1 ? 'is' : 'are'} typing…`}
        </p>
        <Composer control={control} conversation={id} parent={null} focus={!root} />
      </section>
      {root && (
        <Thread
          control={control}
          me={me}
          root={root}
          target={byId(target) ?? root}
          onTarget={(message) => setTarget(message.message_id)}
          onClose={() => setThread(null)}
        />
      )}
    </>
  );
}

const app = document.getElementById('app');
if (app) {
  app.replaceChildren();
  render(<Page />, app);
}
