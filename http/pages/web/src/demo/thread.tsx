import type { Message, Person } from '../common/types';
import type { ChatControl } from './chat';
import { Bubble, Composer } from './messages';

/** All messages below `root`, each parent before its replies, older first. */
function below(root: Message, messages: Message[]): Message[] {
  const children = messages.filter(({ parent_message }) => parent_message === root.message_id);
  return children.flatMap((child) => [child, ...below(child, messages)]);
}

type ThreadProps = {
  control: ChatControl;
  me: Person;
  root: Message;
  target: Message;
  onTarget: (message: Message) => void;
  onClose: () => void;
};

/** A message, the replies to it, and a box for the next one. */
export function Thread({ control, me, root, target, onTarget, onClose }: ThreadProps) {
  const replies = below(root, control.chat.messages ?? []);
  return (
    <aside class="thread-panel" aria-label="Thread">
      <div class="panel-heading">
        <h2>Thread</h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
      <div class="messages" tabIndex={0} role="log" aria-label="Replies">
        {[root, ...replies].map((message) => (
          <div key={message.message_id} class={`depth-${Math.min(message.thread_depth, 4)}`}>
            <Bubble message={message} control={control} me={me} isInThread onReply={onTarget} />
          </div>
        ))}
      </div>
      {target.message_id !== root.message_id && (
        <p class="replying">
          To {target.sender.username}: {target.content.slice(0, 60)}{' '}
          <button type="button" class="link" onClick={() => onTarget(root)}>
            Answer the first message instead
          </button>
        </p>
      )}
      <Composer control={control} conversation={root.conversation} parent={target} focus />
    </aside>
  );
}
