import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Dialog, Failure } from './elements';
import { useAction } from './load';

type ConfirmProps = {
  title: string;
  /** What the button says that does it. */
  action: string;
  /** Fails with a RequestError; otherwise the caller shows what has become of it. */
  work: () => Promise<void>;
  /** False while it is not yet known what would be done. */
  isReady?: boolean;
  onClose: () => void;
  children: ComponentChildren;
};

/** Asks before something that cannot be undone. */
export function Confirm({ title, action, work, isReady = true, onClose, children }: ConfirmProps) {
  const { run, error, isRunning } = useAction();
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {error && <Failure error={error} />}
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="danger sure" onClick={() => run(work)} disabled={isRunning || !isReady}>
          {isRunning ? 'Working…' : action}
        </button>
      </div>
    </Dialog>
  );
}

type ButtonProps = Omit<ConfirmProps, 'onClose'> & {
  label: string;
  /** For those who hear the button without seeing what it stands beside. */
  name?: string;
  class?: string;
};

/** A button that asks before it does what it says. */
export function ConfirmButton({ label, name, class: look = 'danger', ...confirm }: ButtonProps) {
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const work = async () => {
    await confirm.work();
    close();
  };
  return (
    <>
      <button type="button" class={look} aria-label={name} onClick={() => setAsking(true)}>
        {label}
      </button>
      {isAsking && <Confirm {...confirm} work={work} onClose={close} />}
    </>
  );
}
