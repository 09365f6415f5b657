/** Small elements that all pages share. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ago, fullTime } from './format';
import type { RequestError } from './http';

export function Time({ at }: { at: string | null }) {
  if (!at) return <span class="quiet">never</span>;
  return (
    <time dateTime={at} title={fullTime(at)}>
      {ago(at)}
    </time>
  );
}

export function Notice({ kind = 'info', children }: { kind?: 'info' | 'good' | 'bad'; children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

export function Failure({ error, retry }: { error: RequestError; retry?: () => void }) {
  return (
    <Notice kind="bad">
      <p>{error.message}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </Notice>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Chip({ kind = '', children }: { kind?: string; children: ComponentChildren }) {
  return <span class={`chip ${kind}`}>{children}</span>;
}

export function Loading() {
  return (
    <p class="loading" role="status">
      Loading…
    </p>
  );
}

type FieldProps = {
  label: string;
  name: string;
  type?: string;
  value?: string;
  required?: boolean;
  autocomplete?: string;
  hint?: string | undefined;
  errors?: string[] | undefined;
  minLength?: number;
  maxLength?: number | undefined;
  focus?: boolean;
};

export function Field({ label, name, errors, hint, focus, value, ...input }: FieldProps) {
  const id = useId();
  const element = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus) element.current?.focus();
  }, [focus]);
  const notes = [hint && `${id}-hint`, errors?.length && `${id}-errors`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!input.required && <span class="quiet"> (optional)</span>}
      </label>
      <input
        id={id}
        name={name}
        ref={element}
        defaultValue={value}
        aria-invalid={errors?.length ? true : undefined}
        aria-describedby={notes || undefined}
        {...input}
      />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldErrors id={`${id}-errors`} errors={errors} />
    </div>
  );
}

export function FieldErrors({ id, errors }: { id: string; errors: string[] | undefined }) {
  if (!errors?.length) return null;
  return (
    <p class="field-errors" id={id}>
      {errors.join(' ')}
    </p>
  );
}

type DialogProps = { title: string; onClose: () => void; children: ComponentChildren };

/** A modal dialog: the browser keeps the focus inside and gives it back afterwards. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog ref={element} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

/** Re-renders now and then, so that "3 minutes ago" stays true. */
export function useTicks(seconds: number): void {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((was) => was + 1), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
}
