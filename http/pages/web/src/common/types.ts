/** What the API answers, as far as the pages look at it. */

export type Person = { id: number; user_id: string; username: string };

export type Role = 'guest' | 'host' | 'admin';

export type User = Person & {
  email?: string;
  first_name: string;
  last_name: string;
  phone_number?: string | null;
  role: Role;
  is_active?: boolean;
  is_online: boolean;
  last_seen: string | null;
  created_at: string;
  updated_at: string;
};

export type Message = {
  message_id: string;
  conversation: string;
  seq: number;
  sender: Person;
  receiver: Person | null;
  content: string;
  timestamp: string;
  edited: boolean;
  edited_at: string | null;
  is_thread: boolean;
  parent_message: string | null;
  reply_count: number;
  thread_depth: number;
  read: boolean;
};

export type Conversation = {
  id: number;
  conversation_id: string;
  title: string | null;
  participants: Person[];
  last_message: Message | null;
  unread_count: number;
  created_at: string;
  updated_at?: string;
  message_count?: number;
  messages?: Message[];
};

export type Revision = {
  id: string;
  message: string;
  content: string;
  edited_at: string;
  edited_by: Person | null;
};

export type Notification = {
  notification_id: string;
  message: string;
  conversation: string;
  kind: 'message' | 'reply';
  sender: Person;
  preview: string;
  is_read: boolean;
  created_at: string;
};

export type Page<Item> = {
  count: number;
  next: string | null;
  previous: string | null;
  results: Item[];
};
