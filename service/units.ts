export type Milliseconds = number;
export type Bytes = number;
