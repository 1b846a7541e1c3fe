/** What the local stack says to a part of it. */
export type ToPart =
  | { readonly type: 'start'; readonly options: unknown }
  | { readonly type: 'ask'; readonly id: number; readonly request: unknown }
  | { readonly type: 'stop' };

/** What a part says to the local stack. A `mistake` is the user's: its message is shown without a stack trace. */
export type FromPart =
  | { readonly type: 'ready'; readonly ready: unknown }
  | { readonly type: 'failed'; readonly message: string; readonly mistake: boolean }
  | { readonly type: 'answer'; readonly id: number; readonly answer?: unknown; readonly error?: string };
