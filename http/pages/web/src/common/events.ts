/** The live stream of everything the user may see. */

export type LiveEvent = {
  id: string | null;
  type: string;
  at: string;
  conversation: string | null;
  data: Record<string, unknown>;
};

export type StreamState = 'connecting' | 'live' | 'ended';

const types = [
  'message.created', 'message.updated', 'message.deleted', 'message.read',
  'notification.created', 'notification.updated',
  'conversation.created', 'conversation.updated', 'conversation.deleted',
  'participant.added', 'participant.removed',
  'presence', 'typing', 'reset',
];

/**
 * Subscribes until the returned function is called. The browser reconnects by itself and resumes
 * behind the last event; 'ended' means that the server refuses (the session is over).
 */
export function follow(
  onEvent: (event: LiveEvent) => void,
  onState: (state: StreamState) => void,
): () => void {
  const source = new EventSource('/api/events/');
  source.onopen = () => onState('live');
  source.onerror = () => onState(source.readyState === EventSource.CLOSED ? 'ended' : 'connecting');
  for (const type of types) {
    source.addEventListener(type, (frame) => onEvent(JSON.parse((frame as MessageEvent<string>).data)));
  }
  return () => source.close();
}
