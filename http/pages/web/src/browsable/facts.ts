import type { PageFacts } from '../common/page';

export type FieldType =
  | 'text' | 'password' | 'boolean' | 'choice'
  | 'user' | 'users' | 'conversation' | 'message' | 'messages';

/** One field of a request body, as the route table describes it. */
export type FieldFacts = {
  name: string;
  alias?: string;
  type: FieldType;
  required: boolean;
  blank?: boolean;
  null?: boolean;
  max_length?: number;
  choices?: string[];
};

/** A method that this user may call at this address. */
export type MethodFacts = { method: string; name: string; summary: string; fields: FieldFacts[] };

export type ParameterFacts = { name: string; type: string; description: string };

/** The answer that the browser asked for, and what else can be done at its address. */
export type AnswerFacts = PageFacts & {
  name: string;
  description: string;
  path: string;
  method: string;
  status: number;
  reason: string;
  headers: [string, string][];
  body: string | null;
  breadcrumbs: { name: string; url: string }[];
  methods: MethodFacts[];
  parameters: ParameterFacts[];
};
