/** From the fields of a form to the JSON of a request, and back. */
import type { FieldFacts } from './facts';

type FieldMap = Record<string, unknown>;

/** How a field's present value stands in an input. */
export function shownValue(field: FieldFacts, resource: FieldMap): string {
  const value = resource[field.name] ?? (field.alias ? resource[field.alias] : undefined);
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(idOf).join(', ');
  return String(idOf(value));
}

function idOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { user_id, id } = value as { user_id?: string; id?: number };
  return user_id ?? id ?? '';
}

/** "participants" hold what "participant_ids" takes. */
export function resourceOf(text: string | null): FieldMap {
  try {
    const data: unknown = JSON.parse(text ?? '');
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return {};
    const fields = data as FieldMap;
    return { participant_ids: fields['participants'], ...fields };
  } catch {
    return {};
  }
}

function isList(field: FieldFacts): boolean {
  return field.type === 'users' || field.type === 'messages';
}

function idFrom(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** The JSON value that a field's input stands for; undefined: leave the field out. */
function valueFrom(field: FieldFacts, text: string, isPartial: boolean): unknown {
  if (isList(field)) {
    const items = text.split(/[\s,]+/).filter(Boolean).map(idFrom);
    return items.length > 0 || field.required ? items : undefined;
  }
  if (field.type === 'boolean') return text === '' ? undefined : text === 'true';
  if (field.type === 'user' || field.type === 'conversation') return text === '' ? undefined : idFrom(text.trim());
  if (text !== '') return text;
  if (isPartial) return field.null ? null : text;
  return field.required ? text : undefined;
}

/** `before`: what the inputs showed at first; a partial change leaves out what is as it was. */
export function bodyFrom(
  fields: FieldFacts[],
  form: FormData,
  before: FieldMap,
  isPartial: boolean,
): FieldMap {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const text = String(form.get(field.name) ?? '');
      if (isPartial && text === shownValue(field, before)) return [];
      const value = valueFrom(field, text, isPartial);
      return value === undefined ? [] : [[field.name, value]];
    }),
  );
}

/** What the raw box shows at first. */
export function exampleBody(fields: FieldFacts[], before: FieldMap): string {
  const example = Object.fromEntries(
    fields.map((field) => {
      const shown = shownValue(field, before);
      if (isList(field)) return [field.name, shown === '' ? [] : shown.split(', ').map(idFrom)];
      if (field.type === 'boolean') return [field.name, shown === '' ? null : shown === 'true'];
      return [field.name, shown === '' && field.null ? null : shown];
    }),
  );
  return JSON.stringify(example, null, 2);
}
