/** Why one message was not accepted, from one closed list. */
export type RefusalCode =
  | 'invalid_json'
  | 'body_invalid'
  | 'event_too_large'
  | 'batch_too_large'
  | 'batch_missing'
  | 'type_missing'
  | 'event_missing'
  | 'group_id_missing'
  | 'group_type_invalid'
  | 'group_traits_invalid'
  | 'user_id_missing'
  | 'identity_missing'
  | 'identity_invalid'
  | 'message_id_invalid'
  | 'timestamp_invalid'
  | 'event_too_old'
  | 'key_forbidden'
  | 'text_invalid'
  | 'field_invalid';

/** A refusal of one message: what, where, and what to do. */
export interface MessageRefusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** Dotted path inside the message. */
  readonly path?: string;
  readonly suggestion?: string;
}
