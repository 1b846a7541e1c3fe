/** Where a command prints: for people by default, one JSON value with `--json`. */
export interface Output {
  readonly json: boolean;
  /** A line for people; nothing with `--json`. */
  line(text: string): void;
  /** The command's result: printed as JSON with `--json`, else by `forPeople`. */
  result<T>(value: T, forPeople: (value: T) => void): void;
}

export function createOutput(json: boolean, stream: NodeJS.WritableStream): Output {
  const line = (text: string) => {
    if (!json) stream.write(`${text}\n`);
  };
  return {
    json,
    line,
    result(value, forPeople) {
      if (json) stream.write(`${JSON.stringify(value, undefined, 2)}\n`);
      else forPeople(value);
    },
  };
}
