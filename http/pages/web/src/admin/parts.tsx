import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Chip } from '../common/elements';
import { hashTo } from '../common/router';
import type { Conversation, Person, Role } from '../common/types';

export function PersonLink({ person }: { person: Person | null }) {
  if (!person) return <span class="quiet">nobody</span>;
  return <a href={hashTo(['users', person.id])}>{person.username}</a>;
}

export function RoleChip({ role }: { role: Role }) {
  return <Chip kind={role === 'admin' ? 'accent' : ''}>{role}</Chip>;
}

/** What a conversation is called: its title, or who is in it. */
export function titleOf(conversation: Pick<Conversation, 'title' | 'participants'>): string {
  if (conversation.title) return conversation.title;
  const names = conversation.participants.map(({ username }) => username);
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown || 'Nobody';
}

type ViewProps = { title: string; back?: [string, string]; actions?: ComponentChildren; children: ComponentChildren };

let isFirstView = true;

/** One view of the page; its heading takes the focus when one comes from another, so that a screen reader says where one is. */
export function View({ title, back, actions, children }: ViewProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} - Administration - Confab`;
    if (!isFirstView) heading.current?.focus({ preventScroll: true });
    isFirstView = false;
  }, [title]);
  return (
    <>
      {back && (
        <p class="back">
          <a href={back[1]}>‹ {back[0]}</a>
        </p>
      )}
      <div class="heading">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div class="buttons">{actions}</div>}
      </div>
      {children}
    </>
  );
}

export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
