import { Chip, Time } from '../common/elements';
import { hashTo } from '../common/router';
import type { Message } from '../common/types';
import { PersonLink } from './parts';

/** A message with who wrote it and when. */
export function MessageText({ message }: { message: Message }) {
  return (
    <article class="message">
      <p class="by">
        <PersonLink person={message.sender} />
        <a class="when" href={hashTo(['messages', message.message_id])}>
          <Time at={message.timestamp} />
        </a>
        {message.edited && <Chip>edited</Chip>}
      </p>
      <p class="text">{message.content}</p>
    </article>
  );
}
