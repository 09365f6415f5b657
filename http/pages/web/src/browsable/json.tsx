/** An answer's JSON, highlighted, with links. Everything shown is text to the browser, never markup. */
import type { ComponentChildren } from 'preact';
import { linkOf } from './links';

type FieldMap = Record<string, unknown>;

export function Json({ text, label }: { text: string; label: string }) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return (
      <pre class="json" tabIndex={0} aria-label={label}>
        {text}
      </pre>
    );
  }
  return (
    <pre class="json" tabIndex={0} role="region" aria-label={label}>
      <Value value={value} name="" owner={{}} depth={0} />
    </pre>
  );
}

type ValueProps = { value: unknown; name: string; owner: FieldMap; depth: number };

function Value({ value, name, owner, depth }: ValueProps) {
  if (Array.isArray(value)) return <List items={value} name={name} owner={owner} depth={depth} />;
  if (typeof value === 'object' && value !== null) return <Fields fields={value as FieldMap} depth={depth} />;
  const address = linkOf(name, value, owner);
  const shown = JSON.stringify(value);
  const kind = value === null ? 'null' : typeof value;
  return <span class={kind}>{address ? <a href={address}>{shown}</a> : shown}</span>;
}

function Fields({ fields, depth }: { fields: FieldMap; depth: number }) {
  const entries = Object.entries(fields);
  return (
    <Block open="{" close="}" depth={depth}>
      {entries.map(([name, value]) => (
        <>
          <span class="key">{JSON.stringify(name)}</span>
          {': '}
          <Value value={value} name={name} owner={fields} depth={depth + 1} />
        </>
      ))}
    </Block>
  );
}

function List({ items, name, owner, depth }: { items: unknown[]; name: string; owner: FieldMap; depth: number }) {
  return (
    <Block open="[" close="]" depth={depth}>
      {items.map((item) => (
        <Value value={item} name={name} owner={owner} depth={depth + 1} />
      ))}
    </Block>
  );
}

type BlockProps = { open: string; close: string; depth: number; children: ComponentChildren[] };

function Block({ open, close, depth, children }: BlockProps) {
  if (children.length === 0) return <>{open + close}</>;
  return (
    <>
      {open}
      {children.map((child, index) => (
        <>
          {`\n${'  '.repeat(depth + 1)}`}
          {child}
          {index < children.length - 1 && ','}
        </>
      ))}
      {`\n${'  '.repeat(depth)}${close}`}
    </>
  );
}
